import pytest

from bot.core.corpus import Language
from bot.core.language import is_foreign, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("wanneer is isv verplicht", Language.NL),
        ("is due diligence a must for our tender", Language.EN),
        ("What are the ISV and do they apply to us?", Language.EN),
        ("en MVI?", Language.NL),
        ("ISV", None),
    ],
)
def test_the_language_of_short_messages(text: str, language: Language | None) -> None:
    assert language_of(text) is language


def test_another_language_is_foreign_and_a_loan_word_is_not() -> None:
    assert is_foreign("Müssen die Gemeinden auch diese Bedingungen anwenden, und wann?")
    assert is_foreign("Quelles sont les conditions sociales pour les communes ?")
    assert is_foreign("Che cosa sono le condizioni sociali internazionali?")
    assert is_foreign("Quando são obrigatórias as condições sociais e para quem?")
    assert is_foreign("Kiedy to jest obowiązkowe i dla kogo?")
    assert is_foreign("Sosyal koşullar nedir ve ne için gerekir?")
    assert is_foreign("متى تكون الشروط الاجتماعية إلزامية؟")
    assert not is_foreign("wat is due diligence in de keten")
    assert not is_foreign("ISV?")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hello", Language.EN),
        ("Good morning", Language.EN),
        ("thanks", Language.EN),
        ("hallo", Language.NL),
        ("Bedankt!", Language.NL),
    ],
)
def test_a_greeting_or_thanks_has_a_language(text: str, language: Language) -> None:
    assert language_of(text) is language
