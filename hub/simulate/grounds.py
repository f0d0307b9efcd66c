"""The rules that invite: docs/matching.md, "Eligibility", read naively, sharing nothing with the hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from hub.simulate.calendar import add_months
from hub.simulate.entry import Entry
from hub.simulate.known import Known

__all__ = ("UNNAMED", "Ground", "ground_days", "grounds", "named", "publicly", "until")

UNNAMED: Final = "G00"
_SHARED: Final = {"R07": UNNAMED, "R09": UNNAMED, "R09a": UNNAMED}
"""The public ids of rules that are not named themselves."""
_YEAR, _TWO_YEARS = 12, 24  # months
_STARS: Final = 3
_SENSITIVE: Final = "s"


class Ground(NamedTuple):
    """One rule that hits: its priority, id, the last day it holds (None: open-ended), its newest date."""

    priority: int
    rule: str
    until: int | None
    newest: int | None
    """Of the entries that make it hit, the latest date; None when none of them has one."""


class _Hit(NamedTuple):
    until: int | None
    dated: int | None


def grounds(known: Known, today: int) -> list[Ground]:
    """Return what hits, best first: by priority, then by the id it is named by."""
    found = [
        _ground(priority, rule, hits) for priority, rule, hits in _tried(known, today) if hits
    ]  # fmt: skip
    told = known.told
    if told is not None and not known.group and (_covers_sensitive(known) or not found):
        found.append(Ground(told.priority, UNNAMED, None, told.since))
    return sorted(found, key=lambda ground: (ground.priority, _SHARED.get(ground.rule, ground.rule), ground))


def unproven(known: Known, found: list[Ground]) -> bool:
    """Whether the ground that is not named is the only hit, and the consent does not cover it."""
    return [ground.rule for ground in found] == [UNNAMED] and not _covers_sensitive(known)


def named(found: list[Ground], disclosed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids by which an invitation names what hits, with those of class s that it may name."""
    names: list[str] = []
    for ground in found:
        if ground.rule == UNNAMED and disclosed:
            names += disclosed
        else:
            names.append(_SHARED.get(ground.rule, ground.rule))
    return tuple(dict.fromkeys(names))


def publicly(found: list[Ground]) -> tuple[str, ...]:
    """Return the ids by which figures name what hits."""
    return tuple(dict.fromkeys(_SHARED.get(ground.rule, ground.rule) for ground in found))


def until(found: list[Ground]) -> int | None:
    """Return the latest day on which a ground holds; None when one is open-ended."""
    ends = [ground.until for ground in found]
    return None if None in ends else max(end for end in ends if end is not None)


def _covers_sensitive(known: Known) -> bool:
    return _SENSITIVE in known.consent.get("data_classes", ())


def _ground(priority: int, rule: str, hits: list[_Hit]) -> Ground:
    ends = [hit.until for hit in hits]
    last = None if None in ends else max(end for end in ends if end is not None)
    return Ground(
        priority, rule, last, max((hit.dated for hit in hits if hit.dated is not None), default=None)
    )


def _tried(known: Known, today: int) -> Iterator[tuple[int, str, list[_Hit]]]:
    """Yield priority, id and the entries that hit, for every rule that invites."""
    if known.certificates or known.courses:
        yield from _trained(known, today)
    if known.teams or known.missions:
        yield from _rescuing(known, today)
    if known.volunteers:
        yield from _volunteering(known, today)
    for rule, gifts in (("R07", known.gifts), ("R08", known.org_gifts)):
        kept = [gift for number, gift in gifts.items() if number not in known.refunded]
        yield 3, rule, [_Hit(e, g["donated_on"]) for g, e in _within(kept, "donated_on", _TWO_YEARS, today)]
    helped = [project for project in known.projects.values() if project.get("role") == "helper"]
    yield 3, "R11", [_Hit(e, p["enrolled_on"]) for p, e in _within(helped, "enrolled_on", _YEAR, today)]


