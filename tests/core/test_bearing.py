"""True-looking sentences whose meaning was changed by one word, on texts like those of the corpus."""

import pytest

from bot.core.bearing import Beside, strays
from bot.core.corpus import Language
from bot.core.nearness import are_figures_near
from bot.core.places import places_of
from bot.core.support import Lack, best_places
from tests.builders import passage, real_rules, source

TERMS = real_rules().terms
REPORT = (
    "De leverancier maakt de rapportage elk jaar openbaar. Duurt het contract korter dan een jaar, dan komt de"
    " rapportage aan het einde."
)
RULE = (
    "ISV is verplicht als contractvoorwaarde wanneer drie dingen samenkomen:\n\n- het Rijk koopt in;\n- de opdracht"
    " wordt Europees aanbesteed, dus op of boven de Europese drempel;\n- de opdracht valt in een van de acht"
    " risicocategorieën."
)
BELOW = (
    "Onder de Europese drempel en buiten de risicocategorieën is ISV niet verplicht. Vrijwillig toepassen mag, als het"
    " proportioneel is: de inspanning moet in verhouding staan tot de opdracht."
)
OTHERS = (
    "Gemeenten, provincies en waterschappen zijn niet wettelijk verplicht om ISV toe te passen. Zij zijn vrij om de"
    " aanpak van het Rijk te volgen."
)
FINE = "Volgens derden is de boete onder de CSDDD na Omnibus I hoogstens 3 procent van de netto-omzet."
AMOUNTS = (
    "In 2026 en 2027 gelden deze drempels, zonder btw:\n\n- leveringen en diensten van het Rijk: 140.000 euro;\n"
    "- leveringen en diensten van decentrale overheden: 216.000 euro;\n- werken: 5.404.000 euro."
)
SHARES = (
    "Volgens de versie van mei 2022 was ISV in 15 procent serieus toegepast en stonden in 40 procent foute teksten."
)
DAYS = "Zij is gepubliceerd op 5 juli 2024 en in werking sinds 25 juli 2024."


def carried(text: str, sentence: str) -> bool:
    owner = source(text, "bron")
    places = places_of(passage(text, of=owner), owner, Language.NL)
    return not isinstance(best_places(sentence, places, TERMS), Lack)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (REPORT, "Elk jaar maakt een leverancier de rapportage openbaar."),
        (REPORT, "Duurt het contract korter dan een jaar, dan komt de rapportage aan het einde."),
        (
            RULE,
            "ISV is verplicht als contractvoorwaarde als het Rijk Europees aanbesteedt in een risicocategorie.",
        ),
        (BELOW, "Onder de Europese drempel en buiten de risicocategorieën is ISV niet verplicht."),
        (BELOW, "Vrijwillig toepassen mag, als het proportioneel is."),
        (OTHERS, "Gemeenten en provincies zijn niet wettelijk verplicht om ISV toe te passen."),
        (FINE, "De boete onder de CSDDD is volgens derden hoogstens 3 procent van de netto-omzet."),
        (AMOUNTS, "Voor leveringen en diensten van het Rijk geldt in 2026 en 2027 een drempel van 140.000 euro."),
        (SHARES, "ISV was in 15 procent serieus toegepast."),
        (DAYS, "Zij is in werking sinds 25 juli 2024."),
    ],
)
def test_a_true_sentence_is_carried(text: str, sentence: str) -> None:
    assert carried(text, sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (REPORT, "De inkoper maakt de rapportage elk jaar openbaar."),
        (REPORT, "U maakt de rapportage elk jaar openbaar."),
        (REPORT, "Ook de onderaannemer maakt de rapportage elk jaar openbaar."),
        (REPORT, "De leverancier maakt de rapportage elke maand openbaar."),
        (REPORT, "De leverancier maakt de rapportage tweemaal per jaar openbaar."),
        (REPORT, "De leverancier maakt de rapportage elk jaar vertrouwelijk."),
        (REPORT, "Duurt het contract langer dan een jaar, dan komt de rapportage aan het einde."),
        (REPORT, "Duurt het contract korter dan een jaar, dan komt de rapportage aan het begin."),
        (RULE, "ISV is verplicht als contractvoorwaarde."),
        (RULE, "ISV is verplicht als contractvoorwaarde wanneer het Rijk inkoopt."),
        (
            RULE,
            "ISV is verplicht als contractvoorwaarde als het Rijk inkoopt en de opdracht Europees wordt aanbesteed.",
        ),
        (
            RULE,
            "ISV is verplicht als contractvoorwaarde onder de Europese drempel in een van de acht risicocategorieën.",
        ),
        (BELOW, "Boven de Europese drempel en buiten de risicocategorieën is ISV niet verplicht."),
        (BELOW, "Onder de Europese drempel en binnen de risicocategorieën is ISV niet verplicht."),
        (BELOW, "ISV is niet verplicht."),
        (BELOW, "Vrijwillig toepassen mag."),
        (OTHERS, "Het Rijk is niet wettelijk verplicht om ISV toe te passen."),
        (OTHERS, "U bent niet wettelijk verplicht om ISV toe te passen."),
        (FINE, "De boete onder de CSDDD is volgens derden 3 procent van de netto-omzet."),
        (FINE, "De boete onder de CSDDD is hoogstens 3 procent van de netto-omzet."),
        (FINE, "De boete onder de CSDDD is volgens derden hoogstens 3 van de netto-omzet."),
        (AMOUNTS, "Voor leveringen en diensten van het Rijk geldt in 2026 en 2027 een drempel van 216.000 euro."),
        (SHARES, "ISV was in 40 procent serieus toegepast."),
        (SHARES, "ISV was in 40 procent serieus toegepast en in 15 procent stonden foute teksten."),
        (DAYS, "Zij is gepubliceerd op 25 juli 2024."),
        (DAYS, "Zij is in werking sinds 5 juli 2024."),
    ],
)
def test_a_sentence_turned_by_one_word_is_not(text: str, sentence: str) -> None:
    assert not carried(text, sentence)


@pytest.mark.parametrize(
    ("sentence", "unit", "way"),
    [
        ("De contractmanager spreekt de leverancier.", "De leverancier spreekt de contractmanager.", "actor"),
        ("U vraagt inschrijvers om een verklaring.", "Vraag inschrijvers om een verklaring.", ""),
        ("De minister raadt de motie aan.", "Zodoende raad ik deze motie af.", "turn"),
        ("ISV mag een eis zijn.", "ISV mag alleen een eis zijn.", "condition"),
        ("There is a fine of 3 per cent.", "There is a fine of at most 3 per cent.", "bound"),
        ("Above the European threshold there is none.", "Below the European threshold there is none.", "side"),
        ("The supplier publishes it every year.", "It is published every year.", ""),
    ],
)
def test_the_way_in_which_a_sentence_strays_has_a_name(sentence: str, unit: str, way: str) -> None:
    assert strays(sentence, Beside(unit, unit, unit, "The supplier")) == way


def test_a_figure_without_a_rival_belongs_to_whatever_is_said() -> None:
    assert are_figures_near("Het kost 10 euro.", "Er is een prijs van 10 euro.")
    assert are_figures_near("Het kost 12 euro.", "Er is een prijs van 10 euro.")
