"""What an answer is put together from, with small texts."""

from dataclasses import replace
from datetime import date

import pytest

from bot.core.corpus import Caveat, Corpus, Grade, Language, Role, Status, Validity
from tests.builders import answer, ask, claim, no, passage, reply, source, yes

LETTER = source(
    "Er zijn 8 risicocategorieën. De regering wil dat zo. Zo staat het er nu.", "brief", grade=Grade.OFFICIAL
)
CATEGORIES = passage(LETTER.text, of=LETTER, grade=Grade.OFFICIAL)
CLOTHES = answer(
    "kleding",
    [yes("vallen uniformen onder een risicocategorie"), "kleding en risicocategorie"],
    claim("Bedrijfskleding is een van de 8 risicocategorieën.", CATEGORIES.id),
    needs=["product_bedrijfskleding"],
)
COMPUTERS = answer(
    "computers",
    [yes("vallen laptops onder een risicocategorie"), "laptops en risicocategorie"],
    claim("Laptops horen bij een van de 8 risicocategorieën.", CATEGORIES.id),
    needs=["product_ict_werkomgeving_rijk"],
)


def test_several_things_get_a_verdict_each() -> None:
    corpus = Corpus((LETTER,), (CATEGORIES,), (CLOTHES, COMPUTERS), ())
    found = ask(corpus, "vallen uniformen en laptops onder een risicocategorie")
    assert "Uniformen: Bedrijfskleding is een van de 8" in found.text
    assert "Laptops: Laptops horen bij een van de 8" in found.text


def test_an_answer_about_a_thing_is_only_for_who_names_it() -> None:
    corpus = Corpus((LETTER,), (CATEGORIES,), (CLOTHES,), ())
    assert "Bedrijfskleding" not in ask(corpus, "valt tuinonderhoud onder een risicocategorie").text


def test_an_official_passage_that_matches_best_gives_the_answer_that_cites_it() -> None:
    cited = replace(CATEGORIES, lines=("hoeveel risicocategorieën zijn er nu precies",))
    other = answer("andere", ["wat wil de regering"], claim("Er zijn 8 risicocategorieën.", cited.id))
    found = ask(Corpus((LETTER,), (cited,), (other,), ()), "hoeveel risicocategorieën zijn er nu precies")
    assert found.text.startswith("Er zijn 8 risicocategorieën.")
    assert len(found.citations) == 1


def test_a_note_is_told_by_its_first_sentences_and_rests_on_official_text() -> None:
    note = source("Er zijn acht groepen. Dat is veel. Zo is het nu. Deze zin valt af.", "notitie")
    own = passage(note.text, of=note, lines=("hoeveel groepen zijn er",), basis=[CATEGORIES.id])
    found = ask(Corpus((LETTER, note), (CATEGORIES, own), (), ()), "hoeveel groepen zijn er")
    assert "Deze zin valt af" not in found.text
    assert {citation.source_id for citation in found.citations} == {"brief", "notitie"}


def test_a_list_is_told_whole() -> None:
    text = "Dit zijn ze:\n\n- kleding;\n- eten;\n- stroom;\n- papier;\n- laptops."
    note = source(text, "notitie")
    found = ask(
        Corpus((note,), (passage(text, of=note, lines=("welke groepen zijn er",)),), (), ()), "welke groepen zijn er"
    )
    assert "- laptops." in found.text


def test_a_question_with_two_years_is_answered_for_both() -> None:
    first, second = "In 2022 was de drempel 140.000 euro.", "In 2024 was de drempel 143.000 euro."
    note = source(f"{first}\n\n{second}", "notitie")
    passages = (
        passage(first, "a", note, ("drempel in 2022",), validity=Validity(date(2022, 1, 1), date(2023, 12, 31))),
        passage(second, "b", note, ("drempel in 2024",), validity=Validity(date(2024, 1, 1), date(2025, 12, 31))),
    )
    found = ask(Corpus((note,), passages, (), ()), "wat was de drempel in 2022 en in 2024")
    assert "140.000" in found.text
    assert "143.000" in found.text


def test_an_open_point_makes_the_answer_partial() -> None:
    text = "Een termijn in weken staat niet in mijn bronnen."
    note = source(text, "notitie")
    own = passage(text, of=note, lines=("binnen hoeveel weken",), caveats=[Caveat.OPEN])
    assert ask(Corpus((note,), (own,), (), ()), "binnen hoeveel weken").status is Status.ANSWERED_PARTLY


def test_english_gives_the_english_rendering_with_the_dutch_quote() -> None:
    found = ask(
        Corpus(
            (LETTER,), (replace(CATEGORIES, lines=("how many categories are there",), english="There are 8."),), (), ()
        ),
        "how many categories are there",
        language=Language.EN,
    )
    assert found.text.startswith("There are 8.")
    assert found.citations[0].quote in LETTER.text


def test_a_statement_for_another_role_is_left_out() -> None:
    told = answer(
        "advies",
        ["hoeveel risicocategorieën zijn er"],
        claim("Er zijn 8 risicocategorieën.", CATEGORIES.id),
        [claim("De regering wil dat zo.", CATEGORIES.id, roles=[Role.HELPDESK])],
    )
    corpus = Corpus((LETTER,), (CATEGORIES,), (told,), ())
    assert "De regering wil" not in ask(corpus, "hoeveel risicocategorieën zijn er").text
    assert "De regering wil" in ask(corpus, "hoeveel risicocategorieën zijn er", role=Role.HELPDESK).text


