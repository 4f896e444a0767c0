"""What an administrator and the helpdesk do in the terminal."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap_desk import build_desk, build_identities, build_store
from bot.core.assistant import Assistant
from bot.core.corpus import Language, Role
from bot.core.keeping import Handed, Store
from bot.core.pairing import Pairing
from bot.core.people import CODE_LASTS
from bot.settings import Settings
from tests.builders import said
from tests.conftest import Command
from tests.core.test_desk import ASK, PARTS

NOW = datetime.now(UTC)
ENTRA_ID = "5d0c7c0e-0000-4000-8000-0000000000ab"


@pytest.fixture
def settings(clean_settings: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with an empty data folder, also for the command."""
    monkeypatch.setenv("ISVBOT_DATA_DIR", str(tmp_path / "data"))
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def store(settings: Settings) -> Store:
    """The store that the command opens too."""
    return build_store(settings)


def handed(number: str = "n1") -> Handed:
    context = (("eerder", "antwoord"),)
    return Handed(number, "p", "test", "ergens", "mag\ndit?", context, "", Language.NL, Role.OFFICER, NOW)


def test_a_person_is_let_in_by_the_code_and_put_out_again(isvbot: Command, store: Store) -> None:
    assert isvbot("people", "list")[1] == "Niemand heeft om toegang gevraagd.\n"
    store.people.ask(Pairing("p", "telegram", "ABCD2345", NOW))
    assert "ABCD2345  telegram" in isvbot("people", "list")[1]
    assert isvbot("people", "approve", "abcd2345", "--role", "helpdesk")[:2] == (
        0,
        "ABCD2345 mag vragen stellen als: helpdesk.\n",
    )
    assert "helpdesk" in isvbot("people", "list", "--lang", "en")[1]
    found = store.people.find("p")
    assert found is not None
    assert found.role is Role.HELPDESK
    assert isvbot("people", "remove", "ABCD2345")[0] == 0
    assert store.people.all() == ()


def test_a_code_that_has_run_out_lets_nobody_in(isvbot: Command, store: Store) -> None:
    store.people.ask(Pairing("p", "telegram", "ABCD2345", NOW - CODE_LASTS))
    assert isvbot("people", "list")[1].rstrip().endswith("verlopen")
    status, out, err = isvbot("people", "approve", "abcd2345")
    assert (status, out) == (2, "")
    assert err == (
        "isvbot: De code 'abcd2345' is verlopen. Laat die persoon een bericht sturen: dan komt er een nieuwe code.\n"
    )
    assert [pairing.role for pairing in store.people.all()] == [None]
    assert isvbot("people", "remove", "ABCD2345")[0] == 0


@pytest.mark.parametrize("action", ["approve", "remove"])
def test_a_code_that_is_not_there_is_named(isvbot: Command, settings: Settings, action: str) -> None:
    assert isvbot("people", action, "ZZZZ") == (
        2,
        "",
        "isvbot: De code 'ZZZZ' is er niet. Kijk met: isvbot people list\n",
    )


def test_a_role_that_is_not_there_is_named(isvbot: Command, store: Store) -> None:
    store.people.ask(Pairing("p", "telegram", "ABCD2345", NOW))
    assert "De rol 'baas' bestaat niet." in isvbot("people", "approve", "ABCD2345", "--role", "baas")[2]
    assert isvbot("people", "list")[1].count("wacht op goedkeuring") == 1


