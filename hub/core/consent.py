"""What the law asks before anybody is invited: a consent that covers exactly this (PIPL art. 13-16, 23).

The consent is the person's fact of kind ``consent`` whose key is the purpose. Its state on a day,
for the organisation that would get the person's data, is one of :class:`Status`: the first reason
why it does not serve, in the order of the members, or ``valid``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from hub.core.organisation import Organisation

PURPOSE: Final = "membership_invitation"
"""The one purpose the hub processes people's data for."""
KEY: Final = PURPOSE.encode()
"""The business key of the consent fact for it."""
DATA_CLASS: Final = "p"
"""The data class that an invitation discloses."""


class Status(StrEnum):
    """Whether a consent serves, and if not, the first reason."""

    MISSING = "missing"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    OUTDATED = "outdated"
    DATA_CLASS = "data_class"
    RECIPIENT = "recipient"
    VALID = "valid"


MISSING: Final = Status.MISSING
RECIPIENT: Final = Status.RECIPIENT
_WITHDRAWN: Final = Status.WITHDRAWN
_EXPIRED: Final = Status.EXPIRED
_NOT_YET: Final = Status.NOT_YET
_OUTDATED: Final = Status.OUTDATED
_UNCOVERED: Final = Status.DATA_CLASS
_VALID: Final = Status.VALID
"""Naming a member of an enumeration costs as much as three look-ups in a dict."""
_GRANTED: Final = "granted"


def find(entries: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the consent for the hub's purpose among the consents of a person, or None."""
    for entry in entries:
        if entry["key"] == KEY:
            return entry
    return None


def notice(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return the version of the notice that the consent rests on, empty without one."""
    entry = find(entries)
    return str(entry.get("notice_version", "")) if entry is not None else ""


def stands(entry: Mapping[str, Any]) -> bool:
    """Return whether a consent is granted, and not withdrawn later.

    Whoever publishes a person's block restates the consent they hold, also when it was withdrawn elsewhere.
    """
    if entry.get("status") != _GRANTED:
        return False
    withdrawn_on = entry.get("withdrawn_on")
    return withdrawn_on is None or entry.get("granted_on", withdrawn_on - 1) >= withdrawn_on


def status(
    entry: Mapping[str, Any] | None, organisation: Organisation | None, minimum_notice: str, today: int
) -> Status:
    """Return the state of a consent on ``today``; without an organisation any recipient will do."""
    if entry is None or "status" not in entry:
        return MISSING
    if not stands(entry):
        return _WITHDRAWN
    expires_on = entry.get("expires_on")
    if expires_on is not None and today > expires_on:
        return _EXPIRED
    granted_on = entry.get("granted_on")
    if granted_on is not None and granted_on > today:
        return _NOT_YET
    if entry.get("notice_version", "") < minimum_notice:
        return _OUTDATED
    if DATA_CLASS not in entry.get("data_classes", ()):
        return _UNCOVERED
    if organisation is not None and not covers(entry.get("recipients", ()), organisation):
        return RECIPIENT
    return _VALID


def covers(recipients: Iterable[str], organisation: Organisation) -> bool:
    """Return whether one of the named recipients is the organisation, or a region it lies in."""
    for name in recipients:
        if name == organisation.org_id or (name and organisation.region.startswith(name)):
            return True
    return False
