"""Who may be invited, and where: ``docs/matching.md`` read naively, sharing nothing with the hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from hub.simulate.calendar import birthday, monday
from hub.simulate.grounds import Ground, ground_days, grounds, named, unproven, until
from hub.simulate.known import Known
from hub.simulate.whereto import Where, World, route

__all__ = ("View", "boundaries", "path", "view")

_BAR_DAYS: Final = 365
_QUIET_DAYS: Final = 180
_REMIND_DAYS: Final = 30
_ADULT: Final = 18


class View(NamedTuple):
    """What the rules, the path, the route and the guards say of somebody on a day."""

    grounds: list[Ground]
    names: tuple[str, ...]
    """The ids of all rules that hit, as an invitation names them, best first."""
    kind: str
    where: Where
    guard: str | None
    guard_but_applied: str | None

    @property
    def priority(self) -> int:
        """The best priority."""
        return min(ground.priority for ground in self.grounds)

    @property
    def until(self) -> int | None:
        """The latest day on which a ground holds; None when one is open-ended."""
        return until(self.grounds)


def view(known: Known, world: World, minimum: str, today: int) -> View:
    """Say everything about one document on one day."""
    found, kind = grounds(known, today), path(known, today)
    if not (found or known.member or known.candidacies or (known.last is not None and known.last.open)):
        return View(found, (), kind, Where(None, confirm=False), None, None)  # nothing is asked
    where = route(known, world, today, kind)
    guards = list(_guards(known, world, minimum, today, (found, where)))
    others = [code for code in guards if code != "applied"]
    names = named(found, _nameable(known, world, today, where.organisation))
    return View(found, names, kind, where, guards[0] if guards else None, others[0] if others else None)


def _nameable(known: Known, world: World, today: int, target: str | None) -> tuple[str, ...]:
    """Return the rules of class s that an organisation may be told."""
    told = known.told
    if told is None or target is None or not _reaches(told.listeners, world, today, target):
        return ()
    return told.disclosed


def path(known: Known, today: int) -> str:
    """Return the path: group, youth (a student, or a minor) or adult."""
    if known.group:
        return "group"
    return "youth" if known.party.get("student") or _minor(known, today) else "adult"


def _minor(known: Known, today: int) -> bool:
    birth = known.party.get("birth")
    return birth is not None and today < birthday(birth, _ADULT)


def _guards(
    known: Known, world: World, minimum: str, today: int, rest: tuple[list[Ground], Where]
) -> Iterator[str]:
    found, where = rest
    stops = {
        "deceased": known.deceased, "erasure": known.erased, "never": known.never, "member": known.member,
        "applied": known.application.get("status") == "submitted",
        "not_citizen": known.party.get("citizen") is False,
    }  # fmt: skip
    yield from (code for code, applies in stops.items() if applies)
    left = known.left_on
    if any(day is not None and today < day + _BAR_DAYS for day in (known.declined_on, left)):
        yield "cooldown"
    if left is not None and found and not any(g.newest is not None and g.newest > left for g in found):
        yield "stale_grounds"
    if known.review:
        yield "review"
    if not known.group:
        if not _consents(known, world, minimum, today, where.organisation) or unproven(known, found):
            yield "consent"
        if _minor(known, today) and not known.consent.get("guardian"):
            yield "guardian"
    if where.organisation is None:
        yield "region"


def _consents(known: Known, world: World, minimum: str, today: int, target: str | None) -> bool:
    grant = known.consent
    if grant.get("status") != "granted" or grant["granted_on"] > today:
        return False
    if grant["granted_on"] < grant.get("withdrawn_on", grant["granted_on"]):
        return False
    if grant["expires_on"] is not None and today > grant["expires_on"]:
        return False
    if grant["notice_version"] < minimum or "p" not in grant["data_classes"]:
        return False
    return target is None or _reaches(grant["recipients"], world, today, target)


def _reaches(recipients: Iterable[str], world: World, today: int, target: str) -> bool:
    """Whether one of those named is the organisation, or a region in which it lies."""
    office = world.offices.active(target, today)
    return office is not None and any(name == target or office.region.startswith(name) for name in recipients)


def boundaries(known: Known, today: int) -> Iterator[int]:
    """Yield every day on which something above may change by time alone."""
    yield from ground_days(known)
    if "birth" in known.party:
        yield birthday(known.party["birth"], _ADULT)
    if "granted_on" in known.consent:
        yield known.consent["granted_on"]
        if known.consent["expires_on"] is not None:
            yield known.consent["expires_on"] + 1
    for day in (known.declined_on, known.membership.get("ended_on")):
        if day is not None:
            yield day + _BAR_DAYS
    if known.held == "batch":
        yield monday(today + 1)
    last = known.last
    if last is not None:
        yield from (last.issued_on + _QUIET_DAYS + 1, last.valid_until + 1)
        if last.ended_on is not None:
            yield from (last.ended_on + 1, last.ended_on + _QUIET_DAYS)
        else:
            yield max(last.issued_on + _REMIND_DAYS, last.changed_on + 1)
