"""Asks Entra which of the listed groups a person belongs to, over Microsoft Graph and with the bot's own token.

Knows the two requests, when to ask again, and for how long an answer holds.
Knows nothing of roles. No id of a person reaches an error or a log.

Plain httpx and not ``msal``: it is one request for a token, at an address that a setting may change.
"""

import json
import re
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import httpx
from pydantic import SecretStr

from bot.core.errors import DirectoryUnavailable, ServiceTimeout
from bot.core.identity import is_guid

GROUPS_A_CALL = 20
"""Groups that one call may name (Graph, checkMemberGroups)."""

LASTS_S = 600.0
"""Seconds for which an answer about a person holds."""

KEPT_PEOPLE = 5_000
"""People about whom an answer is remembered; in memory only."""

RETRIES = 2
FIRST_WAIT = 0.5
"""Seconds before a second call where Graph names no time; twice as long each time."""

EARLY_S = 60.0
"""Seconds before its end at which a token is no longer used."""

MOST_BYTES = 200_000

OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 200, 401, 403, 404
RETRIED = frozenset({UNAUTHORIZED, 408, 429, 500, 502, 503, 504})
UNKNOWN_PERSON = "Request_ResourceNotFound"
"""What Graph says of an id that is nobody's; a wrong address is a 404 of another kind."""

NOBODY = "00000000-0000-0000-0000-000000000000"
"""The id of no person, to see whether Graph would answer about one."""

PERMISSIONS = "grant the application permissions User.Read.All and GroupMember.Read.All; see docs/teams.md"
WAYS_OUT: Mapping[int, str] = {
    400: "check the ids below 'groups' in ISVBOT_PEOPLE_FILE",
    UNAUTHORIZED: "check ISVBOT_TEAMS_GRAPH_URL and ISVBOT_TEAMS_TENANT_ID",
    FORBIDDEN: PERMISSIONS,
    NOT_FOUND: "check ISVBOT_TEAMS_GRAPH_URL",
}
TOKEN_WAY_OUT = "check ISVBOT_TEAMS_CLIENT_ID, ISVBOT_TEAMS_CLIENT_SECRET and ISVBOT_TEAMS_TENANT_ID"  # noqa: S105  # no secret

