"""What a purchase is worth, from what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.amounts import Bound
from bot.core.worth import Worth, worths_in


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("laptops voor 300.000 euro", 300_000),
        ("2.000 laptops van 90 euro", 180_000),
        ("50 laptops à 1.200 euro", 60_000),
        ("150 chairs at EUR 400 each", 60_000),
        ("199 tablets van 700 euro per stuk, samen 139.300", 139_300),
        ("300 laptops van 390.000 euro", 390_000),
        ("twee keer 80.000 euro", 160_000),
        ("3 x 50k", 150_000),
        ("50k per jaar, 4 jaar", 200_000),
        ("5.000 euro per maand, 2 jaar", 120_000),
        ("5.000 euro per maand gedurende 24 maanden", 120_000),
        ("van 100.000 naar 140.000 euro", 140_000),
        ("niet 100.000 maar 140.000 euro", 140_000),
        ("140.000 euro in plaats van 100.000", 140_000),
        ("35k p/j, 2 jaar met 2 x 1 optiejaar", 140_000),
        ("20.000 per jaar, 4 jaar plus 2 optiejaren", 120_000),
        ("20.000 per jaar voor 2 jaar, met een optie van 2 jaar", 80_000),
        ("5.000 polo's met logo, 29 euro het stuk", 145_000),
        ("350 laptops, vierhonderd euro per laptop", 140_000),
        ("4 years at 36,000 each", 144_000),
        ("perceel 1 € 80.000, perceel 2 € 75.000", 155_000),
        ("honderd twintig duizend euro", 120_000),
        ("één komma twee ton", 120_000),
        ("2.500 euro p/m, 48 mnd", 120_000),
        ("500 euro maal 240", 120_000),
        ("300 overalls à 400", 120_000),
        ("240 stoelen, 500 per stuk", 120_000),
        ("opzet 15k, daarna 2.500 per maand voor 48 maanden", 135_000),
        ("350 laptops, 400 euro per laptop", 140_000),
        ("600 pieces at 225 euros each", 135_000),
        ("40k p/j x 4", 160_000),
        ("per kwartaal 12.500 euro, drie jaar lang", 150_000),
        ("35k per jaar, 2+1+1", 140_000),
        ("perceel 1 80.000 euro, perceel 2 75.000 euro", 155_000),
        ("eenmalig 60.000 en daarna 20.000 per jaar, vier jaar", 140_000),
        ("de vaste periode is 90k, de optie nog eens 45k", 135_000),
        ("120k, pardon, 160k", 160_000),
        ("de drempel is 140.000, wij komen op 139.750 uit", 139_750),
        ("116.000 excl. btw (140.360 incl. btw)", 116_000),
        ("zeven ton en 50 mille", 750_000),
        ("driekwart miljoen", 750_000),
        ("138.600 euro, niet 141.000", 138_600),
        ("net onder de 140k: 139.300", 139_300),
        ("12 servers van elk 11.600", 139_200),
        ("in drie stukken van 50k", 150_000),
        ("een kwartaalbedrag van 10.000 euro, vier jaar", 160_000),
        ("700 euro per stuk, 200 stuks", 140_000),
        ("4 jaar à 36.000 per jaar", 144_000),
    ],
)
def test_the_value_is_that_of_the_whole_contract(text: str, euros: int) -> None:
    assert {worth.euros for worth in worths_in(text)} == {euros}
    assert all(worth.bound is Bound.EXACT for worth in worths_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "tussen de 120 en 160 duizend",
        "29 euro het stuk",
        "250 euro per paneel",
        "de prijs per stuk is 250 euro",
        "uurtarief € 95",
        "90 euro each",
        "3.000 euro p.p.",
    ],
)
def test_the_price_of_one_tells_no_value(text: str) -> None:
    assert worths_in(text) == ()


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("150.000 euro inclusief btw", Worth(150_000, Bound.BELOW, "150.000 euro")),
        ("165.000 euro, btw zit er al in", Worth(165_000, Bound.BELOW, "165.000 euro")),
        ("150k incl. 21% btw", Worth(150_000, Bound.BELOW, "150k")),
        ("40k per jaar", Worth(40_000, Bound.AT_LEAST, "40k")),
        ("elk jaar in januari 35.000 en in juli", Worth(35_000, Bound.AT_LEAST, "35.000")),
        ("€ 2.750 per automaat, en 2.600 euro voor het plaatsen", Worth(2_600, Bound.AT_LEAST, "2.600 euro")),
        ("10k per maand", Worth(120_000, Bound.AT_LEAST, "12 x 10k")),
        ("35k p/j, 2 jaar met opties", Worth(70_000, Bound.AT_LEAST, "2 x 35k")),
        ("minder dan 2 ton", Worth(200_000, Bound.BELOW, "2 ton")),
        ("160.000 euro (btw inbegrepen)", Worth(160_000, Bound.BELOW, "160.000 euro")),
        ("kwartaalbedrag 10.000", Worth(40_000, Bound.AT_LEAST, "4 x 10.000")),
        ("50k of meer", Worth(50_000, Bound.AT_LEAST, "50k")),
        ("een ton of twee", Worth(100_000, Bound.AT_LEAST, "een ton")),
        ("eerste jaar 50.000 euro", Worth(50_000, Bound.AT_LEAST, "50.000 euro")),
        ("budget 50k dit jaar", Worth(50_000, Bound.AT_LEAST, "50k")),
        ("hooguit 50k in the first year", Worth(50_000, Bound.AT_LEAST, "50k")),
        ("100.000 euro exclusief opties", Worth(100_000, Bound.AT_LEAST, "100.000 euro")),
        ("100k plus twee keer een optie van 30k", Worth(130_000, Bound.AT_LEAST, "100k + 30k")),
        ("100k met een optie tot verlenging", Worth(100_000, Bound.AT_LEAST, "100k")),
        ("100.000 euro voor de eerste twee jaar", Worth(100_000, Bound.AT_LEAST, "100.000 euro")),
        ("130k ± 20%", Worth(130_000, Bound.AT_LEAST, "130k")),
        ("130k plus onderhoud", Worth(130_000, Bound.AT_LEAST, "130k")),
        ("130k en service apart", Worth(130_000, Bound.AT_LEAST, "130k")),
        ("100,000 euro initial term", Worth(100_000, Bound.AT_LEAST, "100,000 euro")),
        ("perceel 1 is 50.000 euro", Worth(50_000, Bound.AT_LEAST, "50.000 euro")),
        ("percelen van elk 50.000, vier percelen", Worth(50_000, Bound.AT_LEAST, "50.000")),
        ("50k, onderdeel van een groter project", Worth(50_000, Bound.AT_LEAST, "50k")),
        ("elke afdeling koopt voor 50k", Worth(50_000, Bound.AT_LEAST, "50k")),
    ],
)
def test_what_does_not_tell_the_whole_value_is_a_bound(text: str, worth: Worth) -> None:
    assert worths_in(text) == (worth,)


def test_two_values_are_both_given() -> None:
    assert [worth.euros for worth in worths_in("tussen 130.000 en 150.000 euro")] == [130_000, 150_000]


@given(st.text(alphabet="0123456789.,€ktonx à per jarmndbtw incl-", max_size=50))
def test_any_text_gives_values_or_none(text: str) -> None:
    assert all(worth.euros >= 0 for worth in worths_in(text))
