from datetime import date
from pathlib import Path

import pytest

from ingest.lint import MAX_SENTENCE_WORDS, Finding, lint
from tests.builders import TODAY
from tests.ingest.small import ANSWERS, LETTER, NOTE, REPLIES, change

LATER = date(2027, 6, 1)


def findings(root: Path, today: date = TODAY) -> list[str]:
    return [str(finding) for finding in lint(root, today)]


def long_sentence(words: int = MAX_SENTENCE_WORDS + 1) -> str:
    return f"Dit{' is' * (words - 1)}."


def test_the_real_knowledge_has_no_findings() -> None:
    assert lint(today=TODAY) == ()


def test_the_small_knowledge_has_no_findings(root: Path) -> None:
    assert findings(root) == []


def test_a_finding_is_one_line_with_file_field_and_text() -> None:
    assert str(Finding("sources/a.md", "id", "is wrong")) == "sources/a.md: id: is wrong"


def test_findings_come_in_order_of_file_and_field(root: Path) -> None:
    change(root, REPLIES, "nl: Daar weet ik niets van.", f"nl: {long_sentence()}")
    change(root, ANSWERS, "needs: [category]", "needs: [nergens]")
    change(root, ANSWERS, "follow_ups: [begin]", "follow_ups: [nergens]")
    fields = [line.rpartition(": ")[0].split(": ")[:2] for line in findings(root)]
    assert fields == sorted(fields)
    assert len(fields) == 3


# --- files that cannot be read are the one finding ---


def test_a_file_without_front_matter(root: Path) -> None:
    change(root, LETTER, "---\nid: brief\n", "id: brief\n")
    assert findings(root) == [
        f"{LETTER}: no front matter: start the file with '---' and close it with '---'",
    ]


def test_a_field_that_does_not_exist(root: Path) -> None:
    change(root, LETTER, "publisher: Minister", "publisher: Minister\nauthor: iemand")
    assert findings(root) == [f"{LETTER}: author: Extra inputs are not permitted (found: 'iemand')"]


def test_a_field_that_is_missing(root: Path) -> None:
    change(root, LETTER, "publisher: Minister\n", "")
    assert findings(root)[0].startswith(f"{LETTER}: publisher: Field required")


def test_a_field_of_the_wrong_kind(root: Path) -> None:
    change(root, ANSWERS, "  needs: [category]", "  needs: 7")
    assert findings(root) == [f"{ANSWERS}: 0.needs: Input should be a valid tuple (found: 7)"]


def test_a_file_that_is_not_yaml(root: Path) -> None:
    (root / REPLIES).write_text("- id: [", "utf-8")
    assert findings(root)[0].startswith(f"{REPLIES}: not YAML: ")


def test_a_passage_that_the_front_matter_misses(root: Path) -> None:
    change(root, LETTER, "¹ De lijst is gemaakt in 2017.", "Een nieuwe alinea.\n\n¹ De lijst is gemaakt in 2017.")
    assert findings(root) == [f"{LETTER}: passages.p2: missing: add 'questions' and 'en' for this passage"]


def test_a_passage_that_the_text_misses(root: Path) -> None:
    change(root, LETTER, "¹ De lijst is gemaakt in 2017.\n\n", "")
    assert findings(root) == [
        f"{LETTER}: passages.fn1: the text has no such passage (it has: head, p1, sign)",
    ]


def test_a_section_too_many(root: Path) -> None:
    change(root, NOTE, "## Waar staat de lijst?", "## Nog een\n\nTekst.\n\n## Waar staat de lijst?")
    assert findings(root) == [f"{NOTE}: passages: the front matter lists 2 passages, the text has 3 sections"]


def test_a_source_of_a_passage_that_the_register_misses(root: Path) -> None:
    change(root, NOTE, "from: [P01 page]", "from: [P99 page]")
    assert findings(root) == [f"{NOTE}: passages.stappen.from: unknown source 'P99': add it to register.yaml"]


def test_a_verification_that_does_not_exist(root: Path) -> None:
    change(root, NOTE, "from: [P01 page]", "from: [P01 certain]")
    assert findings(root)[0].startswith(f"{NOTE}: passages.stappen.from.0.verification: Input should be 'seed'")


@pytest.mark.parametrize(
    "file", ["register.yaml", "glossary.yaml", "screen.yaml", "calibration.yaml", "rules/isv.yaml", "rules/todos.yaml"]
)
def test_a_file_of_rules_or_terms_of_the_wrong_shape(root: Path, file: str) -> None:
    (root / file).write_text("7\n", "utf-8")
    assert findings(root)[0].startswith(f"{file}: ")
    assert len(findings(root)) == 1


