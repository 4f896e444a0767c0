"""A small knowledge folder without findings, a small corpus, and embedders that tell what they were asked."""

import re
from collections.abc import Sequence
from pathlib import Path

from bot.adapters.memory import HashingEmbedder
from bot.core.corpus import Kind, Status
from bot.core.errors import ContentError
from bot.core.ports import Vector
from ingest.corpus import ReadCorpus
from ingest.passages import passages_of
from knowledge.files import knowledge_root
from knowledge.schema import FrontMatter, SourceFile
from tests.builders import answer, claim, passage, reply, source

LETTER = "sources/letters/brief.md"
NOTE = "sources/notes/notitie.md"
ANSWERS = "answers/answers.yaml"
REPLIES = "replies/replies.yaml"

FILES = {
    LETTER: """\
---
id: brief
title: Brief over ISV
publisher: Minister
date: 2022-06-13
kind: letter
reference: kenmerk 7
url: https://example.org/brief
language: nl
grade: official
valid_from: 2022-06-13
reviewed_on: 2026-11-21
review_by: 2027-11-21
passages:
  head:
    en: The letter is of 13 June 2022.
    questions: [van welke dag is de brief, what is the date of the letter]
  p1:
    en: There are 8 categories. Suppliers must deliver a risk analysis.
    questions: [hoeveel soorten zijn er, how many kinds are there]
  fn1:
    en: The list was made in 2017.
    questions: [uit welk jaar is de lijst, in which year was the list made]
  sign:
    en: The minister signed the letter.
    questions: [wie tekende de brief, who signed the letter]
---
Datum 13 juni 2022

---

Er zijn momenteel 8 categorieën.¹ Leveranciers moeten een risicoanalyse leveren.

¹ De lijst is gemaakt in 2017.

---

De Minister
""",
    NOTE: """\
---
id: notitie
title: Notitie over ISV
publisher: isvbot
date: 2026-11-21
kind: note
reference: Notitie van isvbot
language: nl
grade: note
sources: [P01, brief]
reviewed_on: 2026-11-21
review_by: 2027-05-21
passages:
  stappen:
    from: [P01 page]
    en: First talk, then seek advice.
    questions: [wat doe ik eerst, what do I do first]
  lijst:
    from: [brief#p1 page, P01 recall]
    en: There are 8 categories. That is not verified.
    questions: [waar staat de lijst, where is the list]
---
## Wat doe ik eerst?

Voer eerst een gesprek. Vraag daarna advies.

## Waar staat de lijst?

Er zijn 8 categorieën. Dat is niet geverifieerd.
""",
    ANSWERS: """\
- id: aantal
  title: {nl: "Hoeveel zijn er?", en: "How many are there?"}
  reviewed_on: 2026-11-21
  review_by: 2027-05-21
  needs: [category]
  questions:
    open: [noem het aantal eens]
    ja: [zijn het er acht]
    nee: [zijn het er tien]
  lead:
    nl: Er zijn 8 categorieën.
    en: There are 8 categories.
    cites: [brief#p1]
  statements:
    - nl: De lijst is uit 2017.
      en: The list is of 2017.
      cites: [brief#fn1: De lijst is gemaakt in 2017.]
  follow_ups: [begin]
- id: begin
  title: {nl: "Hoe begin ik?", en: "How do I start?"}
  reviewed_on: 2026-11-21
  review_by: 2027-05-21
  questions:
    open: [hoe pak ik dit aan]
  lead:
    nl: Voer eerst een gesprek.
    en: Talk first.
    cites: [notitie#stappen]
""",
    REPLIES: """\
- id: weer
  status: unanswerable_out_of_scope
  nl: Daar weet ik niets van.
  en: I know nothing of that.
  questions: [wat voor weer wordt het, will it rain tomorrow]
""",
    "contradictions.yaml": "{}\n",
    "register.yaml": "P01: {title: Stappenplan, publisher: PIANOo, date: maart 2021, url: https://example.org/p01}\n",
    "glossary.yaml": "- {nl: categorie, identifier: category, en: category, kind: term}\n",
    "kinds.yaml": "subject: [geldt isv voor scholen]\noutside: [hoe zet ik koffie]\n",
    "screen.yaml": "".join(
        f"{name}: []\n"
        for name in (
            "injection judgement other_subjects salutation greeting closing asking topic_change courtesy judging duty"
            " permission private_buyer what_next buying selling"
        ).split()
    ),
    "rules/isv.yaml": """\
- id: altijd
  outcome: obligatory
  wording: {nl: "ISV is verplicht.", en: "ISV is obligatory."}
  reason: {nl: "Dat staat in de brief.", en: "The letter says so."}
  when: {authority: [rijk]}
  grade: official
  cites: [brief#p1]
""",
    "rules/thresholds.yaml": (
        "- {valid_from: 2026-01-01, valid_until: 2027-12-31, central: 140000, local: 216000, works: 5404000,"
        " social: 750000, passage: brief#p1}\n"
    ),
    "rules/todos.yaml": "obligatory: [{phase: award, who: inkoper, nl: Doe iets., en: Act., passage: brief#p1}]\n",
    "rules/unknowns.yaml": "obligatory: [{nl: Onbekend., en: Unknown., passage: brief#p1}]\n",
    "rules/categories.yaml": "[]\n",
    "rules/phrases.yaml": "[]\n",
    "rules/dialogue.yaml": "".join(
        f"'{name}': ['{name}']\n" for name in ("back", "again", "stop", "unknown", "agree", "yes", "no")
    ),
}


