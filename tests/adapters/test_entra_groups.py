"""Groups of Entra, over HTTP with a fake of Graph: what is asked, when again, and that an outage is told apart."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.entra_groups import LASTS_S, EntraGroups, EntraOptions
from bot.bootstrap_desk import build_desk, build_roster, build_store
from bot.core.assistant import Assistant
from bot.core.corpus import Language, Role, Status
from bot.core.errors import DirectoryUnavailable, ServiceTimeout, SettingsError
from bot.settings import Settings
from tests.builders import said
from tests.core.test_desk import ASK, MESSAGES, PARTS
from tests.servers.graph import Graph, Reply, fake_graph, refusal, settings_with

ANNA, BEN, EVE = (f"{letter}0000000-0000-0000-0000-00000000000{letter}" for letter in "abe")
BUYERS, HELPDESK = "c1111111-1111-1111-1111-111111111111", "d2222222-2222-2222-2222-222222222222"
BOTH = (BUYERS, HELPDESK)


class Time:
    """A clock that only sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def graph() -> Iterator[Graph]:
    with fake_graph(**{ANNA: {BUYERS}, BEN: set()}) as found:
        yield found


@pytest.fixture
def groups(graph: Graph, time: Time) -> EntraGroups:
    return EntraGroups(EntraOptions("bot", SecretStr("geheim"), "huurder", graph.url, graph.url), time.sleep, time)


def test_the_groups_of_a_person_are_asked_with_a_token_of_the_bot(groups: EntraGroups, graph: Graph) -> None:
    assert groups.among(ANNA, BOTH) == {BUYERS}
    assert graph.asked == [(f"/v1.0/users/{ANNA}/checkMemberGroups", [*BOTH], "Bearer bewijs-1")]
    assert graph.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": "bot",
            "client_secret": "geheim",
            "scope": f"{graph.url}/.default",
        }
    ]


def test_an_id_counts_however_it_is_written(groups: EntraGroups, graph: Graph) -> None:
    graph.script.append(Reply(200, {"value": [BUYERS]}))
    assert groups.among(ANNA, (BUYERS.upper(),)) == {BUYERS.upper()}


def test_who_is_in_no_group_and_who_is_nobody_are_in_none(groups: EntraGroups) -> None:
    assert groups.among(BEN, BOTH) == frozenset()
    assert groups.among(EVE, BOTH) == frozenset()


@pytest.mark.parametrize("person", ["29:anna", "", "../me", f"{ANNA}/../{BEN}", f"{ANNA}\n"])
def test_what_is_no_id_of_entra_is_not_asked_about(groups: EntraGroups, graph: Graph, person: str) -> None:
    assert groups.among(person, BOTH) == frozenset()
    assert graph.asked == []


def test_more_groups_than_a_call_takes_go_in_several(groups: EntraGroups, graph: Graph) -> None:
    many = [f"{n:08d}-0000-0000-0000-000000000000" for n in range(44)] + [BUYERS]
    assert groups.among(ANNA, many) == {BUYERS}
    assert [len(asked) for _, asked, _ in graph.asked] == [20, 20, 5]
    assert len(graph.forms) == 1


def test_an_answer_holds_for_a_while_and_a_token_until_its_end(groups: EntraGroups, graph: Graph, time: Time) -> None:
    for _ in range(3):
        groups.among(ANNA, BOTH)
    assert len(graph.asked) == 1
    graph.members[ANNA] = set(BOTH)
    time.now += LASTS_S
    assert groups.among(ANNA, BOTH) == set(BOTH)
    assert (len(graph.asked), len(graph.forms)) == (2, 1)
    time.now += 3600
    groups.among(ANNA, BOTH)
    assert (len(graph.asked), len(graph.forms)) == (3, 2)


