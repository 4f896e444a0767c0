"""isvbot as one of the pipelines: the whole way of a question, to the verified answer.

Knows that the index in use, with its question lines and written answers, is what a user has.
Knows nothing of the other pipelines.
"""

from collections.abc import Callable

from bot.bootstrap import build_assistant
from bot.core.corpus import Role
from bot.core.errors import ServiceError
from bot.core.model import Question, Turn
from bot.settings import read_settings
from evals.peers.job import Asked, Job, Place
from evals.run import AS_OF


def index(job: Job) -> None:
    """Use the index that is there."""
    del job


def opened(job: Job) -> Callable[[Asked], tuple[Place, ...]]:
    """Give the assistant over the index in use."""
    del job
    assistant = build_assistant(read_settings())

    def ask(asked: Asked) -> tuple[Place, ...]:
        turns = tuple(Turn(question) for question in asked.history)
        answer = assistant.ask(Question(asked.question, Role(asked.role), AS_OF, None, turns))
        if answer.status.value.startswith("error_"):
            raise ServiceError(f"an answer failed: {answer.status}")
        found = (scored.passage for scored in answer.passages)
        return tuple(Place(p.source_id, p.start, p.start + len(p.whole)) for p in found)

    return ask
