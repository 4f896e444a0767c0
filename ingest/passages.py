"""Cuts a source file into passages along the text's own structure.

Knows headings, paragraphs, lists, footnotes, letterheads and signatures.
Knows nothing of vectors or of how a passage is found.

A letter becomes: ``head`` (all before the first thematic break), ``p1``, ``p2`` … (paragraphs; one that
ends in a colon takes the list after it along), ``fn1`` … (footnotes) and ``sign`` (all after the last break).
Any other text becomes one passage a section, named after its heading as it is listed in the front matter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt

from bot.core.corpus import (
    Caveat,
    Grade,
    Overtaken,
    Passage,
    PassageId,
    Source,
    SourceId,
    Validity,
    Wording,
)
from bot.core.errors import ContentError
from bot.core.sentences import Span, sentence_spans
from knowledge.schema import FrontMatter, Origin, PassageMeta, RegisterEntry, SourceFile

MAX_WORDS = 200
"""A longer paragraph is cut between sentences; e5-small reads 512 tokens, about 330 Dutch words."""

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_FOOTNOTE = re.compile(f"[{_SUPERSCRIPTS}]+")
_CAVEATS = {
    "page*": Caveat.THIRD_PARTY,
    "afleiding": Caveat.DERIVED,
    "recall": Caveat.UNVERIFIED,
    "open": Caveat.OPEN,
}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the body: its key, its place for people, its heading and its span."""

    key: str
    locator: str
    section: str
    span: Span


def source_of(file: SourceFile) -> Source:
    """Give the source that a file describes."""
    head = file.head
    return Source(
        id=SourceId(head.id),
        title=head.title,
        publisher=head.publisher,
        date=head.date,
        kind=head.kind,
        reference=head.reference,
        url=head.url,
        language=head.language,
        grade=head.grade,
        validity=Validity(head.valid_from, head.valid_until),
        audience=head.audience,
        text=file.body,
        supersedes=head.supersedes,
        superseded_by=head.superseded_by,
    )


def full_register(files: Iterable[SourceFile], register: Mapping[str, RegisterEntry]) -> dict[str, RegisterEntry]:
    """Give the register with the documents of the corpus itself added under their own ids."""
    own = {
        file.head.id: RegisterEntry(
            title=file.head.title, publisher=file.head.publisher, date=str(file.head.date), url=file.head.url
        )
        for file in files
        if file.head.kind != "note"
    }
    return {**register, **own}


def passages_of(file: SourceFile, register: Mapping[str, RegisterEntry]) -> tuple[Passage, ...]:
    """Cut a source file into its passages, in reading order.

    Raises:
        ContentError: a passage of the text has no entry in the front matter, or the other way round.
    """
    blocks = tuple(_letter(file.body) if file.head.kind == "letter" else _sections(file))
    keys = [block.key for block in blocks]
    for key in file.head.passages:
        if key not in keys:
            raise ContentError(f"{file.path}: passages.{key}: the text has no such passage (it has: {', '.join(keys)})")
    return _tied([_passage(file, block, register) for block in blocks], file.body)


def _tied(passages: Sequence[Passage], body: str) -> tuple[Passage, ...]:
    """Tie each footnote to the paragraph that it follows."""
    tied: list[Passage] = []
    owner = 0
    for passage in passages:
        if not _FOOTNOTE.match(passage.text) or not tied:
            owner = len(tied)
            tied.append(passage)
            continue
        tied.append(replace(passage, note_on=tied[owner].id))
        tied[owner] = replace(tied[owner], footnotes=body[tied[owner].end : passage.end])
    return tuple(tied)


def _passage(file: SourceFile, block: Block, register: Mapping[str, RegisterEntry]) -> Passage:
    head = file.head
    meta = head.passages.get(block.key)
    if meta is None:
        raise ContentError(f"{file.path}: passages.{block.key}: missing: add 'questions' and 'en' for this passage")
    entries = [_entry(file, block, origin, register) for origin in meta.origins]
    return Passage(
        id=PassageId(f"{head.id}#{block.key}"),
        source_id=SourceId(head.id),
        title=head.title,
        section=block.section,
        text=file.body[block.span.start : block.span.end],
        start=block.span.start,
        locator=block.locator,
        grade=_grade(head, meta),
        validity=Validity(meta.valid_from or head.valid_from, meta.valid_until or head.valid_until),
        audience=meta.audience or head.audience,
        caveats=frozenset(_CAVEATS[o.verification] for o in meta.origins if o.verification in _CAVEATS),
        origins=tuple(dict.fromkeys(_name(entry) for entry in entries)),
        basis=tuple(PassageId(o.source) for o in meta.origins if "#" in o.source),
        url=head.url or next((entry.url for entry in entries if entry.url), ""),
        english=meta.en,
        lines=meta.questions,
        superseded_by=meta.superseded_by or head.superseded_by,
        overtaken=tuple(Overtaken(o.span, o.by, Wording(o.nl, o.en)) for o in meta.superseded),
    )


