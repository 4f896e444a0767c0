import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.corpus import Caveat, Grade, Passage, Role, Source
from bot.core.errors import ContentError
from bot.core.sentences import sentence_spans
from ingest.corpus import read_corpus
from ingest.passages import MAX_WORDS, full_register, passages_of, source_of
from knowledge.loader import read_sources
from knowledge.schema import RegisterEntry
from tests.ingest.small import source_file, with_all_keys

REGISTER = {"P01": RegisterEntry(title="Stappenplan", publisher="PIANOo", date="2021", url="https://example.org/p01")}

LETTER = """\
Aan de voorzitter
Den Haag

Datum 13 juni 2022

---

De eerste alinea.¹ Met twee zinnen.

¹ De eerste noot. Ook met twee zinnen.

## Een kop

Er zijn drie lijnen:

1. Verbeteren;
2. Verbreden.²

² De tweede noot.

De laatste alinea.

---

De Minister,
Naam
"""
KEYS = ["head", "p1", "fn1", "p2", "fn2", "p3", "sign"]


def cut(body: str, *keys: str, kind: str = "letter") -> dict[str, Passage]:
    passages = passages_of(source_file(body, keys, kind), {})
    return {passage.id.partition("#")[2]: passage for passage in passages}


def test_a_letter_is_cut_in_head_paragraphs_footnotes_and_signature_in_reading_order() -> None:
    assert list(cut(LETTER, *KEYS)) == KEYS


def test_the_head_is_all_before_the_first_break_and_the_signature_all_after_the_last() -> None:
    passages = cut(LETTER, *KEYS)
    assert passages["head"].text == "Aan de voorzitter\nDen Haag\n\nDatum 13 juni 2022"
    assert passages["sign"].text == "De Minister,\nNaam"
    assert passages["head"].locator == "kop van de brief"
    assert passages["sign"].locator == "ondertekening"


def test_a_footnote_is_a_passage_of_its_own_with_its_number_as_place() -> None:
    passages = cut(LETTER, *KEYS)
    assert passages["fn1"].text == "¹ De eerste noot. Ook met twee zinnen."
    assert [passages[key].locator for key in ("fn1", "fn2")] == ["voetnoot 1", "voetnoot 2"]


def test_a_list_stays_with_the_paragraph_that_announces_it() -> None:
    assert cut(LETTER, *KEYS)["p2"].text == "Er zijn drie lijnen:\n\n1. Verbeteren;\n2. Verbreden.²"


def test_a_list_that_nothing_announces_is_a_paragraph() -> None:
    passages = cut("Eerst een zin.\n\n- een\n- twee\n\nDan een zin.\n", "p1", "p2", "p3")
    assert passages["p2"].text == "- een\n- twee"


def test_a_paragraph_that_ends_in_a_colon_without_a_list_stays_alone() -> None:
    passages = cut("Dit volgt:\n\nGeen lijst.\n", "p1", "p2")
    assert passages["p1"].text == "Dit volgt:"


def test_paragraphs_are_counted_apart_from_footnotes_and_headings() -> None:
    passages = cut(LETTER, *KEYS)
    assert [passages[key].locator for key in ("p1", "p2", "p3")] == ["alinea 1", "alinea 2", "alinea 3"]


def test_a_paragraph_stands_in_the_section_of_the_heading_above_it() -> None:
    passages = cut(LETTER, *KEYS)
    assert [passages[key].section for key in KEYS] == ["", "", "", "Een kop", "Een kop", "Een kop", ""]
    assert passages["p3"].context == "Titel > Een kop"


def test_a_letter_without_breaks_has_neither_head_nor_signature() -> None:
    assert list(cut("Een.\n\nTwee.\n", "p1", "p2")) == ["p1", "p2"]


def test_a_letter_that_begins_with_a_break_has_no_head() -> None:
    assert list(cut("---\n\nEen.\n\n---\n\nNaam\n", "p1", "sign")) == ["p1", "sign"]