def test_an_answer_whose_source_may_not_be_read_is_no_answer() -> None:
    hidden = passage(LETTER.text, of=LETTER, grade=Grade.OFFICIAL, audience=[Role.HELPDESK])
    told = answer("acht", ["hoeveel risicocategorieën zijn er"], claim("Er zijn 8 risicocategorieën.", hidden.id))
    found = ask(Corpus((LETTER,), (hidden,), (told,), ()), "hoeveel risicocategorieën zijn er voor ISV")
    assert not found.citations
    assert not found.status.is_answer


def test_a_close_second_answer_adds_its_lead() -> None:
    first = answer(
        "een", ["hoeveel risicocategorieën zijn er nu"], claim("Er zijn 8 risicocategorieën.", CATEGORIES.id)
    )
    second = answer("twee", ["hoeveel risicocategorieën zijn er dan"], claim("De regering wil dat zo.", CATEGORIES.id))
    found = ask(Corpus((LETTER,), (CATEGORIES,), (first, second), ()), "hoeveel risicocategorieën zijn er")
    assert "Er zijn 8" in found.text
    assert "De regering wil dat" in found.text


@pytest.mark.parametrize(
    ("lead", "partial", "is_told"),
    [
        ("De regering wil dat zo.", True, True),
        ("Er zijn 8 risicocategorieën.", True, False),
        ("Er zijn 8 risicocategorieën.", False, True),
        ("Zo staat het er:\n\n- nu.", False, False),
        ("Zo staat het er niet nu.", False, False),
    ],
    ids=["beside a gap", "a figure beside a gap", "a figure", "a list", "told already"],
)
def test_what_is_told_in_passing_is_short_new_and_never_fills_a_gap(lead: str, partial: bool, is_told: bool) -> None:
    question = "hoe staat het er nu met de risicocategorieën"
    first = answer("een", [question], claim("Zo staat het er nu niet.", CATEGORIES.id), partial=partial)
    second = answer("twee", [f"{question} dan"], claim(lead, CATEGORIES.id))
    found = ask(Corpus((LETTER,), (CATEGORIES,), (first, second), ()), question)
    assert found.text.startswith("Zo staat het er nu niet.")
    assert (lead in found.text) is is_told


def test_no_two_parts_rest_on_the_same_answer() -> None:
    told = answer("acht", ["hoeveel risicocategorieën zijn er"], claim("Er zijn 8 risicocategorieën.", CATEGORIES.id))
    found = ask(
        Corpus((LETTER,), (CATEGORIES,), (told,), ()),
        "Hoeveel risicocategorieën zijn er voor ISV? En hoeveel risicocategorieën zijn er dan voor ISV?",
    )
    assert found.text.count("Er zijn 8 risicocategorieën.") == 1


def test_a_false_premise_is_corrected_first() -> None:
    told = answer(
        "aantal",
        [no("zijn er tien risicocategorieën")],
        claim("Er zijn 8 risicocategorieën.", CATEGORIES.id),
    )
    found = ask(Corpus((LETTER,), (CATEGORIES,), (told,), ()), "zijn er tien risicocategorieën?")
    assert found.text.startswith("Nee. Er zijn 8 risicocategorieën.")


def test_a_reply_says_that_the_sources_do_not_hold_it() -> None:
    missing = reply("stemming", Status.UNANSWERABLE_NOTHING_FOUND, "wie stemde er voor de motie")
    found = ask(Corpus((LETTER,), (CATEGORIES,), (), (missing,)), "wie stemde er voor de motie")
    assert found.status is Status.UNANSWERABLE_NOTHING_FOUND
    assert found.text.startswith("Antwoord stemming.")


def test_an_answer_of_a_later_day_gives_way_to_what_held_then_and_says_what_changed() -> None:
    then, now = "In 2024 was de drempel 143.000 euro.", "In 2026 is de drempel 140.000 euro."
    note = source(f"{then}\n\n{now}", "notitie")
    passages = (
        passage(then, "a", note, validity=Validity(date(2024, 1, 1), date(2025, 12, 31))),
        passage(now, "b", note, validity=Validity(date(2026, 1, 1), None)),
    )
    told = replace(answer("drempel", ["hoe hoog is de drempel"], claim(now, passages[1].id)), earlier=(passages[0].id,))
    corpus = Corpus((note,), passages, (told,), ())
    assert ask(corpus, "hoe hoog is de drempel").text.startswith(now)
    found = ask(corpus, "hoe hoog is de drempel", as_of=date(2024, 6, 1))
    assert found.text.startswith(then)
    assert now in found.text


def test_an_answer_that_did_not_hold_yet_is_nothing_found_and_no_outage() -> None:
    now = passage(LETTER.text, of=LETTER, grade=Grade.OFFICIAL, validity=Validity(date(2022, 6, 13), None))
    told = answer("acht", ["hoeveel risicocategorieën zijn er"], claim("Er zijn 8 risicocategorieën.", now.id))
    found = ask(Corpus((LETTER,), (now,), (told,), ()), "hoeveel risicocategorieën zijn er", as_of=date(1999, 1, 1))
    assert found.status is Status.UNANSWERABLE_NOTHING_FOUND


def test_one_answer_to_two_questions_says_neither_yes_nor_no() -> None:
    told = answer(
        "acht",
        [yes("zijn er acht risicocategorieën"), "welke risicocategorieën zijn er"],
        claim("Er zijn 8 risicocategorieën.", CATEGORIES.id),
    )
    corpus = Corpus((LETTER,), (CATEGORIES,), (told,), ())
    assert ask(corpus, "Zijn er acht risicocategorieën?").text.startswith("Ja. Er zijn 8")
    both = ask(corpus, "Zijn er acht risicocategorieën? Vervallen de andere risicocategorieën dan?")
    assert both.text.startswith("Er zijn 8")