def write_knowledge(root: Path) -> Path:
    """Write the folder; the measured thresholds are those of the product."""
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (root / "calibration.yaml").write_bytes(knowledge_root().joinpath("calibration.yaml").read_bytes())
    return root


def change(root: Path, name: str, old: str, new: str) -> None:
    """Change one place of a file, which must be there once."""
    text = (root / name).read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    (root / name).write_text(text.replace(old, new), "utf-8")


def corpus_of(*subjects: str, digest: str = "") -> ReadCorpus:
    """Give a corpus with a passage and two lines for each subject, an answer about the first, and a reply."""
    owners = tuple(source(f"De {word} staat in het contract.", f"bron-{word}") for word in subjects)
    passages = tuple(
        passage(owner.text, of=owner, lines=(f"wat zegt het contract over {word}", f"waar vind ik {word}"))
        for owner, word in zip(owners, subjects, strict=True)
    )
    written = answer("alles", ["vat het contract eens samen"], claim("Alles staat erin.", passages[0].id))
    weather = reply("weer", Status.UNANSWERABLE_OUT_OF_SCOPE, "wat voor weer wordt het", "regent het morgen")
    return ReadCorpus(
        sources=owners,
        targets=(*passages, written, weather),
        files_digest=digest or " ".join(subjects),
        examples={Kind.SUBJECT: ("hoe werkt een contract",), Kind.OUTSIDE: ("hoe zet ik koffie",)},
    )


def entries_in(subjects: int) -> int:
    """Say how many entries a corpus of so many subjects has: three each, one of the answer, two of the reply."""
    return 3 * subjects + 3


EXAMPLES = 2
"""Texts of a corpus that are embedded and not indexed."""


class CountingEmbedder(HashingEmbedder):
    """Remembers the texts that it embedded."""

    def __init__(self, name: str = "hashing") -> None:
        super().__init__(32)
        self.name = name
        self.texts: list[str] = []

    def embed_questions(self, texts: Sequence[str]) -> Sequence[Vector]:
        self.texts.extend(texts)
        return super().embed_questions(texts)

    def embed_passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        self.texts.extend(texts)
        return super().embed_passages(texts)


def source_file(body: str, keys: Sequence[str], kind: str = "letter", **fields: object) -> SourceFile:
    """Give a source file whose front matter lists passages by these keys."""
    head = {
        "id": "bron",
        "title": "Titel",
        "publisher": "Uitgever",
        "date": "2022-06-13",
        "kind": kind,
        "reference": "kenmerk",
        "language": "nl",
        "grade": "official",
        "reviewed_on": "2026-11-21",
        "review_by": "2027-11-21",
        "passages": {key: {"en": f"Text {key}.", "questions": [f"wat is {key}", f"waar is {key}"]} for key in keys},
    }
    return SourceFile(path="sources/bron.md", head=FrontMatter.model_validate({**head, **fields}), body=body)


def with_all_keys(body: str) -> SourceFile:
    """Give a letter whose front matter lists whatever passages it is cut into, as the errors ask for.

    Raises:
        ContentError: it is wrong in another way.
    """
    keys: list[str] = []
    while True:
        file = source_file(body, keys)
        try:
            passages_of(file, {})
        except ContentError as error:
            missing = re.search(r"passages\.(\S+): missing", str(error))
            if missing is None:
                raise
            keys.append(missing[1])
        else:
            return file
