"""A wrong file is refused, and the message names the file and the field."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.corpus import Language, Role, Stance
from bot.core.errors import ContentError
from knowledge.check_rules import cites_of
from knowledge.files import knowledge_root
from knowledge.loader import (
    knowledge_digest,
    read_answers,
    read_glossary,
    read_kinds,
    read_register,
    read_replies,
    read_rules,
    read_sources,
    written_answer,
    written_reply,
)

Read = Callable[[Path], object]

LETTER = "sources/letters/kst-26485-331.md"
NOTE = "sources/notes/notitie-drempels.md"
ANSWERS = "answers/thresholds.yaml"
REPLIES = "replies/smalltalk.yaml"
RULES = "rules/isv.yaml"
PHRASES = "rules/phrases.yaml"
THRESHOLDS = "rules/thresholds.yaml"


def spoil(knowledge: Path, name: str, old: str, new: str) -> None:
    """Replace a text that must be there; a lone surrogate stands for a byte that is not UTF-8."""
    file = knowledge / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_bytes(text.replace(old, new, 1).encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("---\n", "", "no front matter: start the file with '---'"),
        ("---\n", "\ufeff---\n", "no front matter"),
        ("id: kst-26485-331", "id: [kst-26485-331", "not YAML"),
        ("\n---\nVergaderjaar", "\nVergaderjaar", "not YAML"),
        ("kind: letter", "kind: letter\nkleur: rood", "kleur: Extra inputs are not permitted"),
        ("title: Reactie", "titel: Reactie", "title: Field required"),
        ("id: kst-26485-331", "id: KST 26485", "id: String should match pattern"),
        ("id: kst-26485-331", "id: 331", "id: Input should be a valid string"),
        ("date: 2020-06-30", "date: 30 juni 2020", "date: Input should be a valid date"),
        ("valid_from: 2020-06-30", "valid_from: ooit", "valid_from: Input should be a valid date"),
        ("audience: [officer", "audience: [inkoper", "audience.0: Input should be 'officer', 'helpdesk' or 'newcomer'"),
        ("kind: letter", "kind: brief", "kind: Input should be 'letter'"),
        ("language: nl", "language: fr", "language: Input should be 'nl' or 'en'"),
        ("grade: official", "grade: officieel", "grade: Input should be 'official'"),
        ("  sign:\n    en:", "  sign:\n    nl:", "passages.sign.en: Field required"),
        ("      - Wie heeft", "      Wie: heeft", "not YAML"),
    ],
)
def test_a_wrong_source_is_refused_by_file_and_field(knowledge_copy: Path, old: str, new: str, message: str) -> None:
    spoil(knowledge_copy, LETTER, old, new)
    with pytest.raises(ContentError, match=f"^{LETTER}: ") as caught:
        read_sources(knowledge_copy)
    assert message in str(caught.value)


def test_front_matter_that_is_not_closed_is_refused(knowledge_copy: Path) -> None:
    (knowledge_copy / LETTER).write_text("---\nid: x\n", "utf-8")
    with pytest.raises(ContentError, match=f"^{LETTER}: no front matter: .* close it with '---'$"):
        read_sources(knowledge_copy)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            NOTE,
            "from: [P36 page]",
            "from: [P36 gelezen]",
            "passages.2024-2025.from.0.verification: Input should be 'seed'",
        ),
        (NOTE, "from: [P36 page]", "from: [P36]", "passages.2024-2025.from.0.verification"),
        (NOTE, "grade: note", "grade: note\npassage: x", "passage: Extra inputs"),
    ],
)
def test_a_wrong_note_is_refused_by_file_and_field(
    knowledge_copy: Path, name: str, old: str, new: str, message: str
) -> None:
    spoil(knowledge_copy, name, old, new)
    with pytest.raises(ContentError, match=f"^{name}: ") as caught:
        read_sources(knowledge_copy)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("read", "name", "old", "new", "message"),
    [
        (read_answers, ANSWERS, "id: drempel-rijk-nu", "id: Drempel Rijk", "0.id: String should match pattern"),
        (read_answers, ANSWERS, "id: drempel-rijk-nu", "id: drempel-rijk-nu\n  kleur: rood", "0.kleur: Extra inputs"),
        (
            read_answers,
            ANSWERS,
            "reviewed_on: 2026-11-21",
            "reviewed_on: pas",
            "0.reviewed_on: Input should be a valid",
        ),
        (read_answers, ANSWERS, "    nee:", "    no:", "0.questions"),
        (read_answers, ANSWERS, "- id: drempel-rijk-nu", "- *weg\n- id: x", "not YAML: found undefined alias"),
        (read_answers, ANSWERS, "id: drempel-rijk-nu", "id: !!python/name:os.system", "not YAML: could not determine"),
        (read_replies, REPLIES, "status: smalltalk", "status: praatje", "0.status: Input should be 'answered'"),
        (read_replies, REPLIES, "  en: ", "  fr: ", "0.en: Field required"),
        (read_register, "register.yaml", "publisher: PIANOo", "uitgever: PIANOo", "P01.publisher: Field required"),
        (
            read_glossary,
            "glossary.yaml",
            "kind: abbreviation",
            "kind: afkorting",
            "0.kind: Input should be 'authority'",
        ),
        (read_glossary, "glossary.yaml", "identifier: isv", "identifier: I-S-V", "0.identifier: String should match"),
        (read_kinds, "kinds.yaml", "\nsubject:", "\nbinnen:", "binnen.[key]: Input should be"),
        (read_rules, RULES, "authority: [rijk]", "authority: [koning]", "when.authority: no such value: ['koning']"),
        (read_rules, RULES, "authority: [rijk]", "gezag: [rijk]", "when.gezag"),
        (read_rules, RULES, "authority: [rijk]", "authority: []", "when.authority: no such value: empty list"),
        (read_rules, RULES, "id: isv-manifest", "id: isv-own-policy", "isv-own-policy: id used twice"),
        (read_rules, THRESHOLDS, "central: 135000", "central: 0", "0.central: Input should be greater than 0"),
        (read_rules, THRESHOLDS, "valid_from: 2016-01-01", "valid_from: ooit", "0.valid_from: Input should be a valid"),
        (read_rules, PHRASES, "fact: european_tender", "fact: europees", "0.fact: Input should be"),
        (read_rules, "calibration.yaml", "embedder: ", "model: ", "embedder: Field required"),
        (read_rules, "screen.yaml", "injection:", "opdracht:", "injection: Field required"),
    ],
)
def test_a_wrong_data_file_is_refused_by_file_and_field(
    knowledge_copy: Path, read: Read, name: str, old: str, new: str, message: str
) -> None:
    spoil(knowledge_copy, name, old, new)
    with pytest.raises(ContentError, match=f"^{name}: ") as caught:
        read(knowledge_copy)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "tekst\n", "{}\n"])
def test_a_data_file_of_another_shape_is_refused(knowledge_copy: Path, text: str) -> None:
    (knowledge_copy / ANSWERS).write_text(text, "utf-8")
    with pytest.raises(ContentError, match=f"^{ANSWERS}: "):
        read_answers(knowledge_copy)


def test_a_message_shows_little_of_a_long_value(knowledge_copy: Path) -> None:
    spoil(knowledge_copy, LETTER, "kind: letter", f"kind: {'a' * 5000}")
    with pytest.raises(ContentError) as caught:
        read_sources(knowledge_copy)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("read", "name", "old", "new"),
    [
        pytest.param(
            read_sources,
            LETTER,
            "date: 2020-06-30",
            "date: 2020-06-31",
            id="a day that does not exist",
        ),
        pytest.param(
            read_rules,
            THRESHOLDS,
            "2016-01-01",
            "2016-13-01",
            id="a month that does not exist",
        ),
        pytest.param(
            read_sources,
            LETTER,
            "kind: letter",
            "kind: letter # \udcff",
            id="bytes that are not UTF-8",
        ),
        pytest.param(
            read_answers,
            ANSWERS,
            "id: drempel-rijk-nu",
            "id: drempel-\udcff",
            id="bytes that are not UTF-8 in a list",
        ),
        pytest.param(
            read_rules,
            "screen.yaml",
            "injection:\n",
            "injection:\n  - '(nooit dicht'\n",
            id="a wrong pattern of the screen",
        ),
        pytest.param(
            read_rules,
            PHRASES,
            "patterns:\n",
            "patterns:\n    - '(nooit dicht'\n",
            id="a wrong pattern of a phrase",
        ),
    ],
)
def test_a_value_that_no_schema_sees_is_refused_by_file(
    knowledge_copy: Path, read: Read, name: str, old: str, new: str
) -> None:
    spoil(knowledge_copy, name, old, new)
    with pytest.raises(ContentError, match=f"^{name}: "):
        read(knowledge_copy)


def test_a_phrase_with_a_value_that_its_fact_does_not_have_is_refused(knowledge_copy: Path) -> None:
    spoil(knowledge_copy, PHRASES, "value: false", "value: misschien")
    with pytest.raises(ContentError, match=f"^{PHRASES}: "):
        read_rules(knowledge_copy)


def test_a_field_that_is_named_twice_is_refused(knowledge_copy: Path) -> None:
    spoil(knowledge_copy, LETTER, "kind: letter", "kind: letter\nkind: law")
    with pytest.raises(ContentError, match="kind"):
        read_sources(knowledge_copy)


def test_a_folder_without_its_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"screen\.yaml"):
        read_rules(tmp_path)


def test_the_folder_of_the_package_and_a_copy_of_it_say_the_same(knowledge_copy: Path) -> None:
    assert knowledge_digest(knowledge_copy) == knowledge_digest() == knowledge_digest(knowledge_root())
    assert read_sources(knowledge_copy) == read_sources()
    assert read_answers(knowledge_copy) == read_answers()


@pytest.mark.parametrize("name", [LETTER, NOTE, ANSWERS, REPLIES, "register.yaml", "kinds.yaml"])
def test_the_digest_changes_with_every_file_that_is_indexed(knowledge_copy: Path, name: str) -> None:
    before = knowledge_digest(knowledge_copy)
    with (knowledge_copy / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert knowledge_digest(knowledge_copy) != before


def test_the_digest_changes_when_a_file_is_renamed(knowledge_copy: Path) -> None:
    before = knowledge_digest(knowledge_copy)
    (knowledge_copy / ANSWERS).rename(knowledge_copy / "answers/zz.yaml")
    assert knowledge_digest(knowledge_copy) != before


def test_the_digest_does_not_change_with_a_rule_that_is_not_indexed(knowledge_copy: Path) -> None:
    before = knowledge_digest(knowledge_copy)
    spoil(knowledge_copy, RULES, "id: isv-manifest", "id: isv-manifest-2")
    assert knowledge_digest(knowledge_copy) == before


def test_sources_are_read_in_the_order_of_their_paths() -> None:
    paths = [file.path for file in read_sources()]
    assert paths == sorted(paths)
    assert LETTER in paths


def test_a_body_starts_with_its_text_and_ends_with_one_new_line() -> None:
    for file in read_sources():
        assert file.body == file.body.strip("\n") + "\n"


def test_windows_line_ends_change_nothing(knowledge_copy: Path) -> None:
    file = knowledge_copy / LETTER
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_sources(knowledge_copy) == read_sources()


def test_a_written_answer_keeps_its_stances_cites_and_roles() -> None:
    file = next(file for _, file in read_answers() if file.id == "drempel-rijk-nu")
    answer = written_answer(file)
    stances = {line.text: line.stance for line in answer.lines}
    assert stances[file.questions.open[0]] is Stance.OPEN
    assert stances[file.questions.ja[0]] is Stance.YES
    assert stances[file.questions.nee[0]] is Stance.NO
    assert answer.lead.cites[0].passage_id == "notitie-drempels#2026-2027"
    assert answer.lead.roles == frozenset(Role)
    assert answer.title.in_language(Language.EN) == file.title.en


def test_a_written_reply_keeps_its_status_and_lines() -> None:
    _, file = read_replies()[0]
    reply = written_reply(file)
    assert (reply.status, reply.lines) == (file.status, file.questions)
    assert reply.wording.in_language(Language.NL) == file.nl


def test_a_cite_is_a_passage_or_a_passage_with_its_quote() -> None:
    plain, quoted = cites_of(["a#p1", {"b#p2": "de tekst"}])
    assert (plain.passage_id, plain.quote) == ("a#p1", None)
    assert (quoted.passage_id, quoted.quote) == ("b#p2", "de tekst")