def test_a_question_for_a_colleague_is_read_and_answered(isvbot: Command, store: Store) -> None:
    assert isvbot("queue", "list")[1] == "Er wachten geen vragen.\n"
    store.queue.hand_over(handed())
    assert isvbot("queue", "list")[1].rstrip().endswith("mag dit?")
    shown = isvbot("queue", "show", "n1")[1]
    assert "> eerder\n\nantwoord" in shown
    assert "De vraag aan een collega: mag\ndit?" in shown
    assert isvbot("queue", "answer", "n1", "Ja, dat mag.")[0] == 0
    (found,) = store.queue.unsent("test")
    assert found.reply == "Ja, dat mag."


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Bel 0612345678.", "een telefoonnummer"),
        ("Mail jan@example.nl.", "een e-mailadres"),
        ("Dat mag. Groet, Jan Bos", "een naam"),
        ("bsn 123456782", "een burgerservicenummer"),
        ("NL91ABNA0417164300", "een rekeningnummer"),
        ("paspoort SPECI2014", "het nummer van een paspoort of rijbewijs"),
        ("Dorpsstraat 1, 1234 AB", "een adres"),
        ("geboren op 3 mei 1980", "een geboortedatum"),
    ],
)
def test_an_answer_with_personal_data_is_not_sent_nor_kept(isvbot: Command, store: Store, text: str, kind: str) -> None:
    store.queue.hand_over(handed())
    status, out, err = isvbot("queue", "answer", "n1", text)
    assert (status, out) == (2, "")
    assert err == f"isvbot: In het antwoord staat {kind}. Haal dat weg: het antwoord wordt bewaard en verstuurd.\n"
    assert [waiting.id for waiting in store.queue.open()] == ["n1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "n9"), "Er wacht geen vraag met nummer 'n9'."),
        (("answer", "n1", " "), "Het antwoord is leeg."),
        (("answer",), "Er wacht geen vraag met nummer '?'."),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    isvbot: Command, store: Store, arguments: tuple[str, ...], message: str
) -> None:
    store.queue.hand_over(handed())
    status, out, err = isvbot("queue", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_what_is_old_is_purged(isvbot: Command, store: Store) -> None:
    store.people.ask(Pairing("p", "telegram", "ABCD2345", NOW - timedelta(days=91)))
    assert "ouder was dan 90 dagen" in isvbot("purge")[1]
    assert store.people.all() == ()


def test_all_that_is_kept_of_a_person_is_given_out(isvbot: Command, settings: Settings, store: Store) -> None:
    settings = settings.model_copy(update={"unknown_role": Role.OFFICER})
    desk = build_desk(settings, Assistant(PARTS), store)
    desk.handle(said(ASK))
    desk.handle(said("/collega", "2"))
    kept = json.loads(isvbot("export", "--person", "test:anna")[1])
    assert kept["turns"][0]["question"] == ASK
    assert kept["handed"][0]["handed"]["question"] == ASK
    assert kept["conversations"][0]["last"]["sources"]
    assert not any(json.loads(isvbot("export", "--person", "test:ben")[1]).values())


def test_of_whom_nothing_is_kept_that_is_said_beside_the_empty_lists(isvbot: Command, settings: Settings) -> None:
    status, out, err = isvbot("export", "--person", "test:ben")
    assert (status, any(json.loads(out).values())) == (0, False)
    assert err == "Van 'test:ben' wordt niets bewaard. Klopt het id? Schrijf het zoals het kanaal het geeft.\n"
    assert "Nothing is kept of 'test:ben'." in isvbot("export", "--person", "test:ben", "--lang", "en")[2]


@pytest.mark.parametrize(
    ("kept", "asked", "is_found"),
    [(ENTRA_ID, ENTRA_ID.upper(), True), ("29:Anna", "29:Anna", True), ("29:Anna", "29:anna", False)],
)
def test_an_id_of_entra_is_the_same_in_capitals_and_another_id_is_not(
    isvbot: Command, settings: Settings, store: Store, kept: str, asked: str, *, is_found: bool
) -> None:
    store.people.ask(Pairing(build_identities(settings).person("teams", kept), "teams", "ABCD2345", NOW))
    _, out, err = isvbot("export", "--person", f"teams:{asked}")
    assert bool(json.loads(out)["pairings"]) is is_found
    assert (err == "") is is_found


@pytest.mark.parametrize("person", ["anna", ":anna", "test:"])
def test_a_person_that_is_none_is_named(isvbot: Command, settings: Settings, person: str) -> None:
    assert "is geen persoon" in isvbot("export", "--person", person)[2]


def test_who_is_unknown_gets_a_code_that_differs_each_time(settings: Settings, store: Store) -> None:
    desk = build_desk(settings, Assistant(PARTS), store)
    codes = {desk.handle(said(ASK, person=str(n), conversation=str(n)))[0].text for n in range(5)}
    assert len(codes) == 5
    assert all(len(pairing.code) == 8 for pairing in store.people.all())


def test_a_person_is_the_same_after_a_restart(settings: Settings, store: Store) -> None:
    assert build_identities(settings).person("t", "1") == build_identities(settings).person("t", "1")


def test_a_database_that_does_not_answer_is_one_line(
    isvbot: Command, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISVBOT_DATABASE_URL", "postgresql://u:geheim@127.0.0.1:1/d?connect_timeout=2")
    status, out, err = isvbot("people", "list")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "did not answer" in err
    assert "geheim" not in err
