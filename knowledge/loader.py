"""Reads the files of this folder into checked values.

Knows the file formats; every error names the file and the field.
Knows nothing of passages, vectors or answers given.
"""

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.core.corpus import (
    Cite,
    Claim,
    Line,
    PassageId,
    Stance,
    Wording,
    WrittenAnswer,
    WrittenReply,
)
from bot.core.errors import ContentError
from bot.core.rules import Calibration, Lexicon, Patterns, Rules, ScreenRules, Term
from knowledge.schema import (
    AnswerFile,
    Bilingual,
    CalibrationFile,
    ClaimFile,
    FrontMatter,
    GlossaryTerm,
    RegisterEntry,
    ReplyFile,
    ScreenFile,
    SourceFile,
)

Model = TypeVar("Model", bound=BaseModel)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def knowledge_root() -> Traversable:
    """Give the folder as it is installed, in a checkout or in a wheel."""
    return files("knowledge")


def knowledge_digest(root: Traversable | None = None) -> str:
    """Give one digest of every file that is indexed; it changes when any of them does."""
    top = root or knowledge_root()
    hasher = hashlib.sha256()
    for folder, suffix in (("sources", ".md"), ("answers", ".yaml"), ("replies", ".yaml")):
        for path, file in _walk(top.joinpath(folder), folder, suffix):
            hasher.update(f"{path}\n".encode() + file.read_bytes())
    hasher.update(top.joinpath("register.yaml").read_bytes())
    return hasher.hexdigest()


def read_sources(root: Traversable | None = None) -> tuple[SourceFile, ...]:
    """Read every source file, in the order of their paths.

    Raises:
        ContentError: a file has no front matter, or a field of it is wrong.
    """
    found = _walk((root or knowledge_root()).joinpath("sources"), "sources", ".md")
    return tuple(_source_file(path, file.read_text("utf-8")) for path, file in found)


def read_answers(root: Traversable | None = None) -> tuple[tuple[str, AnswerFile], ...]:
    """Read every written answer with the path of its file.

    Raises:
        ContentError: a field is wrong.
    """
    return _read_lists(root, "answers", AnswerFile)


def read_replies(root: Traversable | None = None) -> tuple[tuple[str, ReplyFile], ...]:
    """Read every written reply with the path of its file.

    Raises:
        ContentError: a field is wrong.
    """
    return _read_lists(root, "replies", ReplyFile)


def read_register(root: Traversable | None = None) -> dict[str, RegisterEntry]:
    """Read the register of the sources that notes rest on, by id.

    Raises:
        ContentError: a field is wrong.
    """
    return _read_one(root, "register.yaml", TypeAdapter(dict[str, RegisterEntry]))


def read_glossary(root: Traversable | None = None) -> tuple[GlossaryTerm, ...]:
    """Read the glossary.

    Raises:
        ContentError: a field is wrong.
    """
    return _read_one(root, "glossary.yaml", TypeAdapter(tuple[GlossaryTerm, ...]))


def read_rules(root: Traversable | None = None) -> Rules:
    """Read the patterns, terms and thresholds that the steps apply.

    Raises:
        ContentError: a field is wrong.
    """
    screen = _read_one(root, "screen.yaml", TypeAdapter(ScreenFile))
    calibration = _read_one(root, "calibration.yaml", TypeAdapter(CalibrationFile))
    return Rules(
        screen=ScreenRules(
            injection=Patterns.of(*screen.injection),
            judgement=Patterns.of(*screen.judgement),
            salutation=Patterns.of(*screen.salutation),
            greeting=Patterns.of(*screen.greeting),
            closing=Patterns.of(*screen.closing),
            asking=Patterns.of(*screen.asking),
            topic_change=Patterns.of(*screen.topic_change),
            courtesy=Patterns.of(*screen.courtesy),
            subject=Patterns.of(*screen.subject),
        ),
        terms=_lexicon(read_glossary(root)),
        other_subjects=Lexicon({word.lower(): Term(word, "other", False) for word in screen.other_subjects}),
        calibration=Calibration(**calibration.model_dump()),
    )


