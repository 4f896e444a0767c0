"""Reads the words that the program says, and those that it gives to a chat model.

Knows the files in ``messages/``, what people read, and ``mcp/``, what other programs read about our tools: one a
language, the same names in each; and in ``steps/``, one a prompt.
Knows nothing of when a text is used.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template

import yaml

from bot.core.corpus import Language, Role
from bot.core.errors import PromptError
from bot.core.prompting import Prompts, PromptTemplate

FIELDS = frozenset({"name", "version", "purpose", "variables", "output"})
"""What the front matter of a prompt holds, no less and no more."""

_PROMPT = re.compile(r"---\n(?P<front>.*?)\n---\n# System\n(?P<system>.*?)\n# User\n(?P<user>.*)", re.DOTALL)


def read_messages(language: str, folder: str = "messages") -> dict[str, str]:
    """Read the fixed sentences of a folder in one language, by name.

    Raises:
        ValueError: the file is not a list of named texts.
    """
    name = f"{folder}/{language}.yaml"
    texts = yaml.safe_load(files("prompts").joinpath(name).read_text("utf-8"))
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError(f"prompts/{name}: not a list of named texts")
    return texts


def read_prompts() -> Prompts:
    """Read the prompts of every step.

    Raises:
        PromptError: a file is missing or wrong; the message names the file and the field or variable.
    """
    return Prompts(
        answer=read_prompt("answer"),
        standalone=read_prompt("standalone-question"),
        tones={role: read_prompt(f"tone-{role.value}") for role in Role},
        languages={language: read_prompt(f"language-{language.value}") for language in Language},
    )


def read_prompt(name: str) -> PromptTemplate:
    """Read one prompt.

    Raises:
        PromptError: the file is missing or wrong.
    """
    path = f"prompts/steps/{name}.md"
    try:
        return prompt_of(name, files("prompts").joinpath(f"steps/{name}.md").read_text("utf-8"))
    except OSError as error:
        raise PromptError(f"{path}: cannot be read ({error.strerror})") from error


def prompt_of(name: str, text: str) -> PromptTemplate:
    """Give the prompt that the text of a file is.

    Raises:
        PromptError: it has not the shape of a prompt, or its variables are not those that it declares.
    """
    path = f"prompts/steps/{name}.md"
    match = _PROMPT.fullmatch(text)
    if match is None:
        raise PromptError(f"{path}: not front matter between '---', then '# System' and '# User'")
    try:
        front = yaml.safe_load(match["front"])
    except yaml.YAMLError as error:
        raise PromptError(f"{path}: front matter: {str(error).splitlines()[0]}") from error
    if not isinstance(front, dict) or set(front) != FIELDS:
        raise PromptError(f"{path}: front matter: the fields are {', '.join(sorted(FIELDS))}")
    if front["name"] != name or not isinstance(front["version"], int) or not isinstance(front["variables"], list):
        raise PromptError(f"{path}: front matter: name, version or variables: not as the file needs")
    declared = frozenset(map(str, front["variables"]))
    used = _variables(path, match["system"]) | _variables(path, match["user"])
    if declared != used:
        odd = sorted(declared ^ used)
        raise PromptError(f"{path}: variables: declared and used are not the same: {', '.join(odd)}")
    return PromptTemplate(name, front["version"], match["system"].strip(), match["user"].strip(), declared)


def _variables(path: str, text: str) -> frozenset[str]:
    template = Template(text)
    if not template.is_valid():
        raise PromptError(f"{path}: a '$' is not part of a variable: write '$$'")
    return frozenset(template.get_identifiers())


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
