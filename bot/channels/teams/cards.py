"""Adaptive Cards: buttons, sources with their quotes, and the form for feedback.

Knows how a card is laid out.
Knows nothing of conversations, nor of how a card is sent.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from microsoft_teams.cards import (
    Action,
    ActionSet,
    AdaptiveCard,
    CardElement,
    Choice,
    ChoiceSetInput,
    Container,
    OpenUrlAction,
    SubmitAction,
    TextBlock,
    TextInput,
    ToggleVisibilityAction,
)

from bot.channels.teams.markup import escaped
from bot.channels.teams.read import ANSWER, CHOICE, REACTION, REASON, REMARK
from bot.core.corpus import Language
from bot.core.incoming import Reason
from bot.core.messages import Messages
from bot.core.reply import Button, Reply, ReplyKind, ShownSource

VERSION: Final = "1.5"
"""The version of Adaptive Cards that Teams shows on every device."""

MAX_QUOTES = 12_000
"""Characters of quotes in one card; what is more goes in a card of its own."""

SHOWN_SOURCES = 3
"""Sources under an answer that are shown at once; the others open on demand, unless that would be only one."""

MAX_BUTTON = 45
"""Characters that fit on a button in a narrow window."""

MORE = "more"
"""What the sources are called that open on demand."""

MAX_REMARK = 1_000
"""Characters that fit in the box for a remark."""

WEB = ("http://", "https://")


def cards_of(reply: Reply, messages: Messages) -> tuple[AdaptiveCard, ...]:
    """Give the cards of a reply: its sources, and below them its buttons."""
    found = [_card(_sources(group, reply, messages)) for group in _groups(reply.sources)]
    buttons = _buttons(reply, messages)
    if not buttons:
        return tuple(found)
    if not found:
        return (_card(buttons),)
    last = found[-1]
    return (*found[:-1], _card([*(last.body or []), *buttons]))


def feedback_card(answer_id: str, reaction: str, messages: Messages, language: Language) -> AdaptiveCard:
    """Give the form that opens under a thumb; for a good answer only a remark is asked for."""
    body: list[CardElement] = []
    if reaction != "like":
        reasons = [Choice(title=messages.say(f"feedback_reason_{r}", language), value=r.value) for r in Reason]
        label = messages.say("feedback_why", language)
        body.append(ChoiceSetInput(id=REASON, label=label, choices=reasons, style="expanded"))
    body.append(
        TextInput(
            id=REMARK,
            label=messages.say("feedback_remark", language),
            placeholder=messages.say("feedback_remark_hint", language),
            is_multiline=True,
            max_length=MAX_REMARK,
        )
    )
    data = {ANSWER: answer_id, REACTION: reaction}
    send = SubmitAction(title=messages.say("feedback_send", language), data=data)
    return AdaptiveCard(version=VERSION, body=body, actions=[send])


def _groups(sources: Sequence[ShownSource]) -> list[list[ShownSource]]:
    groups: list[list[ShownSource]] = []
    size = 0
    for source in sources:
        length = len(source.quote) + len(source.head) + len(source.url)
        if not groups or size + length > MAX_QUOTES:
            groups.append([])
            size = 0
        groups[-1].append(source)
        size += length
    return groups


def _sources(sources: Iterable[ShownSource], reply: Reply, messages: Messages) -> list[CardElement]:
    """Lay out sources; each quote opens on demand, but where sources were asked for it is open."""
    is_open = reply.kind is ReplyKind.SOURCE
    laid_out = [_source(source, reply.language, messages, is_open=is_open) for source in sources]
    at_once = len(laid_out) if is_open or len(laid_out) == SHOWN_SOURCES + 1 else SHOWN_SOURCES
    found: list[CardElement] = [_heading(messages.say("sources_heading", reply.language))]
    found += [element for source in laid_out[:at_once] for element in source]
    rest = [element for source in laid_out[at_once:] for element in source]
    if rest:
        title = messages.say("sources_more", reply.language, count=len(laid_out) - at_once)
        found.append(ActionSet(actions=[ToggleVisibilityAction(title=title, target_elements=[MORE])], spacing="Medium"))
        found.append(Container(id=MORE, items=rest, is_visible=False))
    return found


def _source(source: ShownSource, language: Language, messages: Messages, *, is_open: bool) -> list[CardElement]:
    name = f"quote{source.n}"
    actions: list[Action] = []
    if not is_open:
        title = messages.say("source_quote", language, number=source.n)
        actions.append(ToggleVisibilityAction(title=title, target_elements=[name]))
    if source.url.startswith(WEB):
        actions.append(OpenUrlAction(title=messages.say("source_open", language, number=source.n), url=source.url))
    where = [messages.say("source_by", language, publisher=source.publisher), source.grade_name]
    details: list[CardElement] = [
        _text(f"“{source.quote}”"),
        _small(messages.say("source_reference", language, reference=source.reference)),
    ]
    found: list[CardElement] = [_text(f"[{source.n}] {source.head}", spacing="Medium"), _small(" · ".join(where))]
    found.append(Container(id=name, items=details, is_visible=is_open, style="emphasis"))
    if actions:
        found.append(ActionSet(actions=actions))
    return found


def _buttons(reply: Reply, messages: Messages) -> list[CardElement]:
    """Lay out the buttons below each other, for their texts are long and Teams shows only six side by side."""
    found: list[CardElement] = _column(reply.choices)
    if reply.follow_ups:
        if reply.kind is ReplyKind.ANSWER:  # a welcome has no question yet beside which others can be asked
            found.append(_heading(messages.say("follow_ups_heading", reply.language)))
        found.extend(_column(reply.follow_ups))
    if reply.actions:
        found.append(ActionSet(actions=[_action(button) for button in reply.actions], separator=bool(found)))
    return found


def _column(buttons: Sequence[Button]) -> list[CardElement]:
    """Lay out buttons that look alike; where a text would be cut off in one, all are boxes that can be pressed."""
    if any(len(button.label) > MAX_BUTTON for button in buttons):
        return [_box(button) for button in buttons]
    return [ActionSet(actions=[_action(button)], spacing="Small") for button in buttons]


def _box(button: Button) -> Container:
    return Container(items=[_text(button.label)], select_action=_action(button), style="emphasis", spacing="Small")


def _action(button: Button) -> SubmitAction:
    return SubmitAction(title=button.label, data={CHOICE: button.value})


def _card(body: Sequence[CardElement]) -> AdaptiveCard:
    return AdaptiveCard(version=VERSION, body=list(body))


def _heading(text: str) -> TextBlock:
    return TextBlock(text=escaped(text), weight="Bolder", wrap=True, spacing="Medium")


def _text(text: str, **options: object) -> TextBlock:
    return TextBlock(text=_lines(text), wrap=True, **options)  # type: ignore[arg-type]  # options of the layout


def _small(text: str) -> TextBlock:
    return TextBlock(text=_lines(text), wrap=True, size="Small", is_subtle=True, spacing="None")


def _lines(text: str) -> str:
    return "\n\n".join(escaped(line) for line in text.split("\n") if line.strip())
