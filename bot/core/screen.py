"""Step 1: what a message may do to us, before anything is looked up.

Knows personal data, instructions to the assistant, and the language of a message.
Knows nothing of ISV.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.corpus import Language, Status
from bot.core.language import is_foreign, language_of
from bot.core.model import NoticeKind, Question, Turn
from bot.core.parts import sentences_of
from bot.core.plain import visible
from bot.core.ports import PersonalDataFinder
from bot.core.rules import Rules

LEFT_OUT = "[…]"


@dataclass(frozen=True, slots=True)
class Screened:
    """A message that may be looked at: visible characters only, instructions taken out."""

    question: Question
    text: str
    language: Language
    notices: tuple[NoticeKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """An early ending: its status, the message to show, and the question without personal data."""

    status: Status
    message: str
    question: Question
    text: str
    language: Language


def screen(question: Question, finder: PersonalDataFinder, rules: Rules) -> Screened | Stopped:
    """Stop a message with personal data, or with nothing but instructions; clean any other."""
    question = replace(question, history=_screened_turns(question.history, finder, rules))
    text = visible(question.text).strip()
    language = question.language or _language(text, question)
    is_refused, shortened = screened_text(text, finder)
    if is_refused:
        return Stopped(Status.REFUSED_PERSONAL_DATA, "refused_personal_data", question, shortened, language)
    notices = (NoticeKind.DETAILS_LEFT_OUT,) if shortened != text else ()
    text = shortened
    if not rules.screen.injection.match(text):
        if question.language is None and is_foreign(text):
            return Stopped(Status.CLARIFICATION, "other_language", question, text, language)
        return Screened(question, text, language, notices)
    harmless = _without_instructions(text, rules)
    if harmless is None:
        return Stopped(Status.REFUSED_INJECTION, "refused_injection", question, text, language)
    return Screened(question, harmless, language, (*notices, NoticeKind.INSTRUCTION_IGNORED))


def screened_text(text: str, finder: PersonalDataFinder) -> tuple[bool, str]:
    """Say whether a text is refused for personal data, and give it without any; see ``without_personal_data``."""
    found = finder.find(text)
    for datum in sorted(found, key=lambda datum: -datum.start):
        mark = f"[{datum.kind}]" if datum.is_refused else LEFT_OUT
        text = f"{text[: datum.start]}{mark}{text[datum.end :]}"
    return any(datum.is_refused for datum in found), text


def without_personal_data(text: str, finder: PersonalDataFinder) -> str:
    """Give the text with the kind of each personal datum in its place; of what is only left out, a mark without words.

    Such a text is still looked at, and a word that nobody wrote would count in the search.
    """
    return screened_text(text, finder)[1]


def _screened_turns(turns: Sequence[Turn], finder: PersonalDataFinder, rules: Rules) -> tuple[Turn, ...]:
    """Give the earlier turns as they may be read: without personal data, and without those that instruct us."""
    kept = []
    for turn in turns:
        text = visible(turn.question).strip()
        harmless = _without_instructions(text, rules) if rules.screen.injection.match(text) else text
        if harmless:
            answer, read_as = (without_personal_data(visible(one), finder) for one in (turn.answer, turn.read_as))
            is_whole = harmless == text and not rules.screen.injection.match(read_as)
            offers = tuple(map(visible, turn.offers))
            kept.append(Turn(without_personal_data(harmless, finder), answer, offers, read_as if is_whole else ""))
    return tuple(kept)


def _language(text: str, question: Question) -> Language:
    own = language_of(text)
    if own is not None:
        return own
    for turn in reversed(question.history):
        earlier = language_of(turn.question)
        if earlier is not None:
            return earlier
    return Language.NL


def _without_instructions(text: str, rules: Rules) -> str | None:
    """Give what is left of a message without the sentences that instruct us, if that still asks about ISV."""
    kept = [sentence for sentence in sentences_of(text, rules.screen) if not rules.screen.injection.match(sentence)]
    rest = " ".join(kept)
    asks = any(rules.screen.asking.match(sentence) or sentence.endswith("?") for sentence in kept)
    is_about_isv = any(mention.term.is_strong for mention in rules.terms.mentions(rest))
    return rest if asks and is_about_isv and not rules.screen.injection.match(rest) else None
