"""How an answer becomes its record: the object that readers get, and what only an operator needs to know.

Knows nothing of where a record is kept.
"""

import logging
from dataclasses import asdict

from bot.core.audit import Record, Records
from bot.core.corpus import Status
from bot.core.errors import StoreUnavailable
from bot.core.model import Answer
from bot.core.receipt import Versions
from bot.core.wire import answer_object

log = logging.getLogger(__name__)


def keep(
    answer: Answer, records: Records, versions: Versions, *, asker: str, dropped: int = 0, cause: str = ""
) -> None:
    """Keep why an answer was given; that this fails never costs the reader the answer."""
    try:
        records.add(record_of(answer, versions, asker=asker, dropped=dropped, cause=cause))
    except StoreUnavailable as error:
        log.warning("not recorded id=%s cause=%s", answer.id, error)


def record_of(answer: Answer, versions: Versions, *, asker: str = "", dropped: int = 0, cause: str = "") -> Record:
    """Make the record of an answer; of a message with personal data only that there was one."""
    body = answer_object(answer)
    body["passages"] = [{"id": s.passage.id, "score": round(s.score, 4)} for s in answer.passages]
    if answer.drafting is not None:
        body["drafting"] = asdict(answer.drafting)
    if answer.status is Status.REFUSED_PERSONAL_DATA:
        body |= {"question": "", "standalone_question": ""}
    return Record(
        id=answer.id,
        asker=asker,
        status=answer.status,
        versions=versions,
        draft=answer.draft,
        kept=len(answer.citations),
        dropped=dropped,
        cause=cause,
        body=body,
    )