def test_no_more_people_are_remembered_than_fit(graph: Graph) -> None:
    options = EntraOptions("bot", SecretStr("geheim"), "huurder", graph.url, graph.url)
    groups = EntraGroups(options, kept_people=2)
    for person in (ANNA, BEN, EVE, BEN, ANNA):
        groups.among(person, BOTH)
    assert [path.split("/")[3] for path, _, _ in graph.asked] == [ANNA, BEN, EVE, ANNA]


def test_a_token_that_is_refused_is_asked_anew(groups: EntraGroups, graph: Graph) -> None:
    groups.among(BEN, BOTH)
    graph.script.append(refusal(401, "InvalidAuthenticationToken"))
    assert groups.among(ANNA, BOTH) == {BUYERS}
    assert [token for _, _, token in graph.asked] == ["Bearer bewijs-1", "Bearer bewijs-1", "Bearer bewijs-2"]


def test_graph_says_how_long_to_wait(groups: EntraGroups, graph: Graph, time: Time) -> None:
    graph.script.extend([refusal(429, "TooManyRequests", Retry_After="3"), refusal(503, "serviceNotAvailable")])
    assert groups.among(ANNA, BOTH) == {BUYERS}
    assert time.slept == [3.0, 1.0]


def test_longer_than_a_person_waits_is_not_waited(groups: EntraGroups, graph: Graph, time: Time) -> None:
    graph.script.append(refusal(429, "TooManyRequests", Retry_After="60"))
    with pytest.raises(DirectoryUnavailable, match="Graph answered with status 429: try again later"):
        groups.among(ANNA, BOTH)
    assert time.slept == []


@pytest.mark.parametrize(
    ("replies", "message"),
    [
        ([refusal(403, "Authorization_RequestDenied")], "permissions User.Read.All and GroupMember.Read.All; see docs"),
        ([refusal(400, "Request_BadRequest")], "status 400: check the ids below 'groups' in ISVBOT_PEOPLE_FILE"),
        ([refusal(404, "BadRequest")], "status 404: check ISVBOT_TEAMS_GRAPH_URL"),
        ([Reply(404, b"<html>anna</html>")], "status 404: check ISVBOT_TEAMS_GRAPH_URL"),
        ([refusal(401, "InvalidAuthenticationToken")] * 3, "status 401: check ISVBOT_TEAMS_GRAPH_URL"),
        ([Reply(500)] * 3, "status 500: try again later"),
        ([Reply(200, {"value": "anna"})], "no list of groups"),
        ([Reply(200, b"[" * 9000)], "no list of groups"),
        ([Reply(200, b" " * 300_000)], "more than an answer can be"),
        ([Reply(302, None, {"Location": "http://127.0.0.1:1/"})], "status 302"),
    ],
)
def test_what_is_no_answer_is_an_outage_and_names_nobody(
    groups: EntraGroups, graph: Graph, time: Time, replies: list[Reply], message: str
) -> None:
    graph.script.extend(replies)
    with pytest.raises(DirectoryUnavailable) as caught:
        groups.among(ANNA, BOTH)
    assert message in str(caught.value)
    assert ANNA not in str(caught.value)
    assert "anna" not in str(caught.value)
    asked = len(graph.asked)
    with pytest.raises(DirectoryUnavailable, match="a short time ago"):
        groups.among(BEN, BOTH)
    assert len(graph.asked) == asked, "who waits for Graph holds up nobody else"
    time.sleep(groups.options.away)
    assert groups.among(ANNA, BOTH) == {BUYERS}


@pytest.mark.parametrize(
    "reply", [Reply(401, {"error": "invalid_client"}), Reply(200, {"access_token": 1}), Reply(200, b"x")]
)
def test_no_token_names_the_settings_and_not_the_secret(groups: EntraGroups, graph: Graph, reply: Reply) -> None:
    graph.tokens.append(reply)
    with pytest.raises(DirectoryUnavailable, match="ISVBOT_TEAMS_CLIENT_SECRET") as caught:
        groups.among(ANNA, BOTH)
    assert "geheim" not in f"{caught.value} {groups.options}"


