"""An index whose builds stand on a Chroma server, for several workers on several machines.

Knows which build is in use, how a worker gets its files, and when an old build may go.
Knows nothing of how a build is made. Each machine keeps the texts of a build in its own data folder, where they are
fetched once; the word index is made anew there. Vectors are searched on the server.
"""

import io
import logging
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot.adapters.bm25 import Bm25Index
from bot.adapters.chroma import PROBES
from bot.adapters.chroma_server import ChromaServer, ServerVectors
from bot.adapters.index_folder import RECOGNISER, SHARPENING, SHELF, WORDS, Build, IndexFolder, Manifest
from bot.adapters.shelf import SqliteShelf, write_copy_for_readers
from bot.core.entries import key_of, lexical_text
from bot.core.errors import IndexUnavailable, ServiceError, cannot_write

log = logging.getLogger(__name__)

STAMP = "%Y%m%dT%H%M%S%f"
"""How a build is named: by the moment at which it was begun."""

MANIFEST = "manifest.json"
FILES = (MANIFEST, SHELF, SHARPENING, RECOGNISER)
FETCHED = ".fetched"
"""Ends the name of a folder into which files are being fetched."""

KEPT_BUILDS = 2
KEPT_FOR = timedelta(hours=24)
"""A younger build may still be written by another machine, or be open in a worker that was not started again."""


class ServedIndexFolder(IndexFolder):
    """The builds on a server, and the copies of their texts under one root."""

    def __init__(self, root: Path, server: ChromaServer) -> None:
        """Take the folder of this machine and the server."""
        super().__init__(root)
        self._server = server
        self.store = ServerVectors(server)

    def current(self) -> Build:
        """Give the build that the server says is in use, fetching its files where this machine has none.

        Raises:
            IndexUnavailable: there is none, it is damaged, or the server does not answer.
            IndexMismatch: it was written by another version of the program.
            ServiceTimeout: the server does not answer in time.
        """
        name = self._server.pointer()
        if name is None:
            raise IndexUnavailable(f"there is no index on {self._server.options.url}: run 'isvbot-ingest sync'")
        folder = self._builds / name
        if not (folder / MANIFEST).is_file():
            self._fetch(name, folder)
        return self._read(folder)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Own the folder of this machine while writing, with a server that answers.

        Two machines may write at once: each writes a build of its own, and the last to finish puts its own in use.

        Raises:
            IndexUnavailable: the server cannot be reached: better told before an hour of embedding than after.
        """
        self._server.check()
        with super().writing():
            yield

    def switch_to(self, part: Path, manifest: Manifest) -> Build:
        """Finish a build, give its files to the server and put it in use there, in one request."""
        in_use = self._server.pointer()
        build = super().switch_to(part, manifest)
        self._server.write_files(build.name, _packed(build))
        self._server.point_to(build.name)
        self._remove_old({build.name, in_use or build.name}, build.name)
        return build

    def _remove_old(self, kept: set[str], newest: str) -> None:
        """Remove what neither is in use, nor was before, nor may still be written or open elsewhere."""
        try:
            for name in self._server.builds() - kept:
                if _is_older(name, newest):
                    self._server.remove(name)
        except ServiceError as error:
            log.warning("old builds stay on the server until the next sync: %s", error)

    def _fetch(self, name: str, folder: Path) -> None:
        """Fetch the files of a build under another name and rename them when they are whole.

        Raises:
            IndexUnavailable: they are damaged, or the folder of this machine cannot be written.
        """
        packed = self._server.read_files(name)
        try:
            self._builds.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._builds, prefix=f"{name}.", suffix=FETCHED) as place:
                _unpack(packed, Path(place) / name)
                _write_words(Path(place) / name)
                if not folder.is_dir():
                    os.replace(Path(place) / name, folder)  # noqa: PTH105  # Path.rename says the same on one system only
        except OSError as error:
            if (folder / MANIFEST).is_file():
                return  # another process of this machine was first
            raise IndexUnavailable(cannot_write(folder, error.strerror)) from error
        except (zipfile.BadZipFile, KeyError) as error:
            raise IndexUnavailable(f"the files of build {name} are damaged: run 'isvbot-ingest sync'") from error
        self._remove_copies(name)

    def _remove_copies(self, name: str) -> None:
        """Remove the copies of older builds, but for the last before this one: another process may have it open."""
        whole = sorted(child.name for child in self._builds.iterdir() if (child / MANIFEST).is_file())
        for other in [other for other in whole if other < name][: -(KEPT_BUILDS - 1)]:
            shutil.rmtree(self._builds / other, ignore_errors=True)


def _is_older(name: str, newest: str) -> bool:
    try:
        return datetime.strptime(newest, STAMP) - datetime.strptime(name, STAMP) > KEPT_FOR  # noqa: DTZ007  # both UTC
    except ValueError:
        return False  # not a name of ours


def _packed(build: Build) -> bytes:
    """Pack the files that a reader needs: of the vectors only those with which the build is checked."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        shelf = Path(place) / SHELF
        write_copy_for_readers(build.shelf, shelf, PROBES)
        for name in FILES:
            archive.write(shelf if name == SHELF else build.folder / name, name)
    return buffer.getvalue()


def _unpack(packed: bytes, folder: Path) -> None:
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for name in FILES:
            (folder / name).write_bytes(archive.read(name))


def _write_words(folder: Path) -> None:
    """Make the word index anew from the texts."""
    shelf = SqliteShelf(folder / SHELF)
    documents = [(key_of(target), lexical_text(target)) for target in shelf.all_targets()]
    shelf.close()
    words = folder / WORDS
    words.mkdir()
    Bm25Index.build(documents).save(words)
