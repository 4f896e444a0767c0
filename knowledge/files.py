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

_WAY_OUT = "set ISVBOT_KNOWLEDGE_DIR to a whole copy of knowledge/, or leave it out"

Model = TypeVar("Model", bound=BaseModel)
Checked = TypeVar("Checked")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the base is picked at run time
    """Reads YAML and refuses a field that is named twice, of which YAML would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:  # noqa: FBT001, FBT002  # as the base has it
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
        if twice is not None:
            raise ContentError(f"{twice}: named twice")
        found: dict[object, object] = super().construct_mapping(node, deep=deep)
        return found


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
        items = checked(path, TypeAdapter(tuple[model, ...]), parsed(path, text_of(path, file)))  # type: ignore[valid-type]  # mypy cannot see that a TypeVar is a type here
        found.extend((path, item) for item in items)
    return tuple(found)


def read_one(root: Traversable | None, name: str, adapter: TypeAdapter[Checked]) -> Checked:
    """Read one YAML file.

    Raises:
        ContentError: a field is wrong.
    """
    file = (root or knowledge_root()).joinpath(name)
    return checked(name, adapter, parsed(name, text_of(name, file)))


def walk(folder: Traversable, path: str, suffix: str) -> Iterator[tuple[str, Traversable]]:
    """Give the files of a folder and those inside it, by path, in order.

    Raises:
        ContentError: the folder cannot be read.
    """
    try:
        children = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise ContentError(f"{path}: {folder} cannot be read ({error.strerror}): {_WAY_OUT}") from error
    for child in children:
        place = f"{path}/{child.name}"
        if child.is_dir():
            yield from walk(child, place, suffix)
        elif child.name.endswith(suffix):
            yield place, child


def bytes_of(path: str, file: Traversable) -> bytes:
    """Give the content of a file.

    Raises:
        ContentError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise ContentError(f"{path}: {file} cannot be read ({error.strerror}): {_WAY_OUT}") from error


def text_of(path: str, file: Traversable) -> str:
    """Give the text of a file.

    Raises:
        ContentError: it cannot be read, or is not UTF-8.
    """
    try:
        return bytes_of(path, file).decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}: the file is not UTF-8: save it as UTF-8 (byte {error.start})") from error


def parsed(path: str, text: str) -> object:
    """Read YAML.

    Raises:
        ContentError: it is not YAML.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # CSafeLoader is the safe one
    except ContentError as error:
        raise ContentError(f"{path}: {error}") from error
    except (yaml.YAMLError, ValueError) as error:
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
