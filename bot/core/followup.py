"""Follow-up questions, made to stand alone by rule.

Knows when a question leans on an earlier one, and how to put the earlier subject in.
Knows nothing of answers; a chat model may do the same behind the same result.
"""

from bot.core.model import Turn
from bot.core.parts import POINTS_BACK, points_back
from bot.core.plain import squeezed, words
from bot.core.rules import Lexicon, Mention, Rules

MAX_LEANING_WORDS = 14
"""A longer question without a pointing word carries its own subject."""

MAX_EARLIER_WORDS = 40
"""Words of the earlier subject that are put in front."""

_OPENERS = frozenset("en maar of dus ok oke oké ja nee and but so or then dan ook also hoezo waarom why".split())
_REFERRING = POINTS_BACK - {"het", "er"}
"""Without the words that are an article or a filler as often."""
_REPLACEABLE = frozenset({"authority", "application", "deliverable", "category", "abbreviation", "product"})
_EMPTY = frozenset(
    "en of ook dan de het een voor bij als van in is wat hoe zit met and or the a an for what about how also as nu wel"
    " eens maar even hier die dat".split()
)


def readings_of(text: str, history: tuple[Turn, ...], rules: Rules) -> tuple[str, ...]:
    """Give the ways to read a question after earlier ones, the most likely first.

    A question that leans is read with the last question in front, with the whole chain that the last one leans
    on, and as it was said; what all of these find together is what is meant (docs/adr/0003-ranking.md).
    """
    alone = without_topic_change(text, rules)
    if not history or alone != squeezed(text) or not _leans(text, rules.terms):
        return (alone,)
    last = squeezed(history[-1].question)
    chain = _standalone_history(history, rules)
    replaced = _with_replaced_term(chain, text, rules.terms)
    if replaced:
        return (replaced, alone)
    return tuple(dict.fromkeys((_joined(chain, text), _joined(last, text), alone)))


def without_topic_change(text: str, rules: Rules) -> str:
    """Give a question without the words that announce another subject."""
    return squeezed(rules.screen.topic_change.removed_from(text))


def changes_subject(text: str, rules: Rules) -> bool:
    """Say whether a question begins with words that announce another subject."""
    return without_topic_change(text, rules) != squeezed(text)


def _standalone_history(history: tuple[Turn, ...], rules: Rules) -> str:
    """Fold the earlier questions into the subject that the last one had, from the last that is known as it was read."""
    known = max((place for place, turn in enumerate(history) if turn.read_as), default=0)
    subject = squeezed(history[known].read_as or history[known].question)
    for turn in history[known + 1 :]:
        question = without_topic_change(turn.question, rules)
        changed = question != squeezed(turn.question)
        if changed or not _leans(question, rules.terms):
            subject = question
        else:
            subject = _with_replaced_term(subject, question, rules.terms) or _joined(subject, question)
    return subject


def refers(text: str) -> bool:
    """Say whether a question refers to an earlier one in words that are hardly ever used otherwise."""
    found = words(text)
    return bool(found) and (found[0] in _OPENERS or any(word in _REFERRING for word in found))


def _leans(text: str, terms: Lexicon) -> bool:
    found = words(text)
    if len(found) > MAX_LEANING_WORDS:
        return False
    if found and found[0] in _OPENERS:
        return True
    return points_back(text) or not _has_subject(text, terms)


def _has_subject(text: str, terms: Lexicon) -> bool:
    return any(mention.term.is_strong for mention in terms.mentions(text))


def _joined(earlier: str, text: str) -> str:
    """Put the last earlier question in front; of a longer chain only its last piece is kept."""
    return squeezed(f"{' '.join(earlier.split()[-MAX_EARLIER_WORDS:])} {text}")


def _with_replaced_term(earlier: str, text: str, terms: Lexicon) -> str | None:
    """Put a bare term ("en waterschappen?") in the place of the term of the same kind in the earlier question."""
    new = [mention for mention in terms.mentions(text) if mention.term.kind in _REPLACEABLE]
    if not new or len({mention.term.kind for mention in new}) > 1:
        return None
    if not set(words(text)) <= _EMPTY | _words_of(text, new):
        return None
    old = [mention for mention in terms.mentions(earlier) if mention.term.kind == new[0].term.kind]
    if not old:
        return None
    phrase = text[new[0].span.start : new[-1].span.end]
    first = old[0].span
    return squeezed(earlier[: first.start] + phrase + earlier[first.end :])


def _words_of(text: str, mentions: list[Mention]) -> set[str]:
    return {word for mention in mentions for word in words(text[mention.span.start : mention.span.end])}