def test_a_letter_that_ends_with_a_break_has_no_signature() -> None:
    assert list(cut("Kop\n\n---\n\nEen.\n\n---\n", "head", "p1")) == ["head", "p1"]


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ("Een.\n\n---\n\nTwee.\n", ["p1", "p2"]),
        ("Kop\n\n---\n\nEen.\n\n---\n\nTwee.\n\n---\n\nNaam\n", ["head", "p1", "p2", "sign"]),
    ],
)
def test_a_break_is_never_a_paragraph(body: str, keys: list[str]) -> None:
    assert "---" not in [passage.text for passage in cut(body, *keys).values()]


def test_the_tenth_footnote_is_not_the_first() -> None:
    passages = cut("Een.¹ Tien.¹⁰\n\n¹ Noot een.\n\n¹⁰ Noot tien.\n", "p1", "fn1", "fn10")
    assert passages["fn10"].text == "¹⁰ Noot tien."
    assert passages["fn10"].locator == "voetnoot 10"


def test_any_other_text_is_one_passage_a_section_with_the_keys_of_the_front_matter() -> None:
    body = "## Wat is het?\n\nEen zin.\n\nNog een.\n\n## Waarom?\n\n- een\n- twee\n"
    passages = cut(body, "wat", "waarom", kind="note")
    assert passages["wat"].text == "Een zin.\n\nNog een."
    assert passages["waarom"].text == "- een\n- twee"
    assert passages["wat"].section == "Wat is het?"
    assert passages["waarom"].locator == "paragraaf 'Waarom?'"


def test_text_above_the_first_heading_is_not_lost_without_a_word() -> None:
    file = source_file("Dit verdwijnt.\n\n## Kop\n\nTekst.\n", ["kop"], kind="note")
    try:
        texts = [passage.text for passage in passages_of(file, {})]
    except ContentError:
        return
    assert any("Dit verdwijnt." in text for text in texts)


def test_a_footnote_belongs_to_the_paragraph_before_it() -> None:
    body = "Een alinea.¹\n\n¹ Een noot.\n\n² Nog een.\n\nDe volgende.\n"
    passages = cut(body, "p1", "fn1", "fn2", "p2")
    assert passages["p1"].text == "Een alinea.¹"
    assert passages["p1"].whole == "Een alinea.¹\n\n¹ Een noot.\n\n² Nog een."
    assert [passages[key].note_on for key in passages] == [None, passages["p1"].id, passages["p1"].id, None]
    assert passages["p2"].whole == passages["p2"].text


def sentences_of(words: int, count: int) -> str:
    return " ".join(f"Zin {n} heeft{' woord' * (words - 3)}." for n in range(count))


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = sentences_of(15, 20)
    passages = cut(f"{text}\n\nDe volgende alinea.\n", "p1", "p1-2", "p2")
    assert passages["p1"].text.endswith(".")
    assert passages["p1-2"].text.startswith("Zin ")
    assert f"{passages['p1'].text} {passages['p1-2'].text}" == text
    assert [passage.locator for passage in passages.values()] == ["alinea 1", "alinea 1, deel 2", "alinea 2"]


