"""Step 1: what a message may do to us, before anything is looked up.

Knows personal data, instructions to the assistant, and the language of a message.
Knows nothing of ISV.
"""

from dataclasses import dataclass

from bot.core.corpus import Language, Status
from bot.core.language import is_foreign, language_of
from bot.core.model import NoticeKind, Question
from bot.core.parts import sentences_of
from bot.core.plain import visible
from bot.core.ports import PersonalDataFinder
from bot.core.rules import Rules


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
    text = visible(question.text).strip()
    language = question.language or _language(text, question)
    found = finder.find(text)
    if found:
        masked = text
        for datum in sorted(found, key=lambda datum: -datum.start):
            masked = f"{masked[: datum.start]}[{datum.kind}]{masked[datum.end :]}"
        return Stopped(Status.REFUSED_PERSONAL_DATA, "refused_personal_data", question, masked, language)
    if not rules.screen.injection.match(text):
        if question.language is None and is_foreign(text):
            return Stopped(Status.CLARIFICATION, "other_language", question, text, language)
        return Screened(question, text, language)
    harmless = _without_instructions(text, rules)
    if harmless is None:
        return Stopped(Status.REFUSED_INJECTION, "refused_injection", question, text, language)
    return Screened(question, harmless, language, (NoticeKind.INSTRUCTION_IGNORED,))


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
