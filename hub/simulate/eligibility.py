"""Who may be invited, and where: ``docs/matching.md`` read naively, sharing nothing with the hub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from hub.simulate.calendar import add_months, birthday
from hub.simulate.known import Known

__all__ = ("Ground", "Office", "Offices", "View", "boundaries", "grounds", "lives_there", "view", "youth")

_YEAR: Final = 12  # months
_BAR_DAYS: Final = 365
_ADULT: Final = 18
_COUNTY_DIGITS: Final = 6


class Ground(NamedTuple):
    """One rule that hits: its priority, id and the last day it holds (None: open-ended)."""

    priority: int
    rule: str
    until: int | None


class Office:
    """An organisation that may receive an invitation."""

    __slots__ = ("dissolved_on", "established_on", "host_unit", "org_class", "org_id", "region")

    def __init__(self, org_id: str, org_class: str, region: str, host_unit: str | None, on: int) -> None:
        """Found it on day ``on``."""
        self.org_id, self.org_class, self.region, self.host_unit = org_id, org_class, region, host_unit
        self.established_on = on
        self.dissolved_on: int | None = None

    def active(self, day: int) -> bool:
        """Whether it exists on a day."""
        return self.established_on <= day and not (self.dissolved_on is not None and self.dissolved_on <= day)


class Offices:
    """The directory, by id, by host unit and by place."""

    def __init__(self) -> None:
        """Start empty."""
        self.by_id: dict[str, Office] = {}
        self._by_unit: dict[str, list[Office]] = {}
        self._by_place: dict[tuple[str, str], list[Office]] = {}

    def found(self, office: Office) -> None:
        """Add an organisation."""
        self.by_id[office.org_id] = office
        self._by_place.setdefault((_level(office.org_class), office.region), []).append(office)
        if office.host_unit:
            self._by_unit.setdefault(office.host_unit, []).append(office)

    def at_unit(self, unit: str, day: int) -> str | None:
        """Return the organisation of a work unit or school."""
        named = [self.by_id[unit]] if unit in self.by_id else []
        return _smallest([*self._by_unit.get(unit, ()), *named], day)

    def at_place(self, level: str, code: str, day: int) -> str | None:
        """Return the organisation of a village, township or county."""
        return _smallest(self._by_place.get((level, code), ()), day)


def _level(org_class: str) -> str:
    return "village" if org_class == "community" else org_class


def _smallest(offices: list[Office] | tuple[Office, ...], day: int) -> str | None:
    return min((office.org_id for office in offices if office.active(day)), default=None)


class View(NamedTuple):
    """What the rules, the path, the route and the guards say of somebody on a day."""

    grounds: list[Ground]
    kind: str
    organisation: str | None
    guard: str | None
    guard_but_applied: str | None

    @property
    def priority(self) -> int:
        """The best priority."""
        return min(ground.priority for ground in self.grounds)

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of all rules that hit, sorted."""
        return tuple(sorted(ground.rule for ground in self.grounds))

    @property
    def until(self) -> int | None:
        """The latest day on which a ground holds; None when one is open-ended."""
        ends = [ground.until for ground in self.grounds]
        return None if None in ends else max(end for end in ends if end is not None)


def grounds(known: Known, today: int) -> list[Ground]:
    """Try R01 to R04."""
    found: list[Ground] = []
    first_aid, general = [], []
    for number, entry in known.certificates.items():
        if number in known.revoked or "issued_on" not in entry or entry["issued_on"] > today:
            continue
        issued, until = entry["issued_on"], entry["expires_on"]
        if entry["kind"] == "first_aider":
            if today <= until:
                first_aid.append(until)
            else:
                general.append(add_months(until, _YEAR))
        elif entry["kind"] == "cpr_aed":
            general.append(add_months(issued, _YEAR))
    general += [
        add_months(course["completed_on"], _YEAR)
        for course in known.courses.values()
        if course["completed_on"] <= today
    ]
    general = [end for end in general if today <= end]
    active = [t for t in known.teams.values() if t.get("status") == "active" and t["joined_on"] <= today]
    if first_aid:
        found.append(Ground(1, "R01", max(first_aid)))
    if any(team.get("grade") == "backbone" for team in active):
        found.append(Ground(1, "R02", None))
    if active:
        found.append(Ground(2, "R04", None))
    if general:
        found.append(Ground(3, "R03", max(general)))
    return found


def youth(known: Known, today: int) -> bool:
    """Whether R16 sends them on the youth path."""
    return bool(known.party.get("student")) or _minor(known, today)


