"""The check in the terminal: choices by number, one line a question, and a clean end however it ends."""

import io
import re

import pytest
from rich.console import Console

from bot.bootstrap import build_messages
from bot.channels.console.check import walk
from bot.channels.console.show import show_step
from bot.core.checker import Checker, CheckReply, Choice
from bot.core.corpus import Language, Role
from bot.core.decision import FactName, Outcome
from bot.core.dialogue import Said, Talk
from bot.core.model import Answer
from tests.builders import TODAY, tools
from tests.channels.test_console import one_line, reader, shown_by
from tests.core.test_isv_check import corpus

MESSAGES = build_messages()
CHECKER = Checker(tools(corpus()))
DUTCH = Talk(Role.OFFICER, TODAY, Language.NL)
ENGLISH = Talk(Role.OFFICER, TODAY, Language.EN)

ASK_WHO = "Voor welke organisatie koopt u in"
ASK_WHAT = "Wat koopt u in?"
ASK_VALUE = "Wat is de geraamde waarde zonder btw"
CONFIRM = "Klopt dit?"
HINT = "Typ een nummer, of antwoord in eigen woorden."
YES = "Ja. ISV is verplicht als contractvoorwaarde."
STOPPED = "De check is gestopt."
PURCHASE = "Ons ministerie koopt laptops voor 200.000 euro"


def held(
    *lines: str,
    text: str = "",
    talk: Talk = DUTCH,
    end: type[BaseException] = EOFError,
) -> tuple[str, Answer | None, Talk]:
    """What the terminal shows of a check with these lines, and what the check ended with."""
    console = Console(file=io.StringIO(), width=80)
    answer, after = walk(console, CHECKER, MESSAGES, talk, text, reader(*lines, end=end))
    return one_line(shown_by(console)), answer, after


def step_shown(reply: CheckReply, talk: Talk = DUTCH) -> str:
    console = Console(file=io.StringIO(), width=80)
    show_step(console, reply, MESSAGES, talk.language)
    return shown_by(console)


def outcome(answer: Answer | None) -> Outcome:
    assert answer is not None
    assert answer.decision is not None
    return answer.decision.outcome


def in_order(shown: str, *texts: str) -> bool:
    """Whether these texts are shown one after the other."""
    return re.search(".*".join(map(re.escape, texts)), shown) is not None


# One step.


def test_a_question_is_shown_with_numbered_choices_and_a_hint() -> None:
    choices = (Choice("true", "ja, getekend"), Choice("false", "nee"), Choice("unknown", "weet ik niet"))
    assert step_shown(CheckReply("Getekend?", DUTCH, choices)) == (
        f"\nGetekend?\n\n  1  ja, getekend\n  2  nee\n  3  weet ik niet\n\n{HINT}\n"
    )


def test_a_question_without_choices_has_no_hint() -> None:
    assert step_shown(CheckReply("Op welke dag?", DUTCH)) == "\nOp welke dag?\n"


def test_the_hint_is_in_the_language_of_the_check() -> None:
    shown = step_shown(CheckReply("Signed?", ENGLISH, (Choice("true", "yes"),)), ENGLISH)
    assert "Type a number, or answer in your own words." in shown


def test_what_looks_like_markup_is_shown_as_it_is() -> None:
    shown = step_shown(CheckReply("[bold]x[/bold] :smile:", DUTCH, (Choice("a", "[red]a[/red]"),)))
    assert "[bold]x[/bold] :smile:" in shown
    assert "1  [red]a[/red]" in shown


# A whole walk.


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("1", "6", "1"), Outcome.OBLIGATORY),
        (("1", "6", "2"), Outcome.VOLUNTARY),
        (("1", "9"), Outcome.VOLUNTARY),
        (("2", "1"), Outcome.MANIFEST_COMMITMENT),
        (("4", "2"), Outcome.OWN_POLICY),
        (("5",), Outcome.UNDETERMINED),
        (("rijk", "energie", "true"), Outcome.OBLIGATORY),
        (("het Rijk", "laptops", "200.000 euro", "ja"), Outcome.OBLIGATORY),
        (("het Rijk", "laptops", "20.000 euro", "klopt"), Outcome.VOLUNTARY),
        (("1", "6", "weet ik niet"), Outcome.UNDETERMINED),
    ],
)
def test_a_walk_ends_with_the_answer_of_the_check(lines: tuple[str, ...], found: Outcome) -> None:
    _, answer, after = held(*lines)
    assert outcome(answer) is found
    assert after.said == tuple(Said(line) for line in lines)


