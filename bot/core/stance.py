"""Whether an answer may begin with yes or no.

Knows questions that can be answered with yes or no, and when a written line is close enough to decide which.
In doubt there is no yes and no no: the lead itself says what holds.
Knows nothing of the subject.
"""

import re

from bot.core.corpus import Language, Line, Stance
from bot.core.plain import words

_VERB_FIRST = frozenset(
    "is zijn was moet moeten mag mogen kan kunnen geldt gelden valt vallen heeft hebben had hoort horen bestaat staat"
    " staan klopt krijgt krijg hoef hoeft hoeven wordt worden telt zit kost vervalt voldoet voldoen verandert moesten"
    " mogen are do does did must may can could should has have will would".split()
)
_LEAVE = frozenset("mag mogen kan kunnen may can could".split())
LEAVE_WORDS = 3
"""Words at the front of a sentence among which "mag" or "kan" makes it a question of leave."""

_QUESTION_WORDS = frozenset(
    "wat wie waar wanneer waarom hoe hoeveel welke welk wiens waarvoor waardoor what who where when why how which whom"
    " whose".split()
)
_CONFIRM = re.compile(
    r"\b(?:toch|klopt (?:dat|het|dit|wat)|is dat (?:zo|juist|waar|correct)|heeft (?:hij|zij|ze|\w+) gelijk|nietwaar|hè"
    r"|graag bevestigen|true|right|correct|isn't it)\b.{0,30}[?.!]*\s*$|\btoch\b",
    re.IGNORECASE | re.DOTALL,
)
_TAIL_CLAIM = re.compile(
    r"\b(?:verplicht|nodig|toegestaan|vrijwillig|mandatory|obligatory|nvt|n\.v\.t\.)\s*\??\s*$", re.IGNORECASE
)
_EITHER_OR = re.compile(r"\b(?:of|or)\b", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:niet|geen|nooit|zonder|nvt|not|no|never|vervalt|vervallen|afgeschaft|ingetrokken|geschrapt|weglaten|overslaan"
    r"|achterwege|vrijgesteld|uitgezonderd|verlopen|afgelopen|voorbij|eindigde|geëindigd|exempt|abolished|skip|expired|ended)\b|n't\b",
    re.IGNORECASE,
)
"""Words that turn a question round; "is ISV vervallen?" asks the opposite of "is ISV verplicht?"."""
_PREFIX = {(Stance.YES, Language.NL): "Ja.", (Stance.NO, Language.NL): "Nee.",
           (Stance.YES, Language.EN): "Yes.", (Stance.NO, Language.EN): "No."}  # fmt: skip
_HAS_OWN = re.compile(r"^(?:ja|nee|dat hangt af|yes|no|that depends)\b", re.IGNORECASE)


def asks_openly(text: str) -> bool:
    """Say whether a text asks what, who, where, when, why or how."""
    return any(word in _QUESTION_WORDS for word in words(text))


def asks_yes_or_no(text: str) -> bool:
    """Say whether the last sentence of a text can be answered with yes or no."""
    found = words(text)
    if not found:
        return False
    if _CONFIRM.search(text):
        return True
    last = [
        word for word in words(re.split(r"(?<=[.!?])\s+", text.strip())[-1]) if word not in ("en", "dus", "maar", "and")
    ]
    if any(word in _QUESTION_WORDS for word in last[:3]):
        return False
    if last and last[0] in _VERB_FIRST:
        return _EITHER_OR.search(text) is None or _TAIL_CLAIM.search(text) is not None
    asks = any(word in _VERB_FIRST for word in last) and text.rstrip().endswith("?")
    return asks or _TAIL_CLAIM.search(text) is not None


def prefix_for(question: str, line: Line | None, lead: str, language: Language) -> str:
    """Give "Ja.", "Nee." or nothing, to stand before a lead.

    ``line`` is the question line that matched; its stance holds only where the question is a yes/no question
    with as many negations, odd or even, as the line.
    """
    if line is None or line.stance is Stance.OPEN or _HAS_OWN.match(lead) or not asks_yes_or_no(question):
        return ""
    *before, _ = re.split(r"(?<=[.!?])\s+", question.strip())
    if any(sentence.endswith("?") and asks_openly(sentence) for sentence in before):
        return ""  # "Hoe ging dat? Was het verplicht?": a yes at the front would answer the first, which asks for none
    if is_negated(question) != is_negated(line.text) or _asks_leave(question) != _asks_leave(line.text):
        return ""  # "mag het?" is another question than "moet het?"
    return word_for(line.stance, language)


def _asks_leave(text: str) -> bool:
    """Say whether the last sentence of a text asks whether something may be done."""
    last = words(re.split(r"(?<=[.!?])\s+", text.strip())[-1])
    return any(word in _LEAVE for word in last[:LEAVE_WORDS])


def word_for(stance: Stance, language: Language) -> str:
    """Give the word for a stance: "Ja.", "Nee.", or nothing where it is open."""
    return _PREFIX.get((stance, language), "")


def is_negated(text: str) -> bool:
    """Say whether a text holds an odd number of negations."""
    return len(_NEGATION.findall(text)) % 2 == 1