def _minor(known: Known, today: int) -> bool:
    birth = known.party.get("birth")
    return birth is not None and today < birthday(birth, _ADULT)


def _route(known: Known, offices: Offices, today: int, *, young: bool) -> str | None:
    unit, home = known.party.get("host_unit"), known.party.get("residence")
    if unit:
        there = offices.at_unit(unit, today)
        if there:
            return there
    if home is None:
        region = _newest_region(known, today)
        return offices.at_place("society", region[:6], today) if region else None
    for level, digits in (("village", 12), ("township", 9), ("society", 6)):
        if young and level != "society":
            continue
        if len(home) >= digits:
            there = offices.at_place(level, home[:digits], today)
            if there:
                return there
    return None


def lives_there(home: str | None, region: str) -> bool:
    """Whether an organisation of ``region`` can concern somebody who declared ``home``."""
    return len(region) == _COUNTY_DIGITS if home is None else home.startswith(region)


def _newest_region(known: Known, today: int) -> str | None:
    dated = [(entry.get("issued_on"), entry.get("region")) for entry in known.certificates.values()]
    dated += [(course["completed_on"], course["region"]) for course in known.courses.values()]
    dated += [(team.get("joined_on"), team.get("region")) for team in known.teams.values()]
    come = [(day, region) for day, region in dated if day is not None and region and day <= today]
    return min(come, key=lambda pair: (-pair[0], pair[1]))[1] if come else None


def _consents(known: Known, minimum: str, today: int, target: Office | None) -> bool:
    grant = known.consent
    if grant.get("status") != "granted" or grant["granted_on"] > today:
        return False
    if grant["expires_on"] is not None and today > grant["expires_on"]:
        return False
    if grant["notice_version"] < minimum or "p" not in grant["data_classes"]:
        return False
    return target is None or any(
        name == target.org_id or target.region.startswith(name) for name in grant["recipients"]
    )


def _guards(known: Known, minimum: str, today: int, target: Office | None) -> Iterator[str]:
    membership = known.membership
    if known.deceased:
        yield "deceased"
    if known.erased:
        yield "erasure"
    if known.never:
        yield "never"
    if membership.get("status") == "member":
        yield "member"
    if known.application.get("status") == "submitted":
        yield "applied"
    if known.party.get("citizen") is False:
        yield "not_citizen"
    ended = membership.get("ended_on") if membership.get("status") not in {None, "member"} else None
    if any(day is not None and today < day + _BAR_DAYS for day in (known.declined_on, ended)):
        yield "cooldown"
    names = len(known.names - known.accepted) + bool(known.names & known.accepted)
    if known.superseded or known.conflicts or names > 1:
        yield "review"
    if not _consents(known, minimum, today, target):
        yield "consent"
    if _minor(known, today) and not known.consent.get("guardian"):
        yield "guardian"
    if target is None:
        yield "region"


def view(known: Known, offices: Offices, minimum: str, today: int) -> View:
    """Say everything about one document on one day."""
    found = grounds(known, today)
    young = youth(known, today)
    kind = "youth" if young else "adult"
    if not found and (known.last is None or not known.last.open):
        return View(found, kind, None, None, None)
    there = _route(known, offices, today, young=young)
    guards = list(_guards(known, minimum, today, offices.by_id[there] if there else None))
    others = [code for code in guards if code != "applied"]
    return View(found, kind, there, guards[0] if guards else None, others[0] if others else None)


def boundaries(known: Known) -> Iterator[int]:
    """Yield every day on which something above may change by time alone."""
    for entry in known.certificates.values():
        if "issued_on" in entry:
            issued, until = entry["issued_on"], entry["expires_on"]
            yield from (issued, until + 1, add_months(issued, _YEAR) + 1, add_months(until, _YEAR) + 1)
    for course in known.courses.values():
        yield from (course["completed_on"], add_months(course["completed_on"], _YEAR) + 1)
    yield from (team["joined_on"] for team in known.teams.values() if "joined_on" in team)
    if "birth" in known.party:
        yield birthday(known.party["birth"], _ADULT)
    if "granted_on" in known.consent:
        yield known.consent["granted_on"]
        if known.consent["expires_on"] is not None:
            yield known.consent["expires_on"] + 1
    for day in (known.declined_on, known.membership.get("ended_on")):
        if day is not None:
            yield day + _BAR_DAYS
    if known.last is not None:
        yield from (known.last.issued_on + 181, known.last.valid_until + 1)
        if known.last.ended_on is not None:
            yield known.last.ended_on + 180
