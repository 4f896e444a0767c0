"""Knows which words are right as they are, from pyspellchecker's Dutch and English word lists.

Knows one SQLite file, made once from the word lists of the installed package and then only read.
Knows nothing of the corpus.
"""

import gzip
import json
import sqlite3
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from bot.core.errors import IndexUnavailable

LANGUAGES = ("nl", "en")


def dictionary_path(data_dir: Path) -> Path:
    """Give the place of the word list that belongs to the installed package."""
    return data_dir / f"dictionary-{version('pyspellchecker')}.sqlite"


def write_dictionary(data_dir: Path) -> Path:
    """Make the word list if it is not there yet."""
    path = dictionary_path(data_dir)
    if path.is_file():
        return path
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    db = sqlite3.connect(part)
    try:
        with db:
            db.execute("CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID")
            for language in LANGUAGES:
                packed = files("spellchecker").joinpath(f"resources/{language}.json.gz").read_bytes()
                words = json.loads(gzip.decompress(packed))
                db.executemany("INSERT OR IGNORE INTO words VALUES (?)", ((word,) for word in words))
    finally:
        db.close()
    part.replace(path)
    return path


class Dictionary:
    """Says whether a word is in a word list."""

    def __init__(self, path: Path) -> None:
        """Open the word list.

        Raises:
            IndexUnavailable: it is not there.
        """
        try:
            self._db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            self._db.execute("SELECT 1 FROM words LIMIT 1").fetchone()
        except sqlite3.Error as error:
            raise IndexUnavailable(f"the word list {path} cannot be read: run 'isvbot-ingest sync'") from error

    def knows(self, word: str) -> bool:
        """Say whether a lower-case word is in the list."""
        return self._db.execute("SELECT 1 FROM words WHERE word = ?", (word,)).fetchone() is not None
