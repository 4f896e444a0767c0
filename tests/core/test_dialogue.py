"""A check from its first question to its outcome: what is asked next, and what every message changes."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.amounts import Bound
from bot.core.corpus import Language, Role
from bot.core.decision import CATEGORIES, NO_CATEGORY, FactName, Outcome, WarningKind
from bot.core.dialogue import (
    AGREE,
    ASSUMED,
    CHANGE,
    UNKNOWN,
    Command,
    Said,
    Stage,
    Step,
    Talk,
    changeable,
    command_of,
    step_of,
)
from knowledge.loader import read_rules
from tests.builders import TODAY

RULES = read_rules()

LAPTOPS = "Ons ministerie koopt laptops voor 200.000 euro"
"""A whole purchase in one message: all is told in words, and the value makes the tender European."""

CHOSEN = ("rijk", "energie", "true")
"""A whole purchase in choices."""

OUTCOMES = MappingProxyType(
    {
        CHOSEN: Outcome.OBLIGATORY,
        ("rijk", "energie", "false"): Outcome.VOLUNTARY,
        ("rijk", "none"): Outcome.VOLUNTARY,
        ("gemeente", "true"): Outcome.MANIFEST_COMMITMENT,
        ("waterschap", "false"): Outcome.OWN_POLICY,
        ("zbo",): Outcome.UNDETERMINED,
    }
)
"""What choices lead to."""

messages = st.one_of(
    st.text(max_size=12),
    st.integers(min_value=-1, max_value=12).map(str),
    st.sampled_from(
        [
            *CHOSEN, UNKNOWN, AGREE, "weet ik niet", "ja", "nee", "klopt", "gemeente", "wij zijn een zbo", "laptops",
            "tuinonderhoud", "laptops en tuinonderhoud", "een ministerie of een gemeente", "20.000", "90.000 per jaar",
            "300.000 euro", "niet Europees", "lopend contract", "in 2012", "in 2019", "in 2022", "in 2030",
            "31 juni 2022", "-5 euro", "15 juni", "een verbouwing", LAPTOPS,
            *(f"{CHANGE}{name}" for name in FactName), f"{CHANGE}x",
        ]
    ),
)  # fmt: skip


def talk(*texts: str, as_of: date = TODAY) -> Talk:
    return Talk(Role.OFFICER, as_of, Language.NL, tuple(map(Said, texts)))


def after(*texts: str, as_of: date = TODAY) -> Step:
    return step_of(talk(*texts, as_of=as_of), RULES)


def values(step: Step) -> dict[str, object]:
    """What was told, without what is assumed of every purchase."""
    return {name.value: fact.value for name, fact in step.facts.items() if ASSUMED.get(name) != fact}


# What is asked, and in which order.


def test_an_unknown_purchase_is_asked_for_one_fact_at_a_time() -> None:
    asked = [after(*[UNKNOWN] * count).asked for count in range(5)]
    assert asked == [
        FactName.AUTHORITY,
        FactName.CATEGORY,
        FactName.EUROPEAN_TENDER,
        FactName.MANIFEST_SIGNATORY,
        None,
    ]


@pytest.mark.parametrize(
    ("texts", "asked"),
    [
        (("rijk",), FactName.CATEGORY),
        (("rijk", "energie"), FactName.EUROPEAN_TENDER),
        (("gemeente",), FactName.MANIFEST_SIGNATORY),
        (("Ons ministerie koopt laptops",), FactName.EUROPEAN_TENDER),
        (("Ons ministerie besteedt iets van 200.000 euro aan",), FactName.CATEGORY),
        (("Het gaat om laptops voor 200.000 euro",), FactName.AUTHORITY),
        (("Het gaat om laptops voor 200.000 euro", "rijk"), None),
        (("Ons ministerie koopt iets onder de drempel",), None),
    ],
)
def test_only_what_the_outcome_still_needs_is_asked(texts: tuple[str, ...], asked: FactName | None) -> None:
    assert after(*texts).asked is asked


@pytest.mark.parametrize("text", ["zbo", "wij zijn een zbo"])
def test_nothing_is_asked_where_no_answer_could_change_the_outcome(text: str) -> None:
    step = after(text)
    assert (step.stage, step.decision.outcome, step.decision.missing) == (Stage.DONE, Outcome.UNDETERMINED, ())


def test_a_new_tender_is_taken_for_granted_until_a_running_contract_is_told() -> None:
    assert after().facts == ASSUMED
    assert values(after("het is een lopend contract")) == {"existing_contract": True}
    assert after("het is een lopend contract").stage is Stage.CONFIRM


def test_a_question_offers_the_values_of_its_fact_and_not_knowing() -> None:
    assert after("rijk").choices == (*CATEGORIES, NO_CATEGORY, UNKNOWN)
    assert after("gemeente").choices == ("true", "false", UNKNOWN)


# Ways to answer.


@pytest.mark.parametrize(("texts", "outcome"), OUTCOMES.items())
def test_choices_lead_to_an_outcome_without_confirmation(texts: tuple[str, ...], outcome: Outcome) -> None:
    step = after(*texts)
    assert (step.stage, step.decision.outcome, step.choices) == (Stage.DONE, outcome, ())


@pytest.mark.parametrize("texts", OUTCOMES)
def test_the_number_of_a_choice_is_the_choice(texts: tuple[str, ...]) -> None:
    numbers: list[str] = []
    for text in texts:
        numbers.append(str(after(*numbers).choices.index(text) + 1))
    assert after(*numbers) == after(*texts)


@pytest.mark.parametrize("text", ["0", "8", "-1", "1.5", "²", "٣", "1 of 2"])
def test_a_number_beside_the_choices_is_none_of_them(text: str) -> None:
    step = after(text)
    assert (step.asked, step.is_heard, values(step)) == (FactName.AUTHORITY, False, {})


def test_a_choice_may_be_written_otherwise() -> None:
    assert after(" RIJK ", "Energie\n", "True") == after(*CHOSEN)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("wij zijn een waterschap",), {"authority": "waterschap"}),
        (("rijk", "laptops"), {"authority": "rijk", "category": "ict_werkomgeving_rijk"}),
        (("rijk", "tuinonderhoud"), {"authority": "rijk", "category": "none"}),
        (("rijk", "energie", "180.000"), {"authority": "rijk", "category": "energie", "value_eur": 180_000}),
        (
            ("rijk", "energie", "we besteden niet Europees aan"),
            {"authority": "rijk", "category": "energie", "european_tender": False},
        ),
        (
            ("gemeente", "we hebben het Manifest nooit getekend"),
            {"authority": "gemeente", "manifest_signatory": False},
        ),
    ],
)
def test_an_answer_may_be_in_own_words(texts: tuple[str, ...], told: dict[str, object]) -> None:
    assert values(after(*texts)) == told


def test_an_answer_may_tell_more_than_was_asked() -> None:
    assert values(after("een gemeente, en we hebben het Manifest MVOI ondertekend")) == {
        "authority": "gemeente",
        "manifest_signatory": True,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("ja", True), ("Ja hoor.", True), ("yes", True), ("nee", False), ("nog niet!", False), ("no", False)],
)
def test_yes_and_no_answer_a_question_that_asks_for_them(text: str, value: bool) -> None:
    assert values(after("gemeente", text)) == {"authority": "gemeente", "manifest_signatory": value}
    assert (
        values(after(LAPTOPS, f"{CHANGE}{FactName.EXISTING_CONTRACT}", text)).get("existing_contract", False) is value
    )


def test_no_with_more_words_answers_too() -> None:
    assert values(after("gemeente", "nee, daar zijn we niet aan toegekomen"))["manifest_signatory"] is False


@pytest.mark.parametrize("text", ["ja", "nee"])
@pytest.mark.parametrize("earlier", [(), ("rijk",), ("rijk", "energie")])
def test_yes_and_no_do_not_answer_which_one_or_how_much(earlier: tuple[str, ...], text: str) -> None:
    before, step = after(*earlier), after(*earlier, text)
    assert not step.is_heard
    assert (step.asked, step.facts) == (before.asked, before.facts)


# Not knowing.


@pytest.mark.parametrize(
    "text", [UNKNOWN, "weet ik niet", "Dat weet ik niet.", "geen idee", "onbekend", "I don't know"]
)
def test_a_fact_that_is_not_known_is_not_asked_again(text: str) -> None:
    step = after(text)
    assert (step.asked, step.is_heard, values(step)) == (FactName.CATEGORY, True, {})


@pytest.mark.parametrize(
    ("texts", "missing"),
    [
        (("gemeente", "weet ik niet"), (FactName.MANIFEST_SIGNATORY,)),
        (("rijk", "energie", "weet ik niet"), (FactName.EUROPEAN_TENDER,)),
        (("rijk", "weet ik niet", "true"), (FactName.CATEGORY,)),
    ],
)
def test_the_outcome_is_undetermined_where_all_that_is_missing_is_unknown(
    texts: tuple[str, ...], missing: tuple[FactName, ...]
) -> None:
    step = after(*texts)
    assert (step.stage, step.decision.outcome, step.decision.missing) == (Stage.DONE, Outcome.UNDETERMINED, missing)


def test_an_unknown_fact_does_not_stand_in_the_way_of_an_outcome_without_it() -> None:
    step = after("rijk", UNKNOWN, "false")
    assert (step.stage, step.decision.outcome) == (Stage.DONE, Outcome.VOLUNTARY)


def test_what_was_unknown_may_be_told_later() -> None:
    step = after("rijk", "energie", UNKNOWN, "het wordt 300.000 euro")
    assert (step.stage, step.decision.outcome) == (Stage.CONFIRM, Outcome.OBLIGATORY)


# Later facts take the place of earlier ones.


def test_a_later_fact_corrects_an_earlier_one() -> None:
    assert values(after(LAPTOPS, "nee, wij zijn een gemeente"))["authority"] == "gemeente"


def test_a_correction_asks_for_what_it_makes_missing() -> None:
    assert after(*CHOSEN, "wij zijn toch een gemeente").asked is FactName.MANIFEST_SIGNATORY


@pytest.mark.parametrize(("answer", "value"), [("true", "20.000 euro"), ("false", "300.000 euro")])
def test_a_new_value_drops_an_earlier_european_answer(answer: str, value: str) -> None:
    before, step = after("rijk", "energie", answer), after("rijk", "energie", answer, f"het wordt {value}")
    assert FactName.EUROPEAN_TENDER not in step.facts
    assert step.decision.facts[FactName.EUROPEAN_TENDER].value is not before.facts[FactName.EUROPEAN_TENDER].value
    assert step.stage is Stage.CONFIRM


def test_a_european_answer_drops_an_earlier_value() -> None:
    step = after(LAPTOPS, "we besteden niet Europees aan")
    assert FactName.VALUE_EUR not in step.facts
    assert step.decision.outcome is Outcome.VOLUNTARY


def test_a_value_and_a_european_answer_in_one_message_are_both_kept() -> None:
    told = values(after("rijk", "energie", "niet Europees, het gaat om 300.000 euro"))
    assert (told["european_tender"], told["value_eur"]) == (False, 300_000)


def test_a_fact_told_with_several_values_is_asked_for() -> None:
    assert after("voor een ministerie of een gemeente").asked is FactName.AUTHORITY
    step = after(LAPTOPS, "of nee, voor een provincie of een gemeente")
    assert FactName.AUTHORITY not in step.facts
    assert step.asked is FactName.AUTHORITY


def test_an_amount_that_leaves_the_threshold_open_is_asked_on() -> None:
    step = after("rijk", "energie", "90.000 euro per jaar")
    assert (step.asked, step.is_heard) == (FactName.EUROPEAN_TENDER, True)


def test_a_number_of_years_told_later_makes_the_amount_by_the_year_whole() -> None:
    step = after("rijk", "energie", "90.000 euro per jaar", "4 jaar")
    assert (step.facts[FactName.VALUE_EUR].value, step.decision.outcome) == (360_000, Outcome.OBLIGATORY)


def test_a_number_of_years_corrected_later_counts_from_the_same_amount_by_the_year() -> None:
    step = after("rijk", "energie", "90.000 euro per jaar", "4 jaar", "of nee, 5 jaar")
    assert (step.facts[FactName.VALUE_EUR].value, step.is_heard) == (450_000, True)


def test_a_number_of_years_does_not_bring_back_a_dropped_value() -> None:
    step = after("rijk", "energie", "90.000 euro per jaar", "we besteden niet Europees aan", "4 jaar")
    assert FactName.VALUE_EUR not in step.facts
    assert step.decision.outcome is Outcome.VOLUNTARY


# Confirmation.


def test_facts_taken_from_words_are_confirmed_before_the_outcome() -> None:
    step = after(LAPTOPS)
    assert (step.stage, step.asked, step.is_heard) == (Stage.CONFIRM, None, True)
    assert step.choices == (
        AGREE,
        f"{CHANGE}{FactName.EXISTING_CONTRACT}",
        f"{CHANGE}{FactName.AUTHORITY}",
        f"{CHANGE}{FactName.CATEGORY}",
        f"{CHANGE}{FactName.VALUE_EUR}",
    )


def test_one_fact_from_words_among_choices_is_confirmed_too() -> None:
    assert after("rijk", "energie", "300.000 euro").stage is Stage.CONFIRM


def test_what_follows_from_other_facts_is_not_for_the_reader_to_change() -> None:
    decision = after(LAPTOPS).decision
    assert FactName.EUROPEAN_TENDER in decision.facts
    assert FactName.EUROPEAN_TENDER not in changeable(decision)


@pytest.mark.parametrize("text", [AGREE, "1", "ja", "Klopt!", "dat klopt", "ok", "that's right"])
def test_agreeing_gives_the_outcome(text: str) -> None:
    step = after(LAPTOPS, text)
    assert (step.stage, step.decision.outcome) == (Stage.DONE, Outcome.OBLIGATORY)


def test_agreement_does_not_reach_beyond_the_facts_it_was_given_for() -> None:
    step = after(LAPTOPS, AGREE, "het wordt 20.000 euro")
    assert (step.stage, step.decision.outcome) == (Stage.CONFIRM, Outcome.VOLUNTARY)


@pytest.mark.parametrize("text", [AGREE, "klopt", f"{CHANGE}{FactName.AUTHORITY}"])
def test_there_is_nothing_to_agree_on_or_to_change_while_a_question_is_open(text: str) -> None:
    step = after("rijk", text)
    assert (step.asked, step.is_heard) == (FactName.CATEGORY, False)


# Reopening.


@pytest.mark.parametrize("name", changeable(after(LAPTOPS).decision))
def test_a_change_reopens_one_fact_and_keeps_the_others(name: FactName) -> None:
    step = after(LAPTOPS, f"{CHANGE}{name}")
    assert (step.stage, step.asked) == (Stage.ASK, name)
    assert step.facts == after(LAPTOPS).facts


def test_a_change_may_be_chosen_by_its_number() -> None:
    assert after(LAPTOPS, "5").asked is FactName.VALUE_EUR


@pytest.mark.parametrize(
    ("name", "text", "outcome"),
    [
        (FactName.EXISTING_CONTRACT, "true", Outcome.UNDETERMINED),
        (FactName.AUTHORITY, "zbo", Outcome.UNDETERMINED),
        (FactName.CATEGORY, "geraniums en tuinonderhoud", Outcome.VOLUNTARY),
        (FactName.VALUE_EUR, "20.000", Outcome.VOLUNTARY),
        (FactName.VALUE_EUR, "toch Europees", Outcome.OBLIGATORY),
    ],
)
def test_the_answer_to_a_change_counts(name: FactName, text: str, outcome: Outcome) -> None:
    step = after(LAPTOPS, f"{CHANGE}{name}", text)
    assert step.is_heard
    assert step.asked is None
    assert step.decision.outcome is outcome
    assert name in step.facts or name is FactName.VALUE_EUR


def test_a_reopened_fact_stays_open_until_it_is_answered() -> None:
    step = after(LAPTOPS, f"{CHANGE}{FactName.CATEGORY}", "hmm")
    assert (step.asked, step.is_heard) == (FactName.CATEGORY, False)


def test_a_reopened_fact_that_is_not_known_is_no_longer_held() -> None:
    step = after(LAPTOPS, f"{CHANGE}{FactName.CATEGORY}", UNKNOWN)
    assert FactName.CATEGORY not in step.facts
    assert step.decision.missing == (FactName.CATEGORY,)
    assert step.asked is None


def test_without_a_value_the_kind_of_tender_is_asked_for() -> None:
    assert after(LAPTOPS, f"{CHANGE}{FactName.VALUE_EUR}", UNKNOWN).asked is FactName.EUROPEAN_TENDER


def test_a_day_may_be_changed() -> None:
    step = after(f"In 2012: {LAPTOPS}", f"{CHANGE}{FactName.DATE}", "2019-05-01")
    assert step.decision.as_of == date(2019, 5, 1)
    assert step.decision.outcome is Outcome.OBLIGATORY


# What is not understood, and what is stored.


@pytest.mark.parametrize("earlier", [(), ("rijk",), ("rijk", "energie"), ("gemeente",), (LAPTOPS,), CHOSEN])
@pytest.mark.parametrize("text", ["", "   ", "blabla", "goedemorgen", "99", "!!", "\x00", "wat is ISV?"])
def test_a_message_that_is_not_understood_changes_nothing_and_says_so(earlier: Sequence[str], text: str) -> None:
    before, step = after(*earlier), after(*earlier, text)
    assert not step.is_heard
    assert (step.stage, step.asked, step.choices) == (before.stage, before.asked, before.choices)
    assert (step.facts, step.decision) == (before.facts, before.decision)


def test_a_message_that_is_understood_after_one_that_is_not_says_so() -> None:
    assert after("blabla", "rijk").is_heard
    assert values(after("blabla", "rijk")) == {"authority": "rijk"}


def test_the_category_of_the_index_counts_and_is_confirmed() -> None:
    guessed = Talk(Role.OFFICER, TODAY, Language.NL, (Said("rijk"), Said("een ding", category="energie"), Said("true")))
    step = step_of(guessed, RULES)
    assert (step.stage, step.facts[FactName.CATEGORY].words) == (Stage.CONFIRM, "een ding")
    assert step.decision.outcome is Outcome.OBLIGATORY


@pytest.mark.parametrize(
    "said",
    [
        (),
        (Said("rijk"), Said("een ding", category="energie")),
        (Said(LAPTOPS), Said(f"{CHANGE}value_eur")),
        (Said(LAPTOPS), Said("1"), Said("het wordt toch 20.000 euro")),
        tuple(map(Said, CHOSEN)),
    ],
)
def test_a_talk_survives_being_stored(said: tuple[Said, ...]) -> None:
    kept = Talk(Role.HELPDESK, TODAY, Language.EN, said)
    stored = json.loads(json.dumps({**asdict(kept), "as_of": kept.as_of.isoformat()}))
    again = Talk(
        Role(stored["role"]),
        date.fromisoformat(stored["as_of"]),
        Language(stored["language"]),
        tuple(Said(**one) for one in stored["said"]),
    )
    assert again == kept
    assert step_of(again, RULES) == step_of(kept, RULES)


def test_the_day_of_the_talk_decides_which_rules_hold() -> None:
    assert after("gemeente", "true").decision.outcome is Outcome.MANIFEST_COMMITMENT
    assert after("gemeente", as_of=date(2020, 1, 1)).decision.outcome is Outcome.OWN_POLICY


# A day that is not told in full, or does not exist.

UNIFORMS = "Ons ministerie koopt uniformen voor 300.000 euro"


def test_a_year_in_which_rules_change_is_asked_on_and_the_day_settles_it() -> None:
    assert after(f"{UNIFORMS} in 2022").asked is FactName.DATE
    step = after(f"{UNIFORMS} in 2022", "15 september")
    assert (step.stage, step.decision.as_of, step.decision.missing) == (Stage.CONFIRM, date(2022, 9, 15), ())
    assert step.decision.outcome is Outcome.OBLIGATORY
    assert after(f"{UNIFORMS} in 2021").stage is Stage.CONFIRM


def test_a_day_that_nobody_knows_leaves_the_year_as_it_was_told() -> None:
    step = after(f"{UNIFORMS} in 2022", UNKNOWN)
    assert (step.stage, step.decision.outcome) == (Stage.CONFIRM, Outcome.OBLIGATORY)
    assert step.facts[FactName.DATE].words == "2022"
    open_step = after("onze gemeente, energie, november 2022, manifest getekend", UNKNOWN, AGREE)
    assert (open_step.stage, open_step.decision.outcome) == (Stage.DONE, Outcome.UNDETERMINED)
    assert open_step.decision.missing == (FactName.DATE,)


@pytest.mark.parametrize("text", ["31 februari 2023", "2023-02-31", "31-02-2023"])
def test_a_day_that_does_not_exist_is_refused_and_asked_for_again(text: str) -> None:
    step = after(f"{UNIFORMS}, tender van {text}")
    assert [one.words for one in step.refused] == [text]
    assert (step.asked, step.is_heard) == (FactName.DATE, True)
    assert {"authority", "category", "value_eur"} <= set(values(step))
    later = after(f"{UNIFORMS}, tender van {text}", "28-2")
    assert (later.refused, later.decision.as_of, later.stage) == ((), date(2023, 2, 28), Stage.CONFIRM)


# Values that cannot be, and values that no threshold answers for.


@pytest.mark.parametrize("text", ["0 euro", "-5.000 euro", "500 miljard euro"])
def test_a_value_that_cannot_be_is_refused_and_asked_for_again(text: str) -> None:
    step = after(f"Ons ministerie koopt laptops voor {text}")
    assert [(one.name, one.words) for one in step.refused] == [(FactName.VALUE_EUR, text)]
    assert step.asked is FactName.EUROPEAN_TENDER
    assert values(step) == {"authority": "rijk", "category": "ict_werkomgeving_rijk"}
    assert after(f"Ons ministerie koopt laptops voor {text}", "200.000").decision.outcome is Outcome.OBLIGATORY


def test_a_value_that_cannot_be_does_not_take_the_place_of_an_earlier_one() -> None:
    step = after(LAPTOPS, "nee, -5.000 euro")
    assert step.facts[FactName.VALUE_EUR].value == 200_000
    assert (step.asked, len(step.refused)) == (FactName.VALUE_EUR, 1)


def test_an_amount_of_zero_beside_the_value_is_passed_over() -> None:
    step = after("Ons ministerie koopt laptops voor 200.000 euro, met 0 euro korting")
    assert (step.refused, step.facts[FactName.VALUE_EUR].value) == ((), 200_000)


def test_without_a_threshold_it_is_asked_once_whether_the_tender_is_european() -> None:
    step = after(f"{LAPTOPS}, in 2030")
    assert (step.asked, step.choices) == (FactName.EUROPEAN_TENDER, ("true", "false", UNKNOWN))
    for text, outcome in (("ja", Outcome.OBLIGATORY), ("nee", Outcome.VOLUNTARY), ("1", Outcome.OBLIGATORY)):
        later = after(f"{LAPTOPS}, in 2030", text)
        assert (later.stage, later.decision.outcome) == (Stage.CONFIRM, outcome)
        assert later.facts[FactName.VALUE_EUR].value == 200_000
    assert after(f"{LAPTOPS}, in 2030", UNKNOWN).stage is Stage.CONFIRM


def test_no_does_not_answer_how_much_where_there_is_a_threshold() -> None:
    assert after("rijk", "energie", "nee").asked is FactName.EUROPEAN_TENDER


# Splitting.


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("we knippen de opdracht in drieën", True),
        ("in losse opdrachten splitsen zodat het eronder blijft", True),
        ("de opdracht wordt opgeknipt", True),
        ("we hakken het in stukken", True),
        ("we maken er drie losse opdrachten van", True),
        ("we split the contract", True),
        ("our agency will split a contract of 200k", True),
        ("the order will be split into three parts", True),
        ("we splitsen niets", False),
        ("we are not splitting the contract", False),
        ("we verdelen de opdracht in drie percelen", None),
        ("we splitsen de opdracht in twee percelen", None),
        ("een tekst die ik zo kan knippen en plakken", None),
        ("een contract voor splitsystemen", None),
    ],
)
def test_who_says_that_a_contract_is_split_is_heard(text: str, value: bool | None) -> None:
    fact = after(f"Ons ministerie koopt laptops, {text}").facts.get(FactName.SPLITTING)
    assert (None if fact is None else fact.value) is value


@pytest.mark.parametrize(
    "text", ["zodat we onder de drempel blijven", "om onder de drempel te blijven", "to stay below the threshold"]
)
def test_the_wish_to_stay_below_the_threshold_does_not_put_a_contract_below_it(text: str) -> None:
    step = after(f"{LAPTOPS}, we splitsen de opdracht {text}")
    assert step.decision.outcome is Outcome.OBLIGATORY


def test_the_parts_of_a_contract_that_is_split_are_added_up() -> None:
    step = after("Ons ministerie koopt laptops: we splitsen het in 2 opdrachten van 70.000 euro")
    assert step.facts[FactName.VALUE_EUR].value == 140_000


# Commands.


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("terug", Command.BACK),
        ("/terug", Command.BACK),
        ("Vorige vraag.", Command.BACK),
        ("back", Command.BACK),
        ("opnieuw", Command.AGAIN),
        ("Begin opnieuw!", Command.AGAIN),
        ("start over", Command.AGAIN),
        ("stop", Command.STOP),
        ("/stop", Command.STOP),
        ("laat maar", Command.STOP),
        ("never mind", Command.STOP),
        ("we kopen terug wat er opnieuw is", None),
        ("stopcontacten", None),
        ("rijk", None),
        ("", None),
    ],
)
def test_a_command_is_a_whole_message(text: str, command: Command | None) -> None:
    assert command_of(text, RULES.dialogue) is command


# English.


def test_a_check_is_held_in_english_words_too() -> None:
    step = after("Our ministry buys laptops for 200,000 euro")
    assert values(step) == {"authority": "rijk", "category": "ict_werkomgeving_rijk", "value_eur": 200_000}
    assert after("municipality", "no, not yet").decision.outcome is Outcome.OWN_POLICY


# Whatever is said.


@settings(deadline=None)
@given(st.lists(messages, max_size=8))
@example([LAPTOPS, f"{CHANGE}existing_contract", "unknown", "1"])
@example(["een verbouwing in 2019 voor ons ministerie, energie, 20 miljoen", f"{CHANGE}kind", UNKNOWN, AGREE])
def test_whatever_is_said_there_is_a_question_a_confirmation_or_an_outcome(texts: list[str]) -> None:
    step = after(*texts)
    match step.stage:
        case Stage.ASK:
            assert step.asked is not None
            assert step.choices[-1] == UNKNOWN
        case Stage.CONFIRM:
            assert step.asked is None
            assert step.choices[0] == AGREE
        case Stage.DONE:
            assert (step.asked, step.choices) == (None, ())
            missing = [name for name in step.decision.missing if name is not FactName.DATE]
            assert step.decision.outcome is Outcome.UNDETERMINED or not missing


@settings(deadline=None)
@given(st.lists(messages, max_size=5))
def test_not_knowing_always_ends_a_check(texts: list[str]) -> None:
    ending = [UNKNOWN] * len(FactName)
    assert after(*texts, *ending).stage is not Stage.ASK


@settings(deadline=None)
@given(st.lists(messages, max_size=6))
def test_every_choice_that_is_offered_is_understood(texts: list[str]) -> None:
    for number, choice in enumerate(after(*texts).choices, start=1):
        assert after(*texts, choice).is_heard
        assert after(*texts, choice) == after(*texts, str(number))


def test_a_value_above_the_threshold_and_not_european_is_asked_about_and_a_choice_settles_it() -> None:
    told = "Ons ministerie koopt laptops voor 300.000 euro, niet Europees"
    asked = after(told)
    assert asked.asked is FactName.EUROPEAN_TENDER
    assert WarningKind.CONTRADICTED in asked.decision.warnings
    settled = after(told, "false")
    assert (settled.decision.outcome, settled.facts[FactName.VALUE_EUR].value) == (Outcome.VOLUNTARY, 300_000)
    assert WarningKind.TOLD_OTHERWISE in settled.decision.warnings
    assert after(told, "100.000 euro").decision.outcome is Outcome.VOLUNTARY
    assert after(told, "weet ik niet").decision.outcome is Outcome.OBLIGATORY
    answered = after("rijk", "laptops", "de waarde is 150.000 euro, niet Europees")
    assert answered.asked is FactName.EUROPEAN_TENDER
    assert WarningKind.CONTRADICTED in answered.decision.warnings


def test_what_is_left_out_of_a_value_may_be_told_later() -> None:
    asked = after("rijk", "laptops", "100.000 euro", "exclusief de opties")
    assert (asked.asked, asked.facts[FactName.VALUE_EUR].bound) == (FactName.EUROPEAN_TENDER, Bound.AT_LEAST)


def test_of_several_years_the_day_is_asked_with_the_rules_of_each() -> None:
    asked = after("Ons ministerie koopt laptops voor 139.500 euro, in 2020 of 2022")
    assert (asked.stage, asked.asked) == (Stage.ASK, FactName.DATE)
    assert after("Ons ministerie koopt laptops voor 139.500 euro, in 2020 of 2022", "2020").decision.outcome is (
        Outcome.OBLIGATORY
    )
