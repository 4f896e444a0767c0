"""The ISV check in the terminal: shows a question with numbered choices, and reads the answer.

Knows how choices look and that a line is read for each question.
Knows nothing of how the check decides.
"""

from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from bot.channels.console.show import show_answer, show_step
from bot.core.checker import Checker
from bot.core.dialogue import Talk
from bot.core.errors import UsageError
from bot.core.messages import Messages
from bot.core.model import Answer


def walk(
    console: Console, checker: Checker, messages: Messages, talk: Talk, text: str, read: Callable[[str], str]
) -> tuple[Answer | None, Talk]:
    """Hold a check until its outcome; without one where the reader stops."""
    reply = checker.start(talk, text) if text else checker.start(talk)
    while reply.talk is not None:
        talk = reply.talk
        if reply.answer is not None:
            show_answer(console, reply.answer, messages)
            return reply.answer, talk
        show_step(console, reply, messages, talk.language)
        try:
            line = read(f"\n{messages.say('chat_prompt', talk.language)} > ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return None, talk
        if line:
            try:
                reply = checker.hear(talk, line)
            except UsageError as error:
                console.print(Text(messages.say(error.name, talk.language, **error.holes), style="yellow"))
    console.print(Text(reply.text))
    return None, talk
