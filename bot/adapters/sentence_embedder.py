"""Embeds with any model of sentence-transformers, on the processor or a graphics card.

Knows prefixes, precision and how the library fails.
Knows nothing of passages or indexes. Nothing is downloaded unless it is told so.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sentence_transformers import SentenceTransformer

from bot.adapters.model_hub import computes_in_bfloat16, keep_offline, keep_quiet, short_name
from bot.adapters.unit import unit_vectors
from bot.core.errors import EmbedderUnavailable

log = logging.getLogger(__name__)

QUESTION_PROMPTS = ("query",)
PASSAGE_PROMPTS = ("document", "passage", "corpus")
"""The names under which models keep the text that goes in front."""


@dataclass(frozen=True, slots=True)
class SentenceOptions:
    """Which model, and how it is to compute.

    A prefix of ``None`` is what the model says itself; ``precision`` is ``auto``, ``float32`` or ``bfloat16``.
    """

    model: str
    name: str | None = None
    device: str | None = None
    precision: str = "auto"
    batch: int = 32
    question_prefix: str | None = None
    passage_prefix: str | None = None
    may_download: bool = False


class SentenceEmbedder:
    """A model of sentence-transformers; one instance serves many threads, one after another."""

    def __init__(self, options: SentenceOptions) -> None:
        """Load the model.

        Raises:
            EmbedderUnavailable: it is not on this machine, damaged, or no model of sentence-transformers.
        """
        self.name = options.name or f"sentence-transformers:{short_name(options.model)}"
        self._batch = options.batch
        self._lock = threading.Lock()  # fast tokenizers may not be used by two threads at once
        self._model = _loaded(options)
        self.dims = int(self._model.get_embedding_dimension() or 0)
        self.question_prefix = self._prefix(options.question_prefix, QUESTION_PROMPTS)
        self.passage_prefix = self._prefix(options.passage_prefix, PASSAGE_PROMPTS)
        if "e5" in options.model.lower() and not (self.question_prefix and self.passage_prefix):
            log.warning(
                "%s looks like a model of the E5 family, which needs prefixes and names none: set"
                " ISVBOT_EMBEDDER_QUERY_PREFIX and ISVBOT_EMBEDDER_PASSAGE_PREFIX",
                self.name,
            )

    def embed_questions(self, texts: Sequence[str]) -> Sequence[npt.NDArray[np.float32]]:
        """Embed questions and question lines.

        Raises:
            EmbedderUnavailable: the model failed, for instance for want of memory.
        """
        return self._embed(texts, self.question_prefix)

    def embed_passages(self, texts: Sequence[str]) -> Sequence[npt.NDArray[np.float32]]:
        """Embed passages.

        Raises:
            EmbedderUnavailable: the model failed, for instance for want of memory.
        """
        return self._embed(texts, self.passage_prefix)

    def _embed(self, texts: Sequence[str], prefix: str) -> Sequence[npt.NDArray[np.float32]]:
        if not texts:
            return ()
        try:
            with self._lock:
                found = self._model.encode(
                    [f"{prefix}{text}" for text in texts],
                    prompt="",  # ours stands there already
                    batch_size=self._batch,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
        except (RuntimeError, MemoryError) as error:
            raise EmbedderUnavailable(
                f"{self.name} failed ({type(error).__name__}): a smaller ISVBOT_EMBEDDER_BATCH needs less memory"
            ) from error
        return unit_vectors(found, len(texts), self.dims, self.name)

    def _prefix(self, wanted: str | None, names: Sequence[str]) -> str:
        if wanted is not None:
            return wanted
        prompts: dict[str, str] = self._model.prompts
        return next((prompts[name] for name in names if prompts.get(name)), "")


def _loaded(options: SentenceOptions) -> SentenceTransformer:
    """Load the model.

    Raises:
        EmbedderUnavailable: it cannot be loaded, or does not say how long its vectors are.
    """
    if not options.may_download:
        keep_offline()
    keep_quiet()
    variable = f"ISVBOT_EMBEDDER_MODEL={options.model!r}"
    try:
        model = SentenceTransformer(
            options.model, device=options.device, local_files_only=not options.may_download, trust_remote_code=False
        )
        if options.precision == "bfloat16" or (options.precision == "auto" and computes_in_bfloat16(str(model.device))):
            model.bfloat16()
    except Exception as error:  # a foreign file: the parsers of five libraries raise what they like
        raise EmbedderUnavailable(
            f"{variable} does not load ({type(error).__name__}): give a folder with a model of sentence-transformers,"
            " or let it be fetched once with ISVBOT_EMBEDDER_DOWNLOAD=true"
        ) from error
    if not model.get_embedding_dimension():
        raise EmbedderUnavailable(f"{variable} does not say how long its vectors are: take another model")
    return model
