"""A Telegram channel that runs against our own Bot API, over HTTP."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from bot.channels.telegram.activity import Pace
from bot.channels.telegram.config import TelegramConfig
from bot.channels.telegram.health import Health
from bot.channels.telegram.run import Tempo, serve
from bot.core.corpus import Corpus, Grade, Language, PassageId, Role, SourceId, Status
from bot.core.desk import Desk
from bot.core.desk_talk import Ask, OnPartial
from bot.core.incoming import Incoming
from bot.core.keeping import Store
from bot.core.model import Answer, Citation, Notice, NoticeKind, Question
from bot.core.reply import Reply
from tests.builders import TODAY, desk, tools
from tests.servers.telegram_api import PATIENCE_S, TOKEN, FakeTelegram, served

PARTS = tools(Corpus((), (), (), ()))
QUICK = Tempo(
    poll_s=5,
    pauses_s=(0.01, 0.01, 0.01),
    first_pause_s=0.01,
    longest_pause_s=0.05,
    every_s=0.05,
    pace=Pace(0.01, 0.01, 60, 0.01),
)


def echo(question: Question) -> Answer:
    """Answer with the question itself."""
    return echo_of(question.text)


def echo_of(text: str) -> Answer:
    """Give an answer that is a text and no more."""
    return Answer("id-1", text, text, Language.NL, Role.OFFICER, TODAY, Status.ANSWERED, text)


def citation(n: int, quote: str, url: str = "https://example.org/brief") -> Citation:
    """Give a source with a quote."""
    return Citation(
        n=n,
        passage_id=PassageId(f"bron#{n}"),
        source_id=SourceId("bron"),
        title="Brief <1> & meer",
        publisher="ministerie",
        date=TODAY,
        reference="kst-1",
        locator="alinea 1",
        grade=Grade.OFFICIAL,
        quote=quote,
        start=0,
        end=len(quote),
        url=url,
    )


def cited(question: Question, count: int = 2) -> Answer:
    """Answer with sources, a notice and follow-up questions."""
    return replace(
        echo(question),
        text="ISV is <verplicht> & duidelijk [1].\n\nTweede alinea [2].",
        citations=tuple(citation(n, f"Het citaat nummer {n} is <letterlijk> & heel.") for n in range(1, count + 1)),
        notices=(Notice(NoticeKind.UNCERTAIN, "niet <zeker>"),),
        follow_ups=("Wat is ISV?", "En daarna?"),
    )


def new_desk(ask: Ask = echo, store: Store | None = None, **options: Any) -> Desk:
    return desk(PARTS, ask=ask, store=store, **options)


class Telling(Desk):
    """A desk in which a test answers itself and yet shows the beginning, as the assistant does."""

    def __init__(self, inner: Desk, here: threading.local) -> None:
        self.__dict__.update(inner.__dict__)
        self._here = here

    def answer(self, incoming: Incoming, on_partial: OnPartial | None = None) -> tuple[Reply, ...]:
        """Answer, and let the one who answers show the beginning."""
        self._here.show = on_partial
        return super().answer(incoming, on_partial)


def partly(answer: Callable[[Question, OnPartial], Answer]) -> Desk:
    """Give a desk whose answers are shown before they are ready."""
    here = threading.local()
    return Telling(new_desk(lambda question: answer(question, here.show)), here)


class Begun:
    """Answers whose beginning is shown, and whose rest comes when a test says so."""

    def __init__(self, beginning: str, rest: Ask) -> None:
        self.go_on = threading.Event()
        self._beginning = beginning
        self._rest = rest

    def desk(self) -> Desk:
        """Give a desk that answers so."""
        return partly(self._answer)

    def _answer(self, question: Question, on_partial: OnPartial) -> Answer:
        on_partial(self._beginning)
        assert self.go_on.wait(PATIENCE_S)
        return self._rest(question)


@asynccontextmanager
async def talking(
    fake: FakeTelegram,
    a_desk: Desk | None = None,
    *,
    health: Health | None = None,
    tempo: Tempo = QUICK,
    **config: Any,
) -> AsyncIterator[tuple[asyncio.Event, asyncio.Future[int | None]]]:
    """Run the channel; gives what stops it, and the port of its web server."""
    async with served(fake) as url:
        stop = asyncio.Event()
        port: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        whole = TelegramConfig(**{"token": TOKEN, "api_url": url, **config})
        running = asyncio.create_task(
            serve(a_desk or new_desk(), whole, stop, health=health, tempo=tempo, on_start=port.set_result)
        )
        try:
            await asyncio.wait((running, port), return_when=asyncio.FIRST_COMPLETED)
            yield stop, port
        finally:
            stop.set()
            async with asyncio.timeout(30):
                await running


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test that waits."""
    asyncio.run(test())
