"""The questions inside a message.

Knows pasted mails: greetings, quoted headers, closings, story, and the sentences that ask.
Knows nothing of what is asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.plain import squeezed, words
from bot.core.rules import ScreenRules
from bot.core.sentences import sentences

MAX_PARTS = 5
"""More questions in one message are not answered; the reader is told so."""

WHOLE_WORDS = 120
"""The words up to a question that are read with it when it is the only one of a message."""

NEAR_SENTENCES = 2
"""The sentences right before it, for a second reading (both measured: docs/adr/0003-ranking.md)."""

MIN_PART_WORDS = 3

_HEADER = re.compile(
    r"^\s*(?:van|aan|cc|onderwerp|verzonden|datum|from|to|sent|subject|subj|date|re|fw)\s*:", re.IGNORECASE
)
_QUOTED = re.compile(r"^[ \t]*(?:>+[ \t]*)+|^[ \t]*[-=_#*]{3,}.*$", re.MULTILINE)
_REPORTED = re.compile(
    r"^(?:[^.?!:]{0,60}\b(?:vraagt|vraag|vragen|vroeg|wil weten|schrijft|mailt|zegt|belt|asks|wrote|writes|wonders)\b"
    r"[^.?!:]{0,30})[:,]\s*[\"'“‘]?(?=\S)",
    re.IGNORECASE,
)
_QUOTED_SPEECH = re.compile(r"(?:[\"“”„]|(?<!\w)['‘])(?P<said>[^\"“”„]{20,}?)(?:[\"“”„]|['’](?!\w))")
_FRAME = re.compile(
    r"^.{0,70}?\b(?:vraagt|vragen|vroeg|vroegen|wil weten|willen weten|zegt|zeggen|beweert|stelt|roept|denkt|vindt"
    r"|belt|mailt|schrijft|meldt|klaagt|twijfelt|asks|wonders|says|claims|thinks|wants to know)\b"
    r"(?: (?:mij|me|ons|nu|net|zich|steeds|weer|boos|us))*(?: af)?,? (?:of|dat|whether|if|that)\b",
    re.IGNORECASE,
)
"""Who says what follows: it draws the search to those words, and away from what is asked."""

_ABOUT_WHAT = r"(?:op|aan|in|van|voor|met|onder|bij|tot|namens) (?:wie|welke?|wat)"
_JOINT = re.compile(
    r"(?:,?\s+(?:en|maar|and|but)\s+|\?\s*(?:en\s+|and\s+)?|;\s+"
    rf"|,\s+(?=(?:hoe(?:veel)?|wat|wie|waar|wanneer|welke?|waarom|{_ABOUT_WHAT})\b))"
    rf"(?=(?:wat|wie|waar|wanneer|waarom|hoe|hoeveel|welke?|in welk\w*|op welk\w*|{_ABOUT_WHAT}|moet(?:en)?|mag"
    r"|mogen|geldt|gelden|valt|vallen|sinds|krijg|what|who|whom|where|when|why|how|which|do|does|must|may|can|is|are)\b)",
    re.IGNORECASE,
)
_ASKING_WORDS = frozenset(
    "wat wie waar wanneer waarom hoe hoeveel welke welk wiens moet moeten mag mogen geldt gelden valt vallen kan kunnen"
    " is zijn heeft hebben klopt what who whom where when why how which do does must may can is are should".split()
)
_QUESTION_WORDS = frozenset(
    "wat wie waar wanneer waarom hoe hoeveel welke welk sinds what who where when why how which".split()
)
_HOLLOW = _ASKING_WORDS | frozenset(
    "a aan about again al allebei als an and ander andere anders answer antwoord antwoorden anything as bedankt"
    " bedoelen bedoelt beide betekent bij colleague collega daar daarachter daarmee daarop dan dank dat de denk"
    " denkt die dit doe doen drie dus echt een eigenlijk elk elke en er even explain for fout ga gaat gedachte"
    " gelijk gevoel gevraagd goed graag haar he help hem her het hier hiermee hierop hij him hoezo how hun i idem"
    " iets ik in is it je jij juist juiste jullie kan keer kloppen klopt kort kun kunt leg leggen legt maar me"
    " mean means mij mijn misschien my na namens nee niet nog nou nu of om on ons onze ook op or other others our"
    " over praatje precies reactie reageer reageren relatie reply right same say says schrijf schrijven she should"
    " so staat steeds straks te tell terug terugschrijven terugsturen that the then they this to toch true twee"
    " twijfel twijfelen u uit uitleg uitleggen us uw van verhaal vertel vertellen vind vinden volgens voor vorige"
    " vraag vragen waar we weer weet wel weten what wij wil with write wrong you ze zeg zeggen zegt zij zit zo"
    " zo'n zoiets zulke".split()
)
"""Words that say nothing of a subject."""

_LINKS = frozenset("en maar dus of oh and but so".split())
POINTS_BACK = frozenset(
    "die dat deze dit daar daarvan daarvoor daarover daarbij daarmee daarin daaruit hem haar hij zij ze hen hun het er"
    " dan toen destijds zo'n zulke it that those they them this these its his her he she".split()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a message: as it was said, and the ways to read it with what surrounds it, likeliest first.

    ``goes_on`` says that it is a later piece of the sentence of the question before it.
    """

    said: str
    readings: tuple[str, ...]
    goes_on: bool = False


