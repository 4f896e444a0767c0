"""Checks everything under ``knowledge/``; each finding names file and field.

Knows what makes a text wrong or risky to say. Nothing is changed.
Knows nothing of how texts are found.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable

from bot.core.corpus import Claim, Grade, Language, Passage, PassageId, Source, SourceId
from bot.core.decision import Outcome
from bot.core.errors import ContentError
from bot.core.model import Quote, Statement
from bot.core.plain import squeezed, words
from bot.core.quoting import quote_for
from bot.core.rules import Rules
from bot.core.sentences import sentences
from bot.core.verify import fault_of
from ingest.contradictions import undecided, wrong_sides
from ingest.passages import full_register, passages_of, source_of
from knowledge.loader import (
    read_answers,
    read_contradictions,
    read_glossary,
    read_kinds,
    read_register,
    read_replies,
    read_rules,
    read_sources,
    written_answer,
)
from knowledge.schema import AnswerFile, ContradictionsFile, PassageMeta, ReplyFile, SourceFile

MAX_SENTENCE_WORDS = 25
"""B1 Dutch: a longer sentence is hard to read (a list item counts as a sentence)."""

LIST_COMMAS = 5
"""A sentence with this many commas is a list and may be longer."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something to mend: where, in which field, and what."""

    file: str
    field: str
    text: str

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{self.file}: {self.field}: {self.text}"


@dataclass(frozen=True, slots=True)
class _Knowledge:
    files: tuple[SourceFile, ...]
    passages: Mapping[PassageId, Passage]
    sources: Mapping[SourceId, Source]
    places: Mapping[PassageId, str]
    contradictions: ContradictionsFile
    answers: tuple[tuple[str, AnswerFile], ...]
    replies: tuple[tuple[str, ReplyFile], ...]
    terms: frozenset[str]


def lint(root: Traversable | None = None, today: date | None = None) -> tuple[Finding, ...]:
    """Check the whole folder; a file that cannot be read is the one finding."""
    try:
        knowledge = _read(root)
        rules = read_rules(root)
        read_kinds(root)
    except ContentError as error:
        file, _, rest = str(error).partition(": ")
        field, _, text = rest.partition(": ")
        return (Finding(file, field, text or field),)
    day = today or date.today()
    found = [
        *_dates(knowledge, day),
        *_references(knowledge),
        *_wording(knowledge),
        *_lines(knowledge),
        *_answers(knowledge),
        *_rules(knowledge, rules),
        *_contradictions(knowledge),
    ]
    return tuple(sorted(set(found)))


def _contradictions(knowledge: _Knowledge) -> Iterator[Finding]:
    file, decided = "contradictions.yaml", knowledge.contradictions
    for name, text in wrong_sides(knowledge.passages, decided):
        yield Finding(file, name, text)
    for first, second in undecided(knowledge.passages.values(), decided):
        yield Finding(file, f"{first} and {second}", "they seem to disagree: decide, or say why they do not")


def _read(root: Traversable | None) -> _Knowledge:
    files = read_sources(root)
    register = full_register(files, read_register(root))
    passages = {p.id: p for file in files for p in passages_of(file, register)}
    places = {p.id: file.path for file in files for p in passages_of(file, register)}
    sources = {SourceId(file.head.id): source_of(file) for file in files}
    terms = frozenset(term.identifier for term in read_glossary(root))
    return _Knowledge(
        files, passages, sources, places, read_contradictions(root), read_answers(root), read_replies(root), terms
    )


def _dates(knowledge: _Knowledge, today: date) -> Iterator[Finding]:
    for file in knowledge.files:
        head = file.head
        yield from _order(file.path, "valid_from", head.valid_from, head.valid_until)
        yield from _review(file.path, "review_by", head.reviewed_on, head.review_by, today)
        for key, meta in head.passages.items():
            start = meta.valid_from or head.valid_from
            yield from _order(file.path, f"passages.{key}.valid_from", start, meta.valid_until)
    for path, answer in knowledge.answers:
        yield from _review(path, f"{answer.id}.review_by", answer.reviewed_on, answer.review_by, today)


def _order(file: str, field: str, start: date | None, end: date | None) -> Iterator[Finding]:
    if start and end and start > end:
        yield Finding(file, field, f"{start} is after valid_until {end}")


def _review(file: str, field: str, reviewed: date, review_by: date, today: date) -> Iterator[Finding]:
    if review_by < reviewed:
        yield Finding(file, field, f"{review_by} is before reviewed_on {reviewed}")
    if review_by < today:
        yield Finding(file, field, f"past its review date {review_by}: check the text and set a new date")


