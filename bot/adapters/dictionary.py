"""Knows which words are right as they are, from pyspellchecker's Dutch and English word lists.

Knows one SQLite file, made once from the word lists of the installed package and then only read.
Knows nothing of the corpus.
"""

import gzip
import json
import sqlite3
from contextlib import suppress
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from bot.core.errors import IndexUnavailable, cannot_write

LANGUAGES = ("nl", "en")


def dictionary_path(data_dir: Path) -> Path:
    """Give the place of the word list that belongs to the installed package."""
    return data_dir / f"dictionary-{version('pyspellchecker')}.sqlite"


def write_dictionary(data_dir: Path) -> Path:
    """Make the word list if it is not there yet, or is damaged.

    Raises:
        IndexUnavailable: the file cannot be written, for instance because the disk is full.
    """
    path = dictionary_path(data_dir)
    with suppress(IndexUnavailable):
        Dictionary(path).close()
        return path
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        _write(part)
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise IndexUnavailable(cannot_write(path, error)) from error
    part.replace(path)
    return path


def _write(path: Path) -> None:
    db = sqlite3.connect(path)
    try:
        with db:
            db.execute("CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID")
            for language in LANGUAGES:
                packed = files("spellchecker").joinpath(f"resources/{language}.json.gz").read_bytes()
                words = json.loads(gzip.decompress(packed))
                db.executemany("INSERT OR IGNORE INTO words VALUES (?)", ((word,) for word in words))
    finally:
        db.close()


class Dictionary:
    """Says whether a word is in a word list."""

    def __init__(self, path: Path) -> None:
        """Open the word list.

        Raises:
            IndexUnavailable: it is not there.
        """
        try:
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._db.execute("SELECT 1 FROM words LIMIT 1").fetchone()
        except sqlite3.Error as error:
            raise IndexUnavailable(f"the word list {path} cannot be read: run 'isvbot-ingest sync'") from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def knows(self, word: str) -> bool:
        """Say whether a lower-case word is in the list."""
        return self._db.execute("SELECT 1 FROM words WHERE word = ?", (word,)).fetchone() is not None
