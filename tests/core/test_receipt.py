"""A receipt holds what an outcome rests on, and nothing that people typed changes how it is read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import escape

import pytest
from markdown_it import MarkdownIt

from bot.core.checker import Checker
from bot.core.corpus import Language, Role
from bot.core.decision import FactName
from bot.core.dialogue import ASSUMED, Talk
from bot.core.errors import UsageError
from bot.core.model import Answer
from bot.core.receipt import Receipt, Section, Versions, as_markdown, receipt_of
from bot.core.wire import facts_of
from tests.builders import TODAY, ask, tools
from tests.core.test_isv_check import corpus

TOOLS = tools(corpus())
MADE_ON = date(2026, 11, 22)
VERSIONS = Versions(program="1.2.3", corpus="bouw-7 (abc)", rules="def")

LAPTOPS = {"authority": "rijk", "category": "ict_werkomgeving_rijk", "value_eur": 200_000}
WITHOUT_VALUE = {"authority": "rijk", "category": "ict_werkomgeving_rijk"}
SMALL = {"authority": "rijk", "category": "energie", "value_eur": 20_000}
TOLD = ("Ons ministerie koopt laptops.", "200.000 euro")

MARKDOWN = MarkdownIt("commonmark").enable("table")


def answer_for(facts: object, language: Language = Language.NL, as_of: date = TODAY) -> Answer:
    """The answer of a check in which these facts were told."""
    talk = Talk(Role.OFFICER, as_of, language)
    question = TOOLS.messages.say("check_question", language)
    return Checker(TOOLS).answer({**ASSUMED, **facts_of(facts)}, talk, question)


def receipt_for(answer: Answer, told: Sequence[str] = TOLD) -> Receipt:
    return receipt_of(answer, told, VERSIONS, MADE_ON, TOOLS.messages)


def receipt(facts: object, told: Sequence[str] = TOLD, language: Language = Language.NL) -> Receipt:
    return receipt_for(answer_for(facts, language), told)


def section(found: Receipt, heading: str) -> Section:
    (one,) = [section for section in found.sections if section.heading == heading]
    return one


def lines(found: Receipt, heading: str) -> tuple[str, ...]:
    return tuple(row[0] for row in section(found, heading).rows)


def told_in_words(text: str) -> Answer:
    """The answer for a purchase that was told in one message."""
    return Checker(TOOLS).answer_now(Talk(Role.OFFICER, TODAY, Language.NL), text)


# What stands on it, and in which order.


def test_a_settled_case_has_every_section_in_order() -> None:
    assert [section.heading for section in receipt(LAPTOPS).sections] == [
        "Vraag",
        "Gegevens van de opdracht",
        "Antwoord",
        "Wat u nu doet",
        "Niet bekend",
        "Let op",
        "Regels",
        "Bronnen",
        "Waarmee dit is bepaald",
    ]


def test_a_section_without_rows_is_left_out() -> None:
    headings = {section.heading for section in receipt(WITHOUT_VALUE).sections}
    assert headings.isdisjoint({"Wat u nu doet", "Niet bekend", "Let op"})
    assert all(section.rows for section in receipt(WITHOUT_VALUE).sections)


@pytest.mark.parametrize("facts", [LAPTOPS, WITHOUT_VALUE, SMALL, {"authority": "zbo"}, {"authority": "gemeente"}])
@pytest.mark.parametrize("language", list(Language))
def test_every_row_has_a_cell_for_every_column(facts: object, language: Language) -> None:
    for one in receipt(facts, language=language).sections:
        assert {len(row) for row in one.rows} == {len(one.columns) or 1}
        assert all(cell.strip() for row in one.rows for cell in row)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (LAPTOPS, "Uitkomst: ISV is verplicht als contractvoorwaarde."),
        (SMALL, "Uitkomst: ISV is niet verplicht; vrijwillig mag het wel."),
        (
            {"authority": "gemeente", "manifest_signatory": True},
            "Uitkomst: er is een toezegging door het Manifest MVOI.",
        ),
        ({"authority": "gemeente", "manifest_signatory": False}, "Uitkomst: kijk in het eigen inkoopbeleid."),
        ({"authority": "zbo"}, "Uitkomst: niet vast te stellen."),
        (WITHOUT_VALUE, "Uitkomst: niet vast te stellen."),
    ],
)
def test_the_outcome_stands_on_top(facts: object, outcome: str) -> None:
    found = receipt(facts)
    assert (found.title, found.outcome) == ("Bewijs van de ISV-check", outcome)
    assert as_markdown(found).startswith(f"# {found.title}\n\n**{outcome}**\n")


def test_what_the_asker_said_stands_there_in_order() -> None:
    assert lines(receipt(LAPTOPS), "Vraag") == TOLD


def test_without_words_of_the_asker_the_question_of_the_check_stands_there() -> None:
    assert lines(receipt(LAPTOPS, told=()), "Vraag") == ("Moet ISV worden toegepast?",)


def test_every_fact_says_how_it_is_known() -> None:
    facts = section(receipt(LAPTOPS), "Gegevens van de opdracht")
    assert facts.columns == ("Gegeven", "Waarde", "Hoe bekend")
    assert facts.rows == (
        ("nieuw of lopend", "een nieuwe aanbesteding", "aangenomen"),
        ("organisatie", "het Rijk", "uw antwoord"),
        ("categorie", "ICT Werkomgeving Rijk", "uw antwoord"),
        ("waarde zonder btw", "200.000 euro", "uw antwoord"),
        ("Europees of niet", "een Europese aanbesteding", "volgt uit de waarde"),
    )


def test_a_fact_that_was_read_from_words_shows_them() -> None:
    rows = section(
        receipt_for(told_in_words("Ons ministerie koopt laptops voor 200.000 euro")), "Gegevens van de opdracht"
    )
    known = {fact: origin for fact, _, origin in rows.rows}
    assert known["categorie"] == "uit uw woorden: 'laptops'"
    assert known["Europees of niet"] == "volgt uit de waarde"


def test_every_fact_of_the_decision_has_its_row() -> None:
    told = {"kind": "supplies", "date": "2026-03-04", "manifest_signatory": False, "splitting": True}
    found = answer_for({**LAPTOPS, **told})
    assert found.decision is not None
    assert set(FactName) == set(found.decision.facts)
    assert len(section(receipt_for(found), "Gegevens van de opdracht").rows) == len(FactName)


def test_the_answer_is_what_was_said_without_what_has_its_own_section() -> None:
    found = answer_for(LAPTOPS)
    said = lines(receipt_for(found), "Antwoord")
    assert said[0].startswith("Ja. ISV is verplicht als contractvoorwaarde.")
    assert "De Europese drempel is hier 140.000 euro, zonder btw. [6]" in said
    assert all(line in found.text for line in said)
    assert not any("akkoordverklaring" in line for line in said)


def test_a_to_do_says_when_and_by_whom() -> None:
    found = answer_for(LAPTOPS)
    todos = section(receipt_for(found), "Wat u nu doet")
    assert found.decision is not None
    assert todos.columns == ("Fase", "Wie", "Wat")
    assert len(todos.rows) == len(found.decision.todos)
    assert ("Bestek", "inkoper") in {row[:2] for row in todos.rows}
    assert ("Start van het contract", "leverancier") in {row[:2] for row in todos.rows}


def test_what_the_sources_do_not_say_is_named() -> None:
    (unknown,) = lines(receipt(LAPTOPS), "Niet bekend")
    assert "na juni 2022" in unknown


def test_every_notice_of_the_answer_stands_there() -> None:
    found = answer_for(LAPTOPS)
    assert found.notices
    assert lines(receipt_for(found), "Let op") == tuple(notice.text for notice in found.notices)


# Rules.


def test_the_rule_that_fires_is_named_with_its_wording_and_sources() -> None:
    first, *_ = lines(receipt(LAPTOPS), "Regels")
    assert first == "isv-obligatory-rijk: ISV is verplicht als contractvoorwaarde. [1][2][3][4]"


def test_a_rule_that_does_not_apply_is_named_with_the_fact_that_decides() -> None:
    *_, others = lines(receipt(LAPTOPS), "Regels")
    assert others.startswith("Niet van toepassing, met het gegeven waardoor: ")
    named = dict(one.rstrip(")").split(" (") for one in others.partition(": ")[2].split("; "))
    assert named["isv-voluntary-below-threshold"] == "Europees of niet"
    assert named["isv-voluntary-outside-categories"] == "categorie"
    assert named["isv-manifest"] == "organisatie"
    assert named["isv-unknown-existing-contract"] == "nieuw of lopend"


def test_a_rule_that_several_facts_stop_names_each() -> None:
    *_, others = lines(receipt({"authority": "gemeente", "category": "energie", "value_eur": 20}), "Regels")
    assert "isv-obligatory-rijk (organisatie, Europees of niet)" in others


def test_a_rule_that_waits_for_a_fact_says_so() -> None:
    waiting = [line for line in lines(receipt(WITHOUT_VALUE), "Regels") if line.startswith("Niet beslist")]
    assert [line.split(". ")[1].partition(":")[0] for line in waiting] == [
        "isv-obligatory-rijk",
        "isv-voluntary-below-threshold",
    ]
    assert all(line.startswith("Niet beslist, er ontbreekt een gegeven. ") for line in waiting)


@pytest.mark.parametrize("facts", [LAPTOPS, WITHOUT_VALUE, SMALL, {"authority": "zbo"}, {"existing_contract": True}])
def test_every_rule_that_was_tried_stands_there_once(facts: object) -> None:
    found = answer_for(facts)
    assert found.decision is not None
    text = "\n".join(lines(receipt_for(found), "Regels"))
    assert [tried.rule.id for tried in found.decision.tried if text.count(tried.rule.id) != 1] == []


# Sources.


def test_every_source_is_named_with_its_number_day_and_place() -> None:
    found = answer_for(LAPTOPS)
    rows = lines(receipt_for(found), "Bronnen")
    assert len(rows) == len(found.citations)
    for row, cited in zip(rows, found.citations, strict=True):
        assert row.startswith(f"[{cited.n}] {cited.title} ({cited.date.isoformat()}), {cited.locator}.")


def test_a_quote_is_word_for_word_with_white_space_folded() -> None:
    found = answer_for(LAPTOPS)
    quoted = [row.partition(" “") for row in lines(receipt_for(found), "Bronnen") if "“" in row]
    assert quoted
    quotes = {" ".join(cited.quote.split()) for cited in found.citations}
    texts = {source.id: " ".join(source.text.split()) for source in corpus().sources}
    for _, _, quote in quoted:
        assert quote.endswith("”")
        assert quote.removesuffix("”") in quotes
        assert any(quote.removesuffix("”") in text for text in texts.values())


def test_the_rule_the_category_and_the_threshold_are_quoted_and_to_dos_and_unknowns_are_not() -> None:
    found = answer_for(LAPTOPS)
    assert found.decision is not None
    rule = found.decision.ground
    assert rule is not None
    assert found.decision.limit is not None
    carrying = {cite.passage_id for cite in rule.cites} | {found.decision.limit.passage_id}
    told = {todo.passage_id for todo in found.decision.todos} | {one.passage_id for one in found.decision.unknowns}
    beside = told - carrying
    for cited, row in zip(found.citations, lines(receipt_for(found), "Bronnen"), strict=True):
        if cited.passage_id in beside:
            assert "“" not in row, row
        else:
            assert "“" in row, row
    assert carrying <= {cited.passage_id for cited in found.citations}
    assert beside & {cited.passage_id for cited in found.citations}


@pytest.mark.parametrize("facts", [LAPTOPS, WITHOUT_VALUE, SMALL, {"authority": "zbo"}])
def test_no_number_stands_anywhere_without_its_source(facts: object) -> None:
    found = answer_for(facts)
    numbers = {cited.n for cited in found.citations}
    text = as_markdown(receipt_for(found))
    assert numbers
    for number in range(1, max(numbers) + 10):
        assert (f"[{number}]" in text) == (number in numbers)


def test_a_to_do_has_the_number_that_it_has_in_the_answer() -> None:
    found = answer_for(LAPTOPS)
    whole = section(receipt_for(found), "Wat u nu doet").rows
    assert [row[2] for row in whole if row[2] not in found.text] == []


# By what and when.


def test_the_versions_and_both_days_stand_there() -> None:
    found = answer_for({**LAPTOPS, "date": "2019-05-06"})
    (line,) = lines(receipt_for(found), "Waarmee dit is bepaald")
    assert line == (
        f"Gemaakt op: 2026-11-22; Geldt voor een aanbesteding van: 2019-05-06; Nummer van het antwoord: {found.id};"
        " Programma: 1.2.3; Bronnen (versie): bouw-7 (abc); Regels (versie): def."
    )


def test_without_a_day_of_the_tender_that_of_the_question_counts() -> None:
    found = receipt_for(answer_for(LAPTOPS, as_of=date(2024, 2, 3)))
    assert "Geldt voor een aanbesteding van: 2024-02-03;" in lines(found, "Waarmee dit is bepaald")[0]


@pytest.mark.parametrize(
    ("language", "words"), [(Language.NL, "geen juridisch advies"), (Language.EN, "no legal advice")]
)
def test_it_ends_with_what_it_is_not(language: Language, words: str) -> None:
    found = receipt(LAPTOPS, language=language)
    assert words in found.closing
    assert as_markdown(found).endswith(f"*{found.closing}*\n")


def test_an_answer_without_a_decision_gets_no_receipt() -> None:
    answer = ask(corpus(), "Moet ISV?")
    assert answer.decision is None
    with pytest.raises(UsageError, match="no_decision"):
        receipt_for(answer)


def test_an_english_answer_gets_an_english_receipt_with_dutch_quotes() -> None:
    found = receipt(LAPTOPS, language=Language.EN)
    assert found.language is Language.EN
    assert found.title == "Receipt of the ISV check"
    assert found.outcome == "Outcome: ISV is obligatory as a contract condition."
    assert [section.heading for section in found.sections] == [
        "Question",
        "Facts of the purchase",
        "Answer",
        "What to do now",
        "Not known",
        "Please note",
        "Rules",
        "Sources",
        "What this was decided with",
    ]
    assert ("value without VAT", "EUR 200,000", "your answer") in section(found, "Facts of the purchase").rows
    assert lines(found, "Answer")[0].startswith("Yes. ISV is obligatory as a contract condition.")
    assert any("8 risicocategorieën" in row for row in lines(found, "Sources"))
    assert any(row.startswith("Not applicable, with the fact that decides so: ") for row in lines(found, "Rules"))


# As Markdown.


def test_markdown_has_a_heading_a_section_and_a_list_or_a_table_below() -> None:
    found = receipt(LAPTOPS)
    text = as_markdown(found)
    html = MARKDOWN.render(text)
    assert html.count("<h1>") == 1
    assert html.count("<h2>") == len(found.sections)
    assert html.count("<table>") == sum(bool(one.columns) for one in found.sections)
    rows = sum(len(one.rows) + bool(one.columns) for one in found.sections if one.columns)
    assert html.count("<tr>") == rows
    assert html.count("<li>") == sum(len(one.rows) for one in found.sections if not one.columns)


@pytest.mark.parametrize(
    "typed",
    [
        "laptops | schermen",
        "<script>alert(1)</script>",
        '<img src="https://example.org/x.png">',
        "twee\nregels\n\n# en een kop",
        "a\n\n| b | c |\n|---|---|\n| d | e |",
    ],
)
def test_what_people_typed_is_one_line_and_no_table_or_html(typed: str) -> None:
    usual, found = (MARKDOWN.render(as_markdown(receipt(LAPTOPS, told=[text]))) for text in ("laptops", typed))
    for mark in ("<h1>", "<h2>", "<li>", "<table>", "<tr>", "<td>", "<script", "<img"):
        assert found.count(mark) == usual.count(mark), mark


@pytest.mark.parametrize("words", ["a | b", "<b>", "twee\nregels"])
def test_the_words_of_a_fact_do_not_break_its_table(words: str) -> None:
    answer = answer_for(LAPTOPS)
    assert answer.decision is not None
    fact = replace(answer.decision.facts[FactName.CATEGORY], words=words)
    decision = replace(answer.decision, facts={**answer.decision.facts, FactName.CATEGORY: fact})
    usual, found = (
        MARKDOWN.render(as_markdown(receipt_for(one))) for one in (answer, replace(answer, decision=decision))
    )
    for mark in ("<table>", "<tr>", "<td>", "<b>", "<li>"):
        assert found.count(mark) == usual.count(mark), mark


@pytest.mark.parametrize(
    "typed",
    [
        "2*3*4 laptops",
        "[de wet](https://example.org)",
        "![](https://example.org/x.png)",
        "`code`",
        "# kop",
        "1. lijst",
        "> aanhaling",
        "---",
        "A&amp;O",
        r"map C:\_x",
    ],
)
def test_what_people_typed_is_read_as_they_typed_it(typed: str) -> None:
    html = MARKDOWN.render(as_markdown(receipt(LAPTOPS, told=[typed])))
    shown = escape(typed, quote=False)
    assert f"<li>{shown}</li>" in html