def test_a_paragraph_of_just_the_most_words_is_not_cut() -> None:
    assert list(cut(sentences_of(15, MAX_WORDS // 15), "p1")) == ["p1"]


def test_a_sentence_longer_than_a_passage_is_not_cut() -> None:
    text = f"Een{' woord' * MAX_WORDS} lang."
    assert cut(text, "p1")["p1"].text == text


def test_a_very_long_paragraph_is_cut_in_even_pieces() -> None:
    passages = passages_of(with_all_keys(sentences_of(5, 300)), {})
    assert max(len(passage.text.split()) for passage in passages) <= 1.3 * MAX_WORDS


SENTENCE = st.builds(lambda count, end: f"De{' keten' * count}{end}", st.integers(1, 40), st.sampled_from(".!?"))
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=25).map(" ".join)
BLOCK = st.one_of(
    PARAGRAPH,
    st.lists(SENTENCE, min_size=1, max_size=4).map(lambda items: "Dit volgt:\n\n" + "\n".join(f"- {i}" for i in items)),
    st.builds(lambda number, text: f"{'¹²³⁴⁵⁶⁷⁸⁹'[number]} {text}", st.integers(0, 8), PARAGRAPH),
    st.just("## Kop"),
)


@given(blocks=st.lists(BLOCK, min_size=1, max_size=6))
@settings(deadline=None, max_examples=60)
def test_a_letter_loses_no_words_and_no_sentence_is_cut(blocks: list[str]) -> None:
    file = with_all_keys("\n\n".join(blocks) + "\n")
    passages = passages_of(file, {})
    assert " ".join(" ".join(p.text for p in passages).split()) == " ".join(
        " ".join(block for block in blocks if block != "## Kop").split()
    )
    assert all(a.end <= b.start for a, b in pairwise(passages))
    for passage in passages:
        assert_whole_sentences(passage, file.body)


def assert_whole_sentences(passage: Passage, text: str) -> None:
    spans = sentence_spans(text)
    assert text[passage.start : passage.end] == passage.text
    assert passage.start in {span.start for span in spans}
    assert passage.end in {span.end for span in spans}


@cache
def real() -> tuple[dict[str, Source], tuple[Passage, ...]]:
    corpus = read_corpus()
    passages = tuple(target for target in corpus.targets if isinstance(target, Passage))
    return {source.id: source for source in corpus.sources}, passages


@given(data=st.data())
@settings(deadline=None, max_examples=200)
def test_a_real_passage_begins_and_ends_at_the_edge_of_a_sentence(data: st.DataObject) -> None:
    sources, passages = real()
    passage = data.draw(st.sampled_from(passages))
    assert_whole_sentences(passage, sources[passage.source_id].text)


def test_every_real_passage_stands_word_for_word_at_its_offsets() -> None:
    sources, passages = real()
    assert len(passages) > 100
    for passage in passages:
        assert sources[passage.source_id].text[passage.start : passage.end] == passage.text


def test_the_real_letters_are_covered_but_for_headings_and_breaks() -> None:
    sources, passages = real()
    for source_id in ("2022-0000258488", "kst-26485-331"):
        text = sources[source_id].text
        for passage in sorted((p for p in passages if p.source_id == source_id), key=lambda p: -p.start):
            text = text[: passage.start] + text[passage.end :]
        left = [line for line in text.splitlines() if line.strip()]
        assert all(re.fullmatch(r"---|## .+", line) for line in left), left


def test_no_real_passage_is_longer_than_the_model_reads() -> None:
    assert max(len(passage.text.split()) for passage in real()[1]) < 330


def test_a_passage_that_the_front_matter_misses_is_named() -> None:
    with pytest.raises(ContentError, match=r"^sources/bron\.md: passages\.p2: missing: add 'questions' and 'en'"):
        cut("Een.\n\nTwee.\n", "p1")


def test_a_passage_that_the_text_misses_is_named_with_those_it_has() -> None:
    with pytest.raises(ContentError, match=r"^sources/bron\.md: passages\.p9: .*it has: p1, p2"):
        cut("Een.\n\nTwee.\n", "p1", "p2", "p9")


def test_another_number_of_sections_is_named() -> None:
    with pytest.raises(ContentError, match=r"^sources/bron\.md: passages: .*lists 2 passages, the text has 1 sections"):
        cut("## Een\n\nTekst.\n", "een", "twee", kind="note")


def test_an_empty_section_is_named() -> None:
    with pytest.raises(ContentError, match=r"^sources/bron\.md: passages\.een: the section 'Een' is empty"):
        cut("## Een\n\n## Twee\n\nTekst.\n", "een", "twee", kind="note")


def test_a_source_that_the_register_misses_is_named() -> None:
    file = source_file("Een.\n", ["p1"], passages={"p1": {"en": "One.", "questions": ["a", "b"], "from": ["P99 page"]}})
    with pytest.raises(ContentError, match=r"^sources/bron\.md: passages\.p1\.from: unknown source 'P99': add it to"):
        passages_of(file, REGISTER)


@pytest.mark.parametrize(
    ("head", "place"),
    [
        ("id: bron", "title"),
        ("id: Bron Een", "id"),
        ("id: bron\ntitle: T\nauthor: ik", "publisher|author"),
        ("[]", "the file"),
        ("id: [", "not YAML"),
    ],
)
def test_wrong_front_matter_is_refused_with_file_and_field(tmp_path: Path, head: str, place: str) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "fout.md").write_text(f"---\n{head}\n---\nTekst.\n", "utf-8")
    with pytest.raises(ContentError, match=rf"^sources/fout\.md: (?:{place}): "):
        read_sources(tmp_path)


@pytest.mark.parametrize("text", ["Tekst.\n", "---\nid: bron\n", "Voor.\n---\nid: bron\n---\nTekst.\n", ""])
def test_a_file_without_front_matter_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "fout.md").write_text(text, "utf-8")
    with pytest.raises(ContentError, match=r"^sources/fout\.md: no front matter: start the file with '---'"):
        read_sources(tmp_path)


