"""A receipt as PDF can be read by a screen reader, and shows what people typed as they typed it."""

import io
import sys

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from bot.adapters.receipt_pdf import as_pdf
from bot.bootstrap import build_receipt_pdf
from bot.core.corpus import Language
from bot.core.errors import MissingExtra
from bot.core.receipt import Receipt
from tests.core.test_receipt import LAPTOPS, WITHOUT_VALUE, receipt


def pdf_of(found: Receipt) -> PdfReader:
    return PdfReader(io.BytesIO(as_pdf(found)))


def root_of(reader: PdfReader) -> DictionaryObject:
    root = reader.trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    return root


def text_of(reader: PdfReader) -> str:
    """The text of all pages, on one line."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def structure(reader: PdfReader) -> set[str]:
    """The kinds of the elements that a screen reader goes by."""
    found, left = set[str](), [root_of(reader)["/StructTreeRoot"]]
    while left:
        item: object = left.pop().get_object()
        if isinstance(item, list):
            left.extend(item)
        elif isinstance(item, DictionaryObject):
            found |= {str(item["/S"])} if "/S" in item else set()
            left += [item["/K"]] if "/K" in item else []
    return found


def test_a_usual_case_fits_on_one_page() -> None:
    assert len(pdf_of(receipt(LAPTOPS)).pages) == 1
    assert len(pdf_of(receipt(WITHOUT_VALUE, language=Language.EN)).pages) == 1


def test_it_is_tagged_with_headings_lists_and_tables() -> None:
    reader = pdf_of(receipt(LAPTOPS))
    marks = root_of(reader)["/MarkInfo"]
    assert isinstance(marks, DictionaryObject)
    assert marks["/Marked"]
    assert structure(reader) >= {"/Document", "/H1", "/H2", "/L", "/LI", "/Table", "/TH", "/TD"}


@pytest.mark.parametrize("language", list(Language))
def test_its_language_and_title_are_those_of_the_receipt(language: Language) -> None:
    found = receipt(LAPTOPS, language=language)
    reader = pdf_of(found)
    assert str(root_of(reader)["/Lang"]) == language.value
    assert reader.metadata is not None
    assert reader.metadata.title == found.title


def test_it_says_that_it_is_pdf_ua_1() -> None:
    metadata = pdf_of(receipt(LAPTOPS)).xmp_metadata
    assert metadata is not None
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata.stream.get_data()


@pytest.mark.parametrize("language", list(Language))
def test_all_that_stands_on_the_receipt_stands_in_its_text(language: Language) -> None:
    found = receipt(LAPTOPS, language=language)
    text = text_of(pdf_of(found))
    cells = [cell for section in found.sections for row in section.rows for cell in row]
    headings = [name for section in found.sections for name in (section.heading, *section.columns)]
    missing = [one for one in (found.title, found.outcome, found.closing, *headings, *cells) if one not in text]
    assert missing == []
    assert "“" in text


@pytest.mark.parametrize(
    "typed",
    [
        "#set page(fill: red)",
        '#panic("x")',
        "$x$",
        "*b*",
        "_i_",
        "`c`",
        "= kop",
        "@bron <label>",
        "a // b /* c */",
        "[haakjes] {accolades} (rond)",
        "[k](https://example.org)",
        r"C:\map \u{41} ~ --",
        '") #panic("',
        "\"rechte\" 'aanhaling'",
        "€ 1.000,00 & 5 % – café",
    ],
)
def test_what_people_typed_stands_there_as_typed(typed: str) -> None:
    usual, found = pdf_of(receipt(LAPTOPS, told=["laptops"])), pdf_of(receipt(LAPTOPS, told=[typed]))
    assert f"Vraag • {typed} Gegevens van de opdracht" in text_of(found)
    assert structure(found) == structure(usual)
    assert "/Annots" not in found.pages[0]


def test_two_lines_are_two_lines_of_one_item() -> None:
    assert "Vraag • eerst dan Gegevens" in text_of(pdf_of(receipt(LAPTOPS, told=["eerst\ndan"])))


def test_a_long_message_runs_on_to_more_pages() -> None:
    reader = pdf_of(receipt(LAPTOPS, told=["lang verhaal " * 900]))
    assert len(reader.pages) > 1
    assert "geen juridisch advies" in text_of(reader)


@pytest.mark.parametrize("typed", ["laptops \U000f0000", "laptops \x07"])
def test_a_letter_that_no_font_has_does_not_stop_it(typed: str) -> None:
    assert "laptops" in text_of(pdf_of(receipt(LAPTOPS, told=[typed])))


def test_the_part_is_built_where_typst_is_installed() -> None:
    assert build_receipt_pdf() is as_pdf


def test_without_typst_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    monkeypatch.delitem(sys.modules, "bot.adapters.receipt_pdf")
    with pytest.raises(MissingExtra, match=r"pip install isvbot\[receipt\]"):
        build_receipt_pdf()
