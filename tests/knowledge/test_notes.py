"""A note claims no more than its sources carry, and says so where they carry little."""

from datetime import date, timedelta
from functools import cache

import pytest

from bot.core.corpus import Caveat, Grade, Passage
from bot.core.decision import CATEGORIES
from ingest.passages import full_register, passages_of
from knowledge.loader import read_answers, read_register, read_replies, read_sources
from knowledge.schema import ClaimFile, PassageMeta, RegisterEntry
from tests.builders import TODAY

NOT_TOLD = ("niet in mijn bronnen", "noemen geen", "niet gevonden", "onbekend")
NOT_TOLD_EN = ("not in my sources", "no number of weeks or months is in my sources", "name no", "not found", "unknown")
UNVERIFIED_EN = ("not verified", "not been verified", "unverified")
ISV_BEGINS = date(2017, 1, 1)


@cache
def register() -> dict[str, RegisterEntry]:
    return full_register(read_sources(), read_register())


@cache
def passages() -> dict[str, tuple[PassageMeta, Passage]]:
    """Every passage with what the front matter says of it, by id."""
    return {
        passage.id: (file.head.passages[passage.id.partition("#")[2]], passage)
        for file in read_sources()
        for passage in passages_of(file, register())
    }


def with_verification(verification: str) -> list[str]:
    return [
        passage_id
        for passage_id, (meta, _) in passages().items()
        if verification in {origin.verification for origin in meta.origins}
    ]


def passages_cited(claim: ClaimFile) -> list[Passage]:
    ids = [name for cite in claim.cites for name in ([cite] if isinstance(cite, str) else cite)]
    return [passages()[name][1] for name in ids]


@pytest.mark.parametrize("passage_id", with_verification("recall"))
def test_what_is_only_general_knowledge_says_that_it_is_not_verified(passage_id: str) -> None:
    _, passage = passages()[passage_id]
    assert "niet geverifieerd" in passage.text
    assert any(words in passage.english for words in UNVERIFIED_EN)
    assert passage.grade is Grade.UNVERIFIED
    assert Caveat.UNVERIFIED in passage.caveats


def test_what_says_that_it_is_not_verified_is_graded_so() -> None:
    said = [passage_id for passage_id, (_, passage) in passages().items() if "niet geverifieerd" in passage.text]
    assert sorted(said) == sorted(with_verification("recall"))


@pytest.mark.parametrize("passage_id", with_verification("page*"))
def test_what_a_third_party_says_carries_its_caveat(passage_id: str) -> None:
    assert Caveat.THIRD_PARTY in passages()[passage_id][1].caveats


@pytest.mark.parametrize("passage_id", with_verification("afleiding"))
def test_what_was_derived_says_so(passage_id: str) -> None:
    _, passage = passages()[passage_id]
    assert "afgeleid" in passage.text
    assert Caveat.DERIVED in passage.caveats


@pytest.mark.parametrize("passage_id", with_verification("open"))
def test_what_was_not_found_is_never_stated_as_a_fact(passage_id: str) -> None:
    _, passage = passages()[passage_id]
    assert any(words in passage.text for words in NOT_TOLD)
    assert any(words in passage.english.lower() for words in NOT_TOLD_EN)
    assert Caveat.OPEN in passage.caveats


def test_a_third_party_is_never_given_as_a_page_that_was_read() -> None:
    wrong = [
        f"{passage_id} {origin.source}"
        for passage_id, (meta, _) in passages().items()
        for origin in meta.origins
        if origin.verification == "page" and register()[origin.source.partition("#")[0]].third_party
    ]
    assert wrong == []


def test_only_a_letter_is_given_as_a_seed() -> None:
    letters = {file.head.id for file in read_sources() if file.head.kind == "letter"} | {"S1", "S2"}
    seeds = [
        origin.source.partition("#")[0]
        for meta, _ in passages().values()
        for origin in meta.origins
        if origin.verification == "seed"
    ]
    assert set(seeds) <= letters