@pytest.mark.parametrize(
    ("verification", "grade", "caveats"),
    [
        ("page", Grade.NOTE, []),
        ("seed", Grade.NOTE, []),
        ("page*", Grade.NOTE, [Caveat.THIRD_PARTY]),
        ("afleiding", Grade.NOTE, [Caveat.DERIVED]),
        ("open", Grade.NOTE, [Caveat.OPEN]),
        ("recall", Grade.UNVERIFIED, [Caveat.UNVERIFIED]),
    ],
)
def test_a_passage_is_graded_by_how_its_source_was_verified(
    verification: str, grade: Grade, caveats: list[Caveat]
) -> None:
    meta = {"en": "One.", "questions": ["a", "b"], "from": [f"P01 {verification}"]}
    file = source_file("## Een\n\nTekst.\n", [], "note", grade="note", passages={"een": meta})
    passage = passages_of(file, REGISTER)[0]
    assert (passage.grade, list(passage.caveats)) == (grade, caveats)
    assert passage.origins == ("PIANOo, Stappenplan (2021)",)
    assert passage.url == "https://example.org/p01"


def test_a_passage_has_the_days_and_roles_of_its_source_unless_it_says_otherwise() -> None:
    own = {"en": "Two.", "questions": ["c", "d"], "audience": ["helpdesk"], "valid_until": "2024-01-01"}
    file = source_file(
        "Een.\n\nTwee.\n",
        [],
        audience=["officer"],
        valid_from="2020-01-01",
        passages={"p1": {"en": "One.", "questions": ["a", "b"]}, "p2": own},
    )
    first, second = passages_of(file, {})
    assert (*first.audience, *second.audience) == (Role.OFFICER, Role.HELPDESK)
    assert first.validity.since == second.validity.since
    assert first.validity.until is None
    assert str(second.validity.until) == "2024-01-01"


def test_a_source_carries_the_text_of_its_file_and_the_fields_of_its_front_matter() -> None:
    source = source_of(source_file(LETTER, KEYS, url="https://example.org"))
    assert (source.text, source.id, source.grade) == (LETTER, "bron", Grade.OFFICIAL)
    assert source.url == "https://example.org"


def test_documents_of_the_corpus_are_in_the_register_and_notes_are_not() -> None:
    note = source_file("## Een\n\nTekst.\n", ["een"], "note", id="notitie")
    register = full_register([source_file("Een.\n", ["p1"]), note], REGISTER)
    assert list(register) == ["P01", "bron"]