def test_each_question_is_asked_once_with_what_was_understood_before() -> None:
    shown, _, _ = held("1", "6", "200.000 euro", "1")
    assert in_order(shown, "We lopen na", ASK_WHO, HINT, ASK_WHAT, ASK_VALUE, CONFIRM, YES, "Bronnen [1]")
    assert [shown.count(text) for text in ("We lopen na", ASK_WHO, ASK_WHAT, ASK_VALUE, CONFIRM)] == [1] * 5
    assert shown.count(HINT) == 4
    assert "Dit heb ik begrepen: - het Rijk - ICT Werkomgeving Rijk" in shown


def test_what_was_told_at_the_start_is_not_asked_again() -> None:
    shown, answer, _ = held("1", text=PURCHASE)
    assert outcome(answer) is Outcome.OBLIGATORY
    assert in_order(shown, "Dit heb ik begrepen", CONFIRM, YES)
    assert all(text not in shown for text in ("We lopen na", ASK_WHO, ASK_WHAT, ASK_VALUE))


def test_a_value_that_is_changed_at_the_end_counts() -> None:
    _, answer, _ = held("5", "20.000 euro", "klopt", text=PURCHASE)
    assert outcome(answer) is Outcome.VOLUNTARY
    assert answer is not None
    assert answer.decision is not None
    assert answer.decision.facts[FactName.VALUE_EUR].value == 20_000


def test_a_line_that_says_nothing_is_asked_again() -> None:
    shown, answer, after = held("xyzzy", "1", "6", "1")
    assert in_order(shown, ASK_WHO, "Dat begrijp ik niet.", ASK_WHO, ASK_WHAT, YES)
    assert outcome(answer) is Outcome.OBLIGATORY
    assert [said.text for said in after.said] == ["1", "6", "1"]


@pytest.mark.parametrize("line", ["", "   ", "\t"])
def test_an_empty_line_asks_the_same_again(line: str) -> None:
    shown, answer, after = held(line, "5")
    assert shown.count(ASK_WHO) == 2
    assert "Dat begrijp ik niet." not in shown
    assert outcome(answer) is Outcome.UNDETERMINED
    assert len(after.said) == 1


def test_back_and_again_ask_the_earlier_question() -> None:
    shown, answer, after = held("2", "terug", "1", "6", "opnieuw", "5")
    assert in_order(shown, "Manifest MVOI getekend?", ASK_WHAT, ASK_VALUE)
    assert shown.count(ASK_WHO) == 3
    assert outcome(answer) is Outcome.UNDETERMINED
    assert after.said == (Said("5"),)


def test_a_check_in_english_speaks_english_to_its_end() -> None:
    shown, answer, _ = held("1", "6", "200,000 euro", "1", talk=ENGLISH)
    assert outcome(answer) is Outcome.OBLIGATORY
    assert in_order(shown, "Let us see", "Type a number", "Is this right?", "Yes. ISV is obligatory", "Sources [1]")
    assert HINT not in shown


def test_the_prompt_says_whose_turn_it_is() -> None:
    prompts: list[str] = []

    def read(prompt: str) -> str:
        prompts.append(prompt)
        return "5"

    walk(Console(file=io.StringIO()), CHECKER, MESSAGES, DUTCH, "", read)
    assert prompts == [f"\n{MESSAGES.say('chat_prompt', Language.NL)} > "]


def test_personal_data_are_left_out_and_never_shown() -> None:
    shown, answer, after = held("klopt", text=f"{PURCHASE}, mijn bsn is 123456782")
    assert "In uw bericht stonden persoonsgegevens." in shown
    assert outcome(answer) is Outcome.OBLIGATORY
    assert "123456782" not in shown
    assert "123456782" not in str((answer, after))


# Other ends.


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
@pytest.mark.parametrize("lines", [(), ("1",), ("1", "6", "200.000 euro")])
def test_end_of_input_and_ctrl_c_end_without_an_answer(lines: tuple[str, ...], end: type[BaseException]) -> None:
    shown, answer, after = held(*lines, end=end)
    assert answer is None
    assert YES not in shown
    assert [said.text for said in after.said] == list(lines)


@pytest.mark.parametrize("line", ["stop", "STOP", "  stop  "])
@pytest.mark.parametrize("earlier", [(), ("1", "6")])
def test_stop_ends_without_an_answer_and_reads_no_further(line: str, earlier: tuple[str, ...]) -> None:
    shown, answer, after = held(*earlier, line, "5")
    assert answer is None
    assert STOPPED in shown.rpartition(HINT)[2]
    assert [said.text for said in after.said] == list(earlier)


def test_stop_as_the_first_words_asks_nothing() -> None:
    shown, answer, _ = held(text="stop")
    assert answer is None
    assert shown.startswith(STOPPED)
    assert ASK_WHO not in shown
