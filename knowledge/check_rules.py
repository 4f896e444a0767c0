"""Reads the rules of the ISV check into the values that the core uses.

Knows ``rules/*.yaml``.
Knows nothing of how rules are applied.
"""

import hashlib
from collections.abc import Sequence
from importlib.resources.abc import Traversable

from pydantic import TypeAdapter

from bot.core.corpus import Cite, Claim, PassageId, Validity, Wording
from bot.core.decision import CheckRules, FactName, Outcome, Rule, Threshold, Todo, Unknown
from bot.core.errors import ContentError
from bot.core.rules import DialogueRules, Patterns, Phrase
from knowledge.files import bytes_of, knowledge_root, read_one
from knowledge.schema import (
    Bilingual,
    CategoryFile,
    DialogueFile,
    PhraseFile,
    RuleFile,
    ThresholdFile,
    TodoFile,
    UnknownFile,
)


def read_check_rules(root: Traversable | None = None) -> CheckRules:
    """Read the rules, thresholds, to-dos and unknowns.

    Raises:
        ContentError: a field is wrong, or two rules have one id.
    """
    rules = read_one(root, "rules/isv.yaml", TypeAdapter(tuple[RuleFile, ...]))
    ids = [rule.id for rule in rules]
    twice = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
    if twice:
        raise ContentError(f"rules/isv.yaml: {', '.join(twice)}: id used twice; give each rule its own")
    todos = read_one(root, "rules/todos.yaml", TypeAdapter(dict[Outcome, tuple[TodoFile, ...]]))
    unknowns = read_one(root, "rules/unknowns.yaml", TypeAdapter(dict[Outcome, tuple[UnknownFile, ...]]))
    categories = read_one(root, "rules/categories.yaml", TypeAdapter(tuple[CategoryFile, ...]))
    thresholds = read_one(root, "rules/thresholds.yaml", TypeAdapter(tuple[ThresholdFile, ...]))
    return CheckRules(
        rules=tuple(_rule(rule) for rule in rules),
        thresholds=tuple(_threshold(threshold) for threshold in thresholds),
        todos={
            o: tuple(Todo(t.phase, t.who, wording_of(t), PassageId(t.passage)) for t in todos.get(o, ()))
            for o in Outcome
        },
        unknowns={o: tuple(Unknown(wording_of(u), PassageId(u.passage)) for u in unknowns.get(o, ())) for o in Outcome},
        categories={c.id: Claim(wording_of(c), cites_of(c.cites)) for c in categories},
    )


def rules_digest(root: Traversable | None = None) -> str:
    """Give a digest of the rules as they stand in their files: another digest, other rules.

    Raises:
        ContentError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for name in ("isv", "thresholds", "todos", "unknowns", "categories"):
        path = f"rules/{name}.yaml"
        digest.update(bytes_of(path, (root or knowledge_root()).joinpath(path)))
    return digest.hexdigest()


def read_phrases(root: Traversable | None = None) -> tuple[Phrase, ...]:
    """Read how people tell the facts of a purchase.

    Raises:
        ContentError: a field is wrong.
    """
    phrases = read_one(root, "rules/phrases.yaml", TypeAdapter(tuple[PhraseFile, ...]))
    return tuple(Phrase(FactName(phrase.fact), phrase.value, Patterns.of(*phrase.patterns)) for phrase in phrases)


def read_dialogue(root: Traversable | None = None) -> DialogueRules:
    """Read what people say in the check besides facts; a pattern fits a whole message.

    Raises:
        ContentError: a field is wrong.
    """
    file = read_one(root, "rules/dialogue.yaml", TypeAdapter(DialogueFile))
    return DialogueRules(**{name: _whole(*patterns) for name, patterns in file.model_dump().items()})


def _whole(*patterns: str) -> Patterns:
    return Patterns.of(*(rf"^\s*(?:{pattern})\s*[.!]*\s*$" for pattern in patterns))


def wording_of(file: Bilingual) -> Wording:
    """Give a text in both languages."""
    return Wording(file.nl, file.en)


def cites_of(cites: Sequence[str | dict[str, str]]) -> tuple[Cite, ...]:
    """Read cites: a passage id, or a passage id with the quote."""
    found: list[Cite] = []
    for cite in cites:
        if isinstance(cite, str):
            found.append(Cite(PassageId(cite)))
        else:
            found.extend(Cite(PassageId(passage), quote) for passage, quote in cite.items())
    return tuple(found)


def _rule(file: RuleFile) -> Rule:
    return Rule(
        id=file.id,
        outcome=file.outcome,
        wording=wording_of(file.wording),
        reason=wording_of(file.reason),
        when={name: frozenset(values) for name, values in file.when.items()},
        validity=Validity(file.valid_from, file.valid_until),
        grade=file.grade,
        cites=cites_of(file.cites),
    )


def _threshold(file: ThresholdFile) -> Threshold:
    return Threshold(
        validity=Validity(file.valid_from, file.valid_until),
        central=file.central,
        local=file.local,
        works=file.works,
        social=file.social,
        passage_id=PassageId(file.passage),
    )
