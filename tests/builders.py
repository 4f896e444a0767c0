"""Small real values for tests, and an assistant made of in-memory parts through the same door as the real one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count

from bot.adapters.memory import (
    HashingEmbedder,
    ListedPersonalData,
    MemoryShelf,
    NoSpeller,
    OverlapIndex,
    OverlapRecogniser,
    exact_index_of,
    targets_of,
)
from bot.adapters.memory_store import memory_store
from bot.bootstrap import build_messages
from bot.core.assistant import Assistant
from bot.core.checker import Checker
from bot.core.corpus import (
    Caveat,
    Cite,
    Claim,
    Corpus,
    Grade,
    Language,
    Line,
    Passage,
    PassageId,
    Role,
    Source,
    SourceId,
    Stance,
    Status,
    Validity,
    Wording,
    WrittenAnswer,
    WrittenReply,
)
from bot.core.desk import Desk, Manners
from bot.core.desk_commands import Commands
from bot.core.desk_talk import Ask, Talking
from bot.core.entries import key_of, lexical_text
from bot.core.identity import Identities
from bot.core.incoming import Incoming
from bot.core.keeping import Store
from bot.core.model import Answer, Question, Quote, Statement, Turn
from bot.core.people import Door, EveryRole, Roster
from bot.core.ports import Embedder, PersonalDataFinder, Speller, Vector, VectorIndex
from bot.core.rank import Lookup
from bot.core.receipt import Versions
from bot.core.rules import Rules
from bot.core.tools import Tools
from bot.core.writer import Writer
from knowledge.loader import read_rules

TODAY = date(2026, 11, 21)


def source(text: str, source_id: str = "bron", grade: Grade = Grade.NOTE, day: date = TODAY) -> Source:
    """A source with a text."""
    return Source(
        id=SourceId(source_id),
        title=f"Titel van {source_id}",
        publisher="uitgever",
        date=day,
        kind="note",
        reference="vindplaats",
        url="https://example.org",
        language=Language.NL,
        grade=grade,
        validity=Validity(),
        audience=frozenset(Role),
        text=text,
    )


def passage(
    text: str,
    key: str = "p1",
    of: Source | None = None,
    lines: Sequence[str] = (),
    grade: Grade = Grade.NOTE,
    caveats: Sequence[Caveat] = (),
    validity: Validity | None = None,
    audience: Sequence[Role] = tuple(Role),
    english: str = "",
    basis: Sequence[str] = (),
    superseded_by: Sequence[str] = (),
) -> Passage:
    """A passage of a source that holds its text; without a source, of one that is just that text."""
    owner = of or source(text)
    return Passage(
        id=PassageId(f"{owner.id}#{key}"),
        source_id=owner.id,
        title=owner.title,
        section="",
        text=text,
        start=owner.text.index(text),
        locator="alinea 1",
        grade=grade,
        caveats=frozenset(caveats),
        validity=validity or Validity(),
        audience=frozenset(audience),
        english=english or f"English of: {text}",
        lines=tuple(lines),
        basis=tuple(PassageId(b) for b in basis),
        superseded_by=tuple(superseded_by),
    )


def statement(text: str, *passages: Passage, quote: str | None = None) -> Statement:
    """A statement that quotes passages whole, or one span of the first."""
    if quote is not None:
        first = passages[0]
        return Statement(text, (Quote(first, quote, first.start + first.text.index(quote)),))
    return Statement(text, tuple(Quote(p, p.text, p.start) for p in passages))


def claim(nl: str, *cites: str, en: str = "", roles: Sequence[Role] = tuple(Role)) -> Claim:
    """A claim that cites passages by id."""
    return Claim(Wording(nl, en or f"EN {nl}"), tuple(Cite(PassageId(c)) for c in cites), frozenset(roles))


def answer(
    answer_id: str,
    lines: Sequence[str | Line],
    lead: Claim,
    statements: Sequence[Claim] = (),
    *,
    partial: bool = False,
    needs: Sequence[str] = (),
    follow_ups: Sequence[str] = (),
) -> WrittenAnswer:
    """A written answer; a line is open unless it says otherwise."""
    own = tuple(line if isinstance(line, Line) else Line(line) for line in lines)
    return WrittenAnswer(
        id=answer_id,
        title=Wording(f"Vraag {answer_id}?", f"Question {answer_id}?"),
        lines=own,
        lead=lead,
        statements=tuple(statements),
        follow_ups=tuple(follow_ups),
        partial=partial,
        needs=frozenset(needs),
    )


def yes(text: str) -> Line:
    """A line to which the answer is yes."""
    return Line(text, Stance.YES)


def no(text: str) -> Line:
    """A line to which the answer is no."""
    return Line(text, Stance.NO)


def reply(reply_id: str, status: Status, *lines: str) -> WrittenReply:
    """A written reply."""
    return WrittenReply(reply_id, status, lines, Wording(f"Antwoord {reply_id}.", f"Reply {reply_id}."))


def no_progress(stage: object, done: int, total: int) -> None:
    """Show nothing of a sync's progress."""


