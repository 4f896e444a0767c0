"""A receipt as PDF that a screen reader can read (PDF/UA-1), set by Typst.

Knows the Typst template ``prompts/receipt.typ`` and what it is handed.
Knows nothing of what stands on a receipt.
"""

import dataclasses
import json
import unicodedata
from importlib.resources import files

import typst

from bot.core.receipt import Receipt

COMMON = "\u20ac\u201c\u201d\u2018\u2019\u2013\u2014\u2026\u00b2\u00b3"
"""The euro, quotation marks, dashes, the ellipsis, raised figures: every font has them."""


def as_pdf(receipt: Receipt) -> bytes:
    """Write a receipt as PDF; what people typed is handed over as data and never read as markup.

    The standard is ISO 14289-1: tagged, with a title and a language.
    """
    data = json.dumps(dataclasses.asdict(receipt), ensure_ascii=False)
    try:
        return _compiled(data)
    except typst.TypstError:  # PDF/UA refuses a letter that no font has
        return _compiled("".join(char if _is_common(char) else "?" for char in data))


def _compiled(data: str) -> bytes:
    template = files("prompts").joinpath("receipt.typ").read_bytes()
    return typst.compile(template, format="pdf", sys_inputs={"receipt": data}, pdf_standards="ua-1")


def _is_common(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN") or char in COMMON
