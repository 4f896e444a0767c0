"""Roles come from a file of the administrator; what is wrong in it is named."""

from pathlib import Path

import pytest

from bot.adapters.memory import KnownMemberships
from bot.adapters.people_file import read_people
from bot.core.corpus import Role
from bot.core.errors import SettingsError
from tests.builders import said

FILE = """
people:
  telegram:
    12345: helpdesk
    "678": [officer, helpdesk]
  teams:
    aad-1: newcomer
groups:
  teams:
    inkoop: officer
    helpdesk: helpdesk
"""


def written(folder: Path, text: str = FILE) -> Path:
    path = folder / "people.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("channel", "person", "groups", "roles"),
    [
        ("telegram", "12345", (), (Role.HELPDESK,)),
        ("telegram", "678", (), (Role.OFFICER, Role.HELPDESK)),
        ("teams", "12345", (), ()),
        ("teams", "aad-9", ("helpdesk", "inkoop"), (Role.OFFICER, Role.HELPDESK)),
        ("teams", "aad-1", ("inkoop",), (Role.NEWCOMER,)),
        ("telegram", "9", ("inkoop",), ()),
    ],
)
def test_who_is_listed_has_those_roles(
    tmp_path: Path, channel: str, person: str, groups: tuple[str, ...], roles: tuple[Role, ...]
) -> None:
    people = read_people(written(tmp_path), {"teams": KnownMemberships({person: groups})})
    assert people.roles(said(channel=channel, person=person)) == roles


def test_without_a_file_nobody_is_listed() -> None:
    assert read_people(None).roles(said()) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("people: {telegram: {1: keizer}}", "people: telegram: 1: 'keizer' is no role: officer, helpdesk, newcomer"),
        ("people: {telegram: {1: []}}", "people: telegram: 1: no role"),
        ("people: {telegram: [1]}", "people: telegram: write ids with a role"),
        ("people: [1]", "people: write channels with ids"),
        ("mensen: {}", "only 'people' and 'groups' may stand there"),
        ("- 1", "only 'people' and 'groups' may stand there"),
        ("a: [", "cannot be read"),
        ("groups: {telegram: {1: officer}}", "groups: telegram: has no groups, only: teams"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=r"people\.yaml") as caught:
        read_people(written(tmp_path, text), {"teams": KnownMemberships({})})
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"ISVBOT_PEOPLE_FILE: .*people\.yaml cannot be read"):
        read_people(tmp_path / "people.yaml")
