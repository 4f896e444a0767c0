"""What went wrong at a chat model, in our own words.

The words of a provider are never repeated, nor kept as a cause: servers quote the prompt, and parts of the key.
Knows the errors of LangChain and, by their shape, those of the providers' own packages.
Knows nothing of when to ask again; it only says whether that could help.
"""

from langchain_core.exceptions import ModelConnectionError, ModelRefusalError, ModelTimeoutError

from bot.core.errors import ModelStopped, ModelTimeout, ModelUnavailable, ServiceError

TOO_MANY = 429
SERVER_ERROR = 500
UNDERSTOOD = frozenset({400, 422})
"""The server read the request and refuses something in it."""
FILTERED = "content_filter"
KNOWN_CODES = frozenset(
    {
        "DeploymentNotFound",
        "context_length_exceeded",
        "insufficient_quota",
        "invalid_api_key",
        "model_not_found",
        "rate_limit_exceeded",
        "unsupported_parameter",
        "unsupported_value",
    }
)
"""Codes of OpenAI and Azure that help an operator; another code may hold anything and is not shown."""

UNREACHED = frozenset({"TransportError", "APIConnectionError", "OSError"})
TIMED_OUT = frozenset({"TimeoutException", "APITimeoutError", "TimeoutError"})
SAID_SO = frozenset({"APIError"})


class Broke(Exception):
    """An attempt failed: with what, whether another could help, after how long, and the parameter that was refused."""

    def __init__(
        self, error: ServiceError, *, is_passing: bool = False, after_s: float | None = None, refused: str | None = None
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.is_passing = is_passing
        self.after_s = after_s
        self.refused = refused


def broke(model: str, error: Exception) -> Broke:
    """Say what an error of LangChain or a provider means."""
    names = frozenset(kind.__name__ for kind in type(error).__mro__)
    status = _status(error)
    if status is not None:
        return _answered(model, error, status)
    if isinstance(error, ModelTimeoutError) or names & TIMED_OUT:
        return Broke(ModelTimeout(f"{model} did not answer in time"))
    if isinstance(error, ModelConnectionError) or names & UNREACHED:
        return Broke(ModelUnavailable(f"{model} cannot be reached, or dropped the connection"), is_passing=True)
    if isinstance(error, ModelRefusalError):
        return Broke(ModelStopped(f"{model} declined to reply"))
    if names & SAID_SO:
        return Broke(ModelUnavailable(f"{model} reported an error{_code(error)}"))
    return Broke(ModelStopped(f"{model} sent what is no reply ({type(error).__name__})"))


def _answered(model: str, error: Exception, status: int) -> Broke:
    if _has(error, "code", FILTERED):
        return Broke(ModelStopped(f"{model} has a filter that stopped the request"))
    found = ModelUnavailable(f"{model} answered with HTTP status {status}{_code(error)}")
    if status == TOO_MANY or status >= SERVER_ERROR:
        return Broke(found, is_passing=True, after_s=_after_s(error))
    if status in UNDERSTOOD:
        parameter = getattr(error, "param", None)
        return Broke(found, refused=parameter if isinstance(parameter, str) else "")
    return Broke(found)


def _status(error: Exception) -> int | None:
    """Give the HTTP status, which some packages keep in the error and others in its response."""
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int):
            return status
    return None


def _has(error: Exception, name: str, value: str) -> bool:
    return getattr(error, name, None) == value


def _code(error: Exception) -> str:
    code = getattr(error, "code", None)
    return f" ({code})" if isinstance(code, str) and code in KNOWN_CODES else ""


def _after_s(error: Exception) -> float | None:
    """Give the seconds that the server asks us to stay away; a date is not read."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    told = headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else None