@cache
def real_rules() -> Rules:
    """The rules of the product, but a question is in scope unless its kind says otherwise."""
    rules = read_rules()
    only_kinds = {name: float(name == "lean") for name in rules.calibration.scope_weights}
    calibration = replace(rules.calibration, scope_weights=only_kinds, refuse_below=0.05, sure_above=0.05)
    return replace(rules, calibration=calibration)


class BrokenEmbedder:
    """Fails with the error it was given."""

    name = "broken"
    dims = 1

    def __init__(self, error: Exception) -> None:
        self._error = error

    def embed_questions(self, texts: Sequence[str]) -> Sequence[Vector]:
        raise self._error

    embed_passages = embed_questions


def tools(
    corpus: Corpus,
    *,
    rules: Rules | None = None,
    embedder: Embedder | None = None,
    vectors: VectorIndex | None = None,
    finder: PersonalDataFinder | None = None,
    speller: Speller | None = None,
    clock: Callable[[], float] | None = None,
    writer: Writer | None = None,
) -> Tools:
    """Everything an assistant needs, in memory."""
    hashing = HashingEmbedder()
    ticks = count()
    ids = count(1)
    return Tools(
        lookup=Lookup(
            embedder=embedder or hashing,
            vectors=vectors or exact_index_of(corpus, hashing),
            lexical=OverlapIndex({key_of(t): lexical_text(t) for t in targets_of(corpus)}),
            shelf=MemoryShelf(corpus),
            recogniser=OverlapRecogniser(corpus),
        ),
        finder=finder or ListedPersonalData({"123456782": "bsn"}),
        speller=speller or NoSpeller(),
        rules=rules or real_rules(),
        messages=build_messages(),
        new_id=lambda: f"id-{next(ids)}",
        versions=Versions("0.0", "klein", "regels"),
        writer=writer,
        clock=clock or (lambda: next(ticks) / 1000),
    )


def ask(corpus: Corpus, text: str, history: Sequence[str] = (), **options: object) -> Answer:
    """Ask an assistant in memory."""
    role = options.pop("role", Role.OFFICER)
    as_of = options.pop("as_of", TODAY)
    language = options.pop("language", None)
    question = Question(text, role, as_of, language, tuple(map(Turn, history)))  # type: ignore[arg-type]  # options of any kind
    return Assistant(tools(corpus, **options)).ask(question)  # type: ignore[arg-type]  # options of any kind


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = b"a key that is only good for tests, of enough bytes"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def said(text: str = "", message_id: str = "1", **fields: object) -> Incoming:
    """A message of Anna in her private conversation."""
    whole = {"channel": "test", "person": "anna", "conversation": "c1", "message_id": message_id, "text": text}
    return Incoming(**{**whole, **fields})  # type: ignore[arg-type]  # fields of any kind


def desk(
    parts: Tools,
    *,
    ask: Ask | None = None,
    store: Store | None = None,
    roster: Roster | None = None,
    unknown: Role | None = None,
    clock: Clock | None = None,
    today: date = TODAY,
    kept_for: timedelta = timedelta(days=90),
) -> Desk:
    """A desk with an assistant in memory, for somebody who has every role."""
    now = clock or Clock()
    kept = store or memory_store(now)
    parts = replace(parts, records=kept.records)
    identities = Identities(KEY)
    codes = count(1)
    talking = Talking(
        ask=ask or Assistant(parts).ask,
        checker=Checker(parts),
        records=kept.records,
        versions=parts.versions,
        question_key=lambda visit: identities.question(visit.incoming),
        now=now,
        today=lambda: today,
        ask_aloud=None if ask is not None else Assistant(parts).ask,
    )
    door = Door(roster or EveryRole(Role.OFFICER), kept.people, unknown, lambda: f"CODE{next(codes)}", now)
    commands = Commands(talking, kept, identities.message, now)
    return Desk(commands, door, identities, parts.messages, parts.finder, Manners(Role.NEWCOMER, kept_for, now))