def test_a_rule_id_that_is_used_twice(root: Path) -> None:
    text = (root / "rules" / "isv.yaml").read_text("utf-8")
    (root / "rules" / "isv.yaml").write_text(text * 2, "utf-8")
    assert findings(root) == ["rules/isv.yaml: altijd: id used twice; give each rule its own"]


# --- dates ---


def test_a_source_that_ends_before_it_begins(root: Path) -> None:
    change(root, LETTER, "valid_from: 2022-06-13", "valid_from: 2022-06-13\nvalid_until: 2020-01-01")
    assert f"{LETTER}: valid_from: 2022-06-13 is after valid_until 2020-01-01" in findings(root)


def test_a_passage_that_ends_before_its_source_begins(root: Path) -> None:
    change(root, LETTER, "  fn1:\n", "  fn1:\n    valid_until: 2020-01-01\n")
    assert findings(root) == [f"{LETTER}: passages.fn1.valid_from: 2022-06-13 is after valid_until 2020-01-01"]


def test_a_source_that_is_to_be_reviewed_before_it_was(root: Path) -> None:
    change(root, LETTER, "review_by: 2027-11-21", "review_by: 2026-11-20")
    assert f"{LETTER}: review_by: 2026-11-20 is before reviewed_on 2026-11-21" in findings(root)


def test_an_answer_that_is_to_be_reviewed_before_it_was(root: Path) -> None:
    change(
        root,
        ANSWERS,
        "reviewed_on: 2026-11-21\n  review_by: 2027-05-21\n  needs",
        "reviewed_on: 2027-05-22\n  review_by: 2027-05-21\n  needs",
    )
    assert findings(root) == [f"{ANSWERS}: aantal.review_by: 2027-05-21 is before reviewed_on 2027-05-22"]


def test_texts_past_their_review_date(root: Path) -> None:
    old = "past its review date 2027-05-21: check the text and set a new date"
    assert findings(root, LATER) == [
        f"{ANSWERS}: aantal.review_by: {old}",
        f"{ANSWERS}: begin.review_by: {old}",
        f"{NOTE}: review_by: {old}",
    ]


def test_the_review_date_itself_is_in_time(root: Path) -> None:
    assert findings(root, date(2027, 5, 21)) == []


# --- references between texts ---


def test_a_source_id_that_is_used_twice(root: Path) -> None:
    (root / "sources" / "twee.md").write_text((root / LETTER).read_text("utf-8"), "utf-8")
    found = findings(root)
    assert f"{LETTER}: id: 'brief' is used by another file" in found
    assert "sources/twee.md: id: 'brief' is used by another file" in found


def test_a_listed_source_that_no_passage_names(root: Path) -> None:
    change(root, NOTE, "sources: [P01, brief]", "sources: [P01, brief, P02]")
    assert findings(root) == [f"{NOTE}: sources: 'P02' is named by no passage"]


def test_a_source_of_a_note_that_is_not_listed(root: Path) -> None:
    change(root, NOTE, "sources: [P01, brief]", "sources: [brief]")
    assert findings(root) == [f"{NOTE}: sources: 'P01' is missing: a passage names it"]


def test_a_passage_of_a_note_without_a_source(root: Path) -> None:
    change(root, NOTE, "    from: [P01 page]\n", "")
    assert findings(root) == [f"{NOTE}: passages.stappen.from: a note names the source of each passage"]


def test_a_note_that_rests_on_a_passage_that_does_not_exist(root: Path) -> None:
    change(root, NOTE, "from: [brief#p1 page", "from: [brief#p9 page")
    assert f"{NOTE}: passages.lijst: there is no passage 'brief#p9'" in findings(root)


@pytest.mark.parametrize(
    "field",
    [
        "supersedes: [brief#p9]",
        "superseded_by: [brief#p9]",
        "superseded: [{span: De lijst, by: [brief#p9], nl: Nu anders., en: Changed.}]",
    ],
)
def test_a_newer_or_older_passage_that_does_not_exist(root: Path, field: str) -> None:
    change(root, LETTER, "  fn1:\n", f"  fn1:\n    {field}\n")
    assert findings(root) == [f"{LETTER}: passages.fn1: there is no passage 'brief#p9'"]


def test_an_overtaken_span_that_the_passage_does_not_say(root: Path) -> None:
    field = "superseded: [{span: De tabel, by: [notitie#lijst], nl: Nu anders., en: Changed.}]"
    change(root, LETTER, "  fn1:\n", f"  fn1:\n    {field}\n")
    assert findings(root) == [f"{LETTER}: passages.fn1.superseded: the passage does not say 'De tabel'"]


