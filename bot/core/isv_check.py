"""Step 4: whether a question calls for the ISV check, and what the check decides.

Knows which written answers the check takes the place of, and what is assumed when the asker does not say it.
Knows nothing of how facts lead to an outcome, or of how a decision is worded.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.core.case import CORE_FACTS, FULL_CASE, Case
from bot.core.corpus import Cite, Passage, Role
from bot.core.decide import decide
from bot.core.decision import NEW_TENDER, Decision, Fact, FactName, Facts, Known
from bot.core.entries import passage_key
from bot.core.parts import asks
from bot.core.plain import words
from bot.core.rank import Lookup
from bot.core.retrieve import ALL_DAYS, FoundPart, Retrieved, readable
from bot.core.rules import Rules
from bot.core.stance import asks_openly

NEEDED_FACTS = 2
"""With fewer facts a question is about the rule itself, and the written answers say it in full."""

_ASSUMED: Facts = {
    NEW_TENDER.name: NEW_TENDER,
    FactName.AUTHORITY: Fact(FactName.AUTHORITY, "rijk", Known.DEFAULT),
    FactName.MANIFEST_SIGNATORY: Fact(FactName.MANIFEST_SIGNATORY, False, Known.DEFAULT),
    FactName.KIND: Fact(FactName.KIND, "supplies", Known.DEFAULT),
}
"""What is taken to hold where a conversation does not say it; the reader is told."""

THRESHOLD = "european_threshold"
"""The glossary term for the threshold: who asks for it, asks for an amount and not for a verdict."""

_ASKS_WHAT = re.compile(
    r"\W*(?:en |and )?(?:wat (?:is|zijn|moet|moeten)|welke?|wie|hoeveel|what (?:is|are|must)|which|who|how much)\b",
    re.IGNORECASE,
)
"""How a message begins that asks for a thing, and not whether ISV holds for a purchase."""

OPENING_WORDS = 4
"""Words among which a question word makes a question open, so that no yes or no is asked."""

NEAR_ANSWER = 0.15
"""A written answer that calls the check may be this much less near than the best one, when the case is told in full."""

BARE_WORDS = 8
"""A message of this many words that only names a purchase asks whether ISV holds for it."""

MAX_OTHER_WORDS = 2
"""Words beside the facts, such as a name, in a message that tells a purchase and nothing else."""

_BESIDE_FACTS = frozenset(
    "ik wij we ons onze het de een voor van als bij in is gaan gaat ga willen wil met en of is zijn over ter"
    " waarde euro koop kopen koopt inkopen inkoop aanbesteden besteden besteedt aan bestellen bestelt nieuwe i our"
    " the a an for of as at by and are is will want to buy buys buying procure procures purchase order orders"
    " worth new".split()
)
"""Words with which a purchase is told, and that say nothing else."""

MAX_FOLLOW_UP_WORDS = 16
"""A longer message that tells a new fact asks something of its own."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was found, and for one part of the question the decision of the check.

    ``now`` is the decision for today, where the question is about another day. ``passages`` holds, by key, what the
    decisions may cite.
    """

    retrieved: Retrieved
    decision: Decision | None = None
    part: int = 0
    now: Decision | None = None
    passages: Mapping[str, Passage] = field(default_factory=dict)


def isv_check(retrieved: Retrieved, lookup: Lookup, rules: Rules) -> Decided:
    """Decide, where a part of the question calls for the check and enough of the purchase is told."""
    case = retrieved.understood.case
    part = _calling_part(retrieved, case, rules)
    if part is None:
        return Decided(retrieved)
    question = retrieved.understood.question
    decision, now = decisions_of({**_ASSUMED, **case.facts}, question.as_of, rules)
    passages = cited_passages((decision, now), lookup, question.role, rules)
    return Decided(retrieved, decision, part, now, passages)


def decisions_of(facts: Facts, as_of: date, rules: Rules) -> tuple[Decision, Decision | None]:
    """Give the decision for the day of the tender, and that for ``as_of`` where the tender is of an earlier day."""
    decision = decide(rules.check, facts, as_of)
    if decision.as_of >= as_of:
        return decision, None
    return decision, decide(rules.check, {n: f for n, f in facts.items() if n is not FactName.DATE}, as_of)


def cited_passages(
    decisions: Sequence[Decision | None], lookup: Lookup, role: Role, rules: Rules
) -> Mapping[str, Passage]:
    """Give, by key, the passages that decisions may cite and that this role may read.

    A rule names what it rests on for its own days; that something is not known of a day is said by a text of later.
    """
    made = [decision for decision in decisions if decision is not None]
    wanted = {passage_key(cite.passage_id) for decision in made for cite in _cites(decision, rules)}
    return readable(lookup.shelf.fetch(sorted(wanted)), role, ALL_DAYS)


def _calling_part(retrieved: Retrieved, case: Case, rules: Rules) -> int | None:
    """Give the first part that calls for the check; none does where the facts are few or contradict each other."""
    told = case.told & CORE_FACTS
    if len(told) < NEEDED_FACTS or case.unclear & CORE_FACTS:
        return None
    if FactName.AUTHORITY not in told and rules.screen.private_buyer.match(retrieved.understood.text):
        return None
    if _changes_a_case(retrieved, case, rules) or _tells_purchase(retrieved, case, rules):
        return 0
    for i, part in enumerate(retrieved.parts):
        if _is_called(part, len(told), has_new=bool(case.new & CORE_FACTS), rules=rules):
            return i
    return None


def _is_called(part: FoundPart, told: int, *, has_new: bool, rules: Rules) -> bool:
    if not part.answers or _asks_openly(part.said):
        return False
    if not rules.screen.duty.match(part.said) and len(words(part.said)) > BARE_WORDS:
        return False
    if part.answers[0].target.calls_check:
        return True
    if _asks_threshold(part.said, rules):
        return False
    near = [match for match in part.answers if match.score >= part.answers[0].score - NEAR_ANSWER]
    is_near = any(match.target.calls_check for match in near)
    return has_new and told >= FULL_CASE and is_near


def _tells_purchase(retrieved: Retrieved, case: Case, rules: Rules) -> bool:
    """Say whether a message tells a purchase of the asker and asks no more than what to do now, or nothing.

    One that is told in full needs no word that says so; one that is told in part gets the question for the rest.
    """
    text = retrieved.understood.text
    if len(case.new & CORE_FACTS) < NEEDED_FACTS or len(retrieved.parts) != 1:
        return False
    is_only_told = not (asks(text) or rules.screen.asking.match(text)) and _is_bare(text, case, rules)
    if case.is_told_at_once:
        return is_only_told or rules.screen.what_next.match(text)
    return is_only_told and rules.screen.buying.match(text)


def _is_bare(text: str, case: Case, rules: Rules) -> bool:
    """Say whether a message holds hardly a word beside the facts of a purchase: no complaint, order or story."""
    told = {word for name in case.new if name in case.facts for word in words(case.facts[name].words)}
    found = words(text)
    others = [word for word in found if word not in told and word not in _BESIDE_FACTS]
    begins = bool(found) and (found[0] in told or found[0] in _BESIDE_FACTS)
    return begins and len(others) <= MAX_OTHER_WORDS and not rules.screen.selling.match(text)


def _asks_openly(text: str) -> bool:
    """Say whether a question asks what, when or how; an English "when" further on is no question word."""
    found = words(text)
    return asks_openly(" ".join([*found[:OPENING_WORDS], *(word for word in found[OPENING_WORDS:] if word != "when")]))


def _changes_a_case(retrieved: Retrieved, case: Case, rules: Rules) -> bool:
    """Say whether a short follow-up tells another fact of a purchase whose duty was asked for before."""
    understood = retrieved.understood
    asked_before = any(rules.screen.duty.match(turn.question) for turn in understood.question.history)
    is_short = len(words(understood.text)) <= MAX_FOLLOW_UP_WORDS
    asks_otherwise = _ASKS_WHAT.match(understood.text) is not None or _asks_threshold(understood.text, rules)
    return (
        asked_before and is_short and not asks_otherwise and bool(case.new & CORE_FACTS) and len(retrieved.parts) == 1
    )


def _asks_threshold(text: str, rules: Rules) -> bool:
    return any(mention.term.identifier == THRESHOLD for mention in rules.terms.mentions(text))


def _cites(decision: Decision, rules: Rules) -> list[Cite]:
    check = rules.check
    told = decision.facts.get(FactName.CATEGORY)
    category = check.categories.get(str(told.value)) if told is not None else None
    manifest = decision.facts.get(FactName.MANIFEST_SIGNATORY)
    is_assumed = manifest is not None and manifest.known is Known.DEFAULT
    beside = ((FactName.MANIFEST_SIGNATORY,),) if is_assumed else ()
    open_rules = [tried.rule for tried in decision.tried if not tried.against or tried.against in beside]
    return [
        *(cite for rule in open_rules for cite in rule.cites),
        *(category.cites if category is not None else ()),
        *((Cite(decision.limit.passage_id),) if decision.limit is not None else ()),
        *(Cite(todo.passage_id) for todo in decision.todos),
        *(Cite(unknown.passage_id) for unknown in decision.unknowns),
    ]
