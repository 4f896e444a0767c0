"""What is checked of a token before the SDK checks whether it is true.

Knows that no keys are fetched for a token that cannot be right whoever signed it, and that nothing is let in while they
cannot be had.
Knows nothing of how keys are fetched, nor of what an activity says beside the service that it names.
"""

import jwt
from jwt.types import Options
from microsoft_teams.apps import App
from microsoft_teams.apps.auth import TokenValidator
from microsoft_teams.apps.http.adapter import HttpRequest

from bot.channels.teams import line
from bot.channels.teams.keys import Keys, KeysAway, Pace

ALGORITHM = "RS256"

CLAIMS = ["aud", "exp", "iss", "serviceurl"]
"""What a token must say; the SDK checks what is there, but takes one that says nothing of its end."""

CHECKED: Options = {
    "verify_signature": False,
    "verify_aud": True,
    "verify_exp": True,
    "verify_iat": True,
    "verify_iss": True,
    "verify_nbf": True,
    "require": CLAIMS,
}

REFUSED, LATER = 401, 503


class Gate:
    """Lets a request through to the SDK, or says with which status it is refused."""

    def __init__(self, validator: TokenValidator, keys: Keys) -> None:
        """Take the SDK's check, which knows what a token must say, and the keys."""
        self._options = validator.options
        self.keys = keys

    async def refusal(self, request: HttpRequest) -> int:
        """Give the status with which a request is refused; zero for one that the SDK may look at."""
        name = self._key_of(request["headers"].get("authorization", ""), str(request["body"]["serviceUrl"]))
        try:
            return 0 if name and await self.keys.has(name) else REFUSED
        except KeysAway:
            line.note("keys cannot be fetched")
            return LATER

    def _key_of(self, authorization: str, service_url: str) -> str:
        """Give the name of the key that a token says to be signed by; empty where it is not for this request.

        Tokens of Entra itself, which the SDK takes from other agents, are not.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer":
            return ""
        known = self._options
        try:
            token_parts = jwt.decode_complete(
                token,
                options=CHECKED,
                audience=known.valid_audiences,
                issuer=known.valid_issuers,
                leeway=known.clock_tolerance,
            )
        except Exception:  # noqa: BLE001  # whatever a hostile token makes a library raise: it is refused
            return ""
        header, service = token_parts["header"], token_parts["payload"]["serviceurl"]
        is_here = isinstance(service, str) and service.rstrip("/") == service_url.rstrip("/")
        return str(header.get("kid") or "") if is_here and header["alg"] == ALGORITHM else ""


def gate_before(teams: App, pace: Pace) -> Gate | None:
    """Put a gate before the SDK's check of tokens, and our keys in the place of what would fetch them there.

    The SDK has no public way to be given keys; its own way waits for the network in the event loop, where nothing else
    goes on meanwhile. Without a registration it checks no token, and lets nobody in.
    """
    checks = teams.server._token_validator  # noqa: SLF001  # see above
    if checks is None:
        return None
    validator = checks._service_validator  # noqa: SLF001
    keys = Keys(validator.options.jwks_uri, pace)
    validator._jwks_client = keys  # noqa: SLF001
    return Gate(validator, keys)
