from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core.sentences import sentence_spans, sentences


def test_abbreviations_and_initials_do_not_end_a_sentence() -> None:
    text = "De brief is van S.A.M. Kaag (nr. 331). Zie art. 2.80, d.w.z. de voorwaarden. Klaar."
    assert sentences(text) == (
        "De brief is van S.A.M. Kaag (nr. 331).",
        "Zie art. 2.80, d.w.z. de voorwaarden.",
        "Klaar.",
    )


def test_a_footnote_mark_and_a_quote_belong_to_the_sentence_before() -> None:
    assert sentences("Opgenomen in 'Inkopen met Impact'.³ Daarna volgt meer.") == (
        "Opgenomen in 'Inkopen met Impact'.³",
        "Daarna volgt meer.",
    )


def test_list_items_and_blank_lines_end_a_sentence() -> None:
    assert sentences("Drie lijnen:\n\n1. Verbeteren;\n2. Verbreden;\n- los") == (
        "Drie lijnen:",
        "1. Verbeteren;",
        "2. Verbreden;",
        "- los",
    )


def test_a_number_with_a_point_is_not_an_end() -> None:
    assert len(sentences("Het bedrag is 140.000 euro. Dat is zonder btw.")) == 2


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=300))
def test_spans_are_in_order_and_lose_nothing_but_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    kept = "".join(text[s.start : s.end] for s in spans)
    assert "".join(kept.split()) == "".join(text.split())
