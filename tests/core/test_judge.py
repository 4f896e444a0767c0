"""What a sentence of a model may not say beside an outcome of the ISV check."""

import pytest

from bot.adapters.memory import HashingEmbedder
from bot.core.corpus import Language
from bot.core.decision import Decision, Outcome
from bot.core.drafted import DraftPart
from bot.core.evidence import Evidence
from bot.core.judge import Judge
from bot.core.model_reply import Said
from bot.core.places import places_of
from tests.builders import TODAY, passage, real_rules, source, statement

TEXT = (
    "Bij Europese aanbestedingen van het Rijk is ISV verplicht als contractvoorwaarde."
    " Bij kleine opdrachten van het Rijk is ISV niet verplicht als contractvoorwaarde."
    " De leverancier krijgt hulp van een steunpunt."
)
OWNER = source(TEXT, "brief")
PASSAGE = passage(TEXT, of=OWNER)
DUTY = "Bij Europese aanbestedingen van het Rijk is ISV verplicht als contractvoorwaarde."
NO_DUTY = "Bij kleine opdrachten van het Rijk is ISV niet verplicht als contractvoorwaarde."
NEITHER = "De leverancier krijgt hulp van een steunpunt."


def judged(text: str, outcome: Outcome) -> str:
    part = DraftPart(
        "moet ISV",
        statements=(statement("De check heeft een uitkomst.", PASSAGE),),
        decision=Decision(outcome, TODAY, {}, (), ()),
    )
    evidence = Evidence({"S1": PASSAGE}, {"S1": places_of(PASSAGE, OWNER, Language.NL)})
    judge = Judge(part, evidence, Language.NL, HashingEmbedder(), real_rules(), {OWNER.id: OWNER})
    found = judge.judged(Said(text, ("S1",)), ())
    return found if isinstance(found, str) else "kept"


@pytest.mark.parametrize(
    ("outcome", "duty", "no_duty"),
    [
        (Outcome.OBLIGATORY, "kept", "contradiction"),
        (Outcome.VOLUNTARY, "contradiction", "kept"),
        (Outcome.OWN_POLICY, "contradiction", "kept"),
        (Outcome.MANIFEST_COMMITMENT, "contradiction", "kept"),
        (Outcome.UNDETERMINED, "contradiction", "contradiction"),
    ],
)
def test_a_sentence_never_speaks_of_duty_otherwise_than_the_outcome(outcome: Outcome, duty: str, no_duty: str) -> None:
    assert judged(DUTY, outcome) == duty
    assert judged(NO_DUTY, outcome) == no_duty
    assert judged(NEITHER, outcome) == "kept"
