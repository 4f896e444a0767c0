"""A day as people write it.

Knows the order of its parts; the names of months stand with the messages.
Knows nothing of what a day is for.
"""

from datetime import date

from bot.core.corpus import Language
from bot.core.messages import Messages


def day_in_words(day: date, language: Language, messages: Messages) -> str:
    """Write a day as people do: 13 juni 2022."""
    return f"{day.day} {messages.say('months', language).split()[day.month - 1]} {day.year}"
