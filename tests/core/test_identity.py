"""A keyed digest names a person without telling who it is."""

from bot.core.identity import Identities
from tests.builders import KEY, said

NAMES = Identities(KEY)


def test_the_same_person_has_the_same_name_and_another_has_not() -> None:
    assert NAMES.person("telegram", "7") == NAMES.person("telegram", "7")
    assert len({NAMES.person("telegram", "7"), NAMES.person("teams", "7"), NAMES.person("telegram", "8")}) == 3


def test_another_key_gives_another_name() -> None:
    assert Identities(b"x" * 32).person("telegram", "7") != NAMES.person("telegram", "7")


def test_ids_do_not_run_into_one_another() -> None:
    assert NAMES.person("a", "bc") != NAMES.person("ab", "c")


def test_an_edit_is_another_message_about_the_same_question() -> None:
    edit = said(edition="1")
    assert NAMES.message(edit) != NAMES.message(said())
    assert NAMES.question(edit) == NAMES.question(said())


def test_each_person_of_a_group_has_a_conversation_of_their_own() -> None:
    assert NAMES.conversation(said()) != NAMES.conversation(said(person="ben"))
    assert NAMES.conversation(said()) != NAMES.conversation(said(conversation="c2"))
