"""The one organisation somebody belongs to: docs/matching.md, "Route", read naively."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hub.simulate.offices import Offices
from hub.simulate.territory import Territory

if TYPE_CHECKING:
    from hub.simulate.known import Known

__all__ = ("Where", "World", "lives_there", "moved", "route")

_COUNTY: Final = 6
_STEPS: Final = (("village", 12), ("township", 9), ("society", _COUNTY))


class Where(NamedTuple):
    """The organisation, and whether the region must be confirmed first."""

    organisation: str | None
    confirm: bool


class World(NamedTuple):
    """What everybody shares: the directory and the region codes."""

    offices: Offices
    territory: Territory


def route(known: Known, world: World, today: int, kind: str) -> Where:
    """Find the organisation, step by step."""
    offices = world.offices
    unit, home = known.party.get("host_unit"), known.party.get("residence")
    if unit and kind != "group":
        there = offices.at_unit(unit, today)
        if there:
            return Where(there, confirm=False)
    if home is None:
        met = _newest_region(known, today)
        code = world.territory.current(met, today) if met else ""
        there = offices.at_place("society", code[:_COUNTY], today) if code else None
        return Where(there, confirm=there is not None)
    code = world.territory.current(home, today)
    for level, digits in _STEPS:
        if len(code) >= digits and (kind == "adult" or level == "society"):
            there = offices.at_place(level, code[:digits], today)
            if there:
                return Where(there, confirm=False)
    return Where(None, confirm=False)


def lives_there(home: str | None, region: str) -> bool:
    """Whether an organisation of ``region`` can concern somebody who declared ``home`` (in today's codes)."""
    return len(region) == _COUNTY if home is None else home.startswith(region)


def moved(known: Known, where: Where, offices: Offices, today: int) -> bool:
    """Whether a member belongs to another organisation now, that has to take them over."""
    theirs, target = known.membership.get("organisation", ""), where.organisation
    if not known.member or target is None or target == theirs:
        return False
    if offices.gone(theirs, today):
        return True
    there, here = offices.active(target, today), offices.active(theirs, today)
    if there is None or here is None or where.confirm:
        return False
    one, other = there.region[:_COUNTY], here.region[:_COUNTY]
    return not (one.startswith(other) or other.startswith(one))


def _newest_region(known: Known, today: int) -> str | None:
    dated = [(entry.get("issued_on"), entry.get("region")) for entry in known.certificates.values()]
    dated += [(course["completed_on"], course["region"]) for course in known.courses.values()]
    for entries, field in (
        (known.teams, "joined_on"), (known.volunteers, "registered_on"), (known.gifts, "donated_on"),
        (known.org_gifts, "donated_on"), (known.projects, "enrolled_on"),
    ):  # fmt: skip
        dated += [(entry.get(field), entry.get("region")) for entry in entries.values()]
    come = [(day, region) for day, region in dated if day is not None and region and day <= today]
    return min(come, key=lambda pair: (-pair[0], pair[1]))[1] if come else None
