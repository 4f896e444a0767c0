from bot.core.corpus import Cite, PassageId
from bot.core.quoting import MAX_QUOTE_CHARS, quote_for
from tests.builders import passage, source

TEXT = "In 2017 is het kader ingevoerd. Leveranciers moeten een plan opstellen. Er zijn acht categorieën."


def test_the_sentence_that_says_it_is_quoted() -> None:
    found = quote_for(Cite(PassageId("bron#p1")), passage(TEXT), "Een leverancier moet een plan maken.")
    assert found is not None
    assert found.text == "Leveranciers moeten een plan opstellen."


def test_a_number_in_words_finds_its_sentence() -> None:
    found = quote_for(Cite(PassageId("bron#p1")), passage(TEXT), "Er zijn er 8.")
    assert found is not None
    assert found.text == "Er zijn acht categorieën."


def test_offsets_count_in_the_source() -> None:
    owner = source(f"Kop\n\n{TEXT}")
    found = quote_for(Cite(PassageId("bron#p1"), "acht categorieën"), passage(TEXT, of=owner), "")
    assert found is not None
    assert owner.text[found.start : found.end] == "acht categorieën"


def test_words_that_do_not_stand_in_the_passage_give_no_quote() -> None:
    assert quote_for(Cite(PassageId("bron#p1"), "negen categorieën"), passage(TEXT), "") is None


def test_a_quote_does_not_grow_beyond_its_limit() -> None:
    long = " ".join(f"Zin {i} gaat over het plan van de leverancier en de keten." for i in range(40))
    found = quote_for(Cite(PassageId("bron#p1")), passage(long), long)
    assert found is not None
    assert len(found.text) <= MAX_QUOTE_CHARS
