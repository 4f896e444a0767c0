"""The comparison with other pipelines: it runs, on a tiny corpus, and counts what they found as we count ours."""

from collections.abc import Mapping
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.core.corpus import Grade, Role, Source, SourceId, Status
from bot.settings import Settings
from evals.cases import Case, Support
from evals.metrics import Figure
from evals.peers.__main__ import Measured, known_in_use, run_of, table_of
from evals.peers.job import Asked, Job, Place, Run, Text, place_of, read_job, read_run, write
from evals.peers.recall import recall_of, widened
from evals.peers.work import PIPELINES
from tests.builders import source

TEXTS = (
    Text("kleding", "Bedrijfskleding is een risicocategorie. Denk aan werkschoenen en uniformen.", is_official=True),
    Text("drempel", "De Europese drempel voor leveringen is een bedrag in euro's zonder btw.", is_official=True),
    Text("energie", "Zonnepanelen en stroom vallen onder de categorie energie.", is_official=False),
)
QUESTIONS = (
    Asked("Welke werkschoenen en uniformen horen erbij?", "officer"),
    Asked("En de zonnepanelen?", "newcomer", ("Waar valt stroom onder?",)),
)
PEERS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            name.startswith("Haystack") and find_spec("haystack") is None,
            reason="haystack-ai is not installed: make bench installs it",
        ),
    )
    for name in PIPELINES
    if name != "isvbot"
]


@pytest.mark.integration
@pytest.mark.parametrize("name", PEERS)
def test_a_pipeline_indexes_and_finds_what_is_asked(name: str, tmp_path: Path) -> None:
    run = run_of(name, Job(str(tmp_path), TEXTS, QUESTIONS), is_open=True)
    assert [places[0].source for places in run.places] == ["kleding", "energie"]
    lengths = {text.id: len(text.text) for text in TEXTS}
    assert all((p.start, p.end) == (0, lengths[p.source]) for places in run.places for p in places)
    assert all(seconds > 0 for seconds in run.seconds)
    assert run.megabytes is None or run.megabytes > 10


@pytest.mark.integration
def test_ours_runs_over_the_index_in_use(installed: Settings, tmp_path: Path) -> None:
    known = known_in_use()
    asked = (Asked("Wat is de Europese drempel voor leveringen?", "officer"),)
    run = run_of("isvbot", Job(str(tmp_path), known.texts(), asked), is_open=True)
    assert set(run.places[0]) <= set(known.passages)
    assert run.places[0][0].source == "notitie-drempels"
    assert {text.id for text in known.texts(official_only=True)} == {"kst-26485-331"}


@pytest.mark.integration
@pytest.mark.parametrize("is_open", [True, False])
def test_what_a_process_says_of_a_question_is_shown_for_open_sets_only(
    installed: Settings, tmp_path: Path, is_open: bool
) -> None:
    """A role that does not exist ends the process, with the role in its last words."""
    job = Job(str(tmp_path), (), (Asked("geheime vraag", "geheime rol"),))
    with pytest.raises(RuntimeError, match="isvbot, ask: exit status 1") as caught:
        run_of("isvbot", job, is_open=is_open)
    assert ("geheime rol" in str(caught.value)) == is_open


LETTER = source("Eerste alinea hier. Tweede alinea daar. Derde alinea ver weg.", "brief", Grade.OFFICIAL)
SOURCES: Mapping[SourceId, Source] = {LETTER.id: LETTER}
PASSAGES = (Place("brief", 0, 19), Place("brief", 20, 39), Place("brief", 40, 61), Place("notitie", 0, 99))


@pytest.mark.parametrize(
    ("chunk", "wide"),
    [
        ((0, 19), (0, 19)),
        ((0, 25), (0, 25)),
        ((0, 30), (0, 39)),
        ((22, 28), (20, 39)),
        ((9, 51), (0, 61)),
        ((12, 45), (12, 45)),
    ],
)
def test_a_chunk_counts_for_each_passage_of_which_it_shares_half(chunk: tuple[int, int], wide: tuple[int, int]) -> None:
    assert widened(Place("brief", *chunk), PASSAGES) == Place("brief", *wide)


def case(snippet: str) -> Case:
    return Case(
        id="c",
        role=Role.OFFICER,
        type="t",
        history=(),
        question="?",
        expected="answered",
        statuses=frozenset({Status.ANSWERED}),
        support=(Support("brief", snippet),),
        points=(),
        forbidden=(),
    )


def test_recall_counts_a_labelled_span_among_the_first_five() -> None:
    miss, hit = Place("brief", 40, 61), Place("brief", 22, 39)
    found = [[miss, hit], [miss] * 5 + [hit], [hit], []]
    assert recall_of([case("Tweede alinea daar.")] * 4, found, PASSAGES, SOURCES).value == 0.5


def test_a_chunk_that_does_not_stand_where_it_says_is_an_error() -> None:
    assert place_of("energie", "stroom", 16, TEXTS) == Place("energie", 16, 22)
    with pytest.raises(ValueError, match="energie does not stand at 14"):
        place_of("energie", "stroom", 14, TEXTS)


def test_a_job_and_a_run_come_back_as_they_were_written(tmp_path: Path) -> None:
    job, run = Job("map", TEXTS, QUESTIONS), Run((0.1, 0.2), ((Place("a", 1, 2),), ()), None)
    write(job, tmp_path / "job")
    write(run, tmp_path / "run")
    assert (read_job(tmp_path / "job"), read_run(tmp_path / "run")) == (job, run)


def test_the_table_puts_ours_over_theirs() -> None:
    ours = Measured(Run((0.02,), (), 200.0), Figure(0.9, 0.8, 1.0, 3), None)
    theirs = Measured(Run((0.04,), (), 100.0), Figure(0.45, 0.4, 0.5, 3), Figure(0.6, 0.5, 0.7, 3))
    console = Console(width=130, file=StringIO())
    console.print(table_of({"isvbot": ours, "andere": theirs}, "titel"))
    assert isinstance(console.file, StringIO)
    row = next(line for line in console.file.getvalue().splitlines() if "andere" in line)
    assert all(piece in row for piece in ("40.0 ms × 0.50", "100 MB × 2.00", "0.450 [0.40-0.50] × 2.00", "× 1.50"))
