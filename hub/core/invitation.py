"""The life of an invitation: docs/matching.md, in code.

Two pure decisions. :func:`advance` moves an open invitation on, :func:`offer` makes a new one where
none is open. Both return what to do as a value; the matching stage does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from hub.core import channel, consent
from hub.core.book import Book, act_by

if TYPE_CHECKING:
    from hub.core.matching import Eligibility

ISSUED: Final = "issued"
RAISED: Final = "raised"
REROUTED: Final = "rerouted"
REVISED: Final = "revised"
REMINDED: Final = "reminded"
DELIVERED: Final = "delivered"
ACCEPTED: Final = "accepted"
APPLIED: Final = "applied"
ADMITTED: Final = "admitted"
DECLINED: Final = "declined"
WITHDRAWN: Final = "withdrawn"
EXPIRED: Final = "expired"

OPEN: Final = frozenset({ISSUED, DELIVERED, ACCEPTED, APPLIED})
"""Statuses of an open invitation; every other one is an end."""
MEMBER: Final = "member"
GROUND: Final = "ground"
RULE_WITHDRAWN: Final = "rule_withdrawn"
"""Causes of a withdrawal besides the guards' codes. The last: by the rules as they were it would stand."""
COOLDOWN: Final = "cooldown"
"""Why nothing is offered soon after an invitation expired; also the code of the guard."""
BATCH: Final = "batch"
"""Why nothing is offered on a day that is not the priority's day of the week."""
_UNANSWERED: Final = frozenset({ISSUED, DELIVERED})
_WEEK_DAYS: Final = 7
_THURSDAY: Final = 3
"""The weekday of 1970-01-01, Monday is 0."""


class Terms(NamedTuple):
    """What the rule book says of every invitation, in days."""

    valid_days: int
    cooldown_expired_days: int
    reminder_days: int = 30
    act_by: tuple[int, ...] = ()
    """By priority, until when the organisation contacts whoever is invited now: ms since 1970-01-01 UTC."""
    book: str = ""
    """The rule book they are of, ``id@version``."""

    @classmethod
    def of(cls, book: Book, now: int) -> Terms:
        """Return the terms of what happens at an instant (ms since 1970-01-01 UTC) under a book."""
        limits = act_by(book, now)
        return cls(book.valid_days, book.cooldown_expired_days, book.reminder_days, limits, book.id)


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
    changed_on: int = 0
    """The day of the last record: nobody is reminded on a day on which something else was told."""
    reminded_on: int | None = None
    act_by: int | None = None
    """Until when the organisation contacts the person: ms since 1970-01-01 UTC."""
    book: str = ""
    """The rule book it was last evaluated under while it was open; empty in what was stored earlier."""
    channel: str = ""
    """By which way the person came, as :mod:`hub.core.channel` says of the best ground at issue."""
    applied_on: int | None = None
    """The day of the application that it led to."""

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
        if invitation.status in _UNANSWERED:
            return _end(invitation, WITHDRAWN, today, MEMBER)
        return _end(invitation, ADMITTED, today)
    if "never_on" in refusal or (declined_on is not None and declined_on >= invitation.issued_on):
        return _end(invitation, DECLINED, today)
    if eligible.hindrance is not None:
        return _end(invitation, WITHDRAWN, today, str(eligible.hindrance.code))
    if _since(_only(facts, "application"), "status", "submitted", invitation.issued_on):
        return _apply(invitation, eligible, _only(facts, "application")["on"], today)
    if not eligible.hits:
        if today > invitation.valid_until:
            return _end(invitation, EXPIRED, today)
        return _end(invitation, WITHDRAWN, today, GROUND)
    if today > cap:
        return _end(invitation, EXPIRED, today)
    return _revise(invitation, eligible, facts, terms, today) or _remind(invitation, facts, terms, today)


def _revise(
    invitation: Invitation, eligible: Eligibility, facts: Facts, terms: Terms, today: int
) -> Change | None:
    """Bring the terms of a running invitation up to date, and take an acceptance or a delivery in."""
    organisation, cap = eligible.organisation, invitation.issued_on + terms.valid_days
    now = (eligible.priority, eligible.named, eligible.kind, organisation, _valid_until(cap, eligible.until))
    old = invitation
    had = (old.priority, old.rules, old.kind, old.organisation, old.valid_until)
    status = _answered(invitation, facts)
    if now == had and status == invitation.status:
        return None
    if status != invitation.status:
        change = status
    elif eligible.priority < invitation.priority:
        change = RAISED
    else:
        change = REROUTED if organisation != invitation.organisation else REVISED
    revised = msgspec.structs.replace(
        invitation,
        status=status,
        priority=eligible.priority,
        rules=now[1],
        kind=eligible.kind,
        organisation=organisation,
        confirm_region=eligible.route.confirm_region,
        valid_until=now[-1],
        act_by=_act_by(invitation, eligible.priority, terms),
        revision=invitation.revision + 1,
        changed_on=today,
    )
    return Change(revised, change)


