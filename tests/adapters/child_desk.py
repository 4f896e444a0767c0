"""A process that is killed in the middle: ``python -m tests.adapters.child_desk DATABASE SENT``.

It takes messages in and writes a line to SENT for each answer that arrived. The answer to one message is never made,
and that to another never arrives.
"""

import asyncio
import sys
import threading
from pathlib import Path

from bot.core.delivery import Delivery
from bot.core.desk_talk import Ask
from bot.core.front import Front
from bot.core.model import Answer, Question
from tests.adapters.stores import opened
from tests.builders import Clock, desk, said
from tests.core.test_front import PARTS, echo

MESSAGES, CONVERSATIONS = 30, 5
NEVER_MADE, NEVER_SENT = "vraag 10", "vraag 11"


def stuck(question: Question) -> Answer:
    """Answer at once, but for one question."""
    if question.text == NEVER_MADE:
        threading.Event().wait()
    return echo(question)


async def serve(url: str, sent: Path, ask: Ask, never_sent: str = "", count: int = 0) -> None:
    """Answer what was left, then take in what is new."""

    async def send(delivery: Delivery) -> None:
        incoming, replies = delivery.incoming, delivery.replies
        assert incoming is not None
        if incoming.text == never_sent:
            await asyncio.Event().wait()
        with sent.open("a", encoding="utf-8") as file:
            file.write("".join(f"{incoming.conversation} {reply.text}\n" for reply in replies))

    with opened(url, Clock()) as store:
        front = Front(desk(PARTS, ask=ask, store=store), send)
        await front.open("test")
        for n in range(count):
            await front.receive(said(f"vraag {n}", f"{n}", conversation=f"c{n % CONVERSATIONS}"))
        await front.finish()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), stuck, NEVER_SENT, MESSAGES))