def _lexicon(glossary: tuple[GlossaryTerm, ...]) -> Lexicon:
    forms: dict[str, Term] = {}
    for entry in glossary:
        term = Term(entry.identifier, entry.kind, entry.scope == "strong")
        for form in (entry.nl, entry.en, *entry.also):
            forms.setdefault(form.lower(), term)
    return Lexicon(forms)


def written_answer(file: AnswerFile) -> WrittenAnswer:
    """Turn a checked file into the value that the core uses."""
    by_stance = ((Stance.OPEN, file.questions.open), (Stance.YES, file.questions.ja), (Stance.NO, file.questions.nee))
    return WrittenAnswer(
        id=file.id,
        title=_wording(file.title),
        lines=tuple(Line(text, stance) for stance, texts in by_stance for text in texts),
        lead=_claim(file.lead),
        statements=tuple(_claim(claim) for claim in file.statements),
        follow_ups=file.follow_ups,
        partial=file.partial,
        needs=frozenset(file.needs),
        roles=file.roles,
    )


def written_reply(file: ReplyFile) -> WrittenReply:
    """Turn a checked file into the value that the core uses."""
    return WrittenReply(file.id, file.status, file.questions, _wording(file))


def _wording(file: Bilingual) -> Wording:
    return Wording(file.nl, file.en)


def _claim(file: ClaimFile) -> Claim:
    cites: list[Cite] = []
    for cite in file.cites:
        if isinstance(cite, str):
            cites.append(Cite(PassageId(cite)))
        else:
            cites.extend(Cite(PassageId(passage), quote) for passage, quote in cite.items())
    return Claim(_wording(file), tuple(cites), file.roles)


def _source_file(path: str, text: str) -> SourceFile:
    before, opened, rest = text.partition("---\n")
    head_text, closed, body = rest.partition("\n---\n")
    if before or not opened or not closed:
        raise ContentError(f"{path}: no front matter: start the file with '---' and close it with '---'")
    head = _checked(path, TypeAdapter(FrontMatter), _yaml(path, head_text))
    return SourceFile(path=path, head=head, body=body.strip("\n") + "\n")


def _read_lists(root: Traversable | None, folder: str, model: type[Model]) -> tuple[tuple[str, Model], ...]:
    found: list[tuple[str, Model]] = []
    for path, file in _walk((root or knowledge_root()).joinpath(folder), folder, ".yaml"):
        items = _checked(path, TypeAdapter(tuple[model, ...]), _yaml(path, file.read_text("utf-8")))  # type: ignore[valid-type]  # mypy cannot see that a TypeVar is a type here
        found.extend((path, item) for item in items)
    return tuple(found)


def _read_one(root: Traversable | None, name: str, adapter: "TypeAdapter[Checked]") -> "Checked":
    file = (root or knowledge_root()).joinpath(name)
    return _checked(name, adapter, _yaml(name, file.read_text("utf-8")))


def _walk(folder: Traversable, path: str, suffix: str) -> Iterator[tuple[str, Traversable]]:
    for child in sorted(folder.iterdir(), key=lambda entry: entry.name):
        place = f"{path}/{child.name}"
        if child.is_dir():
            yield from _walk(child, place, suffix)
        elif child.name.endswith(suffix):
            yield place, child


def _yaml(path: str, text: str) -> object:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # CSafeLoader is the safe one
    except yaml.YAMLError as error:
        raise ContentError(f"{path}: not YAML: {str(error).splitlines()[0]}") from error


Checked = TypeVar("Checked")


def _checked(path: str, adapter: TypeAdapter[Checked], value: object) -> Checked:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ContentError(f"{path}: {place}: {first['msg']} (found: {first['input']!r:.80})") from error