def test_without_a_secret_nobody_is_asked(graph: Graph) -> None:
    with pytest.raises(DirectoryUnavailable, match="cannot be looked up: check ISVBOT_TEAMS_CLIENT_ID"):
        EntraGroups(EntraOptions("bot", None, "huurder", graph.url, graph.url)).among(ANNA, BOTH)
    assert graph.forms == []


@pytest.mark.parametrize("which", ["script", "tokens"])
def test_what_is_slow_is_not_waited_for(graph: Graph, which: str) -> None:
    getattr(graph, which).append(Reply(is_slow=True))
    options = EntraOptions("bot", SecretStr("geheim"), "huurder", graph.url, graph.url, timeout=0.2)
    with pytest.raises(ServiceTimeout, match=r"did not answer within 0\.2 s"):
        EntraGroups(options).among(ANNA, BOTH)


def test_what_cannot_be_reached_is_an_outage() -> None:
    nowhere = "http://127.0.0.1:1"
    with pytest.raises(DirectoryUnavailable, match=r"the login host cannot be reached \(ConnectError\)"):
        EntraGroups(EntraOptions("bot", SecretStr("geheim"), "huurder", nowhere, nowhere)).among(ANNA, BOTH)


# With the desk.


@pytest.fixture
def settings(clean_settings: None, tmp_path: Path, graph: Graph) -> Settings:
    """Settings with a list of people and groups."""
    people = f"people: {{teams: {{{EVE}: newcomer}}}}\ngroups: {{teams: {{{BUYERS}: officer}}}}"
    return settings_with(graph, tmp_path, people)


def test_who_is_in_a_listed_group_is_let_in_and_an_outage_is_told_as_one(
    settings: Settings, graph: Graph, caplog: pytest.LogCaptureFixture
) -> None:
    desk = build_desk(settings, Assistant(PARTS), build_store(settings))
    ask = said(ASK, channel="teams", person=ANNA)
    graph.script.extend([Reply(500)] * 3)
    (broken,) = desk.handle(ask)
    assert broken.text == MESSAGES.say(Status.ERROR_SERVICE.value, Language.NL, id="-")
    assert "DirectoryUnavailable(Graph answered with status 500" in caplog.text
    assert ANNA not in "\n".join(r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING)
    assert "/vergeet" not in broken.text
    (forgotten,) = desk.handle(replace(ask, message_id="5", text="/vergeet"))
    assert forgotten.status is not Status.ERROR_SERVICE, "who has all forgotten waits for no directory"
    desk = build_desk(settings, Assistant(PARTS), build_store(settings))
    (answered,) = desk.handle(replace(ask, message_id="2"))
    assert answered.status is Status.ANSWERED
    (stranger,) = desk.handle(replace(ask, message_id="3", person=BEN))
    assert "Ik ken u nog niet" in stranger.text


def test_who_is_listed_and_who_is_of_another_channel_are_not_looked_up(settings: Settings, graph: Graph) -> None:
    roster = build_roster(settings)
    assert roster.roles(said(channel="teams", person=EVE)) == (Role.NEWCOMER,)
    assert roster.roles(said(channel="telegram", person=ANNA)) == ()
    assert (graph.forms, graph.asked) == ([], [])


def test_without_listed_groups_nobody_is_ever_asked(settings: Settings, graph: Graph) -> None:
    assert settings.people_file is not None
    settings.people_file.write_text(f"people: {{teams: {{{EVE}: newcomer}}}}", "utf-8")
    assert build_roster(settings).roles(said(channel="teams", person=ANNA)) == ()
    assert (graph.forms, graph.asked) == ([], [])


def test_a_group_that_is_no_id_is_named_at_the_start(settings: Settings) -> None:
    assert settings.people_file is not None
    settings.people_file.write_text("groups: {teams: {inkoop: officer}}", "utf-8")
    with pytest.raises(SettingsError, match=r"people\.yaml: groups: teams: 'inkoop' is no object id of a group"):
        build_roster(settings)
