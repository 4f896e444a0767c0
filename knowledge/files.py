"""Reads the files of this folder into checked shapes.

Knows where files are, YAML and front matter; every error names the file and the field.
Knows nothing of what a field means.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.core.errors import ContentError

Model = TypeVar("Model", bound=BaseModel)
Checked = TypeVar("Checked")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def knowledge_root() -> Traversable:
    """Give the folder as it is installed, in a checkout or in a wheel."""
    return files("knowledge")


def read_lists(root: Traversable | None, folder: str, model: type[Model]) -> tuple[tuple[str, Model], ...]:
    """Read every YAML list of a folder, each item with the path of its file.

    Raises:
        ContentError: a field is wrong.
    """
    found: list[tuple[str, Model]] = []
    for path, file in walk((root or knowledge_root()).joinpath(folder), folder, ".yaml"):
        items = checked(path, TypeAdapter(tuple[model, ...]), parsed(path, file.read_text("utf-8")))  # type: ignore[valid-type]  # mypy cannot see that a TypeVar is a type here
        found.extend((path, item) for item in items)
    return tuple(found)


def read_one(root: Traversable | None, name: str, adapter: TypeAdapter[Checked]) -> Checked:
    """Read one YAML file.

    Raises:
        ContentError: a field is wrong.
    """
    file = (root or knowledge_root()).joinpath(name)
    return checked(name, adapter, parsed(name, file.read_text("utf-8")))


def walk(folder: Traversable, path: str, suffix: str) -> Iterator[tuple[str, Traversable]]:
    """Give the files of a folder and those inside it, by path, in order."""
    for child in sorted(folder.iterdir(), key=lambda entry: entry.name):
        place = f"{path}/{child.name}"
        if child.is_dir():
            yield from walk(child, place, suffix)
        elif child.name.endswith(suffix):
            yield place, child


def parsed(path: str, text: str) -> object:
    """Read YAML.

    Raises:
        ContentError: it is not YAML.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # CSafeLoader is the safe one
    except yaml.YAMLError as error:
        raise ContentError(f"{path}: not YAML: {str(error).splitlines()[0]}") from error


def checked(path: str, adapter: TypeAdapter[Checked], value: object) -> Checked:
    """Give a value in its checked shape.

    Raises:
        ContentError: it does not have that shape; the message names the file and the field.
    """
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ContentError(f"{path}: {place}: {first['msg']} (found: {first['input']!r:.80})") from error
