"""From a reply of the desk to messages of Teams.

Knows the label that a machine made it, native citations, and the thumbs.
Knows nothing of how a message is sent.
"""

from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.models.entity import CitationAppearance

from bot.channels.teams.cards import WEB, cards_of
from bot.channels.teams.markup import clipped, escaped, marked_up, messages_of
from bot.core.corpus import Language
from bot.core.days import day_in_words
from bot.core.messages import Messages
from bot.core.reply import Reply, ShownSource

MAX_NAME, MAX_ABSTRACT, MAX_KEYWORD = 80, 160, 28
"""Characters that Teams takes in a citation."""

MAX_CITATIONS = 10
"""Citations in one message: Teams takes 20, its test client 10. All sources stand in the card as well."""


def messages_for(reply: Reply, messages: Messages) -> tuple[MessageActivityInput, ...]:
    """Give a reply as messages. The first is the one that thumbs belong to, and the card hangs under the last text."""
    numbers = [source.n for source in reply.sources]
    texts = messages_of(marked_up((*reply.paragraphs, *reply.warnings), numbers))
    found = [_text(text, reply, messages) for text in texts]
    cards = cards_of(reply, messages)
    if cards:
        found[-1].add_card(cards[0])
        found.extend(MessageActivityInput().add_card(card) for card in cards[1:])
    return tuple(found)


def plain_messages_for(reply: Reply, messages: Messages) -> tuple[MessageActivityInput, ...]:
    """Give a reply as text alone, for where Teams refuses its form: a plain answer is better than none."""
    numbers = [source.n for source in reply.sources]
    choices = [f"- {button.label}" for button in reply.choices]
    texts = list(marked_up((*reply.paragraphs, *reply.warnings, *choices), numbers))
    if reply.sources:
        texts.append(messages.say("sources_heading", reply.language))
    for source in reply.sources:
        texts += [f"[{source.n}] {escaped(source.head)}", f"“{escaped(source.quote)}”"]
        texts += [source.url] if source.url.startswith(WEB) else []
    texts += [escaped(reply.label)] if reply.label else []
    return tuple(MessageActivityInput(text=text, text_format="markdown") for text in messages_of(texts))


def _text(text: str, reply: Reply, messages: Messages) -> MessageActivityInput:
    message = MessageActivityInput(text=text or None, text_format="markdown")
    if reply.label:
        message.add_ai_generated()
    for source in reply.sources[:MAX_CITATIONS]:
        if f"[{source.n}]" in text:
            message.add_citation(source.n, _citation(source, reply.language, messages))
    if reply.takes_feedback and reply.answer_id:
        message.add_feedback("custom")
    return message


def _citation(source: ShownSource, language: Language, messages: Messages) -> CitationAppearance:
    day = day_in_words(source.date, language, messages)
    return CitationAppearance(
        name=clipped(source.title, MAX_NAME) or "-",
        abstract=clipped(source.quote, MAX_ABSTRACT) or "-",
        url=source.url if source.url.startswith(WEB) else None,
        keywords=[clipped(word, MAX_KEYWORD) for word in (source.grade_name, day)],
    )
