"""The draft of a decision: the outcome first, then why, then what to do.

Knows which claims a decision makes and what each rests on.
Knows nothing of quotes, or of what was found for the question.
"""

from collections.abc import Iterator

from bot.core.corpus import Cite, Claim, Language, Line, Stance, Wording
from bot.core.decision import CheckRules, Decision, Fact, FactName, Known, Outcome, Rule, Todo
from bot.core.messages import Messages
from bot.core.rules import Patterns
from bot.core.stance import prefix_for
from bot.core.values import amount, value_name

SHOWN_TODOS = (("inkoper", "specification"), ("leverancier", "contract"))
"""By person, the phase whose to-do an answer names."""

_DUTY_LINE = "Moet ISV worden toegepast?"
_STANCES = {
    Outcome.OBLIGATORY: Stance.YES,
    Outcome.VOLUNTARY: Stance.NO,
    Outcome.OWN_POLICY: Stance.NO,
    Outcome.MANIFEST_COMMITMENT: Stance.NO,
    Outcome.UNDETERMINED: Stance.OPEN,
}
"""What each outcome says to the question whether ISV must be applied."""


def claims_of(decision: Decision, check: CheckRules, messages: Messages) -> tuple[Claim, ...]:
    """Give the claims of a decision, the outcome first; where a fact is missing, what each answer would lead to."""
    if decision.missing:
        return tuple(_conditional(decision, messages))
    return tuple(_settled(decision, check, messages))


def prefix_of(decision: Decision, question: str, lead: str, language: Language, duty: Patterns) -> str:
    """Give "Ja." or "Nee." where the question asks whether ISV must be applied."""
    if not duty.match(question):
        return ""
    return prefix_for(question, Line(_DUTY_LINE, _STANCES[decision.outcome]), lead, language)


def _settled(decision: Decision, check: CheckRules, messages: Messages) -> Iterator[Claim]:
    rule = decision.ground
    if rule is None:
        return
    yield Claim(Wording(f"{rule.wording.nl} {rule.reason.nl}", f"{rule.wording.en} {rule.reason.en}"), rule.cites)
    yield from _why(rule, decision, check, messages)
    for todo in _first_todos(decision):
        yield Claim(todo.wording, (Cite(todo.passage_id),))
    for unknown in decision.unknowns:
        yield Claim(unknown.wording, (Cite(unknown.passage_id),))


def _first_todos(decision: Decision) -> Iterator[Todo]:
    """Give what the buyer puts into the tender, and what the supplier will owe; the receipt names all of it."""
    for who, phase in SHOWN_TODOS:
        found = [todo for todo in decision.todos if todo.who == who]
        in_phase = [todo for todo in found if todo.phase == phase]
        yield from (in_phase or found)[:1]


def _why(rule: Rule, decision: Decision, check: CheckRules, messages: Messages) -> Iterator[Claim]:
    """Give what belongs to the category, and the threshold that decided, where the rule looked at them."""
    category = decision.facts.get(FactName.CATEGORY)
    if category is not None and FactName.CATEGORY in rule.when:
        yield check.categories[str(category.value)]
    tender = decision.facts.get(FactName.EUROPEAN_TENDER)
    is_derived = tender is not None and tender.known is Known.DERIVED
    if decision.limit is not None and is_derived and FactName.EUROPEAN_TENDER in rule.when:
        yield Claim(
            _said(messages, "check_threshold", amount=amount(decision.limit.amount_eur)),
            (Cite(decision.limit.passage_id),),
        )


def _conditional(decision: Decision, messages: Messages) -> Iterator[Claim]:
    for tried in decision.tried:
        if not tried.against:
            yield Claim(_under(tried.rule, tried.lacking, messages), tried.rule.cites)


def _under(rule: Rule, lacking: tuple[FactName, ...], messages: Messages) -> Wording:
    """Word a rule with the conditions that are not known yet in front."""
    in_both = [
        messages.say(
            "check_condition",
            language,
            conditions=", ".join(_condition(rule, name, messages, language) for name in lacking),
            outcome=rule.wording.in_language(language),
        )
        for language in (Language.NL, Language.EN)
    ]
    return Wording(*in_both)


def _condition(rule: Rule, name: FactName, messages: Messages, language: Language) -> str:
    values = rule.when[name]
    if len(values) > 1:
        return messages.say(f"value_{name}_any", language)
    (value,) = values
    return value_name(Fact(name, value, Known.ASKED), messages, language)


def _said(messages: Messages, name: str, **holes: object) -> Wording:
    return Wording(messages.say(name, Language.NL, **holes), messages.say(name, Language.EN, **holes))