def _references(knowledge: _Knowledge) -> Iterator[Finding]:
    ids = [file.head.id for file in knowledge.files]
    for file in knowledge.files:
        if ids.count(file.head.id) > 1:
            yield Finding(file.path, "id", f"{file.head.id!r} is used by another file")
        yield from _listed_sources(file)
        for key, meta in file.head.passages.items():
            yield from _passage_references(knowledge, file, key, meta)


def _listed_sources(file: SourceFile) -> Iterator[Finding]:
    """The list of a note's sources is that of its passages."""
    head = file.head
    named = {origin.source.partition("#")[0] for meta in head.passages.values() for origin in meta.origins}
    for source in sorted(set(head.sources) - named):
        yield Finding(file.path, "sources", f"{source!r} is named by no passage")
    if head.kind == "note":
        for source in sorted(named - set(head.sources)):
            yield Finding(file.path, "sources", f"{source!r} is missing: a passage names it")


def _passage_references(knowledge: _Knowledge, file: SourceFile, key: str, meta: PassageMeta) -> Iterator[Finding]:
    field = f"passages.{key}"
    if file.head.kind == "note" and not meta.origins:
        yield Finding(file.path, f"{field}.from", "a note names the source of each passage")
    basis = [origin.source for origin in meta.origins if "#" in origin.source]
    overtaking = [by for overtaken in meta.superseded for by in overtaken.by]
    for name in (*basis, *meta.supersedes, *meta.superseded_by, *overtaking):
        if PassageId(name) not in knowledge.passages:
            yield Finding(file.path, field, f"there is no passage {name!r}")
    passage = knowledge.passages[PassageId(f"{file.head.id}#{key}")]
    for overtaken in meta.superseded:
        if overtaken.span not in passage.text:
            yield Finding(file.path, f"{field}.superseded", f"the passage does not say {overtaken.span!r}")
    yield from _mutual(knowledge, file.path, passage.id, meta.supersedes)


def _mutual(knowledge: _Knowledge, file: str, newer: PassageId, older: Iterable[str]) -> Iterator[Finding]:
    """What one text says it replaces must end, or say so too."""
    for name in older:
        passage = knowledge.passages.get(PassageId(name))
        if passage is not None and newer not in passage.superseded_by and passage.validity.until is None:
            yield Finding(file, f"{newer}.supersedes", f"{name} has no valid_until and does not name {newer}")


def _wording(knowledge: _Knowledge) -> Iterator[Finding]:
    for file in knowledge.files:
        if file.head.kind != "note":
            continue
        for key in file.head.passages:
            passage = knowledge.passages[PassageId(f"{file.head.id}#{key}")]
            yield from _long(file.path, f"passages.{key}", passage.text)
            if passage.grade is Grade.UNVERIFIED and "niet geverifieerd" not in passage.text:
                yield Finding(
                    file.path, f"passages.{key}", "general knowledge must say 'niet geverifieerd' in the text"
                )
    for path, answer in knowledge.answers:
        for field, claim in (("lead", answer.lead), *((f"statements.{i}", c) for i, c in enumerate(answer.statements))):
            quoted = claim.nl.partition('"')[0]
            yield from _long(path, f"{answer.id}.{field}.nl", quoted)
    for path, reply in knowledge.replies:
        yield from _long(path, f"{reply.id}.nl", reply.nl)


def _long(file: str, field: str, text: str) -> Iterator[Finding]:
    for sentence in sentences(text):
        count = len(words(sentence))
        if count > MAX_SENTENCE_WORDS and sentence.count(",") < LIST_COMMAS:
            yield Finding(file, field, f"a sentence of {count} words (at most {MAX_SENTENCE_WORDS}): {sentence[:60]}…")


def _lines(knowledge: _Knowledge) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for file in knowledge.files:
        for key, meta in file.head.passages.items():
            field = f"passages.{key}.questions"
            yield from _repeated(file.path, field, meta.questions, seen)
    for path, answer in knowledge.answers:
        yield from _repeated(path, f"{answer.id}.questions", answer.questions.all, seen)
    for path, reply in knowledge.replies:
        yield from _repeated(path, f"{reply.id}.questions", reply.questions, seen)


def _repeated(file: str, field: str, lines: Iterable[str], seen: dict[str, str]) -> Iterator[Finding]:
    for line in lines:
        key = " ".join(words(line))
        if key in seen:
            yield Finding(file, field, f"{line!r} stands already in {seen[key]}")
        seen.setdefault(key, f"{file} {field}")


