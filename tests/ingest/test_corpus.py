from pathlib import Path

import pytest

from bot.core.corpus import Kind, Passage, Status, WrittenAnswer
from bot.core.entries import Entry, key_of
from bot.core.errors import ContentError
from ingest.corpus import digest_of, embedded_entries, examples_of, kind_of, read_corpus, without_twins
from tests.builders import answer, claim, passage, reply
from tests.ingest.small import ANSWERS, LETTER, NOTE, change, write_knowledge


def test_everything_in_the_folder_is_read(root: Path) -> None:
    corpus = read_corpus(root)
    assert [source.id for source in corpus.sources] == ["brief", "notitie"]
    assert [key_of(target) for target in corpus.targets] == [
        "passage:brief#head",
        "passage:brief#p1",
        "passage:brief#fn1",
        "passage:brief#sign",
        "passage:notitie#stappen",
        "passage:notitie#lijst",
        "answer:aantal",
        "answer:begin",
        "reply:weer",
    ]
    assert corpus.examples == {Kind.SUBJECT: ("geldt isv voor scholen",), Kind.OUTSIDE: ("hoe zet ik koffie",)}
    assert corpus.skipped == ()


def test_the_offsets_of_every_passage_count_in_the_text_of_its_source(root: Path) -> None:
    corpus = read_corpus(root)
    texts = {source.id: source.text for source in corpus.sources}
    for target in corpus.targets:
        if isinstance(target, Passage):
            assert texts[target.source_id][target.start : target.end] == target.text


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (LETTER, "8 categorieën", "9 categorieën"),
        (NOTE, "review_by: 2027-05-21", "review_by: 2027-05-22"),
        (ANSWERS, "Talk first.", "First talk."),
        ("register.yaml", "maart", "april"),
        ("kinds.yaml", "koffie", "thee"),
    ],
)
def test_any_change_of_a_file_changes_the_digest(root: Path, file: str, old: str, new: str) -> None:
    before = read_corpus(root).files_digest
    change(root, file, old, new)
    assert read_corpus(root).files_digest != before


def test_a_text_with_the_line_ends_of_windows_is_the_same_text(root: Path) -> None:
    before = read_corpus(root)
    for file in (LETTER, NOTE, ANSWERS):
        (root / file).write_bytes((root / file).read_bytes().replace(b"\n", b"\r\n"))
    after = read_corpus(root)
    assert (after.sources, after.targets) == (before.sources, before.targets)


def test_the_digest_of_the_same_files_in_another_folder_is_the_same(root: Path) -> None:
    other = write_knowledge(root.parent / "copy")
    assert read_corpus(root).files_digest == read_corpus(other).files_digest


@pytest.mark.parametrize("file", [LETTER, ANSWERS, "replies/replies.yaml", "register.yaml", "kinds.yaml"])
def test_a_wrong_file_is_named(root: Path, file: str) -> None:
    (root / file).write_text("- [", "utf-8")
    with pytest.raises(ContentError, match=f"^{file}: "):
        read_corpus(root)


def test_an_id_that_is_used_twice_is_named(root: Path) -> None:
    change(root, ANSWERS, "- id: begin", "- id: aantal")
    with pytest.raises(ContentError, match=r"^answers/answers\.yaml: .*aantal"):
        read_corpus(root)


def test_of_passages_with_the_same_words_the_first_is_kept_and_the_others_are_named() -> None:
    first = passage("De drempel is een bedrag.", "p1")
    twin = passage("De  drempel\nis EEN bedrag.", "p2")
    other = passage("De motie is ontraden.", "p3")
    assert without_twins([first, twin, other]) == ((first, other), (("bron#p2", "same text as bron#p1"),))


def test_a_passage_is_embedded_in_its_context_and_lines_as_questions() -> None:
    own = passage("De drempel is een bedrag.", lines=["wat is de drempel"])
    written = answer("a", ["hoe hoog is hij"], claim("Hoog.", own.id))
    greeting = reply("r", Status.SMALLTALK, "hallo")
    entries = [(entry.id, entry.text, entry.is_question) for entry, _ in embedded_entries([own, written, greeting])]
    assert entries == [
        ("passage:bron#p1|text", "Titel van bron. De drempel is een bedrag.", False),
        ("passage:bron#p1|line 0", "wat is de drempel", True),
        ("answer:a|line 0", "hoe hoog is hij", True),
        ("reply:r|line 0", "hallo", True),
    ]


def test_the_same_line_of_two_targets_has_one_digest() -> None:
    greetings = [reply("a", Status.SMALLTALK, "hallo"), reply("b", Status.SMALLTALK, "hallo")]
    (_, first), (_, second) = embedded_entries(greetings)
    assert first == second


def test_a_question_and_a_passage_with_the_same_words_have_digests_of_their_own() -> None:
    assert digest_of(Entry("a", "isv", True)) != digest_of(Entry("a", "isv", False))
    assert digest_of(Entry("a", "isv", True)) == digest_of(Entry("b", "isv", True))
    assert digest_of(Entry("a", "isv", True)) != digest_of(Entry("a", "ISV", True))


def test_an_example_is_embedded_as_the_question_that_it_is() -> None:
    ((entry, digest),) = examples_of(["hoe werkt isv"])
    assert (entry.text, entry.is_question) == ("hoe werkt isv", True)
    assert digest == digest_of(Entry("iets anders", "hoe werkt isv", True))


def test_targets_are_counted_by_kind(root: Path) -> None:
    kinds = [kind_of(target) for target in read_corpus(root).targets]
    assert {kind: kinds.count(kind) for kind in kinds} == {"passages": 6, "answers": 2, "replies": 1}


def test_the_real_corpus_is_read_whole() -> None:
    corpus = read_corpus()
    keys = [key_of(target) for target in corpus.targets]
    assert len(keys) == len(set(keys))
    assert len(corpus.sources) == len({source.id for source in corpus.sources})
    assert any(isinstance(target, WrittenAnswer) for target in corpus.targets)
    assert all(corpus.examples.get(kind) for kind in Kind)
