"""The life of an invitation: docs/matching.md, in code.

Two pure decisions. :func:`advance` moves an open invitation on, :func:`offer` makes a new one where
none is open. Both return what to do as a value; the matching stage does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from hub.core import consent

if TYPE_CHECKING:
    from hub.core.matching import Eligibility

ISSUED: Final = "issued"
RAISED: Final = "raised"
REROUTED: Final = "rerouted"
REVISED: Final = "revised"
ACCEPTED: Final = "accepted"
APPLIED: Final = "applied"
ADMITTED: Final = "admitted"
DECLINED: Final = "declined"
WITHDRAWN: Final = "withdrawn"
EXPIRED: Final = "expired"

OPEN: Final = frozenset({ISSUED, ACCEPTED, APPLIED})
"""Statuses of an open invitation; every other one is an end."""
MEMBER: Final = "member"
GROUND: Final = "ground"
"""Causes of a withdrawal besides the guards' codes."""
COOLDOWN: Final = "cooldown"
"""Why nothing is offered soon after an invitation expired; also the code of the guard."""


class Terms(NamedTuple):
    """What the rule book says of every invitation, in days."""

    valid_days: int
    cooldown_expired_days: int


class Invitation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One invitation as it is now. Days are days since 1970-01-01 in China."""

    id: str
    episode: int
    status: str
    issued_on: int
    valid_until: int
    priority: int
    rules: tuple[str, ...]
    kind: str
    organisation: str
    confirm_region: bool
    notice_version: str
    ended_on: int | None = None
    revision: int = 0
    """How many records on ``hub.invitations`` came before this one."""

    @property
    def open(self) -> bool:
        """Whether it still runs."""
        return self.ended_on is None


class Change(NamedTuple):
    """What happens to an invitation: the new one, the change by name, and the cause of a withdrawal."""

    invitation: Invitation
    change: str
    cause: str | None = None


Facts = Mapping[str, Sequence[Mapping[str, Any]]]


def advance(
    invitation: Invitation, eligible: Eligibility, facts: Facts, terms: Terms, today: int
) -> Change | None:
    """Return what becomes of an open invitation today, or None when nothing does. The first that applies."""
    refusal = _only(facts, "refusal")
    declined_on = refusal.get("declined_on")
    cap = invitation.issued_on + terms.valid_days
    if _only(facts, "membership").get("status") == MEMBER:
        if invitation.status == ISSUED:
            return _end(invitation, WITHDRAWN, today, MEMBER)
        return _end(invitation, ADMITTED, today)
    if "never_on" in refusal or (declined_on is not None and declined_on >= invitation.issued_on):
        return _end(invitation, DECLINED, today)
    if eligible.hindrance is not None:
        return _end(invitation, WITHDRAWN, today, str(eligible.hindrance.code))
    if _since(_only(facts, "application"), "status", "submitted", invitation.issued_on):
        return _apply(invitation, eligible)
    if not eligible.hits:
        if today > invitation.valid_until:
            return _end(invitation, EXPIRED, today)
        return _end(invitation, WITHDRAWN, today, GROUND)
    if today > cap:
        return _end(invitation, EXPIRED, today)
    return _revise(invitation, eligible, facts, cap)


def _revise(invitation: Invitation, eligible: Eligibility, facts: Facts, cap: int) -> Change | None:
    """Bring the terms of a running invitation up to date, and take an acceptance in."""
    organisation = eligible.organisation
    now = (eligible.priority, eligible.rules, eligible.kind, organisation, _valid_until(cap, eligible.until))
    old = invitation
    had = (old.priority, old.rules, old.kind, old.organisation, old.valid_until)
    accepted = invitation.status == ISSUED and _since(
        _only(facts, "response"), "answer", ACCEPTED, invitation.issued_on
    )
    if now == had and not accepted:
        return None
    if accepted:
        change = ACCEPTED
    elif eligible.priority < invitation.priority:
        change = RAISED
    else:
        change = REROUTED if organisation != invitation.organisation else REVISED
    revised = msgspec.structs.replace(
        invitation,
        status=ACCEPTED if accepted else invitation.status,
        priority=eligible.priority,
        rules=eligible.rules,
        kind=eligible.kind,
        organisation=organisation,
        confirm_region=eligible.route.confirm_region,
        valid_until=now[-1],
        revision=invitation.revision + 1,
    )
    return Change(revised, change)


def cooling(last: Invitation | None, terms: Terms, today: int) -> bool:
    """Return whether nothing is offered because the last invitation expired only lately."""
    return (
        last is not None
        and last.status == EXPIRED
        and last.ended_on is not None
        and today < last.ended_on + terms.cooldown_expired_days
    )


def offer(invitation_id: str, episode: int, eligible: Eligibility, terms: Terms, today: int) -> Change:
    """Return a new invitation for somebody whose outcome is ``invite`` and who is not cooling."""
    return Change(
        Invitation(
            id=invitation_id,
            episode=episode,
            status=ISSUED,
            issued_on=today,
            valid_until=_valid_until(today + terms.valid_days, eligible.until),
            priority=eligible.priority,
            rules=eligible.rules,
            kind=eligible.kind,
            organisation=eligible.organisation,
            confirm_region=eligible.route.confirm_region,
            notice_version=consent.notice(eligible.view.get("consent", ())),
        ),
        ISSUED,
    )


def withdraw(invitation: Invitation, cause: str, today: int) -> Change:
    """Return the withdrawal of an open invitation for a reason that no evaluation found."""
    return _end(invitation, WITHDRAWN, today, cause)


def _valid_until(cap: int, until: int | None) -> int:
    return cap if until is None or until > cap else until


def _only(facts: Facts, kind: str) -> Mapping[str, Any]:
    """Return the one entry of a kind of which a person has at most one."""
    entries = facts.get(kind)
    return entries[0] if entries else _NOTHING


_NOTHING: Final[Mapping[str, Any]] = {}


def _since(entry: Mapping[str, Any], field: str, value: str, day: int) -> bool:
    """Return whether the entry says ``value``, dated ``day`` or later."""
    return entry.get(field) == value and entry.get("on", -1) >= day


def _apply(invitation: Invitation, eligible: Eligibility) -> Change | None:
    """Note an application. While it runs the terms stay, but for an organisation that is no more."""
    new = invitation.status != APPLIED
    if not new and not eligible.orphaned:
        return None
    applied = msgspec.structs.replace(invitation, status=APPLIED, revision=invitation.revision + 1)
    if eligible.orphaned:
        applied = msgspec.structs.replace(
            applied, organisation=eligible.organisation, confirm_region=eligible.route.confirm_region
        )
    return Change(applied, APPLIED if new else REROUTED)


def _end(invitation: Invitation, status: str, today: int, cause: str | None = None) -> Change:
    ended = msgspec.structs.replace(
        invitation, status=status, ended_on=today, revision=invitation.revision + 1
    )
    return Change(ended, status, cause)
