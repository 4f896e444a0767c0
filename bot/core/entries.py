"""Names of index entries and of the texts they point to.

Knows the two kinds of entry: a passage's own text, and a question line that points to a target.
Knows nothing of vectors or files.

A target's key is ``passage:ID``, ``answer:ID`` or ``reply:ID``; an entry's id is its target's key
followed by ``|text`` or ``|line N``.
"""

from dataclasses import dataclass

from bot.core.corpus import Kind, Line, Passage, PassageId, Status, WrittenAnswer, WrittenReply

Target = Passage | WrittenAnswer | WrittenReply

_KINDS_OF_REPLIES = {
    Status.UNANSWERABLE_OUT_OF_SCOPE: Kind.OUTSIDE,
    Status.SMALLTALK: Kind.SMALLTALK,
    Status.REFUSED_INJECTION: Kind.INJECTION,
    Status.REFUSED_JUDGEMENT: Kind.JUDGEMENT,
    Status.CLARIFICATION: Kind.UNCLEAR,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to embed: ``is_question`` decides the prefix that the embedder puts in front."""

    id: str
    text: str
    is_question: bool


def key_of(target: Target) -> str:
    """Give the key of a target."""
    match target:
        case Passage():
            return passage_key(target.id)
        case WrittenAnswer():
            return f"answer:{target.id}"
        case WrittenReply():
            return f"reply:{target.id}"


def passage_key(passage_id: PassageId) -> str:
    """Give the key of the passage with this id."""
    return f"passage:{passage_id}"


def entries_of(target: Target) -> tuple[Entry, ...]:
    """Give what is embedded for a target: a passage's text in its context, and every question line."""
    key = key_of(target)
    lines = tuple(Entry(f"{key}|line {n}", text, True) for n, text in enumerate(line_texts(target)))
    if isinstance(target, Passage):
        return (Entry(f"{key}|text", f"{target.context}. {target.text}", False), *lines)
    return lines


def target_key(entry_id: str) -> str:
    """Give the key of the target that an entry points to."""
    return entry_id.rpartition("|")[0]


def line_of(target: Target, entry_id: str) -> Line | None:
    """Give the question line behind an entry; ``None`` for a passage's own text."""
    place = entry_id.rpartition("|")[2]
    if place == "text":
        return None
    number = int(place.removeprefix("line "))
    if isinstance(target, WrittenAnswer):
        return target.lines[number]
    return Line(target.lines[number])


def line_texts(target: Target) -> tuple[str, ...]:
    """Give the question lines of a target."""
    if isinstance(target, WrittenAnswer):
        return tuple(line.text for line in target.lines)
    return target.lines


def lexical_text(target: Target) -> str:
    """Give the words by which a target can be found: its text in context, and its question lines."""
    lines = " ".join(line_texts(target))
    match target:
        case Passage():
            return f"{target.context} {target.text} {lines}"
        case WrittenAnswer():
            return f"{lines} {target.lead.wording.nl}"
        case WrittenReply():
            return lines


def kind_of_lines(target: Target) -> Kind | None:
    """Give the kind of message that the lines of a target are; ``None`` for replies that tell nothing of it."""
    return _KINDS_OF_REPLIES.get(target.status) if isinstance(target, WrittenReply) else Kind.SUBJECT
