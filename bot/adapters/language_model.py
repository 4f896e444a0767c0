"""A chat model behind the port, through LangChain.

Each request is read by a thread of its own, which hands over what comes; whoever asks waits for it no longer than the
limit, whatever the server does, and cuts the connection when done.
Knows LangChain's messages and chunks; nothing of it is seen outside.
Knows nothing of what is asked, and writes none of it to a log or an error.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langsmith import tracing_context

from bot.adapters.chat_model import chat_model
from bot.adapters.model_faults import Broke, broke
from bot.adapters.model_line import Line, held
from bot.adapters.model_options import ModelOptions, Structured
from bot.core.errors import ModelStopped, ModelTimeout, ModelUnavailable
from bot.core.ports import Piece, Prompt, Usage

THREAD = "isvbot-model"
BACKOFF_S = 0.5
"""Seconds before the second try, doubled for each one after it, where the server does not say."""
CHARS_A_TOKEN = 20
"""No token of any model we know is longer on average; a reply of more is no reply."""

WHOLE = frozenset({"stop", "end_turn", "stop_sequence", "eos", "complete"})
"""Reasons, of the providers that LangChain knows, to end a reply that mean it is whole."""
REASONS = ("finish_reason", "done_reason", "stop_reason")

SCHEMA = "response_format"
TEMPERATURE = "temperature"

Handed = Piece | Broke | None


class LangChainModel:
    """Asks the chat model that the options name; safe to use from several threads."""

    def __init__(self, options: ModelOptions, pause: Callable[[float], None] = time.sleep) -> None:
        """Prepare the model; nothing is asked yet.

        Raises:
            MissingExtra: the package of the provider is not installed.
            SettingsError: the provider is unknown or the settings do not fit it.
        """
        self.name = options.name
        self._options = options
        self._chat = chat_model(options)
        self._pause = pause
        self._refused: frozenset[str] = frozenset()

    def write(self, prompt: Prompt, limit_s: float) -> Generator[Piece, None, None]:
        """Give the reply in pieces as they come; see the port.

        Raises:
            ModelTimeout: the reply was not whole in time.
            ModelUnavailable: the model cannot be reached or refuses.
            ModelStopped: the reply is empty, filtered, cut off or broken.
        """
        until = time.monotonic() + limit_s
        refused, tries = self._refused, 0
        while True:
            with closing(self._ask(prompt, refused, until)) as pieces:
                try:
                    first = next(pieces)
                except Broke as failed:
                    leave_out = self._to_leave_out(prompt, refused, failed)
                    if leave_out is not None:
                        refused |= {leave_out}
                        continue
                    self._wait_or_raise(failed, tries, until)
                    tries += 1
                    continue
                self._refused |= refused  # only what a reply without it proved
                try:
                    yield first
                    yield from pieces
                except Broke as failed:
                    _raise_halfway(failed)
                return

    def _ask(self, prompt: Prompt, refused: frozenset[str], until: float) -> Generator[Piece, None, None]:
        """Ask once.

        Raises:
            Broke: the attempt failed.
        """
        line, queue = Line(), SimpleQueue[Handed]()
        reader = _Reader(self._chat, self._options, line, until, queue.put)
        asked = (_messages(prompt), self._extras(prompt, refused))
        threading.Thread(target=reader.run, args=asked, name=THREAD, daemon=True).start()
        try:
            while True:
                try:
                    handed = queue.get(timeout=max(0.0, until - time.monotonic()))
                except Empty:
                    raise Broke(_late(self.name)) from None
                if handed is None:
                    return
                if isinstance(handed, Broke):
                    raise handed
                yield handed
        finally:
            line.cut()

    def _extras(self, prompt: Prompt, refused: frozenset[str]) -> dict[str, Any]:
        """Give the parameters of one request that a server might refuse."""
        if not self._options.is_openai_like:
            return {}
        extras: dict[str, Any] = {} if TEMPERATURE in refused else {TEMPERATURE: 0}
        if prompt.schema and self._options.structured is not Structured.OFF and SCHEMA not in refused:
            # In the body, not as LangChain's parameter: that one goes another way, which parses the reply itself.
            extras["extra_body"] = {SCHEMA: _response_format(prompt.schema)}
        return extras

    def _to_leave_out(self, prompt: Prompt, refused: frozenset[str], failed: Broke) -> str | None:
        """Give the parameter without which the server may accept the request."""
        if failed.refused is None:
            return None
        extras = self._extras(prompt, refused)
        if failed.refused == TEMPERATURE and TEMPERATURE in extras:
            return TEMPERATURE
        is_free = self._options.structured is Structured.AUTO
        return SCHEMA if is_free and "extra_body" in extras else None

    def _wait_or_raise(self, failed: Broke, tries: int, until: float) -> None:
        wait_s = failed.after_s if failed.after_s is not None else BACKOFF_S * 2**tries
        is_worth_it = failed.is_passing and tries < self._options.retries
        if not is_worth_it or time.monotonic() + wait_s >= until:
            raise failed.error from None
        self._pause(wait_s)


class _Reader:
    """Reads one reply in a thread of its own."""

    def __init__(
        self,
        chat: Any,  # a chat model of LangChain: its own type is generic over types we do not use
        options: ModelOptions,
        line: Line,
        until: float,
        put: Callable[[Handed], None],
    ) -> None:
        self._chat = chat
        self._options = options
        self._line = line
        self._until = until
        self._put = put

    def run(self, messages: list[BaseMessage], extras: Mapping[str, Any]) -> None:
        """Hand over the pieces, then ``None``, or what went wrong."""
        try:
            with tracing_context(enabled=False), held(self._line):
                for piece in self._pieces(messages, extras):
                    self._put(piece)
            self._put(None)
        except Broke as failed:
            self._put(failed)
        except Exception as error:  # noqa: BLE001 - any error of any provider's package becomes one of ours
            self._put(broke(self._options.name, error))

    def _pieces(self, messages: list[BaseMessage], extras: Mapping[str, Any]) -> Iterator[Piece]:
        usage, reason, written = Usage(), "", 0
        with closing(self._chat.stream(messages, **extras)) as chunks:
            for chunk in chunks:
                self._check_time()
                usage, reason = _greater(usage, chunk), _reason(chunk) or reason
                if text := str(chunk.text):
                    written += len(text)
                    self._check_length(written)
                    yield Piece(text)
        self._check_end(reason, written)
        yield Piece("", usage if usage != Usage() else None)

    def _check_time(self) -> None:
        if self._line.is_cut or time.monotonic() > self._until:
            raise Broke(_late(self._options.name))

    def _check_length(self, written: int) -> None:
        if written > CHARS_A_TOKEN * self._options.max_tokens:
            raise Broke(ModelStopped(f"{self._options.name} wrote far more than it was allowed"))

    def _check_end(self, reason: str, written: int) -> None:
        name = self._options.name
        if reason and reason.lower() not in WHOLE:
            raise Broke(ModelStopped(f"{name} stopped before the end ({_known(reason)})"))
        if not reason and self._options.is_openai_like:
            raise Broke(ModelStopped(f"{name} broke off halfway"))
        if not written:
            raise Broke(ModelStopped(f"{name} sent an empty reply"))


def _messages(prompt: Prompt) -> list[BaseMessage]:
    system: list[BaseMessage] = [SystemMessage(prompt.system)] if prompt.system else []
    return [*system, HumanMessage(prompt.user)]


def _response_format(schema: Mapping[str, object]) -> dict[str, object]:
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": dict(schema), "strict": True}}


def _greater(usage: Usage, chunk: AIMessageChunk) -> Usage:
    """Give the greater counts: some servers count once, others again in every chunk."""
    told: Mapping[str, Any] = chunk.usage_metadata or {}
    return Usage(
        max(usage.input_tokens, told.get("input_tokens", 0)), max(usage.output_tokens, told.get("output_tokens", 0))
    )


def _reason(chunk: AIMessageChunk) -> str:
    found = (chunk.response_metadata.get(name) for name in REASONS)
    return next((reason for reason in found if isinstance(reason, str) and reason), "")


def _known(reason: str) -> str:
    """Give a reason that says something to an operator; a server may put anything there."""
    return reason if reason.lower() in {"length", "max_tokens", "content_filter", "safety", "refusal"} else "other"


def _late(name: str) -> ModelTimeout:
    return ModelTimeout(f"{name} did not finish its reply in time")


def _raise_halfway(failed: Broke) -> NoReturn:
    """Raise what ended a reply after its first piece: a connection that was lost then means that it is not whole.

    Raises:
        ModelStopped: the connection was lost.
        ServiceError: anything else, as it is.
    """
    if isinstance(failed.error, ModelUnavailable):
        raise ModelStopped(f"halfway its reply: {failed.error}") from None
    raise failed.error from None
