"""Where indexes live on disk: builds beside each other, and one pointer to the build in use.

Knows builds, their manifest, the pointer and the lock.
Knows nothing of what a build holds.

::

    <root>/current            the name of the build in use, replaced in one step
    <root>/lock               held by the process that writes
    <root>/builds/<name>/     manifest.json, shelf.sqlite, words/ (BM25), vectors-<n>/ (Chroma),
                              sharpening.npz and recogniser.npz (what was learnt from the question lines)

A build is written under a name that ends in ``.part`` and renamed when it is whole, so a reader sees the old
index or the new one and never a mixture.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.adapters.vector_store import FolderVectors, VectorStore
from bot.core.errors import IndexBusy, IndexMismatch, IndexUnavailable

SHELF = "shelf.sqlite"
WORDS = "words"
SHARPENING = "sharpening.npz"
RECOGNISER = "recogniser.npz"
"""The names inside a build."""

_PART = ".part"

FORMAT = 2
"""Raised when a build of an older program can no longer be read."""


class Manifest(BaseModel):
    """What a build says of itself."""

    model_config = ConfigDict(frozen=True)

    format: int
    embedder: str
    dims: int
    corpus: str
    """Digest of everything that was indexed, as it was cut and embedded."""
    knowledge: str
    """Digest of the files that were read."""
    built_at: str
    targets: int
    entries: int
    words: int
    """How many of each the shelf holds."""
    vectors: str = "vectors-1"
    """The Chroma folder inside the build."""
    vector_files: str = ""
    """Digest of that folder's graph files: damaged ones end the process, so they are looked at before Chroma is."""


class Build:
    """One build: a folder and its manifest."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Take a folder whose manifest was read."""
        self.folder = folder
        self.manifest = manifest

    @property
    def name(self) -> str:
        """The name of the build."""
        return self.folder.name

    @property
    def shelf(self) -> Path:
        """The file of texts."""
        return self.folder / SHELF

    @property
    def words(self) -> Path:
        """The folder of the word index."""
        return self.folder / WORDS

    @property
    def sharpening(self) -> Path:
        """The file of the change of axes that its vectors went through."""
        return self.folder / SHARPENING

    @property
    def recogniser(self) -> Path:
        """The file of the weights that were learnt from the question lines."""
        return self.folder / RECOGNISER

    @property
    def vectors(self) -> Path:
        """The folder of the vectors."""
        return self.folder / self.manifest.vectors


class IndexFolder:
    """The builds under one root."""

    store: VectorStore = FolderVectors()
    """Where the vectors of the builds are kept."""

    def __init__(self, root: Path) -> None:
        """Take a folder; it need not exist yet."""
        self.root = root
        self._builds = root / "builds"
        self._pointer = root / "current"

    def current(self) -> Build:
        """Give the build in use.

        Raises:
            IndexUnavailable: there is none, or it is half-written.
            IndexMismatch: it was written by another version of the program.
        """
        try:
            name = self._pointer.read_text("utf-8").strip()
        except FileNotFoundError as error:
            raise IndexUnavailable(f"there is no index in {self.root}: run 'isvbot-ingest sync'") from error
        except OSError as error:
            raise IndexUnavailable(
                f"the index in {self.root} cannot be read ({error.strerror}): check its rights or set ISVBOT_DATA_DIR"
            ) from error
        except UnicodeDecodeError as error:
            raise IndexUnavailable(f"the index in {self.root} is damaged: run 'isvbot-ingest sync'") from error
        return self._read(self._builds / name)

    def previous(self) -> Build | None:
        """Give the build in use, or ``None`` if there is none that can be read."""
        try:
            return self.current()
        except (IndexUnavailable, IndexMismatch):
            return None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Own the folder while writing; what a killed or failed writer left behind is removed.

        Raises:
            IndexBusy: another process owns it.
            IndexUnavailable: the folder cannot be written.
        """
        lock = self._taken_lock()
        try:
            self._remove_parts()
            yield
        finally:
            self._remove_parts()
            lock.release()

    def new_part(self, name: str) -> Path:
        """Make the empty folder of a build that is being written."""
        part = self._builds / f"{name}{_PART}"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        return part

    def switch_to(self, part: Path, manifest: Manifest) -> Build:
        """Finish a build and put it in use, in one step for every reader; the one before it stays for open readers."""
        before = self.previous()
        (part / "manifest.json").write_text(manifest.model_dump_json(indent=1), "utf-8")
        whole = part.with_suffix("")
        part.rename(whole)
        self._replace_pointer(whole.name)
        kept = {whole.name, before.name if before is not None else whole.name}
        for child in self._builds.iterdir():
            if child.name not in kept and child.suffix != _PART:
                shutil.rmtree(child, ignore_errors=True)
        return Build(whole, manifest)

    def replace_vectors(self, build: Build, folder_name: str, files_digest: str) -> Build:
        """Point a build at another Chroma folder of its own."""
        manifest = build.manifest.model_copy(update={"vectors": folder_name, "vector_files": files_digest})
        _write_whole(build.folder / "manifest.json", manifest.model_dump_json(indent=1))
        return Build(build.folder, manifest)

    def _taken_lock(self) -> FileLock:
        lock = FileLock(self.root / "lock", timeout=0)
        try:
            self._builds.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise IndexBusy(f"another process is writing the index in {self.root}: wait until it is done") from error
        except OSError as error:
            raise IndexUnavailable(
                f"the index folder {self.root} cannot be written ({error.strerror}):"
                " set ISVBOT_DATA_DIR to a folder that can"
            ) from error
        return lock

    def _remove_parts(self) -> None:
        for part in self._builds.glob(f"*{_PART}"):
            shutil.rmtree(part, ignore_errors=True)

    def _read(self, folder: Path) -> Build:
        try:
            raw = json.loads((folder / "manifest.json").read_text("utf-8"))
            if raw.get("format") != FORMAT:
                raise IndexMismatch(
                    f"the index in {self.root} has format {raw.get('format')!r}, this program reads {FORMAT}:"
                    " run 'isvbot-ingest sync --rebuild'"
                )
            return Build(folder, Manifest.model_validate(raw))
        except (OSError, ValueError, AttributeError, ValidationError) as error:
            raise IndexUnavailable(
                f"the index in {folder} is damaged or half-written: run 'isvbot-ingest sync --rebuild'"
            ) from error

    def _replace_pointer(self, name: str) -> None:
        _write_whole(self._pointer, f"{name}\n")


def _write_whole(path: Path, text: str) -> None:
    """Replace a small file in one step."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
