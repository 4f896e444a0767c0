"""Names in a text, as far as capitals and addresses show them."""

import pytest

from bot.core.names import names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("De minister van BZK schreef aan de Kamer.", {"bzk", "kamer"}),
        ("Fairtrade heeft een lijst.", {"fairtrade"}),
        ("Volgens PIANOo geldt dat sinds juni.", {"pianoo"}),
        ("The supplier must report.", {"supplier"} - {"supplier"}),
        ("Kijk op www.voorbeeld.nl of mail info@voorbeeld.nl.", {"www.voorbeeld.nl", "info@voorbeeld.nl"}),
        ("met 4G en 5G", set()),
        ("", set()),
    ],
)
def test_names_are_words_with_a_capital_and_addresses(text: str, names: set[str]) -> None:
    assert names_in(text) == names
