"""Stops what Chroma keeps running for every folder that was opened: some twenty threads and files each."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from chromadb.api.shared_system_client import SharedSystemClient


@contextmanager
def chroma_released() -> Iterator[None]:
    """Stop, at the end, what was started meanwhile."""
    systems = SharedSystemClient._identifier_to_system
    before = set(systems)
    yield
    for folder in [folder for folder in systems if folder not in before]:
        with suppress(AttributeError):  # it never came up, for its folder was damaged
            systems.pop(folder).stop()
        SharedSystemClient._identifier_to_refcount.pop(folder, None)
