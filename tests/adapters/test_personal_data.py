import json
from collections.abc import Iterator
from time import perf_counter

import pytest

from bot.adapters.announced_data import announced
from bot.adapters.personal_data import CheckedPersonalData
from bot.core.model import MAX_QUESTION_CHARS
from tests.conftest import REPOSITORY


def found(text: str) -> list[tuple[str, str]]:
    return [(datum.kind, text[datum.start : datum.end]) for datum in CheckedPersonalData().find(text)]


@pytest.mark.parametrize(
    "number",
    ["123456782", "111222333", "010464554", "1234.56.782", "12 34 56 782", "123-456-782"],
)
def test_a_bsn_whose_check_digit_is_right_is_caught(number: str) -> None:
    assert found(f"Mijn nummer is {number}.") == [("bsn", number)]


@pytest.mark.parametrize("number", ["123456789", "111222334", "000000000", "12345678", "1234567820", "0123456782"])
def test_a_number_that_fails_the_check_of_a_bsn_is_not_caught(number: str) -> None:
    assert found(f"Mijn nummer is {number}.") == []


@pytest.mark.parametrize("text", ["BSN:123456782", "bsn123456782", "(123456782)", "123456782?", "123456782, 5 stuks"])
def test_a_bsn_is_caught_whatever_stands_beside_it(text: str) -> None:
    assert found(text) == [("bsn", "123456782")]


def test_groups_of_three_are_an_amount_unless_a_bsn_is_named() -> None:
    assert found("Het gaat om 123.456.782 stuks.") == []
    assert found("Zijn burgerservicenummer is 123.456.782.") == [("bsn", "123.456.782")]
    assert found("bsn 123 456 782") == [("bsn", "123 456 782")]


@pytest.mark.parametrize(
    "number",
    [
        "NL91ABNA0417164300",
        "NL91 ABNA 0417 1643 00",
        "nl91abna0417164300",
        "DE89370400440532013000",
        "BE48 3200 7018 4927",
        "NO9386011117947",
    ],
)
def test_an_iban_whose_check_digits_are_right_is_caught(number: str) -> None:
    assert found(f"Maak het over naar {number} voor vrijdag.") == [("iban", number)]


@pytest.mark.parametrize(
    "number", ["NL91ABNA0417164301", "NL91 ABNA 0417 1643 01", "NL91ABNA04171643", "XX91ABNA0417164300"]
)
def test_a_number_that_fails_the_check_of_an_iban_is_not_caught(number: str) -> None:
    assert found(f"Maak het over naar {number}.") == []


def test_the_words_after_an_iban_do_not_belong_to_it() -> None:
    assert found("NL91 ABNA 0417 1643 00 is van mij en van hem") == [("iban", "NL91 ABNA 0417 1643 00")]


@pytest.mark.parametrize("number", ["NL91-ABNA-0417-1643-00", "NL91.ABNA.0417.1643.00"])
def test_an_iban_parted_by_other_signs_is_caught(number: str) -> None:
    assert found(f"Maak het over naar {number}.") == [("iban", number)]


@pytest.mark.parametrize(
    "number",
    [
        "0612345678",
        "06-12345678",
        "06 12 34 56 78",
        "+31 6 12345678",
        "0031612345678",
        "(070) 123 45 67",
        "020-6241111",
        "+49 30 901820",
    ],
)
def test_a_telephone_number_is_caught(number: str) -> None:
    assert found(f"Bel mij op {number} vandaag.") == [("phone", number)]


@pytest.mark.parametrize("text", ["bel 112", "bel 14 070", "06-1234", "612345678"])
def test_what_is_no_telephone_number_is_not_caught(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "address",
    ["jan@example.nl", "J.de-Vries+isv@inkoop.example.org", "jan [at] example.nl", "jan[apenstaartje]example.nl"],
)
def test_an_email_address_is_caught(address: str) -> None:
    assert found(f"Mail {address}, graag.") == [("email", address)]


@pytest.mark.parametrize("text", ["@isvbot", "jan@localhost", "a @ b.nl", "5 stuks @ 3,50 euro"])
def test_what_is_no_email_address_is_not_caught(text: str) -> None:
    assert found(text) == []


