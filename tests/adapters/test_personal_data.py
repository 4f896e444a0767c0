import pytest

from bot.adapters.personal_data import CheckedPersonalData


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