def _trained(known: Known, today: int) -> Iterator[tuple[int, str, list[_Hit]]]:
    valid = [
        entry
        for number, entry in known.certificates.items()
        if number not in known.revoked and "issued_on" in entry and entry["issued_on"] <= today
    ]
    running = [entry for entry in valid if today <= entry["expires_on"]]
    for priority, rule, kind in ((1, "R01", "first_aider"), (1, "R14", "trainer")):
        hits = [_Hit(entry["expires_on"], entry["issued_on"]) for entry in running if entry["kind"] == kind]
        yield priority, rule, hits
    yield 3, "R03", list(_general(known, valid, today))


def _rescuing(known: Known, today: int) -> Iterator[tuple[int, str, list[_Hit]]]:
    teams = [team for team in known.teams.values() if team.get("status") == "active"]
    yield 1, "R02", [_Hit(None, team["joined_on"]) for team in teams if team.get("grade") == "backbone"]
    yield 2, "R04", [_Hit(None, team["joined_on"]) for team in teams]
    missions = known.missions.values()
    yield 3, "R12", [_Hit(e, m["until_on"]) for m, e in _within(missions, "until_on", _YEAR, today)]


def _volunteering(known: Known, today: int) -> Iterator[tuple[int, str, list[_Hit]]]:
    serving = [
        (volunteer, _Hit(end, max(volunteer["registered_on"], volunteer["active_on"])))
        for volunteer, end in _within(_serving(known), "active_on", _YEAR, today)
    ]
    yield 3, "R09", [hit for _, hit in serving]
    yield 2, "R09a", [hit for volunteer, hit in serving if volunteer.get("star", 0) >= _STARS]


def _general(known: Known, valid: list[Entry], today: int) -> Iterator[_Hit]:
    """Yield what R03 hits on."""
    for course in known.courses.values():
        if course["completed_on"] <= today <= add_months(course["completed_on"], _YEAR):
            yield _Hit(add_months(course["completed_on"], _YEAR), course["completed_on"])
    for entry in valid:
        issued, ended = entry["issued_on"], entry["expires_on"]
        if entry["kind"] == "cpr_aed" and today <= add_months(issued, _YEAR):
            yield _Hit(add_months(issued, _YEAR), issued)
        if entry["kind"] == "first_aider" and ended < today <= add_months(ended, _YEAR):
            yield _Hit(add_months(ended, _YEAR), issued)


def _serving(known: Known) -> list[Entry]:
    return [
        volunteer
        for volunteer in known.volunteers.values()
        if volunteer.get("status") == "active" and volunteer.get("level") == "registered"
    ]


def _within(entries: Iterable[Entry], dated: str, months: int, today: int) -> Iterator[tuple[Entry, int]]:
    """Yield the entries whose date lies within so many months, each with the last day on which it does."""
    for entry in entries:
        if dated in entry and entry[dated] <= today <= add_months(entry[dated], months):
            yield entry, add_months(entry[dated], months)


_DATED: Final = (
    ("volunteers", ("registered_on",), 0), ("volunteers", ("active_on",), _YEAR),
    ("gifts", ("donated_on",), _TWO_YEARS), ("org_gifts", ("donated_on",), _TWO_YEARS),
    ("projects", ("enrolled_on",), _YEAR), ("missions", ("until_on",), _YEAR), ("teams", ("joined_on",), 0),
)  # fmt: skip


def ground_days(known: Known) -> Iterator[int]:
    """Yield every day on which a rule, or where somebody was met, may change by time alone."""
    for entry in known.certificates.values():
        if "issued_on" in entry:
            issued, ended = entry["issued_on"], entry["expires_on"]
            yield from (issued, ended + 1, add_months(issued, _YEAR) + 1, add_months(ended, _YEAR) + 1)
    for course in known.courses.values():
        yield from (course["completed_on"], add_months(course["completed_on"], _YEAR) + 1)
    for name, fields, months in _DATED:
        for entry in getattr(known, name).values():
            for dated in fields:
                if dated in entry:
                    yield entry[dated]
                    if months:
                        yield add_months(entry[dated], months) + 1
