"""Stops what Chroma keeps running for every folder that was opened: some twenty threads and files each."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from chromadb.api import ServerAPI
from chromadb.api.shared_system_client import SharedSystemClient


@contextmanager
def chroma_released() -> Iterator[None]:
    """Stop, at the end, what was started meanwhile."""
    systems = SharedSystemClient._identifier_to_system
    before = set(systems)
    yield
    for folder in [folder for folder in systems if folder not in before]:
        with suppress(AttributeError):  # it never came up, for its folder was damaged
            system = systems.pop(folder)
            server = system.instance(ServerAPI)  # type: ignore[type-abstract]  # the library looks up the real one
            session = getattr(server, "_session", None)
            if session is not None:  # that of a server: the library leaves its connections open
                session.close()
            system.stop()
        SharedSystemClient._identifier_to_refcount.pop(folder, None)