_CODE = re.compile(r"\w{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class EntraOptions:
    """The bot in Entra, and where Graph and its tokens are. ``timeout`` is in seconds, for all calls about a person.

    For ``away`` seconds after a failure Graph is left alone, so that who waits for it holds up nobody else.
    """

    client_id: str
    client_secret: SecretStr | None
    tenant_id: str
    graph_url: str = "https://graph.microsoft.com"
    login_url: str = "https://login.microsoftonline.com"
    timeout: float = 5.0
    away: float = 15.0


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: object
    wait: float | None


class EntraGroups:
    """Memberships in Entra; nothing is asked before somebody must be known by a group. Any thread may ask."""

    def __init__(
        self,
        options: EntraOptions,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        kept_people: int = KEPT_PEOPLE,
    ) -> None:
        """Take the options; ``sleep`` and ``clock`` are in seconds."""
        self.options = options
        self._kept_people = kept_people
        self._sleep, self._clock = sleep, clock
        self._away_until = float("-inf")
        self._token: tuple[str, float] | None = None
        self._known: OrderedDict[tuple[str, tuple[str, ...]], tuple[frozenset[str], float]] = OrderedDict()
        self._lock = threading.Lock()

    def among(self, person: str, groups: Sequence[str]) -> frozenset[str]:
        """Give the groups, of those named, that a person belongs to, also by way of another group.

        Raises:
            DirectoryUnavailable: Graph cannot be reached, or refuses.
            ServiceTimeout: it does not answer in time.
        """
        if not is_guid(person):
            return frozenset()
        key = (person, tuple(groups))
        known = self._known.get(key)
        if known is not None and self._clock() < known[1]:
            return known[0]
        if self._clock() < self._away_until:
            raise DirectoryUnavailable(
                f"Graph did not answer a short time ago; it is asked again within {self.options.away:g} s"
            )
        try:
            found = self._found(person, groups)
        except (DirectoryUnavailable, ServiceTimeout):
            self._away_until = self._clock() + self.options.away
            raise
        with self._lock:
            self._known[key] = (found, self._clock() + LASTS_S)
            self._known.move_to_end(key)
            while len(self._known) > self._kept_people:
                self._known.popitem(last=False)
        return found

    def check(self, groups: Sequence[str]) -> None:
        """See whether Graph would answer.

        Raises:
            DirectoryUnavailable: it cannot be reached, or refuses.
            ServiceTimeout: it does not answer in time.
        """
        self._found(NOBODY, groups)

    @cached_property
    def _client(self) -> httpx.Client:
        client = httpx.Client(follow_redirects=False)  # the secret and the token go to no other address
        weakref.finalize(self, client.close)
        return client

    def _found(self, person: str, groups: Sequence[str]) -> frozenset[str]:
        ends = self._clock() + self.options.timeout
        batches = (groups[start : start + GROUPS_A_CALL] for start in range(0, len(groups), GROUPS_A_CALL))
        found = {group.lower() for batch in batches for group in self._checked(person, batch, ends)}
        return frozenset(group for group in groups if group.lower() in found)

    def _checked(self, person: str, groups: Sequence[str], ends: float) -> Sequence[str]:
        """Ask about one batch, again where that may help and while there is time.

        Raises:
            DirectoryUnavailable: there was no answer.
            ServiceTimeout: there was none in time.
        """
        url = f"{self.options.graph_url.rstrip('/')}/v1.0/users/{person}/checkMemberGroups"
        attempt = 0
        while True:
            headers = {"Authorization": f"Bearer {self._bearer(ends)}"}
            answer = self._posted("Graph", url, ends, headers=headers, json={"groupIds": list(groups)})
            if answer.status == OK:
                return _ids(answer.body)
            if answer.status == NOT_FOUND and _code(answer.body) == UNKNOWN_PERSON:
                return ()
            if answer.status == UNAUTHORIZED:
                self._token = None
            pause = FIRST_WAIT * 2**attempt if answer.wait is None else answer.wait
            attempt += 1
            if answer.status not in RETRIED or attempt > RETRIES or self._clock() + pause >= ends:
                way_out = WAYS_OUT.get(answer.status, "try again later")
                raise DirectoryUnavailable(f"Graph answered with status {answer.status}: {way_out}")
            self._sleep(pause)

    def _bearer(self, ends: float) -> str:
        """Give a token that still holds, a new one where needed.

        Raises:
            DirectoryUnavailable: there is none to be had.
            ServiceTimeout: there is none in time.
        """
        token = self._token
        if token is not None and self._clock() < token[1]:
            return token[0]
        options = self.options
        if options.client_secret is None or not options.client_id or not options.tenant_id:
            raise DirectoryUnavailable(f"the groups in ISVBOT_PEOPLE_FILE cannot be looked up: {TOKEN_WAY_OUT}")
        url = f"{options.login_url.rstrip('/')}/{options.tenant_id}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": options.client_id,
            "client_secret": options.client_secret.get_secret_value(),
            "scope": f"{options.graph_url.rstrip('/')}/.default",
        }
        answer = self._posted("the login host", url, ends, data=form)
        body = answer.body if isinstance(answer.body, dict) else {}
        given, lasts = body.get("access_token"), body.get("expires_in")
        if answer.status != OK or not isinstance(given, str) or not isinstance(lasts, int):
            why = _code(answer.body) or "no token"
            raise DirectoryUnavailable(
                f"the login host answered with status {answer.status} ({why}): {TOKEN_WAY_OUT}, ISVBOT_TEAMS_LOGIN_URL"
            )
        self._token = (given, self._clock() + lasts - EARLY_S)
        return given

    def _posted(
        self,
        what: str,
        url: str,
        ends: float,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
    ) -> _Answer:
        """Call once.

        Raises:
            DirectoryUnavailable: it cannot be reached, or sends too much.
            ServiceTimeout: the answer is not whole in time.
        """
        body = bytearray()
        try:
            left = max(ends - self._clock(), 0.001)
            with self._client.stream("POST", url, headers=headers, json=json, data=data, timeout=left) as response:
                for chunk in response.iter_bytes():
                    body += chunk
                    if self._clock() > ends:
                        raise ServiceTimeout(self._late(what))
                    if len(body) > MOST_BYTES:
                        raise DirectoryUnavailable(f"{what} sent more than an answer can be")
        except httpx.TimeoutException as error:
            raise ServiceTimeout(self._late(what)) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DirectoryUnavailable(f"{what} cannot be reached ({type(error).__name__})") from error
        return _Answer(response.status_code, _parsed(bytes(body)), _seconds(response.headers.get("retry-after")))

    def _late(self, what: str) -> str:
        return f"{what} did not answer within {self.options.timeout:g} s"


def _ids(body: object) -> Sequence[str]:
    """Read the groups of an answer.

    Raises:
        DirectoryUnavailable: it is something else.
    """
    found = body.get("value") if isinstance(body, dict) else None
    if not isinstance(found, list) or not all(isinstance(group, str) for group in found):
        raise DirectoryUnavailable("Graph gave something that is no list of groups")
    return found


def _code(body: object) -> str:
    """Give the name of an error, of Graph or of the login host; what else they write may name somebody."""
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _seconds(header: str | None) -> float | None:
    """Read ``Retry-After``; a date or nonsense counts as not said."""
    try:
        return max(0.0, float(header)) if header is not None else None
    except ValueError:
        return None
