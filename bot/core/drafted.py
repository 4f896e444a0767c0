"""What a draft is, whoever writes it: parts with statements that are still to be verified.

Knows how a claim with its cites becomes a statement with quotes.
Knows nothing of how statements are chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.corpus import Claim, Language, Passage
from bot.core.decision import Decision
from bot.core.entries import passage_key
from bot.core.model import NoticeKind, Quote, Statement
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