def test_a_passage_that_is_replaced_and_does_not_know_it(root: Path) -> None:
    change(root, NOTE, "  lijst:\n", "  lijst:\n    supersedes: [brief#fn1]\n")
    assert findings(root) == [
        f"{NOTE}: notitie#lijst.supersedes: brief#fn1 has no valid_until and does not name notitie#lijst",
    ]


@pytest.mark.parametrize("field", ["valid_until: 2026-01-01", "superseded_by: [notitie#lijst]"])
def test_a_passage_that_is_replaced_and_ends_or_says_so_is_well(root: Path, field: str) -> None:
    change(root, NOTE, "  lijst:\n", "  lijst:\n    supersedes: [brief#fn1]\n")
    change(root, LETTER, "  fn1:\n", f"  fn1:\n    {field}\n")
    assert findings(root) == []


# --- wording ---


def test_a_long_sentence_in_a_note(root: Path) -> None:
    change(root, NOTE, "Voer eerst een gesprek.", long_sentence())
    assert f"{NOTE}: passages.stappen: a sentence of 26 words (at most 25): {long_sentence()[:60]}…" in findings(root)


@pytest.mark.parametrize(
    ("file", "old", "field"),
    [
        (ANSWERS, "nl: Voer eerst een gesprek.", "begin.lead.nl"),
        (ANSWERS, "nl: De lijst is uit 2017.", "aantal.statements.0.nl"),
        (REPLIES, "nl: Daar weet ik niets van.", "weer.nl"),
    ],
)
def test_a_long_sentence_in_an_answer_or_reply(root: Path, file: str, old: str, field: str) -> None:
    change(root, file, old, f"nl: {long_sentence()}")
    assert f"{file}: {field}: a sentence of 26 words (at most 25): {long_sentence()[:60]}…" in findings(root)


def test_a_sentence_of_just_the_most_words_is_well(root: Path) -> None:
    change(root, REPLIES, "nl: Daar weet ik niets van.", f"nl: {long_sentence(MAX_SENTENCE_WORDS)}")
    assert findings(root) == []


def test_a_long_list_and_a_long_quote_are_well(root: Path) -> None:
    many = ", ".join(["een paar woorden en nog wat"] * 6)
    change(root, REPLIES, "nl: Daar weet ik niets van.", f"nl: {many}.")
    change(root, ANSWERS, "nl: Voer eerst een gesprek.", f"nl: 'De brief zegt \"{long_sentence()}\"'")
    assert findings(root) == []


def test_a_long_sentence_of_a_letter_is_its_own_affair(root: Path) -> None:
    change(root, LETTER, "De Minister", long_sentence())
    assert findings(root) == []


def test_general_knowledge_that_does_not_say_so(root: Path) -> None:
    change(root, NOTE, " Dat is niet geverifieerd.", "")
    assert findings(root) == [f"{NOTE}: passages.lijst: general knowledge must say 'niet geverifieerd' in the text"]


# --- question lines ---


@pytest.mark.parametrize(
    ("file", "old", "field"),
    [
        (NOTE, "wat doe ik eerst", "passages.stappen.questions"),
        (ANSWERS, "zijn het er tien", "aantal.questions"),
        (ANSWERS, "hoe pak ik dit aan", "begin.questions"),
        (REPLIES, "wat voor weer wordt het", "weer.questions"),
    ],
)
def test_a_line_that_stands_elsewhere_already(root: Path, file: str, old: str, field: str) -> None:
    change(root, file, f"[{old}", "['Hoeveel soorten ZIJN er?'")
    where = f"{LETTER} passages.p1.questions"
    assert findings(root) == [f"{file}: {field}: 'Hoeveel soorten ZIJN er?' stands already in {where}"]


def test_an_answer_without_lines(root: Path) -> None:
    change(root, ANSWERS, "  questions:\n    open: [hoe pak ik dit aan]\n", "  questions: {}\n")
    assert findings(root) == [f"{ANSWERS}: begin.questions: there are none"]


# --- answers ---


def test_a_follow_up_that_does_not_exist(root: Path) -> None:
    change(root, ANSWERS, "follow_ups: [begin]", "follow_ups: [nergens]")
    assert findings(root) == [f"{ANSWERS}: aantal.follow_ups: there is no answer 'nergens'"]


def test_a_term_that_the_glossary_misses(root: Path) -> None:
    change(root, ANSWERS, "needs: [category]", "needs: [workwear]")
    assert findings(root) == [f"{ANSWERS}: aantal.needs: there is no term 'workwear' in glossary.yaml"]


