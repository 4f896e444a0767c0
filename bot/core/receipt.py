"""The receipt of an ISV check: one sheet for the tender file, with everything that the outcome rests on.

Knows what stands on the sheet and in which order, and how it is written in Markdown.
Knows nothing of files or of PDF.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.corpus import Language, PassageId
from bot.core.decision import Decision
from bot.core.errors import UsageError
from bot.core.messages import Messages
from bot.core.model import Answer
from bot.core.plain import visible
from bot.core.values import facts_rows

_MARKUP = re.compile(r"([\\`*_\[\]<>&#|~!])")
_AT_START = re.compile(r"^(\d*)([.)+=-])")
_NUMBERED = re.compile(r"\[\d+\]$")


@dataclass(frozen=True, slots=True)
class Versions:
    """Which program, corpus, rules, prompts and model gave an answer, so that it can be given again."""

    program: str
    corpus: str
    rules: str
    prompts: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with rows: one text, or several for the columns of a table whose heads are ``columns``."""

    heading: str
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...] = ()
    is_typed: bool = False
    """Whether it holds what people typed, which is text and no markup."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The sheet."""

    language: Language
    title: str
    outcome: str
    sections: tuple[Section, ...]
    closing: str


def receipt_of(answer: Answer, told: Sequence[str], versions: Versions, made_on: date, messages: Messages) -> Receipt:
    """Write the receipt of an answer of the check; ``told`` is what the asker said, in order.

    Raises:
        UsageError: the answer holds no decision.
    """
    decision, language = answer.decision, answer.language
    if decision is None:
        raise UsageError("no_decision")
    marks = _Marks(answer)
    sections = (
        Section(
            _head("question", messages, language),
            tuple((visible(text),) for text in told or (answer.question,)),
            is_typed=True,
        ),
        _facts(decision, messages, language),
        Section(_head("answer", messages, language), tuple((line,) for line in _told(answer, decision))),
        Section(
            _head("missing", messages, language),
            tuple((messages.say(f"fact_{name}", language),) for name in decision.missing),
        ),
        _todos(decision, marks, messages, language),
        Section(_head("unknowns", messages, language), tuple(_unknowns(decision, marks, language))),
        Section(_head("notices", messages, language), tuple((notice.text,) for notice in answer.notices)),
        Section(_head("rules", messages, language), tuple(_rules(decision, marks, messages, language))),
        _sources(answer, decision, messages, language),
        _versions(answer, decision, versions, made_on, messages),
    )
    return Receipt(
        language=language,
        title=_head("title", messages, language),
        outcome=messages.say(f"outcome_{decision.outcome}", language),
        sections=tuple(section for section in sections if section.rows),
        closing=_head("no_advice", messages, language),
    )


def as_markdown(receipt: Receipt) -> str:
    """Write a receipt in Markdown."""
    return "\n".join(_markdown(receipt)) + "\n"


def _markdown(receipt: Receipt) -> Iterator[str]:
    yield from (f"# {receipt.title}", "", f"**{receipt.outcome}**")
    for section in receipt.sections:
        yield from ("", f"## {section.heading}", "")
        if section.columns:
            yield f"| {' | '.join(section.columns)} |"
            yield f"|{'---|' * len(section.columns)}"
            yield from (f"| {' | '.join(_cell(cell, section) for cell in row)} |" for row in section.rows)
        else:
            yield from (f"- {_cell(row[0], section)}" for row in section.rows)
    yield from ("", f"*{receipt.closing}*")


def _cell(text: str, section: Section) -> str:
    """Keep a text from being read as a table or as HTML, and what people typed from being read as markup at all."""
    plain = " ".join(text.split())
    if not section.is_typed:
        return plain.replace("|", "\\|").replace("<", "&lt;")
    return _AT_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", plain))


class _Marks:
    """Gives a text the numbers of the sources that it rests on."""

    def __init__(self, answer: Answer) -> None:
        self._numbers = {citation.passage_id: citation.n for citation in reversed(answer.citations)}
        self._told = answer.text

    def marked(self, text: str, passages: Iterable[PassageId]) -> str:
        as_told = re.search(re.escape(text) + r" (?:\[\d+\])+", self._told)
        if as_told is not None:
            return as_told.group()
        numbers = sorted({self._numbers[passage] for passage in passages if passage in self._numbers})
        return f"{text} {''.join(f'[{n}]' for n in numbers)}".rstrip()


