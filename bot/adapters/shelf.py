"""Keeps what index entries point to in one SQLite file, written once and then only read.

Knows passages, written answers and replies, sources, entries with their vectors, and corpus words.
Knows nothing of how a text is found.
"""

import hashlib
import json
import shutil
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from bot.core.corpus import Source, SourceId, WrittenAnswer
from bot.core.entries import Entry, Target, key_of
from bot.core.errors import IndexUnavailable, cannot_write
from bot.core.ports import Vector

KEPT_TARGETS = 4096
"""Decoded targets kept in memory; one is about 4 kB."""

_SCHEMA = """
CREATE TABLE sources (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE targets (key TEXT PRIMARY KEY, digest TEXT NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE about (term TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (id TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE vectors (digest TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE words (word TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
"""
_SAMPLED = """
WITH texts AS (SELECT id, digest FROM entries WHERE id LIKE '%|text' ORDER BY id LIMIT ?),
lines AS (SELECT id, digest FROM entries WHERE id NOT LIKE '%|text' ORDER BY id LIMIT ?),
sampled AS (SELECT * FROM texts UNION SELECT * FROM lines)
"""
Read = TypeVar("Read")
_SOURCE = TypeAdapter(Source)
_TARGET: TypeAdapter[Target] = TypeAdapter(Target)


class Counts(NamedTuple):
    """How many targets, entries and corpus words a shelf holds."""

    targets: int
    entries: int
    words: int


class SqliteShelf:
    """Reads a shelf; several processes may read the same one."""

    def __init__(self, path: Path) -> None:
        """Open an existing shelf.

        Raises:
            IndexUnavailable: the file is missing or damaged.
        """
        self._path = path
        try:
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._db.execute("SELECT count(*) FROM targets").fetchone()
        except sqlite3.Error as error:
            raise IndexUnavailable(f"the index file {path} cannot be read: run 'isvbot-ingest sync'") from error
        self._kept: OrderedDict[str, Target] = OrderedDict()

    def fetch(self, keys: Sequence[str]) -> Mapping[str, Target]:
        """Give the targets with these keys, in the order of the keys."""
        missing = [key for key in keys if key not in self._kept]
        for key, text in self._rows("targets", "key", missing):
            self._kept[key] = self._read(_TARGET, text)
        found = {key: self._kept[key] for key in keys if key in self._kept}
        for key in found:
            self._kept.move_to_end(key)
        while len(self._kept) > KEPT_TARGETS:
            self._kept.popitem(last=False)
        return found

    def about(self, terms: Sequence[str]) -> Mapping[str, WrittenAnswer]:
        """Give the written answer about each term."""
        keys = dict(self._rows("about", "term", terms))
        targets = self.fetch(list(keys.values()))
        found = {term: targets[key] for term, key in keys.items() if key in targets}
        return {term: found[term] for term in terms if isinstance(found.get(term), WrittenAnswer)}  # type: ignore[misc]  # mypy does not narrow through .get

    def sources(self, ids: Sequence[SourceId]) -> Mapping[SourceId, Source]:
        """Give the sources with these ids."""
        rows = self._rows("sources", "id", [str(source_id) for source_id in ids])
        return {SourceId(source_id): self._read(_SOURCE, text) for source_id, text in rows}

    def counts(self) -> Counts:
        """Count what the shelf holds."""
        names = ("targets", "entries", "words")
        return Counts(*(int(self._query(f"SELECT count(*) FROM {name}")[0][0]) for name in names))  # noqa: S608  # names of our own tables

    def digests(self) -> dict[str, str]:
        """Give the digest of every target, by its key."""
        return dict(self._query("SELECT key, digest FROM targets ORDER BY key"))

    def vectors(self) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
        """Give the id and vector of every entry, in order of id."""
        joined = "SELECT id, vector FROM entries JOIN vectors USING (digest) ORDER BY id"
        for entry_id, blob in self._query(joined):
            yield entry_id, np.frombuffer(blob, dtype=np.float32)

    def sample(self, count: int) -> dict[str, npt.NDArray[np.float32]]:
        """Give the vectors of the first texts and of the first question lines, at most ``count`` of each, by entry."""
        statement = f"{_SAMPLED} SELECT id, vector FROM sampled JOIN vectors USING (digest)"  # noqa: S608  # our own words
        return {entry: np.frombuffer(blob, dtype=np.float32) for entry, blob in self._query(statement, (count, count))}

    def known_vectors(self) -> dict[str, npt.NDArray[np.float32]]:
        """Give every vector that was ever needed for this build, by its digest."""
        rows = self._query("SELECT digest, vector FROM vectors")
        return {digest: np.frombuffer(blob, dtype=np.float32) for digest, blob in rows}

    def words(self) -> dict[str, int]:
        """Give the words of the corpus with their counts."""
        return dict(self._query("SELECT word, count FROM words"))

    def all_targets(self) -> tuple[Target, ...]:
        """Give every target, in order of key; for reports and benchmarks."""
        rows = self._query("SELECT json FROM targets ORDER BY key")
        return tuple(self._read(_TARGET, text) for (text,) in rows)

    def all_sources(self) -> tuple[Source, ...]:
        """Give every source, in order of id."""
        rows = self._query("SELECT json FROM sources ORDER BY id")
        return tuple(self._read(_SOURCE, text) for (text,) in rows)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _read(self, adapter: TypeAdapter[Read], text: str) -> Read:
        try:
            return adapter.validate_json(text)
        except ValidationError as error:
            raise IndexUnavailable(f"the index file {self._path} is damaged: run 'isvbot-ingest sync'") from error

    def _rows(self, table: str, column: str, names: Sequence[str]) -> list[tuple[str, str]]:
        rows: list[tuple[str, str]] = []
        value = "json" if table != "about" else "key"
        for start in range(0, len(names), 500):
            chunk = list(names[start : start + 500])
            marks = ",".join("?" * len(chunk))
            rows.extend(self._query(f"SELECT {column}, {value} FROM {table} WHERE {column} IN ({marks})", chunk))  # noqa: S608  # names of our own tables
        return rows

    def _query(self, statement: str, values: Sequence[str | int] = ()) -> list[tuple]:  # type: ignore[type-arg]  # rows of any shape
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise IndexUnavailable(f"the index file {self._path} cannot be read: run 'isvbot-ingest sync'") from error


