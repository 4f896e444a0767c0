"""What a draft is, whoever writes it: parts with statements that are still to be verified.

Knows how a claim with its cites becomes a statement with quotes.
Knows nothing of how statements are chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.corpus import Claim, Language, Passage, PassageId, SourceId
from bot.core.decision import Decision, Refused
from bot.core.entries import passage_key
from bot.core.model import NoticeKind, Quote, Statement
from bot.core.ports import Shelf
from bot.core.quoting import quote_for
from bot.core.route import Ending


@dataclass(frozen=True, slots=True)
class DraftPart:
    """The draft for one part of a question: statements, or an ending without an answer, or neither.

    Neither means that an earlier part of the same message already says it.
    """

    text: str
    statements: tuple[Statement, ...] = ()
    is_partial: bool = False
    ending: Ending | None = None
    notices: tuple[NoticeKind, ...] = ()
    follow_ups: tuple[str, ...] = ()
    used: str = ""
    """The id of the written answer or passage that it rests on."""
    decision: Decision | None = None
    missed: str = ""
    """Words of the question for which no passage was found, though the rest is answered."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of a whole answer."""

    language: Language
    parts: tuple[DraftPart, ...]
    notices: tuple[NoticeKind, ...] = ()
    days: frozenset[date] = frozenset()
    """The days that the answer is about."""
    refused: tuple[Refused, ...] = ()
    """What the message told of a purchase that cannot be so."""


def newer_than_quoted(draft: Draft, shelf: Shelf) -> dict[str, str]:
    """Give, by id, the title and place of each text that took the place of one that is quoted.

    Raises:
        ServiceError: the index did not answer.
    """
    quotes = (quote for part in draft.parts for one in part.statements for quote in one.quotes)
    names = sorted({name for quote in quotes for name in quote.passage.superseded_by})
    if not names:
        return {}
    found = shelf.fetch([passage_key(PassageId(name)) for name in names]).values()
    passages = {str(one.id): f"{one.title}, {one.locator}" for one in found if isinstance(one, Passage)}
    sources = shelf.sources([SourceId(name) for name in names if name not in passages])
    return {**passages, **{source.id: source.title for source in sources.values()}}


def statement_of(
    claim: Claim, passages: Mapping[str, Passage], language: Language, *, is_lead: bool = False, prefix: str = ""
) -> Statement | None:
    """Turn a claim into a statement; a cite whose passage may not be read is left out.

    ``passages`` are by key. Without any quote there is no statement.
    """
    quotes: list[Quote] = []
    for cite in claim.cites:
        passage = passages.get(passage_key(cite.passage_id))
        quote = quote_for(cite, passage, claim.wording.nl) if passage is not None else None
        if quote is not None:
            quotes.append(quote)
    if not quotes:
        return None
    return Statement(claim.wording.in_language(language), tuple(quotes), is_lead, prefix=prefix)
