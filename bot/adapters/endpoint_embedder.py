"""Embeds at any endpoint that speaks OpenAI's embeddings API: Azure OpenAI, vLLM, TEI, Ollama, Mistral.

Knows the request, when to ask again, and what a whole answer is.
Knows nothing of passages or indexes. What the endpoint writes in an error is shown to no one: it may hold a question.

Plain httpx, and neither ``openai`` nor LangChain: it is one request. LangChain's client sends numbers of OpenAI's own
tokenizer, which it downloads at run time and other engines do not take (docs/adr/0007-larger-engines.md).
"""

import json
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
from pydantic import SecretStr

from bot.adapters.unit import unit_vectors
from bot.core.errors import EmbedderUnavailable, ServiceTimeout

FIRST_WAIT = 0.5
"""Seconds before a second call where the endpoint names no time; twice as long each time."""

MOST_BYTES_A_TEXT = 1_000_000
"""More than that for each text is no list of vectors: 8,192 dimensions take some 200,000."""

TOO_MANY = 429
RETRIED = frozenset({408, 409, 425, TOO_MANY, 500, 502, 503, 504})

WAYS_OUT = {
    400: "check ISVBOT_EMBEDDER_MODEL, and set a smaller ISVBOT_EMBEDDER_BATCH",
    401: "check ISVBOT_EMBEDDER_KEY",
    403: "check ISVBOT_EMBEDDER_KEY and its rights",
    404: "check ISVBOT_EMBEDDER_URL (up to and with /v1) and ISVBOT_EMBEDDER_MODEL",
    413: "set a smaller ISVBOT_EMBEDDER_BATCH",
    429: "wait, or set more ISVBOT_EMBEDDER_RETRIES and a longer ISVBOT_EMBEDDER_TIMEOUT",
}


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """Where the endpoint is, what it is asked, and how long; ``timeout`` is in seconds, for a call with its retries."""

    url: str
    model: str
    name: str | None = None
    key: SecretStr | None = None
    batch: int = 32
    question_prefix: str = ""
    passage_prefix: str = ""
    timeout: float = 10.0
    retries: int = 2


class EndpointEmbedder:
    """An endpoint; it is first called when something is embedded, so that it may be down when the program starts."""

    def __init__(
        self,
        options: EndpointOptions,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the options; ``sleep`` and ``clock`` are in seconds."""
        self.name = options.name or f"openai:{options.model}"
        self._options, self._sleep, self._clock = options, sleep, clock
        self._dims = 0
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {options.key.get_secret_value()}"} if options.key else {},
            follow_redirects=False,  # the key goes to no other address
        )
        weakref.finalize(self, self._client.close)

    @property
    def dims(self) -> int:
        """The length of its vectors; asks the endpoint if nothing was embedded yet."""
        if not self._dims:
            self.embed_questions(["isv"])
        return self._dims

    def embed_questions(self, texts: Sequence[str]) -> Sequence[npt.NDArray[np.float32]]:
        """Embed questions and question lines.

        Raises:
            EmbedderUnavailable: the endpoint cannot be reached, refuses, or gives something else than vectors.
            ServiceTimeout: it does not answer in time.
        """
        return self._embed(texts, self._options.question_prefix)

    def embed_passages(self, texts: Sequence[str]) -> Sequence[npt.NDArray[np.float32]]:
        """Embed passages.

        Raises:
            EmbedderUnavailable: the endpoint cannot be reached, refuses, or gives something else than vectors.
            ServiceTimeout: it does not answer in time.
        """
        return self._embed(texts, self._options.passage_prefix)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _embed(self, texts: Sequence[str], prefix: str) -> Sequence[npt.NDArray[np.float32]]:
        size = self._options.batch
        found: list[npt.NDArray[np.float32]] = []
        for start in range(0, len(texts), size):
            batch = [f"{prefix}{text}" for text in texts[start : start + size]]
            rows = self._rows(self._answer(batch), len(batch))
            dims = self._dims or len(rows[0])
            found.extend(unit_vectors(rows, len(batch), dims, self.name))
            self._dims = dims
        return found

    def _answer(self, texts: Sequence[str]) -> bytes:
        """Give the body of a good answer, asking again where that may help and while there is time.

        Raises:
            EmbedderUnavailable: there was none.
            ServiceTimeout: there was none in time.
        """
        ends = self._clock() + self._options.timeout
        attempt = 0
        while True:
            try:
                status, body, wait = self._called(texts, ends)
                if status == httpx.codes.OK:
                    return body
                cause = f"answered with status {status}"
            except httpx.TimeoutException as error:
                raise ServiceTimeout(self._late()) from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                status, cause, wait = 0, f"cannot be reached ({type(error).__name__})", None
            pause = FIRST_WAIT * 2**attempt if wait is None else wait
            attempt += 1
            is_final = status != 0 and status not in RETRIED
            if is_final or attempt > self._options.retries or self._clock() + pause >= ends:
                way_out = WAYS_OUT.get(status, "check ISVBOT_EMBEDDER_URL and whether it is up")
                raise EmbedderUnavailable(f"{self.name} at {self._options.url} {cause}: {way_out}")
            self._sleep(pause)

    def _called(self, texts: Sequence[str], ends: float) -> tuple[int, bytes, float | None]:
        """Call once; gives the status, the body, and the seconds to wait where the endpoint names them.

        Raises:
            EmbedderUnavailable: the body is too long.
            ServiceTimeout: it is not whole in time.
        """
        url = f"{self._options.url.rstrip('/')}/embeddings"
        request = {"model": self._options.model, "input": list(texts), "encoding_format": "float"}
        body = bytearray()
        left = max(ends - self._clock(), 0.001)
        with self._client.stream("POST", url, json=request, timeout=left) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if self._clock() > ends:
                    raise ServiceTimeout(self._late())
                if len(body) > MOST_BYTES_A_TEXT * len(texts):
                    raise EmbedderUnavailable(f"{self.name} gave more than a list of vectors can be")
            return response.status_code, bytes(body), _seconds(response.headers.get("retry-after"))

    def _late(self) -> str:
        return f"{self.name} at {self._options.url} did not answer within {self._options.timeout:g} s"

    def _rows(self, body: bytes, count: int) -> list[list[Any]]:  # what a number is, is checked with the vectors
        """Give the vectors in the order of the texts, whatever the order of the answer.

        Raises:
            EmbedderUnavailable: they are not there, or not as many as the texts.
        """
        try:
            items = json.loads(body)["data"]
            places = [item.get("index", place) for place, item in enumerate(items)]
            rows = {place: item["embedding"] for place, item in zip(places, items, strict=True)}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise EmbedderUnavailable(f"{self.name} gave something that is no list of vectors") from error
        if len(items) != count or set(rows) != set(range(count)):
            raise EmbedderUnavailable(
                f"{self.name} gave {len(items)} vectors for {count} texts, or numbered them wrongly"
            )
        if not all(isinstance(row, list) and row for row in rows.values()):
            raise EmbedderUnavailable(f"{self.name} gave something that is no list of vectors")
        return [rows[place] for place in range(count)]


def _seconds(header: str | None) -> float | None:
    """Read ``Retry-After``; a date or nonsense counts as not said."""
    try:
        return max(0.0, float(header)) if header is not None else None
    except ValueError:
        return None
