"""The life of tasks: docs/matching.md, "Tasks", read naively, sharing nothing with the hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.simulate.calendar import hours_after_tick
from hub.simulate.whereto import moved

if TYPE_CHECKING:
    from hub.simulate.eligibility import View
    from hub.simulate.known import Known
    from hub.simulate.offices import Offices

__all__ = ("Duty", "duty_days", "settle", "views")

_DUE_BEFORE: Final = 14
_ADMIT_HOURS: Final = 24
_HAND_OVER_HOURS: Final = 168
_TRANSFER: Final = ("transfer", None)


@dataclass(slots=True)
class Duty:
    """One task as the expectation sees it."""

    kind: str
    status: str
    organisation: str
    target: str = ""
    due_on: int | None = None
    session_on: int | None = None
    term: str | None = None
    escalated_to: str | None = None
    blocked_by: str | None = None
    act_by: int | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still has to act."""
        return self.status in {"open", "escalated"}

    @property
    def over(self) -> bool:
        """Whether it has ended; a blocked one has not."""
        return self.status in {"done", "cancelled", "missed"}

    def view(self) -> tuple[Any, ...]:
        """Return what is compared: everything but ids and the change that led here."""
        return (
            self.kind, self.status, self.organisation, self.target, self.due_on, self.session_on, self.term,
            self.escalated_to, self.blocked_by, self.act_by,
        )  # fmt: skip


def views(known: Known) -> tuple[tuple[Any, ...], ...]:
    """Return all tasks there ever were of somebody, in an order of their own."""
    if not known.duties and not known.past:
        return ()
    found = [duty.view() for duties in (known.past, *known.duties.values()) for duty in duties]
    return tuple(sorted(found, key=repr))


def settle(known: Known, seen: View, offices: Offices, today: int) -> None:
    """Move everybody's tasks on: admissions, then the transfer."""
    bar = _bar(known)
    for key in known.candidacies:
        _admission(known, key, offices, today, bar=bar)
    _transfer(known, seen, offices, today, barred=bar is not None)


def _bar(known: Known) -> str | None:
    if known.deceased:
        return "deceased"
    if known.erased:
        return "erasure"
    if known.party.get("citizen") is False:
        return "not_citizen"
    return "review" if known.review else None


def duty_days(known: Known) -> Iterator[int]:
    """Yield every day on which a task may change by time alone."""
    for candidacy in known.candidacies.values():
        if "session_on" in candidacy:
            yield from (candidacy["session_on"] - _DUE_BEFORE + 1, candidacy["session_on"] + 1)


def _admission(known: Known, key: tuple[str, str], offices: Offices, today: int, *, bar: str | None) -> None:
    council, term = key
    candidacy = known.candidacies[key]
    duties = known.duties.get(("admission", key), [])
    last = duties[-1] if duties and not duties[-1].over else None
    if last is None:
        if known.member or candidacy.get("status") != "nominated" or today > candidacy["session_on"]:
            return
        last = Duty("admission", "blocked", "")
        known.duties.setdefault(("admission", key), []).append(last)
    elif known.member:
        last.status = "done"
        return
    elif candidacy.get("status") != "nominated":
        last.status = "cancelled"
        return
    elif today > candidacy["session_on"]:
        last.status = "missed"
        return
    last.term, last.session_on = term, candidacy["session_on"]
    last.due_on = candidacy["session_on"] - _DUE_BEFORE
    acts = None if bar else _acts(council, last, offices, today)
    if acts is None:
        last.status, last.organisation, last.escalated_to, last.act_by = "blocked", "", None, None
        last.blocked_by = bar or "no_organisation"
        return
    last.organisation, last.blocked_by = acts, None
    if last.status == "blocked":
        last.status, last.act_by = "open", hours_after_tick(today, _ADMIT_HOURS)
    if last.status == "open" and today > last.due_on:
        last.status, last.escalated_to = "escalated", offices.superior(council, today)


def _acts(council: str, last: Duty, offices: Offices, today: int) -> str | None:
    """Return the council's own society, who acts already, or who stands above it."""
    if offices.active(council, today):
        return council
    if last.open and offices.active(last.organisation, today):
        return last.organisation
    return offices.superior(council, today)


def _transfer(known: Known, seen: View, offices: Offices, today: int, *, barred: bool) -> None:
    duties = known.duties.get(_TRANSFER, [])
    last = duties[-1] if duties and duties[-1].open else None
    away = moved(known, seen.where, offices, today)
    if last is not None and (barred or not known.member):
        last.status = "cancelled"
    elif last is not None and not away:
        last.status = "done" if seen.where.organisation else "cancelled"
    elif away and not barred:
        if last is None:
            last = Duty("transfer", "open", "", act_by=hours_after_tick(today, _HAND_OVER_HOURS))
            known.duties.setdefault(_TRANSFER, []).append(last)
        theirs = known.membership["organisation"]
        last.target = str(seen.where.organisation)
        last.organisation = theirs if offices.active(theirs, today) else last.target