def write_shelf(
    path: Path,
    sources: Iterable[Source],
    targets: Sequence[Target],
    entries: Iterable[tuple[Entry, str]],
    vectors: Mapping[str, Vector],
    words: Mapping[str, int],
) -> None:
    """Write a new shelf; ``entries`` are given with the digest of what was embedded, ``vectors`` by that digest.

    Raises:
        IndexUnavailable: the file cannot be written, for instance because the disk is full.
    """
    try:
        db = sqlite3.connect(path)
        try:
            with db:
                db.executescript(_SCHEMA)
                _fill(db, sources, targets, entries, vectors, words)
        finally:
            db.close()
    except sqlite3.Error as error:
        raise IndexUnavailable(cannot_write(path, error)) from error


def write_copy_for_readers(original: Path, copy: Path, kept: int) -> None:
    """Copy a shelf without the vectors, but for some ``kept`` of the first texts and as many of the first lines.

    Raises:
        IndexUnavailable: the copy cannot be written, for instance because the disk is full.
    """
    try:
        shutil.copyfile(original, copy)
        db = sqlite3.connect(copy, isolation_level=None)
        try:
            statement = f"{_SAMPLED} DELETE FROM vectors WHERE digest NOT IN (SELECT digest FROM sampled)"  # noqa: S608  # our own words
            db.execute(statement, (kept, kept))
            db.execute("VACUUM")
        finally:
            db.close()
    except (OSError, sqlite3.Error) as error:
        raise IndexUnavailable(cannot_write(copy, error)) from error


def target_digest(target: Target) -> str:
    """Give the digest of all that is kept of a target; it changes when any of it does."""
    kept = json.dumps(_in_order(_TARGET.dump_python(target)), default=str, sort_keys=True)
    return hashlib.sha256(kept.encode()).hexdigest()


def _in_order(value: object) -> object:
    """Give a value with every set sorted: the order of a set is another one in every process."""
    if isinstance(value, frozenset | set):
        return sorted(str(item) for item in value)
    if isinstance(value, Mapping):
        return {str(key): _in_order(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_in_order(item) for item in value]
    return value


def _fill(
    db: sqlite3.Connection,
    sources: Iterable[Source],
    targets: Sequence[Target],
    entries: Iterable[tuple[Entry, str]],
    vectors: Mapping[str, Vector],
    words: Mapping[str, int],
) -> None:
    db.executemany("INSERT INTO sources VALUES (?, ?)", ((s.id, _SOURCE.dump_json(s).decode()) for s in sources))
    rows = ((key_of(t), target_digest(t), _TARGET.dump_json(t).decode()) for t in targets)
    db.executemany("INSERT INTO targets VALUES (?, ?, ?)", rows)
    about = {term: key_of(t) for t in targets if isinstance(t, WrittenAnswer) for term in sorted(t.needs)}
    db.executemany("INSERT INTO about VALUES (?, ?)", sorted(about.items()))
    db.executemany("INSERT INTO entries VALUES (?, ?)", ((entry.id, digest) for entry, digest in entries))
    blobs = ((digest, np.asarray(vector, dtype=np.float32).tobytes()) for digest, vector in vectors.items())
    db.executemany("INSERT INTO vectors VALUES (?, ?)", blobs)
    db.executemany("INSERT INTO words VALUES (?, ?)", sorted(words.items()))