def _told(answer: Answer, decision: Decision) -> Iterator[str]:
    """Give the lines of an answer that have no section of their own."""
    wordings = (*(todo.wording for todo in decision.todos), *(unknown.wording for unknown in decision.unknowns))
    beside = [wording.in_language(answer.language) for wording in wordings]
    for line in answer.text.splitlines():
        said = line.removeprefix("- ")
        if said and _NUMBERED.search(said) and not any(text in said for text in beside):
            yield said


def _todos(decision: Decision, marks: _Marks, messages: Messages, language: Language) -> Section:
    rows = tuple(
        (
            messages.say(f"phase_{todo.phase}", language),
            messages.say(f"who_{todo.who}", language),
            marks.marked(todo.wording.in_language(language), [todo.passage_id]),
        )
        for todo in decision.todos
    )
    columns = tuple(_head(name, messages, language) for name in ("phase", "who", "todo"))
    return Section(_head("todos", messages, language), rows, columns)


def _unknowns(decision: Decision, marks: _Marks, language: Language) -> Iterator[tuple[str]]:
    for unknown in decision.unknowns:
        yield (marks.marked(unknown.wording.in_language(language), [unknown.passage_id]),)


def _facts(decision: Decision, messages: Messages, language: Language) -> Section:
    columns = tuple(_head(name, messages, language) for name in ("fact", "value", "known"))
    rows = tuple(
        (messages.say(f"fact_{name}", language), value, origin)
        for name, value, origin in facts_rows(decision, messages, language)
    )
    return Section(_head("facts", messages, language), rows, columns, is_typed=True)


def _rules(decision: Decision, marks: _Marks, messages: Messages, language: Language) -> Iterator[tuple[str]]:
    """Give the rules that carry the outcome, those that wait for a fact, and why the others do not apply."""
    others = []
    for tried in decision.tried:
        if tried.against:
            names = ", ".join(messages.say(f"fact_{name}", language) for name in tried.against)
            others.append(f"{tried.rule.id} ({names})")
            continue
        wording = f"{tried.rule.id}: {tried.rule.wording.in_language(language)}"
        said = _head("fires" if tried.fired else "waits", messages, language, rule=wording)
        yield (marks.marked(said, [cite.passage_id for cite in tried.rule.cites]),)
    if others:
        yield (_head("do_not_fire", messages, language, rules="; ".join(others)),)


def _sources(answer: Answer, decision: Decision, messages: Messages, language: Language) -> Section:
    """Give the sources, with the quotes that the outcome rests on; a to-do names its source only."""
    beside = {todo.passage_id for todo in decision.todos} | {unknown.passage_id for unknown in decision.unknowns}
    carrying = {cite.passage_id for tried in decision.tried if not tried.against for cite in tried.rule.cites}
    rows = []
    for citation in answer.citations:
        is_quoted = citation.passage_id in carrying or citation.passage_id not in beside
        quote = f" “{' '.join(citation.quote.split())}”" if is_quoted else ""
        place = f"[{citation.n}] {citation.title} ({citation.date.isoformat()}), {citation.locator}."
        rows.append((f"{place}{quote}",))
    return Section(_head("sources", messages, language), tuple(rows))


def _versions(answer: Answer, decision: Decision, versions: Versions, made_on: date, messages: Messages) -> Section:
    language = answer.language
    pairs = (
        ("made_on", made_on.isoformat()),
        ("day", decision.as_of.isoformat()),
        ("answer_id", answer.id),
        ("program", versions.program),
        ("corpus", versions.corpus),
        ("rule_set", versions.rules),
    )
    line = "; ".join(f"{_head(name, messages, language)}: {value}" for name, value in pairs)
    return Section(_head("versions", messages, language), ((f"{line}.",),))


def _head(name: str, messages: Messages, language: Language, **holes: object) -> str:
    return messages.say(f"receipt_{name}", language, **holes)
