"""The list of people and groups with their roles, in a file of the administrator.

Knows YAML and what the file may hold.
Knows nothing of who writes to whom.
"""

from collections.abc import Mapping
from pathlib import Path

import yaml

from bot.core.corpus import Role
from bot.core.errors import SettingsError
from bot.core.incoming import Incoming
from bot.core.people import Memberships

Listed = Mapping[tuple[str, str], tuple[Role, ...]]
"""Roles by channel and id."""


class ListedPeople:
    """A roster: first the person, then the groups in the order of the file; who is listed is looked up nowhere."""

    def __init__(self, people: Listed, groups: Listed, memberships: Mapping[str, Memberships]) -> None:
        """Take the roles of people and of groups, and what knows the groups of a channel."""
        self._people = {(channel, person.lower()): roles for (channel, person), roles in people.items()}
        self._groups = groups
        self._memberships = memberships

    def groups(self, channel: str) -> tuple[str, ...]:
        """Give the listed groups of a channel."""
        return tuple(group for where, group in self._groups if where == channel)

    def roles(self, incoming: Incoming) -> tuple[Role, ...]:
        """Give the roles of who sent a message.

        Raises:
            ServiceError: the groups of the person cannot be looked up.
        """
        channel = incoming.channel
        own = self._people.get((channel, incoming.person.lower()))
        if own is not None:
            return own
        listed = self.groups(channel)
        if not listed:
            return ()
        found = self._memberships[channel].among(incoming.person, listed)
        through = (self._groups[channel, group] for group in listed if group in found)
        return tuple(dict.fromkeys(role for roles in through for role in roles))


def read_people(path: Path | None, memberships: Mapping[str, Memberships] | None = None) -> ListedPeople:
    """Read the list; without a file nobody is listed. ``memberships`` knows the groups, by channel.

    Raises:
        SettingsError: the file cannot be read, or holds something else; the message names it.
    """
    known = memberships or {}
    if path is None:
        return ListedPeople({}, {}, known)
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"ISVBOT_PEOPLE_FILE: {path} cannot be read ({type(error).__name__})") from error
    if not isinstance(content, dict) or not set(content) <= {"people", "groups"}:
        raise SettingsError(f"{path}: only 'people' and 'groups' may stand there; see docs/operate.md")
    groups = _listed(content, "groups", path)
    strange = next((channel for channel, _ in groups if channel not in known), None)
    if strange is not None:
        raise SettingsError(f"{path}: groups: {strange}: has no groups, only: {', '.join(known) or '-'}")
    return ListedPeople(_listed(content, "people", path), groups, known)


def _listed(content: Mapping[str, object], part: str, path: Path) -> Listed:
    """Read one part of the file: by channel, by id, a role or a list of roles.

    Raises:
        SettingsError: it is something else.
    """
    listed: dict[tuple[str, str], tuple[Role, ...]] = {}
    channels = content.get(part) or {}
    if not isinstance(channels, dict):
        raise SettingsError(f"{path}: {part}: write channels with ids; see docs/operate.md")
    for channel, ids in channels.items():
        if not isinstance(ids, dict):
            raise SettingsError(f"{path}: {part}: {channel}: write ids with a role; see docs/operate.md")
        for key, value in ids.items():
            listed[str(channel), str(key)] = _roles(value, f"{path}: {part}: {channel}: {key}")
    return listed


def _roles(value: object, place: str) -> tuple[Role, ...]:
    """Read a role or a list of them.

    Raises:
        SettingsError: there is no such role.
    """
    names = value if isinstance(value, list) else [value]
    try:
        roles = tuple(Role(str(name)) for name in names)
    except ValueError as error:
        raise SettingsError(f"{place}: '{value}' is no role: {', '.join(Role)}") from error
    if not roles:
        raise SettingsError(f"{place}: no role: {', '.join(Role)}")
    return roles
