"""A receipt as PDF that a screen reader can read (PDF/UA-1), set by Typst.

Knows the Typst template ``prompts/receipt.typ`` and what it is handed.
Knows nothing of what stands on a receipt.
"""

import dataclasses
import json
from importlib.resources import files

import typst

from bot.core.receipt import Receipt


def as_pdf(receipt: Receipt) -> bytes:
    """Write a receipt as PDF; what people typed is handed over as data and never read as markup.

    The standard is ISO 14289-1: tagged, with a title and a language.
    """
    template = files("prompts").joinpath("receipt.typ").read_bytes()
    data = json.dumps(dataclasses.asdict(receipt), ensure_ascii=False)
    return typst.compile(template, format="pdf", sys_inputs={"receipt": data}, pdf_standards="ua-1")