def test_everything_is_found_in_order_and_once() -> None:
    text = "jan@example.nl, +31612345678, NL91ABNA0417164300 en 123456782"
    assert [kind for kind, _ in found(text)] == ["email", "phone", "iban", "bsn"]


@pytest.mark.parametrize(
    "text",
    [
        "een opdracht van € 140.000",
        "€ 130000000 over vier jaar",
        "EUR 130000000",
        "130.000.000 euro zonder btw",
        "130 000 000 euro",
        "221.000 tot 5.538.000 euro",
        "€ 1.234.567,82",
        "3,5 miljoen euro",
    ],
)
def test_an_amount_is_not_caught(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["130000000 euro", "een raamovereenkomst van 260000000 euro", "130000000 EUR"])
def test_an_amount_with_the_word_euro_after_it_is_not_caught(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Kamerstuk 26 485 nr. 331",
        "Kamerstukken II 2019/20, 26 485, nr. 331",
        "kst-26485-331",
        "Kamerstuk 35 470 XVII, nr. 16",
        "Kamerstukken II, 30 196, nr. 679 en 35 830, nr. 17",
        "kenmerk 2022-0000258488",
        "0000258488",
        "Richtlijn 2014/24/EU en Verordening (EU) 2024/3015",
        "artikel 2.80 en 2.81 van de Aanbestedingswet 2012",
        "ECLI:EU:C:2012:284",
        "Staatscourant 2021, 6734",
    ],
)
def test_a_reference_is_not_caught(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "code",
    ["18100000-0", "18110000-3", "09310000-5", "39000000-2", "30200000-1", "33100000-1", "55500000-5", "72000000-5"],
)
def test_a_cpv_code_is_not_caught(code: str) -> None:
    assert found(f"Valt CPV-code {code} onder ISV?") == []


@pytest.mark.parametrize("code", ["09123000-7", "09330000-1", "09000000-3"])
def test_a_cpv_code_of_energy_is_not_caught(code: str) -> None:
    assert found(f"Valt CPV-code {code} onder ISV?") == []


@pytest.mark.parametrize(
    "text",
    [
        "28 oktober 2019",
        "2026-11-21",
        "13-06-2022",
        "01/02/2026 3",
        "van 01-01-2024 tot 31-12-2025",
        "2024-2025",
        "14:30:15",
    ],
)
def test_a_date_is_not_caught(text: str) -> None:
    assert found(text) == []


# What only words give away.


@pytest.mark.parametrize(
    ("text", "kind", "datum"),
    [
        ("Mijn naam is Jan de Vries en ik werk bij een ministerie.", "name", "Jan de Vries"),
        ("mijn naam is jan de vries, mag dit?", "name", "jan de vries"),
        ("Mijn naam is Joost, 58, bijna met pensioen", "name", "Joost"),
        ("Ik heet Rachida en ik ben nieuw", "name", "Rachida"),
        ("my name is Tomás and I am a student", "name", "Tomás"),
        ("Ik ben Anna van den Berg van het RIVM", "name", "Anna van den Berg"),
        ("I am John Smith, a buyer", "name", "John Smith"),
        ("Geldt ISV?\n\nMet vriendelijke groet,\nMirjam Oosterveld\ncontractmanager", "name", "Mirjam Oosterveld"),
        ("Geldt ISV? Mvg, Anja", "name", "Anja"),
        ("Groet, K.", "name", "K."),
        ("Mijn naam is Piet Rijkers.", "name", "Piet Rijkers"),
        ("Groet, Jan Jansen Inkoper", "name", "Jan Jansen"),
        ("U spreekt met Jan Jansen, geldt ISV?", "name", "Jan Jansen"),
        ("Ik ben mevrouw De Boer", "name", "De Boer"),
        ("Wat is ISV?\ngr. Jan", "name", "Jan"),
        ("Ik ben geboren 3-5-1980", "birth", "3-5-1980"),
        ("Kind regards,\nJ. de B.", "name", "J. de B."),
        ("Ik woon op Dorpsstraat 12a, 1234 AB Ergens", "address", "Dorpsstraat 12a, 1234 AB"),
        ("Lange Voorhout 8\n2514 ED Den Haag", "address", "Lange Voorhout 8\n2514 ED"),
        ("postcode 1234AB 12", "address", "1234AB 12"),
        ("1234 AB nr. 12-bis", "address", "1234 AB nr. 12-bis"),
        ("zij is geboren op 3 mei 1980", "birth", "3 mei 1980"),
        ("geboortedatum: 03-05-1980", "birth", "03-05-1980"),
        ("born on May 3, 1980", "birth", "May 3, 1980"),
        ("Zijn paspoortnummer is SPECI2014", "document", "SPECI2014"),
        ("rijbewijs: 5012345678", "document", "5012345678"),
    ],
)
def test_what_is_announced_is_caught(text: str, kind: str, datum: str) -> None:
    assert found(text) == [(kind, datum)]


