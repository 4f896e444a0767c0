"""The picture of the check is that of its rules."""

import pytest

from bot.bootstrap import build_messages
from bot.core.decision import Outcome
from knowledge.check_rules import read_check_rules
from scripts.tree import PAGE, Node, mermaid, tree_of, with_tree


def leaves(node: Node) -> set[str]:
    if node.asked is None:
        return set(node.rules)
    return {rule for _, branch in node.branches for rule in leaves(branch)}


def test_the_picture_is_current() -> None:
    page = PAGE.read_text("utf-8")
    assert with_tree(page, mermaid()) == page, "run 'make tree'"


def test_every_rule_that_holds_now_stands_in_the_picture() -> None:
    rules = read_check_rules()
    now = {rule.id for rule in rules.rules if rule.validity.until is None}
    assert leaves(tree_of(rules, {}, build_messages())) == now
    assert all(rule in mermaid() for rule in now)


def test_every_outcome_stands_in_the_table() -> None:
    assert all(f"| `{outcome}` |" in PAGE.read_text("utf-8") for outcome in Outcome)


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        with_tree("# A page", "tree")
