from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.adapters.index_folder import IndexFolder
from bot.core.corpus import Grade, Passage, Validity
from bot.core.errors import IndexUnavailable
from ingest.report import report_lines
from ingest.sync import sync
from tests.builders import TODAY, no_progress
from tests.ingest.small import CountingEmbedder, corpus_of

pytestmark = pytest.mark.integration


def test_the_report_counts_what_the_index_holds(tmp_path: Path) -> None:
    corpus = corpus_of("drempel", "kleding", "stroom")
    passages = [target for target in corpus.targets if isinstance(target, Passage)]
    ended = replace(passages[0], validity=Validity(None, date(2026, 11, 20)), grade=Grade.OFFICIAL)
    last_day = replace(passages[1], validity=Validity(None, TODAY))
    folder = IndexFolder(tmp_path / "index")
    targets = (ended, last_day, *corpus.targets[2:])
    build = sync(replace(corpus, targets=targets), folder, CountingEmbedder(), no_progress).build
    lines = report_lines(folder, TODAY)
    assert lines[0].startswith(f"build: {build}, made on 20")
    assert lines[1:] == [
        "embedder: hashing (32 dims)",
        "sources: 3; answers 1, passages 3, replies 1",
        "question lines: 9; entries: 12",
        "passages by grade: note 2, official 1",
        "passages that no longer hold on 2026-11-21: 1 (bron-drempel#p1)",
    ]


def test_without_an_index_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="run 'isvbot-ingest sync'"):
        report_lines(IndexFolder(tmp_path / "index"))