def test_a_cite_of_a_passage_that_does_not_exist(root: Path) -> None:
    change(root, ANSWERS, "cites: [notitie#stappen]", "cites: [notitie#nergens]")
    assert findings(root) == [f"{ANSWERS}: begin.lead.cites: there is no passage 'notitie#nergens'"]


def test_a_quote_that_the_passage_does_not_say(root: Path) -> None:
    change(root, ANSWERS, "brief#fn1: De lijst is gemaakt in 2017.", "brief#fn1: De lijst is in 2017 gemaakt.")
    assert findings(root) == [
        f"{ANSWERS}: aantal.statements.0.cites: brief#fn1 does not say 'De lijst is in 2017 gemaakt.'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "field", "fault"),
    [
        ("nl: Er zijn 8 categorieën.", "nl: Er zijn 9 categorieën.", "nl", "a number"),
        ("en: There are 8 categories.", "en: There are 9 categories.", "en", "a number"),
        ("nl: Er zijn 8 categorieën.", "nl: Sinds 1 mei 2019 zijn er 8.", "nl", "a date or reference"),
        ("en: There are 8 categories.", "en: Since 1 May 2019 there are 8.", "en", "a date or reference"),
        ("nl: Er zijn 8 categorieën.", "nl: Een rapport is verboden.", "nl", "a duty, or its denial,"),
        ("en: There are 8 categories.", "en: Suppliers need not report.", "en", "a duty, or its denial,"),
    ],
)
def test_a_claim_that_its_passages_do_not_carry(root: Path, old: str, new: str, field: str, fault: str) -> None:
    change(root, ANSWERS, old, new)
    said = new.partition(": ")[2]
    assert findings(root) == [f"{ANSWERS}: aantal.lead.{field}: {fault} is carried by no cited passage: {said}…"]


def test_an_english_rendering_that_its_passage_does_not_carry(root: Path) -> None:
    change(root, LETTER, "en: The list was made in 2017.", "en: The list was made in 2018.")
    assert findings(root) == [
        f"{LETTER}: passages.fn1.en: a date or reference is carried by no cited passage: The list was made in 2018.…",
    ]


def test_an_english_rendering_may_rest_on_what_a_note_rests_on(root: Path) -> None:
    change(root, NOTE, "Er zijn 8 categorieën. Dat", "De lijst is kort. Dat")
    assert findings(root) == []


def test_a_reply_id_that_is_used_twice(root: Path) -> None:
    text = (
        (root / REPLIES).read_text("utf-8").replace("wat voor weer wordt het, will it rain", "sneeuwt het, is it snow")
    )
    (root / "replies" / "twee.yaml").write_text(text, "utf-8")
    assert findings(root) == [f"{REPLIES}: id: 'weer' is used twice", "replies/twee.yaml: id: 'weer' is used twice"]


def test_an_answer_id_that_is_used_twice(root: Path) -> None:
    change(root, ANSWERS, "- id: begin", "- id: aantal")
    change(root, ANSWERS, "follow_ups: [begin]", "follow_ups: []")
    assert any("'aantal' is used twice" in line for line in findings(root))


def test_examples_of_the_wrong_shape(root: Path) -> None:
    (root / "kinds.yaml").write_text("subject: 7\n", "utf-8")
    assert findings(root) == ["kinds.yaml: subject: Input should be a valid tuple (found: 7)"]


@pytest.mark.parametrize("file", ["rules/isv.yaml", "rules/thresholds.yaml", "rules/todos.yaml", "rules/unknowns.yaml"])
def test_a_rule_that_names_a_passage_that_does_not_exist(root: Path, file: str) -> None:
    change(root, file, "brief#p1", "brief#p9")
    assert any(line.startswith(f"{file}: ") and "brief#p9" in line for line in findings(root))


def test_a_pattern_that_does_not_compile(root: Path) -> None:
    change(root, "screen.yaml", "injection: []", "injection: ['(open']")
    assert findings(root)[0].startswith("screen.yaml: injection")


@pytest.mark.parametrize("file", [LETTER, ANSWERS])
def test_a_file_in_another_encoding(root: Path, file: str) -> None:
    (root / file).write_bytes((root / file).read_text("utf-8").replace("¹", "").encode("latin-1"))
    assert findings(root)[0].startswith(f"{file}: ")


@pytest.mark.parametrize("file", ["register.yaml", "glossary.yaml", "rules/isv.yaml"])
def test_a_file_that_is_missing(root: Path, file: str) -> None:
    (root / file).unlink()
    assert findings(root)[0].startswith(f"{file}: ")
