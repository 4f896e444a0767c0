"""docs/contract.md says what the program writes."""

import re

from bot.core.corpus import Status
from bot.core.wire import answer_object
from tests.builders import ask
from tests.conftest import REPOSITORY
from tests.core.test_isv_check import LAPTOPS, corpus

PAGE = (REPOSITORY / "docs" / "contract.md").read_text("utf-8")
ANSWER = answer_object(ask(corpus(), LAPTOPS))


def named_in(heading: str) -> list[str]:
    """Give the names in the first column of the first table after a heading."""
    rows = re.findall(r"^\|([^|]+)\|", PAGE.partition(heading)[2].partition("\n## ")[0], re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


def cell_of(field: str) -> set[str]:
    (cell,) = re.findall(rf"^\| `{field}` \|(.*)\|$", PAGE, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", cell))


def test_every_field_of_an_answer_is_described_and_no_other() -> None:
    assert set(named_in("# The machine-readable answer")) == set(ANSWER)


def test_every_status_is_described_and_no_other() -> None:
    assert sorted(named_in("## Statuses")) == sorted(status.value for status in Status)


def test_the_fields_of_citations_passages_and_warnings_are_described() -> None:
    for field in ("citations", "passages", "warnings"):
        items = ANSWER[field]
        assert isinstance(items, list)
        assert set(items[0]) <= cell_of(field)


def test_the_fields_of_a_decision_are_described() -> None:
    decision = ANSWER["decision"]
    assert isinstance(decision, dict)
    assert set(decision) == set(named_in("## The decision"))
