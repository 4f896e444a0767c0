"""Reads the words that the program says.

Knows the files in ``messages/``, what people read, and ``mcp/``, what other programs read about our tools: one a
language, the same names in each.
Knows nothing of when a text is said.
"""

from importlib.resources import files

import yaml


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
