"""A reply: an answer ready for a channel, which only gives it its own form.

Knows what stands in a message, which buttons go with it, and how an answer and its sources become one.
Knows nothing of markup, lengths or where it is shown.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import quote as percent_encoded

from bot.core.checker import CheckReply
from bot.core.corpus import Grade, Language, Status
from bot.core.days import day_in_words
from bot.core.messages import Messages
from bot.core.model import Answer, Citation

FRAGMENT_WORDS = 5
"""Words at each end of a quote by which a browser finds it on the page."""

GOOD, BAD, WHY, ASK, STEP = "good", "bad", "why", "ask", "step"
"""What the value of a button begins with; the rest follows after a colon. A value is at most 64 bytes long."""

_WANTS_COLLEAGUE = (Status.UNANSWERABLE_NOTHING_FOUND, Status.ANSWERED_PARTLY, Status.CLARIFICATION)


class ReplyKind(StrEnum):
    """What a reply is, for a channel that shows them differently."""

    ANSWER = "answer"
    STEP = "step"
    """A question of the ISV check."""
    SOURCE = "source"
    NOTE = "note"


SHOWN_PASSAGES = 3


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: what comes back as a choice, and what stands on it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A numbered source. ``head`` is its title, date and place on one line; ``quote`` stands in it word for word."""

    n: int
    head: str
    title: str
    date: date
    grade: Grade
    grade_name: str
    publisher: str
    reference: str
    quote: str
    url: str
    """Where it can be read; on a web page with a text fragment that marks the quote. Empty where there is none."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to show. Marks such as [1] in ``paragraphs`` are the numbers of ``sources``."""

    kind: ReplyKind
    language: Language
    paragraphs: tuple[str, ...]
    sources: tuple[ShownSource, ...] = ()
    warnings: tuple[str, ...] = ()
    choices: tuple[Button, ...] = ()
    """What can be answered; a channel without buttons numbers them from 1."""
    follow_ups: tuple[Button, ...] = ()
    actions: tuple[Button, ...] = ()
    """What else can be done, such as asking a colleague; the value is a command."""
    answer_id: str = ""
    takes_feedback: bool = False
    label: str = ""
    """That a machine made this, where that must be said."""
    status: Status | None = None
    made: str = ""
    """How an answer was made, for who asks with /debug."""

    @property
    def text(self) -> str:
        """The paragraphs as one text."""
        return "\n\n".join(self.paragraphs)


def note(text: str, language: Language, *choices: Button) -> Reply:
    """Give a reply that is only a text, with choices."""
    return Reply(ReplyKind.NOTE, language, _paragraphs(text), choices=choices)


def reply_of(answer: Answer, messages: Messages) -> Reply:
    """Give the reply for an answer; warnings stand apart from its text."""
    language = answer.language
    warnings = tuple(messages.say("notice", language, text=notice.text) for notice in answer.notices)
    wants_colleague = answer.status in _WANTS_COLLEAGUE
    return Reply(
        kind=ReplyKind.ANSWER,
        language=language,
        paragraphs=tuple(p for p in _paragraphs(answer.text) if p not in warnings),
        sources=tuple(source_of(citation, language, messages) for citation in answer.citations),
        warnings=warnings,
        follow_ups=tuple(
            Button(f"{ASK}:{answer.id}:{place}", question) for place, question in enumerate(answer.follow_ups)
        ),
        actions=(Button("/collega", messages.say("action_colleague", language)),) if wants_colleague else (),
        answer_id=answer.id,
        takes_feedback=bool(answer.citations) or wants_colleague,
        label=messages.say("ai_label", language),
        status=answer.status,
        made=_how_made(answer, messages),
    )


def _how_made(answer: Answer, messages: Messages) -> str:
    """Tell how a question was read, who drafted the answer, and what it was looked for in."""
    drafting = answer.drafting
    model = "-" if drafting is None else f"{drafting.model} ({', '.join(drafting.prompts)})"
    return messages.say(
        "debug",
        answer.language,
        id=answer.id,
        question=answer.standalone_question or "-",
        day=answer.as_of.isoformat(),
        status=answer.status.value,
        draft=answer.draft.value,
        model=model,
        fault=(drafting.fault if drafting is not None else "") or "-",
        passages=", ".join(scored.passage.id for scored in answer.passages[:SHOWN_PASSAGES]) or "-",
        ms=round(answer.timings_ms.get("total", 0.0)),
    )


def step_reply(reply: CheckReply, language: Language, mark: str) -> Reply:
    """Give the reply for a question of the check; ``mark`` binds its buttons to this question."""
    buttons = tuple(Button(f"{STEP}:{mark}:{choice.value}", choice.label) for choice in reply.choices)
    return Reply(ReplyKind.STEP, language, _paragraphs(reply.text), choices=buttons)


def thumbs(answer_id: str, messages: Messages, language: Language) -> tuple[Button, Button]:
    """Give the two buttons under an answer."""
    return (
        Button(f"{GOOD}:{answer_id}", messages.say("feedback_good", language)),
        Button(f"{BAD}:{answer_id}", messages.say("feedback_bad", language)),
    )


def source_of(citation: Citation, language: Language, messages: Messages) -> ShownSource:
    """Give a citation as it is shown."""
    head = messages.say(
        "source_line",
        language,
        title=citation.title,
        date=day_in_words(citation.date, language, messages),
        locator=citation.locator,
    )
    return ShownSource(
        n=citation.n,
        head=head,
        title=citation.title,
        date=citation.date,
        grade=citation.grade,
        grade_name=messages.say(f"grade_{citation.grade.value}", language),
        publisher=citation.publisher,
        reference=citation.reference,
        quote=citation.quote,
        url=link_to(citation),
    )


def link_to(citation: Citation) -> str:
    """Give the address of a citation; on a web page with a text fragment, for official texts stand there literally."""
    url = citation.url
    is_page = url.startswith(("http://", "https://")) and not url.lower().partition("#")[0].endswith(".pdf")
    words = citation.quote.split()
    if not is_page or citation.grade is not Grade.OFFICIAL or not words:
        return url
    first, last = words[:FRAGMENT_WORDS], words[-FRAGMENT_WORDS:]
    ends = (words,) if len(words) <= 2 * FRAGMENT_WORDS else (first, last)
    text = ",".join(percent_encoded(" ".join(end), safe="", errors="replace").replace("-", "%2D") for end in ends)
    return f"{url}{'' if '#' in url else '#'}:~:text={text}"


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(paragraph for paragraph in text.split("\n\n") if paragraph.strip())