def _act_by(invitation: Invitation, priority: int, terms: Terms) -> int | None:
    """Return until when the organisation acts: a better priority leaves less time, never more."""
    had = invitation.act_by
    if priority >= invitation.priority or not terms.act_by:
        return had
    return terms.act_by[priority] if had is None else min(had, terms.act_by[priority])


def _answered(invitation: Invitation, facts: Facts) -> str:
    """Return the status with an acceptance, else a delivery, taken in."""
    status, since = invitation.status, invitation.issued_on
    if status in _UNANSWERED:
        if _since(_only(facts, "response"), "answer", ACCEPTED, since):
            return ACCEPTED
        if status == ISSUED and "delivery" in facts and facts["delivery"][0].get("on", -1) >= since:
            return DELIVERED
    return status


def unanswered(invitation: Invitation, facts: Facts) -> bool:
    """Return whether an open invitation waits for an answer of any kind, and nobody was reminded yet."""
    return (
        invitation.status in _UNANSWERED
        and invitation.reminded_on is None
        and _only(facts, "response").get("on", -1) < invitation.issued_on
    )


def _remind(invitation: Invitation, facts: Facts, terms: Terms, today: int) -> Change | None:
    """Remind once, some time after the issue, on a day on which nothing else was told."""
    due = today >= invitation.issued_on + terms.reminder_days and invitation.changed_on < today
    if not due or not unanswered(invitation, facts):
        return None
    reminded = msgspec.structs.replace(
        invitation, reminded_on=today, revision=invitation.revision + 1, changed_on=today
    )
    return Change(reminded, REMINDED)


def batch_day(weekday: int, today: int) -> int:
    """Return the first day from ``today`` on that is a day of the week, Monday is 0.

    >>> batch_day(3, 0), batch_day(0, 0)  # 1970-01-01 was a Thursday
    (0, 4)
    """
    return today + (weekday - today - _THURSDAY) % _WEEK_DAYS


def pause(last: Invitation | None, weekday: int | None, terms: Terms, today: int) -> str:
    """Return the code why nothing is offered today to somebody whom nothing hinders; empty when it is.

    ``weekday``: the day of the week on which the priority is invited, Monday is 0; None = any.
    """
    if cooling(last, terms, today):
        return COOLDOWN
    return BATCH if weekday is not None and batch_day(weekday, today) != today else ""


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
            rules=eligible.named,
            kind=eligible.kind,
            organisation=eligible.organisation,
            confirm_region=eligible.route.confirm_region,
            notice_version=consent.notice(eligible.view.get("consent", ())),
            changed_on=today,
            act_by=terms.act_by[eligible.priority] if terms.act_by else None,
            book=terms.book,
            channel=channel.of_hit(eligible.hits[0]),
        ),
        ISSUED,
    )


def under(
    change: Change | None, invitation: Invitation, book: str, *, stood: bool
) -> tuple[Change | None, Invitation]:
    """Return what becomes of an open invitation, and it as it was, at its first evaluation under a book.

    ``stood``: under the book before, one of the rules it names would hold today. Then it is the rule that
    was withdrawn, not the person's ground that ended.
    """
    if change is None or change.invitation.open:
        kept = msgspec.structs.replace(invitation, book=book)
        if change is None:
            return None, kept
        return change._replace(invitation=msgspec.structs.replace(change.invitation, book=book)), invitation
    if change.cause == GROUND and stood:
        return change._replace(cause=RULE_WITHDRAWN), invitation
    return change, invitation


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


def _apply(invitation: Invitation, eligible: Eligibility, on: int, today: int) -> Change | None:
    """Note an application of a day. While it runs the terms stay, but for an organisation that is no more."""
    new = invitation.status != APPLIED
    if not new and not eligible.orphaned:
        return None
    applied = msgspec.structs.replace(
        invitation, status=APPLIED, revision=invitation.revision + 1, changed_on=today, applied_on=on
    )
    if eligible.orphaned:
        applied = msgspec.structs.replace(
            applied, organisation=eligible.organisation, confirm_region=eligible.route.confirm_region
        )
    return Change(applied, APPLIED if new else REROUTED)


def _end(invitation: Invitation, status: str, today: int, cause: str | None = None) -> Change:
    ended = msgspec.structs.replace(
        invitation, status=status, ended_on=today, revision=invitation.revision + 1, changed_on=today
    )
    return Change(ended, status, cause)
