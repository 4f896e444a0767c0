"""``make tree``: draw the ISV check anew in ``docs/isv-check.md``, from the rules that hold today.

Knows Mermaid, and how a tree of questions follows from the rules: each is asked as the check asks it, and values that
lead to the same are one branch.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.bootstrap import build_messages
from bot.core.corpus import Language
from bot.core.decide import decide
from bot.core.decision import VALUES, CheckRules, Fact, FactName, Facts, Known, Outcome
from bot.core.messages import Messages
from bot.core.values import value_name
from knowledge.check_rules import read_check_rules

PAGE = Path(__file__).parent.parent / "docs" / "isv-check.md"
START, END = "<!-- tree: written by `make tree` -->\n", "<!-- end of tree -->"
DAY = date(2026, 11, 21)
"""The day whose rules are drawn; a rule that begins or ends later changes the picture on purpose only."""


@dataclass(frozen=True)
class Node:
    """An outcome with the rules that carry it, or a question with what each group of values leads to."""

    rules: tuple[str, ...] = ()
    outcome: Outcome | None = None
    asked: FactName | None = None
    branches: tuple[tuple[tuple[str, ...], "Node"], ...] = ()


def main() -> int:
    """Write the page."""
    PAGE.write_text(with_tree(PAGE.read_text("utf-8"), mermaid()), "utf-8")
    return 0


def with_tree(page: str, tree: str) -> str:
    """Give the page with the tree between its marks.

    Raises:
        ValueError: a mark is missing.
    """
    before, _, rest = page.partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{PAGE.name}: the marks of the tree are missing")
    return f"{before}{START}{tree}{END}{after}"


def mermaid() -> str:
    """Give the tree of the rules as a Mermaid flowchart."""
    messages = build_messages()
    lines = ["```mermaid", "flowchart TD", *_drawn(tree_of(read_check_rules(), {}, messages), {}, messages), "```", ""]
    return "\n".join(lines)


def tree_of(rules: CheckRules, facts: Facts, messages: Messages) -> Node:
    """Give what follows from facts: an outcome, or the first question that is still open with its branches."""
    decision = decide(rules, facts, DAY)
    if not decision.missing:
        return Node(tuple(tried.rule.id for tried in decision.tried if tried.fired), decision.outcome)
    name = decision.missing[0]
    grouped: dict[Node, list[str]] = {}
    for value in VALUES[name]:
        fact = Fact(name, value, Known.ASKED)
        node = tree_of(rules, {**facts, name: fact}, messages)
        grouped.setdefault(node, []).append(value_name(fact, messages, Language.NL))
    return Node(asked=name, branches=tuple((tuple(values), node) for node, values in grouped.items()))


def _drawn(node: Node, numbers: dict[Node, str], messages: Messages) -> Iterator[str]:
    """Draw a node the first time it is met, and what it leads to."""
    numbers[node] = name = f"n{len(numbers)}"
    if node.asked is None:
        outcome = messages.say(f"outcome_{node.outcome}", Language.NL).removeprefix("Uitkomst: ")
        outcome = f"{outcome[:1].upper()}{outcome[1:]}"
        yield f'  {name}["{outcome}<br/><i>{"<br/>".join(node.rules)}</i>"]'
        return
    yield f'  {name}{{"{messages.say(f"ask_{node.asked}", Language.NL)}"}}'
    for values, to in node.branches:
        if to not in numbers:
            yield from _drawn(to, numbers, messages)
        yield f'  {name} -->|"{"<br/>".join(values)}"| {numbers[to]}'


if __name__ == "__main__":
    sys.exit(main())