def sentences_of(text: str, rules: ScreenRules) -> tuple[str, ...]:
    """Give the sentences of a message without quoting marks, headers, greetings and closings."""
    lines = [line for line in _QUOTED.sub("", text).splitlines() if not _HEADER.match(line)]
    kept: list[str] = []
    for sentence in sentences("\n".join(lines)):
        plain = rules.salutation.removed_from(squeezed(sentence).strip("\"'“”‘’ "))
        if plain and not rules.greeting.match(plain) and not rules.closing.match(plain):
            kept.append(plain)
    return tuple(kept)


def questions_of(text: str, rules: ScreenRules) -> tuple[Asked, ...]:
    """Give the questions of a message; a message without any is one question."""
    kept = tuple(sentence for sentence in sentences_of(text, rules) if not rules.courtesy.match(sentence))
    if not kept:
        return (_asked(squeezed(text)),)
    asking = [i for i, sentence in enumerate(kept) if asks(sentence)]
    if not asking:
        asking = [i for i, sentence in enumerate(kept) if rules.asking.match(sentence)]
    if not asking:
        return (_asked(_REPORTED.sub("", _last_words(kept))),)
    pieces = [(i, piece) for i in asking for piece in _split(_REPORTED.sub("", kept[i]))]
    solid = [(i, piece) for i, piece in pieces if not is_hollow(piece)]
    if len(pieces) == 1 or not solid:
        return (_with_unframed(_only(kept, *pieces[-1])),)
    found = [_one_of_many(kept, i, piece, goes_on=n > 0 and solid[n - 1][0] == i) for n, (i, piece) in enumerate(solid)]
    claim = _claim_before(kept, pieces)
    return tuple({asked.said: _with_unframed(asked) for asked in (*claim, *found)}.values())


def _claim_before(kept: tuple[str, ...], pieces: Sequence[tuple[int, str]]) -> tuple[Asked, ...]:
    """Give the question that a hollow piece ("who is right?") asks of the claims before it, if there are any."""
    asking = {i for i, _ in pieces}
    place = next((i for i, piece in pieces if is_hollow(piece) and any(j not in asking for j in range(i))), None)
    if place is None:
        return ()
    claims = [kept[j] for j in range(place) if j not in asking]
    return (_asked(_REPORTED.sub("", _last_words(claims))),)


def is_hollow(piece: str) -> bool:
    """Say whether a piece asks something of what was said elsewhere, without a word of its own."""
    return all(word in _HOLLOW for word in words(piece))


def _with_unframed(asked: Asked) -> Asked:
    """Add the readings without who says it: the words in quotation marks, and what follows "he asks whether"."""
    quoted = (squeezed(match["said"]) for match in _QUOTED_SPEECH.finditer(asked.said))
    unframed = squeezed(_FRAME.sub("", asked.said))
    more = [text for text in (*quoted, unframed) if len(words(text)) >= MIN_PART_WORDS]
    return Asked(asked.said, tuple(dict.fromkeys((*asked.readings, *more))), asked.goes_on)


def points_back(text: str) -> bool:
    """Say whether a text has a word that points at something said before."""
    return any(word in POINTS_BACK for word in words(text))


def _asked(text: str) -> Asked:
    return Asked(text, (text,))


def _only(kept: tuple[str, ...], i: int, piece: str) -> Asked:
    """The one question of a message is read with all that surrounds it, and with what stands right before it."""
    whole = _REPORTED.sub("", _last_words((*kept[: i + 1], *kept[i + 1 :]) if _is_short(kept) else kept[: i + 1]))
    near = squeezed(" ".join((*kept[max(0, i - NEAR_SENTENCES) : i], piece)))
    return Asked(whole, tuple(dict.fromkeys((whole, near))))


def _one_of_many(kept: tuple[str, ...], i: int, piece: str, *, goes_on: bool) -> Asked:
    """One of several questions is read by itself and with what stands around it; first so if it points back to that."""
    around = squeezed(" ".join(kept[max(0, i - 1) : i + 1]))
    readings = (around, piece) if points_back(piece) else (piece, around)
    return Asked(piece, tuple(dict.fromkeys(readings)), goes_on)


def _is_short(kept: tuple[str, ...]) -> bool:
    return sum(len(sentence.split()) for sentence in kept) <= WHOLE_WORDS


def _last_words(kept: Sequence[str]) -> str:
    return " ".join(" ".join(kept).split()[-WHOLE_WORDS:])


def _split(question: str) -> tuple[str, ...]:
    """Split a question that joins several."""
    joints = [match for match in _JOINT.finditer(question) if _is_question(question[: match.start()])]
    edges = [0, *(match.end() for match in joints)]
    stops = [*(match.start() for match in joints), len(question)]
    pieces = [question[start:stop].strip(" ,;?") for start, stop in zip(edges, stops, strict=True)]
    if not joints or any(len(words(piece)) < MIN_PART_WORDS for piece in pieces):
        return (question,)
    return tuple(f"{piece}?" for piece in pieces)


def asks(sentence: str) -> bool:
    """Say whether a sentence ends as a question, or begins as one."""
    if sentence.rstrip("\"'”’)").endswith("?"):
        return True
    found = [word for word in words(sentence)[:3] if word not in _LINKS]
    return bool(found) and found[0] in _QUESTION_WORDS


def _is_question(text: str) -> bool:
    return any(word in _ASKING_WORDS for word in words(text))
