"""The life of tasks: docs/matching.md, "Tasks", read naively, sharing nothing with the hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.simulate.whereto import moved

if TYPE_CHECKING:
    from hub.simulate.eligibility import View
    from hub.simulate.known import Known
    from hub.simulate.offices import Offices

__all__ = ("Duty", "duty_days", "settle", "views")

_DUE_BEFORE: Final = 14
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

    @property
    def open(self) -> bool:
        """Whether somebody still has to act."""
        return self.status in {"open", "escalated"}

    def view(self) -> tuple[Any, ...]:
        """Return what is compared: everything but ids and the change that led here."""
        return (
            self.kind, self.status, self.organisation, self.target, self.due_on, self.session_on, self.term,
            self.escalated_to,
        )  # fmt: skip


def views(known: Known) -> tuple[tuple[Any, ...], ...]:
    """Return all tasks there ever were of somebody, in an order of their own."""
    if not known.duties and not known.past:
        return ()
    found = [duty.view() for duties in (known.past, *known.duties.values()) for duty in duties]
    return tuple(sorted(found, key=repr))


def settle(known: Known, seen: View, offices: Offices, today: int) -> None:
    """Move everybody's tasks on: admissions, then the transfer."""
    barred = known.deceased or known.erased or known.party.get("citizen") is False or known.review
    for key in known.candidacies:
        _admission(known, key, offices, today, barred=barred)
    _transfer(known, seen, offices, today, barred=barred)


def duty_days(known: Known) -> Iterator[int]:
    """Yield every day on which a task may change by time alone."""
    for candidacy in known.candidacies.values():
        if "session_on" in candidacy:
            yield from (candidacy["session_on"] - _DUE_BEFORE + 1, candidacy["session_on"] + 1)


def _admission(known: Known, key: tuple[str, str], offices: Offices, today: int, *, barred: bool) -> None:
    council, term = key
    candidacy = known.candidacies[key]
    duties = known.duties.get(("admission", key), [])
    last = duties[-1] if duties and duties[-1].open else None
    nominated = candidacy.get("status") == "nominated"
    if last is not None:
        ended = _ended(known, candidacy, today, barred=barred)
        if ended:
            last.status = ended
            return
    elif known.member or barred or not nominated or today > candidacy["session_on"]:
        return
    acts = council if offices.active(council, today) else None
    if acts is None and last is not None and offices.active(last.organisation, today):
        acts = last.organisation
    acts = acts or offices.superior(council, today)
    if acts is None:
        if last is not None:
            last.status = "cancelled"
        return
    if last is None:
        last = Duty("admission", "open", acts)
        known.duties.setdefault(("admission", key), []).append(last)
    last.organisation, last.term, last.session_on = acts, term, candidacy["session_on"]
    last.due_on = candidacy["session_on"] - _DUE_BEFORE
    if last.status == "open" and today > last.due_on:
        last.status, last.escalated_to = "escalated", offices.superior(council, today)


def _ended(known: Known, candidacy: dict[str, Any], today: int, *, barred: bool) -> str:
    if known.member:
        return "done"
    if barred or candidacy.get("status") != "nominated":
        return "cancelled"
    return "missed" if today > candidacy["session_on"] else ""


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
            last = Duty("transfer", "open", "")
            known.duties.setdefault(_TRANSFER, []).append(last)
        theirs = known.membership["organisation"]
        last.target = str(seen.where.organisation)
        last.organisation = theirs if offices.active(theirs, today) else last.target
