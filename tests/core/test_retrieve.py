from dataclasses import replace
from datetime import date

from bot.core.corpus import Corpus, Grade, Kind, Language, Role, Status, Validity
from bot.core.model import Question
from bot.core.ports import Recognised, Vector
from bot.core.rank import Query, ranked
from bot.core.retrieve import FoundPart, retrieve
from bot.core.understand import Part, Understood
from tests.builders import TODAY, answer, claim, passage, reply, source, tools


def find(
    corpus: Corpus,
    *readings: str,
    role: Role = Role.OFFICER,
    as_of: date = TODAY,
    said: str | None = None,
) -> FoundPart:
    question = Question(readings[0], role, as_of)
    part = Part(said or readings[0], readings)
    own = tools(corpus)
    return retrieve(Understood(question, readings[0], Language.NL, (part,)), own.lookup, own.rules).parts[0]


def corpus_of(*texts: str) -> Corpus:
    owners = [source(text, f"s{i}") for i, text in enumerate(texts)]
    return Corpus(tuple(owners), tuple(passage(o.text, of=o) for o in owners), (), ())


def test_the_passage_that_shares_words_comes_first() -> None:
    found = find(corpus_of("De drempel is een bedrag.", "De motie is ontraden."), "wat is de drempel")
    assert found.passages[0].passage.text == "De drempel is een bedrag."


def test_a_question_line_finds_its_passage() -> None:
    own = passage("Artikel 2.80 gaat hierover.", lines=("mag ik voorwaarden stellen aan de uitvoering",))
    other = passage("De motie is ontraden.", key="p2")
    found = find(Corpus((source(own.text),), (own, other), (), ()), "mag ik voorwaarden stellen")
    assert found.loose[0].passage.id == own.id


def test_what_a_role_may_not_read_is_never_found() -> None:
    own = passage("De drempel is een bedrag.", audience=(Role.HELPDESK,))
    corpus = Corpus((source(own.text),), (own,), (), ())
    assert find(corpus, "wat is de drempel").passages == ()
    assert find(corpus, "wat is de drempel", role=Role.HELPDESK).passages != ()


def test_what_does_not_hold_on_the_asked_day_is_never_found() -> None:
    own = passage("De drempel is een bedrag.", validity=Validity(date(2024, 1, 1), date(2025, 12, 31)))
    corpus = Corpus((source(own.text),), (own,), (), ())
    assert find(corpus, "wat is de drempel").passages == ()
    assert find(corpus, "wat is de drempel", as_of=date(2024, 6, 1)).passages != ()


def test_a_year_in_the_question_opens_what_held_then() -> None:
    own = passage("In 2024 was de drempel een bedrag.", validity=Validity(date(2024, 1, 1), date(2025, 12, 31)))
    corpus = Corpus((source(own.text),), (own,), (), ())
    assert find(corpus, "wat was de drempel in 2024").passages != ()


def test_many_forbidden_passages_do_not_hide_an_allowed_one() -> None:
    texts = [f"De drempel is een bedrag van soort {i}." for i in range(200)]
    owners = [source(text, f"s{i}") for i, text in enumerate(texts)]
    hidden = tuple(passage(o.text, of=o, audience=(Role.HELPDESK,)) for o in owners)
    own = passage("Dit gaat over iets anders, maar noemt drempel.", key="open")
    found = find(Corpus((*owners, source(own.text)), (*hidden, own), (), ()), "de drempel is een bedrag van soort 7")
    assert [scored.passage.id for scored in found.passages] == [own.id]


def test_passages_with_the_same_words_are_one() -> None:
    found = find(corpus_of("De drempel is een bedrag.", "De drempel is: een bedrag!"), "wat is de drempel")
    assert len(found.passages) == 1


def test_an_exact_reference_goes_first() -> None:
    found = find(
        corpus_of(
            "Kamerstuk 26 485, nr. 331 is een brief over ISV.", "Kamerstuk 30 196, nr. 679 is een brief over ISV."
        ),
        "wat is Kamerstuk 30 196, nr. 679",
    )
    assert "679" in found.passages[0].passage.text


