"""The machine-readable answer, the same for the terminal and every interface that speaks JSON.

Knows the contract of docs/contract.md, both ways: answers out, questions in.
Knows nothing of transport.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from bot.core.corpus import Language, Role, Source
from bot.core.decision import MAX_VALUE_EUR, VALUES, Decision, Fact, FactName, FactValue, Known
from bot.core.errors import UsageError
from bot.core.model import MAX_QUESTION_CHARS, Answer, Citation, Question, Turn
from bot.core.plain import shortened, visible
from bot.core.search import Found, Hit
from bot.core.tender_day import period_of

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)

SHOWN_CHARS = 40
"""Characters of a wrong value that an error shows."""


def answer_object(answer: Answer) -> dict[str, object]:
    """Give an answer as values that JSON knows."""
    return {
        "id": answer.id,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "language": answer.language.value,
        "role": answer.role.value,
        "as_of": answer.as_of.isoformat(),
        "status": answer.status.value,
        "text": answer.text,
        "draft": answer.draft.value,
        "citations": [_citation(citation) for citation in answer.citations],
        "decision": None if answer.decision is None else _decision(answer, answer.decision),
        "warnings": [{"kind": notice.kind.value, "text": notice.text} for notice in answer.notices],
        "follow_ups": list(answer.follow_ups),
        "passages": [
            {
                "id": scored.passage.id,
                "source_id": scored.passage.source_id,
                "score": round(scored.score, 4),
                "text": scored.passage.whole,
            }
            for scored in answer.passages
        ],
        "timings_ms": dict(answer.timings_ms),
    }


def found_object(found: Found, limit: int) -> dict[str, object]:
    """Give what a search found as values that JSON knows, at most ``limit`` passages."""
    return {
        "question": found.question,
        "language": found.language.value,
        "role": found.role.value,
        "as_of": found.as_of.isoformat(),
        "passages": [_hit(hit) for hit in found.hits[:limit]],
    }


def _hit(hit: Hit) -> dict[str, object]:
    """Give a passage as a citation, with its score, its whole text and its days."""
    since, until = hit.passage.validity.since, hit.passage.validity.until
    return {
        "id": hit.passage.id,
        "score": round(hit.scored.score, 4),
        **_citation(hit.citation),
        "text": hit.passage.whole,
        "valid_from": None if since is None else since.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "superseded_by": list(hit.passage.superseded_by),
    }


def source_object(source: Source) -> dict[str, object]:
    """Give what is known of a source, without its text, as values that JSON knows."""
    since, until = source.validity.since, source.validity.until
    return {
        "id": source.id,
        "title": source.title,
        "publisher": source.publisher,
        "date": source.date.isoformat(),
        "kind": source.kind,
        "reference": source.reference,
        "url": source.url,
        "language": source.language.value,
        "grade": source.grade.value,
        "valid_from": None if since is None else since.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "supersedes": list(source.supersedes),
        "superseded_by": list(source.superseded_by),
    }


def checked_question(
    text: str,
    *,
    role: Role,
    as_of: date,
    language: Language | None = None,
    history: Sequence[Turn] = (),
) -> Question:
    """Give a question that may be asked.

    Raises:
        UsageError: it is empty or too long.
    """
    if not any(char.isprintable() and not char.isspace() for char in visible(text)):
        raise UsageError("empty_question")
    if len(text) > MAX_QUESTION_CHARS:
        raise UsageError("question_too_long", count=len(text), limit=MAX_QUESTION_CHARS)
    return Question(text, role, as_of, language, tuple(history))


def turns_of(value: object) -> tuple[Turn, ...]:
    """Read the earlier turns of a conversation: questions, or objects that hold one, with the answer.

    Raises:
        UsageError: it is something else.
    """
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise UsageError("bad_history", value=_shown(value))
    turns: list[Turn] = []
    for item in value:
        if isinstance(item, str):
            turns.append(Turn(item))
        elif isinstance(item, Mapping) and isinstance(item.get("question"), str):
            answer, read_as = (str(item.get(name) or "") for name in ("answer", "standalone_question"))
            turns.append(Turn(item["question"], answer, _offers_of(item.get("follow_ups")), read_as))
        else:
            raise UsageError("bad_history", value=_shown(item))
    return tuple(turns)


def _offers_of(value: object) -> tuple[str, ...]:
    """Read the suggestions of an earlier answer.

    Raises:
        UsageError: it is something else than a list of texts.
    """
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(offer, str) for offer in value):
        raise UsageError("bad_history", value=_shown(value))
    return tuple(value)


def facts_of(value: object) -> dict[FactName, Fact]:
    """Read the facts of a purchase: an object by name, with the values of docs/contract.md.

    Raises:
        UsageError: a name or a value is none of them.
    """
    if not isinstance(value, Mapping) or not value:
        raise UsageError("bad_facts", reason=_shown(value))
    facts: dict[FactName, Fact] = {}
    for key, given in value.items():
        if key not in set(FactName):
            raise UsageError("unknown_fact", value=_shown(key), allowed=", ".join(FactName))
        name = FactName(key)
        period = period_of(str(given)) if name is FactName.DATE else None
        facts[name] = Fact(name, _fact_value(name, given), Known.ASKED) if period is None else period
    return facts


def _fact_value(name: FactName, given: object) -> FactValue:
    if name is FactName.DATE:
        return day_of(str(given))
    if name is FactName.VALUE_EUR:
        if isinstance(given, int) and not isinstance(given, bool) and 0 < given <= MAX_VALUE_EUR:
            return given
        raise UsageError("bad_value", value=_shown(given), maximum=MAX_VALUE_EUR)
    allowed = VALUES[name]
    found = [value for value in allowed if type(value) is type(given) and value == given]
    if not found:
        shown = ", ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in allowed)
        raise UsageError("bad_fact", fact=name, value=_shown(given), allowed=shown)
    return found[0]


def role_of(value: str) -> Role:
    """Read a role.

    Raises:
        UsageError: there is no such role.
    """
    try:
        return Role(value)
    except ValueError as error:
        raise UsageError("unknown_role", value=_shown(value), allowed=", ".join(Role)) from error


def language_from(value: str) -> Language:
    """Read a language.

    Raises:
        UsageError: it is not one we answer in.
    """
    try:
        return Language(value)
    except ValueError as error:
        raise UsageError("unknown_language", value=_shown(value), allowed=", ".join(Language)) from error


def day_of(value: str) -> date:
    """Read a day, written as 2026-11-21.

    Raises:
        UsageError: it is no day.
    """
    try:
        return date(*map(int, _DAY.fullmatch(value).groups()))  # type: ignore[union-attr]  # no match is caught too
    except (AttributeError, ValueError) as error:
        raise UsageError("bad_day", value=_shown(value)) from error


def _decision(answer: Answer, decision: Decision) -> dict[str, object]:
    numbers = {citation.passage_id: citation.n for citation in reversed(answer.citations)}
    return {
        "outcome": decision.outcome.value,
        "as_of": decision.as_of.isoformat(),
        "facts": [_fact(fact) for fact in decision.facts.values()],
        "missing": [name.value for name in decision.missing],
        "rules": [
            {
                "id": tried.rule.id,
                "fired": tried.fired,
                "citation": numbers.get(tried.rule.cites[0].passage_id) if tried.fired else None,
            }
            for tried in decision.tried
        ],
        "todos": [
            {"phase": todo.phase, "who": todo.who, "text": todo.wording.in_language(answer.language)}
            for todo in decision.todos
        ],
        "unknowns": [unknown.wording.in_language(answer.language) for unknown in decision.unknowns],
    }


def _fact(fact: Fact) -> dict[str, object]:
    value = fact.value.isoformat() if isinstance(fact.value, date) else fact.value
    if fact.within is not None:
        value = fact.words
    return {"name": fact.name.value, "value": value, "from": fact.known.value, "words": fact.words}


def _citation(citation: Citation) -> dict[str, object]:
    return {
        "n": citation.n,
        "source_id": citation.source_id,
        "title": citation.title,
        "publisher": citation.publisher,
        "date": citation.date.isoformat(),
        "reference": citation.reference,
        "locator": citation.locator,
        "grade": citation.grade.value,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "url": citation.url,
    }


def _shown(value: object) -> str:
    return shortened(str(value), SHOWN_CHARS)
