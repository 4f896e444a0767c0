"""Reads the files of this folder into checked values.

Knows the file formats; every error names the file and the field.
Knows nothing of passages, vectors or answers given.
"""

import hashlib
from importlib.resources.abc import Traversable

from pydantic import TypeAdapter

from bot.core.corpus import (
    Claim,
    Kind,
    Line,
    PassageId,
    Stance,
    WrittenAnswer,
    WrittenReply,
)
from bot.core.errors import ContentError
from bot.core.rules import Calibration, Lexicon, Patterns, Rules, ScreenRules, Term
from knowledge.check_rules import cites_of, read_check_rules, read_dialogue, read_phrases, wording_of
from knowledge.files import bytes_of, checked, knowledge_root, parsed, read_lists, read_one, text_of, walk
from knowledge.schema import (
    AnswerFile,
    CalibrationFile,
    ClaimFile,
    ContradictionsFile,
    FrontMatter,
    GlossaryTerm,
    RegisterEntry,
    ReplyFile,
    ScreenFile,
    SourceFile,
)


def knowledge_digest(root: Traversable | None = None) -> str:
    """Give one digest of every file that is indexed; it changes when any of them does."""
    top = root or knowledge_root()
    hasher = hashlib.sha256()
    for folder, suffix in (("sources", ".md"), ("answers", ".yaml"), ("replies", ".yaml")):
        for path, file in walk(top.joinpath(folder), folder, suffix):
            hasher.update(f"{path}\n".encode() + bytes_of(path, file))
    for name in ("register.yaml", "kinds.yaml"):
        hasher.update(bytes_of(name, top.joinpath(name)))
    return hasher.hexdigest()


def read_sources(root: Traversable | None = None) -> tuple[SourceFile, ...]:
    """Read every source file, in the order of their paths.

    Raises:
        ContentError: a file has no front matter, or a field of it is wrong.
    """
    found = walk((root or knowledge_root()).joinpath("sources"), "sources", ".md")
    return tuple(_source_file(path, text_of(path, file)) for path, file in found)


def read_answers(root: Traversable | None = None) -> tuple[tuple[str, AnswerFile], ...]:
    """Read every written answer with the path of its file.

    Raises:
        ContentError: a field is wrong.
    """
    return read_lists(root, "answers", AnswerFile)


def read_replies(root: Traversable | None = None) -> tuple[tuple[str, ReplyFile], ...]:
    """Read every written reply with the path of its file.

    Raises:
        ContentError: a field is wrong.
    """
    return read_lists(root, "replies", ReplyFile)


def read_register(root: Traversable | None = None) -> dict[str, RegisterEntry]:
    """Read the register of the sources that notes rest on, by id.

    Raises:
        ContentError: a field is wrong.
    """
    return read_one(root, "register.yaml", TypeAdapter(dict[str, RegisterEntry]))


def read_kinds(root: Traversable | None = None) -> dict[Kind, tuple[str, ...]]:
    """Read the messages that teach what kinds of message there are.

    Raises:
        ContentError: a field is wrong.
    """
    return read_one(root, "kinds.yaml", TypeAdapter(dict[Kind, tuple[str, ...]]))


def read_glossary(root: Traversable | None = None) -> tuple[GlossaryTerm, ...]:
    """Read the glossary.

    Raises:
        ContentError: a field is wrong.
    """
    return read_one(root, "glossary.yaml", TypeAdapter(tuple[GlossaryTerm, ...]))


def read_contradictions(root: Traversable | None = None) -> ContradictionsFile:
    """Read what was decided where sources disagree.

    Raises:
        ContentError: a field is wrong.
    """
    return read_one(root, "contradictions.yaml", TypeAdapter(ContradictionsFile))


def read_calibration(root: Traversable | None = None, name: str = "calibration.yaml") -> Calibration:
    """Read the thresholds that were measured for an embedder.

    Raises:
        ContentError: a field is wrong.
    """
    return Calibration(**read_one(root, name, TypeAdapter(CalibrationFile)).model_dump())


def read_rules(root: Traversable | None = None) -> Rules:
    """Read the patterns, terms and thresholds that the steps apply.

    Raises:
        ContentError: a field is wrong.
    """
    screen = read_one(root, "screen.yaml", TypeAdapter(ScreenFile))
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
            judging=Patterns.of(*screen.judging),
            duty=Patterns.of(*screen.duty),
            permission=Patterns.of(*screen.permission),
            private_buyer=Patterns.of(*screen.private_buyer),
            what_next=Patterns.of(*screen.what_next),
            buying=Patterns.of(*screen.buying),
            selling=Patterns.of(*screen.selling),
        ),
        terms=_lexicon(read_glossary(root)),
        other_subjects=Lexicon({word.lower(): Term(word, "other", False) for word in screen.other_subjects}),
        calibration=read_calibration(root),
        check=read_check_rules(root),
        phrases=read_phrases(root),
        dialogue=read_dialogue(root),
    )


def _lexicon(glossary: tuple[GlossaryTerm, ...]) -> Lexicon:
    forms: dict[str, Term] = {}
    for entry in glossary:
        term = Term(entry.identifier, entry.kind, entry.scope == "strong", entry.value)
        for form in (entry.nl, entry.en, *entry.also):
            forms.setdefault(form.lower(), term)
    return Lexicon(forms)


def written_answer(file: AnswerFile) -> WrittenAnswer:
    """Turn a checked file into the value that the core uses; its title is a question line too, for it is suggested."""
    by_stance = ((Stance.OPEN, file.questions.open), (Stance.YES, file.questions.ja), (Stance.NO, file.questions.nee))
    lines = [Line(text, stance) for stance, texts in by_stance for text in texts]
    title = wording_of(file.title)
    return WrittenAnswer(
        id=file.id,
        title=title,
        lines=(*lines, *(Line(text) for text in (title.nl, title.en) if text not in {line.text for line in lines})),
        lead=_claim(file.lead),
        statements=tuple(_claim(claim) for claim in file.statements),
        follow_ups=file.follow_ups,
        partial=file.partial,
        needs=frozenset(file.needs),
        roles=file.roles,
        calls_check=file.calls_check,
        earlier=tuple(map(PassageId, file.earlier)),
    )


def written_reply(file: ReplyFile) -> WrittenReply:
    """Turn a checked file into the value that the core uses."""
    return WrittenReply(file.id, file.status, file.questions, wording_of(file))


def _claim(file: ClaimFile) -> Claim:
    return Claim(wording_of(file), cites_of(file.cites), file.roles)


def _source_file(path: str, text: str) -> SourceFile:
    before, opened, rest = text.partition("---\n")
    head_text, closed, body = rest.partition("\n---\n")
    if before or not opened or not closed:
        raise ContentError(f"{path}: no front matter: start the file with '---' and close it with '---'")
    head = checked(path, TypeAdapter(FrontMatter), parsed(path, head_text))
    return SourceFile(path=path, head=head, body=body.strip("\n") + "\n")