@pytest.mark.parametrize(
    "text",
    [
        "Ik ben Inkoper ICT bij het Rijk",
        "Ik ben Senior Categoriemanager bij RWS",
        "ik ben nieuw hier",
        "Mijn naam is niet van belang voor de vraag",
        "Met vriendelijke groet, Team Inkoop",
        "Heeft minister Hugo de Jonge de brief van 13 juni 2022 ondertekend?",
        "Postbus 20011\n2500 EA Den Haag",
        "Geldt dit in 2023 OF 2024 voor 5538000 euro?",
        "Richtlijn 2014 EU 24",
        "Kamerstuk 26485 nr 331",
        "De regeling is geboren op het ministerie in 2019",
        "een digitaal productpaspoort vanaf 2027",
        "artikel 2 lid 1234 EN 12",
        "een partij van 5000 KG 12 maanden lang",
        "in 2025 GR 3 kopen wij koffie",
        "Ik ben Chief Sustainability Officer bij het Rijk",
    ],
)
def test_what_only_looks_like_it_is_not_caught(text: str) -> None:
    assert found(text) == []


def test_only_numbers_and_addresses_to_reach_somebody_by_are_refused() -> None:
    text = "Ik ben Anna Bos, paspoort SPECI2014, geboren op 3 mei 1980, Dorpsstraat 1, 1234 AB, 0612345678"
    refused = {datum.kind: datum.is_refused for datum in CheckedPersonalData().find(text)}
    assert refused == {"name": False, "document": True, "birth": False, "address": False, "phone": True}


def test_what_is_refused_is_never_hidden_by_what_is_left_out() -> None:
    assert found("Mijn naam is Anna Jan.Bos@example.nl") == [("email", "Jan.Bos@example.nl")]
    assert found("Dorpsstraat 1, 1234 AB 0612345678") == [
        ("address", "Dorpsstraat 1, 1234 AB"),
        ("phone", "0612345678"),
    ]


def questions() -> Iterator[str]:
    """Every question by which the product is measured and tuned."""
    for path in sorted((REPOSITORY / "evals/questions").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            one = json.loads(line)
            yield one["question"]
            yield from (turn for turn in one.get("history", ()) if isinstance(turn, str))


def test_of_the_questions_of_the_evaluations_only_names_under_them_are_left_out() -> None:
    asked = [*questions()]
    hits = {(d.kind, text[d.start : d.end]) for text in asked for d in announced(text)}
    assert len(asked) > SOME
    assert {datum for kind, datum in hits if kind != "name"} == {"4-3-1971"}
    assert {datum for kind, datum in hits if kind == "name"} == NAMES


SOME = 1_900
NAMES = frozenset(
    {
        *("Joost", "Noor", "Anja", "Marieke", "Ron van Dijk", "Fatima", "Henk-Jan", "Tarik", "Mirjam Oosterveld"),
        *("Samira", "Wendy", "Ilse", "K.", "A.", "J. de B.", "Marloes", "Wim", "Tom"),
    }
)
"""Every name that stands under a question or in it; each was read."""


@pytest.mark.parametrize(
    "piece", ["A.", "A. ", "Aa.", "A' ", "van de ", "1234 AB", "Groet, A ", "ik heet A.AA.", "NL12AB12", "Ab 1, "]
)
def test_a_text_made_to_be_slow_is_not(piece: str) -> None:
    text = (piece * MAX_QUESTION_CHARS)[:MAX_QUESTION_CHARS]
    started = perf_counter()
    found(text)
    assert perf_counter() - started < 1
