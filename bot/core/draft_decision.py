"""The draft of a decision: the outcome first, then why, then what to do.

Knows which claims a decision makes and what each rests on, and when it may begin with yes or no.
Knows nothing of quotes, or of what was found for the question.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.corpus import OPPOSITE, Cite, Claim, Language, Line, Passage, Stance, Wording
from bot.core.days import day_in_words
from bot.core.decision import CheckRules, Decision, Fact, FactName, Known, Limit, Outcome, Rule, Todo
from bot.core.drafted import DraftPart, statement_of
from bot.core.errors import IndexUnavailable
from bot.core.messages import Messages
from bot.core.rules import Rules, ScreenRules
from bot.core.stance import is_negated, prefix_for, word_for
from bot.core.values import amount, value_name

SHOWN_TODOS = (("inkoper", "specification"), ("leverancier", "contract"))
"""By person, the phase whose to-do an answer in a conversation names."""

_DUTY_LINE = "Moet ISV worden toegepast?"
_STANCES = {
    Outcome.OBLIGATORY: Stance.YES,
    Outcome.VOLUNTARY: Stance.NO,
    Outcome.OWN_POLICY: Stance.NO,
    Outcome.MANIFEST_COMMITMENT: Stance.NO,
    Outcome.UNDETERMINED: Stance.OPEN,
}
"""What each outcome says to the question whether ISV must be applied."""


@dataclass(frozen=True, slots=True)
class Told:
    """A claim of a decision, and what stands in front of it."""

    claim: Claim
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """A decision as it is told: with the decision of today where it is about another day, and all to-dos or some."""

    decision: Decision
    now: Decision | None = None
    is_whole: bool = False


def part_of_decision(
    check: DecisionDraft,
    question: str,
    passages: Mapping[str, Passage],
    language: Language,
    rules: Rules,
    messages: Messages,
) -> DraftPart:
    """Draft a decision; its first claim answers the question, with yes or no where it asks for that.

    Raises:
        IndexUnavailable: no passage that the rules rest on is there.
    """
    claims = claims_of(check, rules.check, messages, language)
    found = (statement_of(told.claim, passages, language, prefix=told.prefix) for told in claims)
    lead, *beside = found
    statements = [statement for statement in (lead, *beside) if statement is not None]
    if not statements:
        raise IndexUnavailable("the index lacks what the rules of the ISV check rest on: run 'isvbot-ingest sync'")
    first, *others = statements
    prefix = ""
    if lead is not None and not check.decision.periods:
        prefix = prefix_of(check.decision, question, first.text, language, rules.screen, messages)
    return DraftPart(
        text=question,
        statements=(replace(first, prefix=f"{prefix} {first.prefix}".strip(), is_lead=True), *others),
        is_partial=check.decision.outcome is Outcome.UNDETERMINED,
        decision=check.decision,
    )


def claims_of(check: DecisionDraft, rules: CheckRules, messages: Messages, language: Language) -> tuple[Told, ...]:
    """Give the claims of a decision, the outcome first; where a fact is missing, what each answer would lead to."""
    if check.decision.missing == (FactName.DATE,) and check.decision.periods:
        return tuple(_by_period(check.decision.periods, messages, language))
    if check.decision.missing:
        return tuple(Told(claim) for claim in _conditional(check.decision, messages))
    return tuple(_settled(check, rules, messages, language))


def prefix_of(
    decision: Decision, question: str, lead: str, language: Language, rules: ScreenRules, messages: Messages
) -> str:
    """Give "Ja." or "Nee." where the question asks whether ISV must be applied or may be left out.

    A yes that rests on who is assumed to buy says so.
    """
    said = _yes_or_no(decision, question, lead, language, rules)
    authority = decision.facts.get(FactName.AUTHORITY)
    if decision.outcome is not Outcome.OBLIGATORY or authority is None or authority.known is not Known.DEFAULT:
        return said
    if not said:
        return messages.say("check_if_rijk", language)
    is_yes = said == word_for(Stance.YES, language)
    return messages.say("check_yes_if_rijk" if is_yes else "check_no_if_rijk", language)


def _yes_or_no(decision: Decision, question: str, lead: str, language: Language, rules: ScreenRules) -> str:
    if not rules.duty.match(question):
        return ""
    stance = _STANCES[decision.outcome]
    if rules.permission.match(question):
        return word_for(OPPOSITE[stance], language) if is_negated(question) else ""
    return prefix_for(question, Line(_DUTY_LINE, stance), lead, language)


def _settled(check: DecisionDraft, rules: CheckRules, messages: Messages, language: Language) -> Iterator[Told]:
    decision = check.decision
    rule = decision.ground
    if rule is None:
        return
    yield Told(_outcome(rule))
    yield from _otherwise(decision, messages, language)
    yield from map(Told, _why(rule, decision, rules, messages))
    if check.now is not None:
        yield from _now(check.now, decision, messages, language)
    todos = decision.todos if check.is_whole else _first_todos(decision)
    for todo in todos:
        prefix = _prefix_of_todo(todo, messages, language) if check.is_whole else ""
        yield Told(Claim(todo.wording, (Cite(todo.passage_id),)), prefix)
    for unknown in decision.unknowns:
        yield Told(Claim(unknown.wording, (Cite(unknown.passage_id),)))


def _by_period(periods: Sequence[Decision], messages: Messages, language: Language) -> Iterator[Told]:
    """Give the outcome from each day on which something changes."""
    for period in periods:
        rule = period.ground
        if rule is not None:
            day = day_in_words(period.as_of, language, messages)
            yield Told(_outcome(rule), messages.say("check_from_day", language, day=day))


def _otherwise(decision: Decision, messages: Messages, language: Language) -> Iterator[Told]:
    """Give the outcome with the Manifest, where it was only assumed that nobody signed it."""
    fact = decision.facts.get(FactName.MANIFEST_SIGNATORY)
    if fact is None or fact.known is not Known.DEFAULT or fact.value is not False:
        return
    for tried in decision.tried:
        if tried.against == (fact.name,) and tried.rule.outcome is not decision.outcome:
            yield Told(_outcome(tried.rule), messages.say("check_if_signed", language))


def _outcome(rule: Rule) -> Claim:
    return Claim(Wording(f"{rule.wording.nl} {rule.reason.nl}", f"{rule.wording.en} {rule.reason.en}"), rule.cites)


def _now(now: Decision, then: Decision, messages: Messages, language: Language) -> Iterator[Told]:
    """Give what would hold today, where that is something else than what held then."""
    rule = now.ground
    if rule is not None and not now.missing and now.outcome is not then.outcome:
        yield Told(_outcome(rule), messages.say("check_now", language))
    is_by_value = then.ground is not None and FactName.EUROPEAN_TENDER in then.ground.when
    if not is_by_value or now.limit is None or then.limit is None:
        return
    if now.limit.amount_eur != then.limit.amount_eur:
        yield Told(_threshold(now.limit, messages), messages.say("check_now", language))


def _prefix_of_todo(todo: Todo, messages: Messages, language: Language) -> str:
    phase, who = messages.say(f"phase_{todo.phase}", language), messages.say(f"who_{todo.who}", language)
    return messages.say("check_todo", language, phase=phase, who=who)


def _first_todos(decision: Decision) -> Iterator[Todo]:
    """Give what the buyer puts into the tender, and what the supplier will owe."""
    for who, phase in SHOWN_TODOS:
        found = [todo for todo in decision.todos if todo.who == who]
        in_phase = [todo for todo in found if todo.phase == phase]
        yield from (in_phase or found)[:1]


def _why(rule: Rule, decision: Decision, rules: CheckRules, messages: Messages) -> Iterator[Claim]:
    """Give what belongs to the category, and the threshold that decided, where the rule looked at them."""
    category = decision.facts.get(FactName.CATEGORY)
    if category is not None and FactName.CATEGORY in rule.when:
        yield rules.categories[str(category.value)]
    tender = decision.facts.get(FactName.EUROPEAN_TENDER)
    is_derived = tender is not None and tender.known is Known.DERIVED
    if decision.limit is not None and is_derived and FactName.EUROPEAN_TENDER in rule.when:
        yield _threshold(decision.limit, messages)


def _threshold(limit: Limit, messages: Messages) -> Claim:
    in_both = (
        messages.say(f"check_threshold_{limit.kind}", language, amount=amount(limit.amount_eur, language))
        for language in (Language.NL, Language.EN)
    )
    return Claim(Wording(*in_both), (Cite(limit.passage_id),))


def _conditional(decision: Decision, messages: Messages) -> Iterator[Claim]:
    """Give what each rule would lead to; of two periods that say the same only the later one."""
    told = {
        _under(tried.rule, tried.lacking, messages): tried.rule.cites for tried in decision.tried if not tried.against
    }
    for wording, cites in told.items():
        yield Claim(wording, cites)


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
