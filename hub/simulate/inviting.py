"""The life of an invitation: docs/matching.md, read naively, sharing nothing with the hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.simulate.calendar import hours_after_tick, monday

if TYPE_CHECKING:
    from hub.simulate.eligibility import View
    from hub.simulate.known import Known
    from hub.simulate.offices import Offices

__all__ = ("Invitation", "end", "go_on", "issue", "pause")

_CAP_DAYS: Final = 180
_REMIND_DAYS: Final = 30
_BATCHED: Final = 3  # the priority that is invited on Mondays only
_HOURS: Final = (24, 24, 72, 168)  # by priority, in which the organisation contacts the person
_UNANSWERED: Final = frozenset({"issued", "delivered"})


@dataclass(slots=True)
class Invitation:
    """One invitation as the expectation sees it."""

    episode: int
    issued_on: int
    status: str
    priority: int
    rules: tuple[str, ...]
    kind: str
    organisation: str
    valid_until: int
    cause: str | None = None
    ended_on: int | None = None
    reminded_on: int | None = None
    changed_on: int = 0
    act_by: int = 0

    @property
    def open(self) -> bool:
        """Whether it still runs."""
        return self.status in {"issued", "delivered", "accepted", "applied"}

    def view(self) -> tuple[Any, ...]:
        """Return what is compared: everything but ids and the change that led here."""
        return (
            self.episode, self.status, self.cause, self.priority, self.rules, self.kind, self.organisation,
            self.valid_until, self.act_by, self.reminded_on,
        )  # fmt: skip


def pause(known: Known, seen: View, today: int) -> str | None:
    """Return why somebody whom nothing hinders is not invited today."""
    last = known.last
    if (
        last is not None
        and last.status == "expired"
        and last.ended_on is not None
        and today < last.ended_on + _CAP_DAYS
    ):
        return "cooldown"
    return "batch" if seen.priority == _BATCHED and monday(today) != today else None


def issue(known: Known, seen: View, today: int) -> None:
    """Invite."""
    episode = known.last.episode + 1 if known.last else 1
    known.last = Invitation(
        episode, today, "issued", seen.priority, seen.names, seen.kind, str(seen.where.organisation),
        _until(today, seen), changed_on=today, act_by=hours_after_tick(today, _HOURS[seen.priority]),
    )  # fmt: skip


def go_on(known: Known, invitation: Invitation, seen: View, offices: Offices, today: int) -> None:
    """Move an open invitation along: the numbered list of "The life of an invitation"."""
    before = invitation.view()
    _steps(known, invitation, seen, offices, today)
    if invitation.view() == before and _to_be_reminded(known, invitation, today):
        invitation.reminded_on = today
    if invitation.view() != before:
        invitation.changed_on = today


def _steps(known: Known, invitation: Invitation, seen: View, offices: Offices, today: int) -> None:
    since = invitation.issued_on
    if known.member:
        if invitation.status in _UNANSWERED:
            end(invitation, "withdrawn", today, "member")
        else:
            end(invitation, "admitted", today)
    elif known.never or (known.declined_on is not None and known.declined_on >= since):
        end(invitation, "declined", today)
    elif seen.guard_but_applied is not None:
        end(invitation, "withdrawn", today, seen.guard_but_applied)
    elif known.application.get("status") == "submitted" and known.application["on"] >= since:
        invitation.status = "applied"
        if offices.active(invitation.organisation, today) is None:  # nothing else is replaced
            invitation.organisation = str(seen.where.organisation)
    elif not seen.grounds:
        if today > invitation.valid_until:
            end(invitation, "expired", today)
        else:
            end(invitation, "withdrawn", today, "ground")
    elif today > since + _CAP_DAYS:
        end(invitation, "expired", today)
    else:
        _answer(known, invitation)
        _hurry(invitation, seen, today)
        invitation.priority, invitation.rules, invitation.kind = seen.priority, seen.names, seen.kind
        invitation.organisation = str(seen.where.organisation)
        invitation.valid_until = _until(since, seen)


def _answer(known: Known, invitation: Invitation) -> None:
    """Take an acceptance in, else a delivery."""
    since = invitation.issued_on
    if invitation.status in _UNANSWERED:
        if known.response.get("answer") == "accepted" and known.response["on"] >= since:
            invitation.status = "accepted"
        elif invitation.status == "issued" and known.delivered_on is not None and known.delivered_on >= since:
            invitation.status = "delivered"


def _hurry(invitation: Invitation, seen: View, today: int) -> None:
    """Leave less time to act where the priority has become a better one."""
    if seen.priority < invitation.priority:
        invitation.act_by = min(invitation.act_by, hours_after_tick(today, _HOURS[seen.priority]))


def _to_be_reminded(known: Known, invitation: Invitation, today: int) -> bool:
    return (
        invitation.status in _UNANSWERED
        and invitation.reminded_on is None
        and not ("on" in known.response and known.response["on"] >= invitation.issued_on)
        and today >= invitation.issued_on + _REMIND_DAYS
        and invitation.changed_on < today
    )


def _until(issued_on: int, seen: View) -> int:
    cap = issued_on + _CAP_DAYS
    return cap if seen.until is None else min(cap, seen.until)


def end(invitation: Invitation, status: str, today: int, cause: str | None = None) -> None:
    """End an invitation."""
    invitation.status, invitation.cause, invitation.ended_on = status, cause, today