def _name(entry: RegisterEntry) -> str:
    return f"{entry.publisher}, {entry.title} ({entry.date})"


def _grade(head: FrontMatter, meta: PassageMeta) -> Grade:
    if any(origin.verification == "recall" for origin in meta.origins):
        return Grade.UNVERIFIED
    return meta.grade or head.grade


def _entry(file: SourceFile, block: Block, origin: Origin, register: Mapping[str, RegisterEntry]) -> RegisterEntry:
    entry = register.get(origin.source.partition("#")[0])
    if entry is None:
        raise ContentError(
            f"{file.path}: passages.{block.key}.from: unknown source {origin.source!r}: add it to register.yaml"
        )
    return entry


def _letter(body: str) -> Iterator[Block]:
    """Cut a letter: letterhead, paragraphs with their lists, footnotes, signature."""
    parts = list(_parts(body))
    edges = [i for i, (kind, _, _) in enumerate(parts) if kind == "hr"]
    first, last = (edges[0], edges[-1]) if len(edges) > 1 else (-1, len(parts))
    if first > 0:
        yield Block("head", "kop van de brief", "", Span(parts[0][2].start, parts[first - 1][2].end))
    number, section, i = 0, "", first + 1
    while i < last:
        kind, title, span = parts[i]
        i += 1
        if kind == "heading":
            section = title
            continue
        if kind == "hr":
            continue
        note = _FOOTNOTE.match(body, span.start)
        if note is not None:
            mark = "".join(str(_SUPERSCRIPTS.index(digit)) for digit in note.group())
            yield Block(f"fn{mark}", f"voetnoot {mark}", section, span)
            continue
        if body[span.start : span.end].endswith(":") and i < last and parts[i][0] == "list":
            span = Span(span.start, parts[i][2].end)
            i += 1
        number += 1
        yield from _split_long(body, Block(f"p{number}", f"alinea {number}", section, span))
    if last + 1 < len(parts):
        yield Block("sign", "ondertekening", "", Span(parts[last + 1][2].start, parts[-1][2].end))


def _sections(file: SourceFile) -> Iterator[Block]:
    """Cut a text with headings: one passage for each second-level section.

    Raises:
        ContentError: text stands in no section, a section is empty, or the front matter lists others.
    """
    keys = list(file.head.passages)
    open_section: tuple[str, list[Span]] | None = None
    sections: list[tuple[str, list[Span]]] = []
    for kind, title, span in _parts(file.body):
        if kind == "heading":
            open_section = (title, [])
            sections.append(open_section)
        elif open_section is None:
            raise ContentError(f"{file.path}: the text above the first heading belongs to no section: give it one")
        else:
            open_section[1].append(span)
    if len(sections) != len(keys):
        raise ContentError(
            f"{file.path}: passages: the front matter lists {len(keys)} passages, the text has {len(sections)} sections"
        )
    for key, (title, spans) in zip(keys, sections, strict=True):
        if not spans:
            raise ContentError(f"{file.path}: passages.{key}: the section {title!r} is empty")
        yield Block(key, f"paragraaf '{title}'", title, Span(spans[0].start, spans[-1].end))


def _parts(body: str) -> Iterator[tuple[str, str, Span]]:
    """Give the top-level blocks of a Markdown text: kind, heading text, span."""
    starts = [0, *(match.end() for match in re.finditer("\n", body))]
    title = ""
    for token in MarkdownIt("commonmark").parse(body):
        if token.type == "inline" and token.level == 1:
            title = token.content
        if token.level != 0 or token.map is None:
            continue
        span = Span(starts[token.map[0]], starts[token.map[1]] if token.map[1] < len(starts) else len(body))
        text = body[span.start : span.end]
        trimmed = Span(span.start, span.start + len(text.rstrip()))
        if token.type == "heading_open":
            yield "heading", text.strip().lstrip("#").strip(), trimmed
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield "list", "", trimmed
        elif token.type == "hr":
            yield "hr", "", trimmed
        else:
            yield "paragraph", title, trimmed


def _split_long(body: str, block: Block) -> Iterator[Block]:
    """Cut a paragraph of over ``MAX_WORDS`` words into even pieces between sentences."""
    text = body[block.span.start : block.span.end]
    left = len(text.split())
    pieces = -(-left // MAX_WORDS)
    if pieces <= 1:
        yield block
        return
    start, count, number = 0, 0, 1
    spans = sentence_spans(text)
    for i, span in enumerate(spans):
        count += len(text[span.start : span.end].split())
        is_last = i == len(spans) - 1
        following = 0 if is_last else len(text[spans[i + 1].start : spans[i + 1].end].split())
        if is_last or (number < pieces and count + following / 2 >= left / (pieces - number + 1)):
            key = block.key if number == 1 else f"{block.key}-{number}"
            locator = block.locator if number == 1 else f"{block.locator}, deel {number}"
            yield Block(key, locator, block.section, Span(block.span.start + start, block.span.start + span.end))
            if not is_last:
                start, number, left, count = spans[i + 1].start, number + 1, left - count, 0
