"""Reads the words that the program says.

Knows the files in ``messages/``: one a language, the same names in each.
Knows nothing of when a text is said.
"""

from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

import yaml


def read_messages(language: str) -> dict[str, str]:
    """Read the fixed sentences in one language, by name.

    Raises:
        ValueError: the file is not a list of named texts.
    """
    name = f"messages/{language}.yaml"
    texts = yaml.safe_load(files("prompts").joinpath(name).read_text("utf-8"))
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError(f"prompts/{name}: not a list of named texts")
    return texts


def prompts_digest() -> str:
    """Give a digest of every text in this folder, so that an answer can name the words it was made with."""
    digest = sha256()
    for name, file in sorted(_texts(files("prompts"), ""), key=lambda found: found[0]):
        digest.update(f"{name}\0".encode() + file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _texts(folder: Traversable, place: str) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        if item.is_dir() and not item.name.startswith("_"):
            yield from _texts(item, f"{place}{item.name}/")
        elif item.is_file() and not item.name.endswith((".py", ".pyc")):
            yield f"{place}{item.name}", item