def test_a_note_is_never_graded_official() -> None:
    for file in read_sources():
        if file.head.kind == "note":
            assert file.head.grade is not Grade.OFFICIAL
            assert all(meta.grade is not Grade.OFFICIAL for meta in file.head.passages.values())


def test_every_passage_of_a_note_names_where_it_comes_from() -> None:
    notes = {file.head.id for file in read_sources() if file.head.kind == "note"}
    bare = [name for name, (meta, p) in passages().items() if p.source_id in notes and not meta.origins]
    assert bare == []


def test_a_written_answer_that_rests_on_what_was_not_found_does_not_state_it() -> None:
    """Its lead says that the sources do not tell; what follows may say where to look."""
    wrong = [
        answer.id
        for _, answer in read_answers()
        if all(Caveat.OPEN in passage.caveats for passage in passages_cited(answer.lead))
        and not any(words in answer.lead.nl for words in NOT_TOLD)
    ]
    assert wrong == []


def test_a_written_answer_that_the_sources_carry_only_in_part_is_partial() -> None:
    wrong = [
        answer.id
        for _, answer in read_answers()
        if "niet in mijn bronnen" in answer.lead.nl
        and all(Caveat.OPEN in passage.caveats for passage in passages_cited(answer.lead))
        and not answer.partial
    ]
    assert wrong == []


def test_a_written_reply_never_claims_to_be_an_answer() -> None:
    assert [reply.id for _, reply in read_replies() if reply.status.is_answer] == []


def test_there_is_one_note_for_each_of_the_eight_risk_categories() -> None:
    wanted = sorted(f"notitie-categorie-{category.replace('_', '-')}" for category in CATEGORIES)
    found = [file.head.id for file in read_sources() if file.head.id.startswith("notitie-categorie-")]
    assert sorted(found) == wanted
    assert len(wanted) == 8


def test_the_list_of_eight_holds_from_the_letter_that_names_it() -> None:
    letter = next(file.head for file in read_sources() if file.head.id == "2022-0000258488")
    assert passages()["notitie-categorieen#lijst"][1].validity.since == letter.date


def test_the_list_of_ten_begins_with_the_policy_and_names_what_replaced_it() -> None:
    """Nobody knows the day of the regrouping, so the old list has a successor instead of an end."""
    _, ten = passages()["notitie-categorieen#oude-tien"]
    assert ten.validity.since == ISV_BEGINS
    assert ten.superseded_by == ("notitie-categorieen#lijst",)


def test_on_every_day_since_2017_one_of_the_lists_holds_and_today_it_is_the_list_of_eight() -> None:
    ten, eight = passages()["notitie-categorieen#oude-tien"][1], passages()["notitie-categorieen#lijst"][1]
    days = [ISV_BEGINS + timedelta(days=n) for n in range((TODAY - ISV_BEGINS).days + 1)]
    assert all(ten.validity.covers(day) or eight.validity.covers(day) for day in days)
    assert eight.validity.covers(TODAY)
    assert eight.superseded_by == ()


def test_every_id_that_a_note_names_stands_in_the_register() -> None:
    named = {origin.source.partition("#")[0] for meta, _ in passages().values() for origin in meta.origins}
    listed = {name for file in read_sources() for name in file.head.sources}
    assert sorted((named | listed) - set(register())) == []


def test_every_passage_that_a_note_rests_on_or_gives_way_to_exists() -> None:
    named = {
        name
        for meta, _ in passages().values()
        for name in (
            *(origin.source for origin in meta.origins if "#" in origin.source),
            *meta.supersedes,
            *meta.superseded_by,
            *(newer for overtaken in meta.superseded for newer in overtaken.by),
        )
    }
    assert sorted(named - set(passages())) == []


def test_every_passage_that_a_written_answer_cites_exists() -> None:
    claims = [claim for _, answer in read_answers() for claim in (answer.lead, *answer.statements)]
    assert all(passages_cited(claim) for claim in claims)


def test_a_text_that_was_replaced_has_ended_or_names_the_newer_one() -> None:
    for passage_id, (meta, _) in passages().items():
        for name in meta.supersedes:
            older = passages()[name][1]
            assert older.validity.until is not None or passage_id in older.superseded_by