def _answers(knowledge: _Knowledge) -> Iterator[Finding]:
    ids = [answer.id for _, answer in knowledge.answers]
    yield from _used_twice([(path, answer.id) for path, answer in knowledge.answers])
    yield from _used_twice([(path, reply.id) for path, reply in knowledge.replies])
    for path, file in knowledge.answers:
        answer = written_answer(file)
        if not file.questions.all:
            yield Finding(path, f"{file.id}.questions", "there are none")
        for name in file.earlier:
            if name not in knowledge.passages:
                yield Finding(path, f"{file.id}.earlier", f"there is no passage {name!r}")
        for name in file.follow_ups:
            if name not in ids:
                yield Finding(path, f"{file.id}.follow_ups", f"there is no answer {name!r}")
        for term in file.needs:
            if term not in knowledge.terms:
                yield Finding(path, f"{file.id}.needs", f"there is no term {term!r} in glossary.yaml")
        for field, claim in (("lead", answer.lead), *((f"statements.{i}", c) for i, c in enumerate(answer.statements))):
            yield from _claim(knowledge, path, f"{file.id}.{field}", claim)
    yield from _english_passages(knowledge)


def _rules(knowledge: _Knowledge, rules: Rules) -> Iterator[Finding]:
    """The passages that rules name exist, and nothing that people ask about ISV is refused by a pattern."""
    check = rules.check
    named = [
        *(("rules/isv.yaml", rule.id, cite.passage_id) for rule in check.rules for cite in rule.cites),
        *(("rules/thresholds.yaml", str(t.validity.since), t.passage_id) for t in check.thresholds),
        *(("rules/todos.yaml", outcome, todo.passage_id) for outcome in Outcome for todo in check.todos[outcome]),
        *(("rules/unknowns.yaml", outcome, u.passage_id) for outcome in Outcome for u in check.unknowns[outcome]),
        *(("rules/categories.yaml", name, cite.passage_id) for name, c in check.categories.items() for cite in c.cites),
    ]
    for path, field, passage_id in named:
        if passage_id not in knowledge.passages:
            yield Finding(path, str(field), f"there is no passage {passage_id!r}")
    for path, field, line in _all_lines(knowledge):
        for kind, patterns in (("injection", rules.screen.injection), ("judgement", rules.screen.judgement)):
            if patterns.match(line):
                yield Finding(path, field, f"{line!r} is refused by a pattern of screen.yaml, {kind}")


def _all_lines(knowledge: _Knowledge) -> Iterator[tuple[str, str, str]]:
    for file in knowledge.files:
        for key, meta in file.head.passages.items():
            yield from ((file.path, f"passages.{key}.questions", line) for line in meta.questions)
    for path, answer in knowledge.answers:
        yield from ((path, f"{answer.id}.questions", line) for line in answer.questions.all)


def _used_twice(named: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    counts = Counter(name for _, name in named)
    yield from (Finding(path, "id", f"{name!r} is used twice") for path, name in named if counts[name] > 1)


def _claim(knowledge: _Knowledge, file: str, field: str, claim: Claim) -> Iterator[Finding]:
    """A claim must be carried by what it cites, in both languages, as the verifier will ask of every answer."""
    quotes: list[Quote] = []
    for cite in claim.cites:
        passage = knowledge.passages.get(cite.passage_id)
        if passage is None:
            yield Finding(file, f"{field}.cites", f"there is no passage {cite.passage_id!r}")
            continue
        quote = quote_for(cite, passage, claim.wording.nl)
        if quote is None:
            yield Finding(file, f"{field}.cites", f"{cite.passage_id} does not say {squeezed(cite.quote or '')[:60]!r}")
            continue
        quotes.append(quote)
    for language in Language:
        statement = Statement(claim.wording.in_language(language), tuple(quotes))
        fault = fault_of(statement, knowledge.sources) if quotes else None
        if fault is not None:
            yield Finding(file, f"{field}.{language}", f"{fault.value}: {statement.text[:70]}…")


def _english_passages(knowledge: _Knowledge) -> Iterator[Finding]:
    """The English rendering of a passage must be carried by its Dutch text and what it rests on."""
    for passage in knowledge.passages.values():
        others = [knowledge.passages[b] for b in passage.basis if b in knowledge.passages]
        quotes = tuple(Quote(p, p.text, p.start) for p in (passage, *others))
        fault = fault_of(Statement(passage.english, quotes), knowledge.sources)
        if fault is not None:
            key = passage.id.partition("#")[2]
            yield Finding(knowledge.places[passage.id], f"passages.{key}.en", f"{fault.value}: {passage.english[:70]}…")
