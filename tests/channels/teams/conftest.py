"""A bot in our own web application, served on this machine, with the real SDK and a fake of the service of Teams."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import httpx
import pytest
from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides

from bot.channels.teams import sdk  # noqa: F401  # before anything else of the SDK
from bot.channels.teams.app import Registration, build_app
from bot.channels.teams.keys import USUAL, Pace
from bot.core.corpus import Corpus, Grade, Language, Role, Status
from bot.core.desk import Desk
from bot.core.keeping import Store
from bot.core.model import Answer, Question
from tests.builders import TODAY, answer, claim, desk, passage, source, tools
from tests.servers.teams_connector import Connector, fake_connector
from tests.servers.web import served

LETTER = source(
    "Er zijn 8 risicocategorieën, " + "en dat staat in een lange brief, " * 8 + "zo is het.", "brief", Grade.OFFICIAL
)
NOTE = source("Gemeenten zijn niet verplicht om ISV toe te passen.", "notitie")
OWN = passage(NOTE.text, of=NOTE)
OFFICIAL = passage(LETTER.text, of=LETTER, grade=Grade.OFFICIAL)
CATEGORIES = answer(
    "categorieen",
    ["welke risicocategorieën zijn er"],
    claim("Er zijn 8 risicocategorieën.", OFFICIAL.id),
    follow_ups=("gemeente",),
)
GEMEENTE = answer(
    "gemeente", ["hoe zit het met gemeenten", "vraag gemeente"], claim("Gemeenten zijn niet verplicht.", OWN.id)
)
PARTS = tools(Corpus((LETTER, NOTE), (OFFICIAL, OWN), (CATEGORIES, GEMEENTE), ()))
ASK = "welke risicocategorieën zijn er"
TENANT = "tenant-1"

NUMBERS = count(1)


def echo(question: Question) -> Answer:
    """An answer that says the question again."""
    return Answer(
        "id-1", question.text, question.text, Language.NL, Role.OFFICER, TODAY, Status.ANSWERED, question.text
    )


@dataclass(frozen=True)
class Bot:
    """The bot as Teams reaches it."""

    url: str
    connector: Connector

    def activity(self, text: str = "", **fields: Any) -> dict[str, Any]:
        """A message of Anna in her private conversation."""
        whole: dict[str, Any] = {
            "type": "message",
            "id": f"a{next(NUMBERS)}",
            "channelId": "msteams",
            "serviceUrl": self.connector.url,
            "from": {"id": "29:anna", "aadObjectId": "anna-in-entra"},
            "recipient": {"id": "28:bot-id", "name": "isvbot"},
            "conversation": {"id": "a:c1", "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            "locale": "nl-NL",
            "text": text,
        }
        return {name: value for name, value in (whole | fields).items() if value is not None}

    def post(self, activity: object, token: str | None = None, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {token or self.connector.token()}", **headers}
        return httpx.post(f"{self.url}/api/messages", json=activity, headers=sent, timeout=30)

    def say(self, text: str = "", **fields: Any) -> httpx.Response:
        return self.post(self.activity(text, **fields))


NewBot = Callable[..., Bot]


def registration(connector: Connector) -> Registration:
    """A registration whose tokens the fake service signs and takes."""
    cloud = with_overrides(PUBLIC, openid_metadata_url=f"{connector.url}/v1/.well-known/openidconfiguration")
    ours = "e30.e30.c2lnbmVk"
    return Registration("bot-id", TENANT, cloud=cloud, token=lambda *_: ours)


@pytest.fixture
def connector() -> Iterator[Connector]:
    with fake_connector() as found:
        yield found


@pytest.fixture
def new_bot(connector: Connector) -> Iterator[NewBot]:
    """Makes bots that run until the test ends."""
    with ExitStack() as stack:

        def new(
            made: Desk | None = None,
            store: Store | None = None,
            again_s: float = 60,
            pace: Pace = USUAL,
            **fields: Any,
        ) -> Bot:
            known = replace(registration(connector), **fields)
            answering = made or desk(PARTS, store=store)
            app = build_app(answering, known, lambda: True, every_s=0.1, again_s=(again_s,), pace=pace)
            return Bot(stack.enter_context(served(app)), connector)

        yield new


@pytest.fixture
def bot(new_bot: NewBot) -> Bot:
    return new_bot()
