"""Our retrieval as a LangChain retriever, for chains that others build.

Knows how a passage becomes a document with its place, grade and days; what is found, and in which order, is what the
assistant finds for the same question.
Knows nothing of chains, models or prompts. LangChain's types stay in this file.
"""

import asyncio
import threading
from datetime import date
from typing import Annotated

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, PrivateAttr, SkipValidation

from bot.core.corpus import Language, Role
from bot.core.errors import QuestionRefused, UsageError
from bot.core.model import Question
from bot.core.retrieve import MAX_PASSAGES
from bot.core.screen import Stopped
from bot.core.search import Hit, search
from bot.core.tools import Tools
from bot.core.wire import checked_question


class IsvRetriever(BaseRetriever):
    """Finds passages about ISV for one role and day.

    Build it with :func:`bot.bootstrap.build_retriever`; ``retriever.model_copy(update={"role": Role.HELPDESK})`` gives
    the same for another role.
    """

    tools: SkipValidation[Tools] = Field(exclude=True, repr=False)
    """The parts of an assistant; one retriever and its copies ask them one question at a time."""
    role: Role = Role.OFFICER
    as_of: date | None = None
    """The day for which a passage must hold; ``None``: the day on which is asked."""
    k: Annotated[int, Field(ge=1, le=MAX_PASSAGES)] = MAX_PASSAGES
    """How many documents at most."""
    _one_at_a_time: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        """Find documents, best first; an empty list means that nothing was found.

        Raises:
            QuestionRefused: the question is empty, too long, holds personal data, or is an order to the program.
            ServiceError: the index or the embedder did not answer.
        """
        del run_manager
        return self._documents(query)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        """Do the same in a thread, so that the event loop goes on."""
        del run_manager
        return await asyncio.to_thread(self._documents, query)

    def _documents(self, query: str) -> list[Document]:
        with self._one_at_a_time:
            found = search(self._question(query), self.tools)
        if isinstance(found, Stopped):
            raise QuestionRefused(self.tools.messages.say(found.message, found.language))
        return [_document(hit) for hit in found.hits[: self.k]]

    def _question(self, query: str) -> Question:
        try:
            return checked_question(query, role=self.role, as_of=self.as_of or date.today())
        except UsageError as error:
            raise QuestionRefused(self.tools.messages.say(error.name, Language.NL, **error.holes)) from error


def _document(hit: Hit) -> Document:
    """Give a passage with its footnotes; ``text[start:end]`` of its source is the content of the document."""
    passage, source = hit.passage, hit.source
    since, until = passage.validity.since, passage.validity.until
    return Document(
        id=passage.id,
        page_content=passage.whole,
        metadata={
            "passage_id": str(passage.id),
            "source_id": str(source.id),
            "title": source.title,
            "publisher": source.publisher,
            "date": source.date.isoformat(),
            "reference": hit.citation.reference,
            "locator": passage.locator,
            "grade": passage.grade.value,
            "start": passage.start,
            "end": passage.start + len(passage.whole),
            "score": hit.scored.score,
            "url": hit.citation.url,
            "valid_from": None if since is None else since.isoformat(),
            "valid_until": None if until is None else until.isoformat(),
            "superseded_by": list(passage.superseded_by),
        },
    )
