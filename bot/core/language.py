"""In which language a text is written, from its function words.

Knows the commonest function words of a few languages; short chat messages are its trade, where
models of letter sequences guess wrongly.
Knows nothing of meaning.
"""

import unicodedata

from bot.core.corpus import Language
from bot.core.plain import words

MIN_FOREIGN_WORDS = 3
MIN_FOREIGN_ALONE = 2
"""Function words of another language before a text is called foreign: beside some of ours, or without any."""

_FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "nl": frozenset(
        "de het een en van is dat die in te op niet zijn met voor er aan wat ik je we wij u uw ons onze mijn maar ook"
        " als bij dan nog naar om hoe waar wie wanneer welke waarom moet moeten mag mogen kan kunnen wordt worden geldt"
        " valt heeft hebben of dit deze zo nou toch wel geen dus door uit over tot onder hoeveel iets mij hij zij ze"
        " waren was staat doet doen graag kun heb ben bent vraag klopt hallo hoi goedemorgen"
        " goedemiddag goedenavond bedankt dank".split()
    ),
    "en": frozenset(
        "the a an and of is that in to on not are with for it what i you we our my but also if at then how where who"
        " when which why must may can do does has have or this these there should would could from by as was were"
        " be been will about any your their they he she me us did tell please hello hi good morning afternoon"
        " evening thanks thank bye".split()
    ),
    "de": frozenset(
        "der die das ein eine und von ist nicht sind mit für auf wir ihr sie ich aber auch wenn bei dann wie wo wer"
        " wann welche warum müssen muss darf kann werden gilt oder dieser diese zu den dem des im zum zur haben".split()
    ),
    "fr": frozenset(
        "le la les un une et de des du est que qui dans ne pas sont avec pour sur nous vous je mais aussi si comment"
        " où quand quel quelle pourquoi doit peut ou ce cette ces au aux il elle être avoir".split()
    ),
    "es": frozenset(
        "el la los las un una y de del es que en no son con para por nosotros usted yo pero también si cómo dónde"
        " cuándo cuál debe puede o este esta estos se al lo".split()
    ),
    "it": frozenset(
        "il lo la gli le un una e di del della che è non sono con per su noi voi io ma anche se come dove quando quale"
        " quali perché deve può o questo questa questi si al nel alla dei delle cosa".split()
    ),
    "pt": frozenset(
        "o os as um uma e do da dos das que é em não são com para por nós você eu mas também se como onde quando qual"
        " quais deve pode ou este esta isto ao na no".split()
    ),
    "pl": frozenset(
        "i w na z nie jest są się że jak dla od po czy co kto gdzie kiedy który która jaki jakie dlaczego musi może lub"
        " ten ta przez przy nas jestem mamy".split()
    ),
    "tr": frozenset(
        "ve bir bu için ile mi mu ne nerede kim hangi neden var yok değil gibi olan olarak da çok nedir gerekir".split()
    ),
}
_ANSWERED = frozenset(language.value for language in Language)


def language_of(text: str) -> Language | None:
    """Give the language of a text if it is one we answer in; ``None`` if the text does not tell."""
    counts = _counts(text)
    dutch, english = counts["nl"], counts["en"]
    if dutch == english or max(counts.values()) > max(dutch, english):
        return None
    return Language.NL if dutch > english else Language.EN


def is_foreign(text: str) -> bool:
    """Say whether a text is clearly in a language that we do not answer in."""
    letters = [char for char in text if char.isalpha()]
    if sum(not unicodedata.name(char, "").startswith("LATIN") for char in letters) > len(letters) / 2:
        return True
    counts = _counts(text)
    best = max(counts, key=lambda name: counts[name])
    ours = max(counts["nl"], counts["en"])
    if best in _ANSWERED:
        return False
    return counts[best] >= max(MIN_FOREIGN_WORDS, 2 * ours) or (not ours and counts[best] >= MIN_FOREIGN_ALONE)


def _counts(text: str) -> dict[str, int]:
    found = words(text)
    return {name: sum(word in known for word in found) for name, known in _FUNCTION_WORDS.items()}
