"""Step 2 with a chat model: a follow-up written as a question that stands alone.

Knows that a model may only put together what the conversation says: a question with a word, number, name or term of
its own, or without those of the follow-up, is not used, and what the rules made of it stands.
Knows nothing of how rules read a follow-up.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.core.errors import ModelStopped, ModelTimeout, ModelUnavailable
from bot.core.figures import numbers_in
from bot.core.model import Turn
from bot.core.plain import squeezed, words
from bot.core.ports import Prompt
from bot.core.prompting import fenced
from bot.core.references import references_in
from bot.core.rules import Lexicon
from bot.core.support import stems_of, swappable_in
from bot.core.understand import Part, Understood
from bot.core.writer import Writer

log = logging.getLogger(__name__)

MAX_WORDS = 60
SHOWN_TURNS = 4
KEPT_SHARE = 0.6
"""The share of the follow-up's own words that must stand in the question that a model makes of it."""

OWN_SHARE = 0.2
"""The share of words that are of neither the conversation nor the rules' reading: articles, verbs that join."""


def rewritten(understood: Understood, writer: Writer, terms: Lexicon) -> Understood:
    """Put what a model makes of each follow-up in front of the rules' readings; without it all stays as it is."""
    turns = understood.question.history
    parts = tuple(_rewritten(part, turns, writer, terms) if part.follows else part for part in understood.parts)
    return replace(understood, parts=parts)


def _rewritten(part: Part, turns: Sequence[Turn], writer: Writer, terms: Lexicon) -> Part:
    try:
        made = _made(part.said, turns, writer)
    except (ModelTimeout, ModelUnavailable, ModelStopped) as error:
        log.warning("follow-up by rule instead of model cause=%s", type(error).__name__)
        writer.count(f"rewrite_fault_{type(error).__name__}")
        return part
    if not may_stand(made, part, turns, terms):
        writer.count("rewrite_refused")
        return part
    return replace(part, readings=tuple(dict.fromkeys((made, *part.readings))))


def _made(said: str, turns: Sequence[Turn], writer: Writer) -> str:
    history = "\n".join(f"- {fenced(turn.question)}" for turn in turns[-SHOWN_TURNS:])
    system, user = writer.prompts.standalone.filled(history=history, question=fenced(said))
    pieces = writer.model.write(Prompt(system, user), writer.limits.rewrite_seconds)
    text = "".join(piece.text for piece in pieces)
    return squeezed(text.strip().partition("\n")[0]).strip("\"'")


def may_stand(made: str, part: Part, turns: Sequence[Turn], terms: Lexicon) -> bool:
    """Say whether a question that a model made says what the follow-up asks, and nothing from elsewhere.

    It must hold the numbers, dates and terms of the follow-up and most of its words; the others must come from the
    conversation, and its terms from the reading that the rules find likeliest, so that the two never contradict.
    """
    if not made or len(words(made)) > MAX_WORDS:
        return False
    own, said = stems_of(made), stems_of(part.said)
    known = said.union(*(stems_of(turn.question) for turn in turns), *(stems_of(r) for r in part.readings))
    kept = len(said & own) >= KEPT_SHARE * len(said)
    strange = len(own - known) > OWN_SHARE * len(own)
    facts = _facts(part.said) <= _facts(made) <= _facts(" ".join((part.said, *(t.question for t in turns))))
    named = swappable_in(part.said, terms) <= swappable_in(made, terms) <= swappable_in(part.readings[0], terms)
    return kept and not strange and facts and named


def _facts(text: str) -> frozenset[object]:
    return frozenset(references_in(text)) | frozenset(numbers_in(text))