def test_official_text_goes_before_the_note_that_rests_on_it() -> None:
    letter = source("De verplichting ziet op de contractvoorwaarde.", "brief", Grade.OFFICIAL)
    official = passage(letter.text, of=letter, grade=Grade.OFFICIAL)
    note = source("ISV is als eis in het contract verplicht, dat is de hoofdregel.", "notitie")
    own = passage(note.text, of=note, basis=(official.id,))
    found = find(Corpus((letter, note), (official, own), (), ()), "wat is de hoofdregel voor ISV als eis")
    assert [scored.passage.source_id for scored in found.passages] == ["brief", "notitie"]


def test_a_written_answer_lends_its_rank_to_what_it_cites() -> None:
    letter = source("Er zijn momenteel 8 risicocategorieën.", "brief", Grade.OFFICIAL)
    official = passage(letter.text, of=letter, grade=Grade.OFFICIAL)
    written = answer("lijst", ["voor welke spullen geldt het"], claim("Er zijn er 8.", official.id))
    other = corpus_of("Het geldt voor veel spullen in de winkel.")
    corpus = Corpus((letter, *other.sources), (official, *other.passages), (written,), ())
    found = find(corpus, "voor welke spullen geldt het")
    assert found.answers[0].target.id == "lijst"
    assert found.passages[0].passage.id == official.id


def test_an_answer_that_needs_a_term_is_only_for_questions_with_it() -> None:
    own = passage("Kleding is een categorie.")
    written = answer("kleding", ["valt het onder ISV"], claim("Ja.", own.id), needs=("workwear",))
    corpus = Corpus((source(own.text),), (own,), (written,), ())
    assert find(corpus, "valt stroom onder ISV").answers == ()
    assert find(corpus, "valt bedrijfskleding onder ISV").answers != ()


class Mistaken:
    """A recogniser that is nearly sure of one target, whatever is asked."""

    def recognise(self, text: str, vector: Vector) -> Recognised:
        del text, vector
        return Recognised({"answer:likely": -0.01, "answer:exact": -3.0}, dict.fromkeys(Kind, 0.0))


def test_who_asks_in_the_very_words_of_a_line_is_not_sent_elsewhere() -> None:
    own = passage("De drempel is een bedrag.")
    likely = answer("likely", ["mag het rijk kiezen", "isv rijk"], claim("Zo zit het.", "bron#p"))
    exact = answer("exact", ["is isv vrijwillig voor het rijk"], claim("Anders.", "bron#p"))
    held = tools(Corpus((source(own.text),), (own,), (likely, exact), ()))
    lookup, calibration = replace(held.lookup, recogniser=Mistaken()), held.rules.calibration

    def best(text: str) -> object:
        (vector,) = lookup.embedder.embed_questions([text])
        query = Query(text, vector, lookup.recogniser.recognise(text, vector))
        return ranked(query, Role.OFFICER, frozenset({TODAY}), lookup, calibration)[0].target

    assert best("Is ISV vrijwillig voor het Rijk?") == exact
    assert best("Is ISV voor iemand vrijwillig, of voor het hele Rijk?") == likely


def test_things_of_several_kinds_get_their_own_answers() -> None:
    own = passage("Kleding en energie zijn categorieën.")
    answers = (
        answer(
            "kleding", ["valt kleding onder ISV"], claim("Kleding wel.", own.id), needs=("product_bedrijfskleding",)
        ),
        answer("energie", ["valt stroom onder ISV"], claim("Stroom wel.", own.id), needs=("product_energie",)),
    )
    found = find(Corpus((source(own.text),), (own,), answers, ()), "vallen uniformen en stroom onder ISV")
    assert {label: a.id for label, a in found.labelled.items()} == {"uniformen": "kleding", "stroom": "energie"}


def test_what_all_readings_find_together_goes_first() -> None:
    corpus = corpus_of("De termijn is onbekend.", "De leverancier levert een plan aan.", "De termijn van het plan.")
    found = find(corpus, "wanneer het plan", "welke termijn")
    assert found.loose[0].passage.text == "De termijn van het plan."


def test_written_replies_are_found_apart() -> None:
    own = corpus_of("De drempel is een bedrag.")
    weather = reply("weer", Status.UNANSWERABLE_OUT_OF_SCOPE, "wat voor weer wordt het", "regent het morgen")
    found = find(Corpus(own.sources, own.passages, (), (weather,)), "wat voor weer wordt het")
    assert found.replies[0].target.id == "weer"
    assert found.signals.outside > found.signals.inside
