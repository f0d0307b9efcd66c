"""To which one organisation a person belongs: docs/matching.md, "Route"; DOMAIN §5, "Routing".

Never by the first digits of an identity number: those say where the number was assigned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from hub.core.organisation import COMMUNITY, SOCIETY, TOWNSHIP, VILLAGE, Directory, Organisation

ADULT: Final = "adult"
YOUTH: Final = "youth"
GROUP: Final = "group"
"""The paths: adults go to the nearest organisation, the youth to school or county, groups to the county."""
_NEVER: Final = -(1 << 31)
"""Before every day."""
COUNTY: Final = 6
"""Digits of a county's code."""
_TOWNSHIP: Final = 9
_VILLAGE: Final = 12
MET: Final = (
    ("certificate", "issued_on"),
    ("course", "completed_on"),
    ("rescue_member", "joined_on"),
    ("volunteer", "registered_on"),
    ("gift", "donated_on"),
    ("org_gift", "donated_on"),
    ("project", "enrolled_on"),
)
"""Where a person was met, when nothing else is known: fact kind and the field of its date."""
_PROVINCE: Final = 2
_CITY: Final = 4


class Regions(Protocol):
    """Region codes in their current edition: :class:`hub.core.edition.Edition`."""

    def resolve(self, code: str, today: int) -> str:
        """Return the longest of the code's 12, 9 and 6 digits that resolves, in today's edition; or empty."""


class Route(NamedTuple):
    """Where a person belongs."""

    organisation: Organisation | None
    confirm_region: bool
    county: str
    """Six digits in the current edition; empty when it is not known."""
    residence: str
    """The declared residence as far as it resolves; empty when nothing of it does, or none is declared."""
    place: str
    """The code all this rests on, as stored: of the residence, else of where the person was met."""


def route(
    party: Mapping[str, Any],
    facts: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    kind: str,
    directory: Directory,
    regions: Regions,
    today: int,
) -> Route:
    """Find the organisation of a person: the first of the steps of docs/matching.md that finds one."""
    declared = party.get("residence")
    unit = party.get("host_unit") if kind != GROUP else None
    home = regions.resolve(declared, today) if declared else ""
    met = "" if declared else _met(facts, today)
    county = home[:COUNTY] if declared else regions.resolve(met, today)[:COUNTY] if met else ""
    found = directory.hosted_by(unit, today) if unit else None
    if found is None and home:
        if kind == ADULT:
            found = _nearest(home, directory, today)
        found = found or directory.at(SOCIETY, county, today)
    if found is None and not declared and county:
        found = directory.at(SOCIETY, county, today)
        return Route(found, found is not None, county, "", met)
    return Route(found, False, county, home, declared or met)


def _nearest(home: str, directory: Directory, today: int) -> Organisation | None:
    """Return the organisation of the village or community, else of the township."""
    found = None
    if len(home) >= _VILLAGE:
        village = directory.at(VILLAGE, home[:_VILLAGE], today)
        community = directory.at(COMMUNITY, home[:_VILLAGE], today)
        found = min(village, community) if village and community else village or community
    if found is None and len(home) >= _TOWNSHIP:
        found = directory.at(TOWNSHIP, home[:_TOWNSHIP], today)
    return found


def _met(facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int) -> str:
    """Return the region code of the newest ground that has a region and a date that has come."""
    newest, where = _NEVER, ""
    for kind, dated in MET:
        for entry in facts.get(kind, ()):
            on, region = entry.get(dated), entry.get("region")
            if not region or on is None or on > today:
                continue
            if on > newest or (on == newest and region < where):
                newest, where = on, region
    return where


def last_known(org_id: str, directory: Directory, today: int) -> Organisation | None:
    """Return an organisation as it is or last was, or will be when it is yet to begin; None = unknown."""
    last = None
    for start, known in directory.history(org_id):
        if known is not None and (last is None or start <= today):
            last = known
    return last


def superior(org_id: str, directory: Directory, today: int) -> str:
    """Return the organisation above one, active today: its parent, else its city's society, its province's.

    By what is last known of it, also when it is no longer active; empty when there is none.
    """
    last = last_known(org_id, directory, today)
    if last is None:
        return ""
    if last.parent and last.parent != org_id and directory.active(last.parent, today) is not None:
        return last.parent
    for digits in (_CITY, _PROVINCE):
        found = directory.at(SOCIETY, last.region[:digits], today)
        if found is not None and found.org_id != org_id:
            return found.org_id
    return ""


def county_of(org_id: str, directory: Directory, regions: Regions, today: int) -> str:
    """Return the county of an organisation, in today's edition; empty when it is unknown or above one."""
    last = last_known(org_id, directory, today)
    code = regions.resolve(last.region, today)[:COUNTY] if last is not None and last.region else ""
    return code if len(code) == COUNTY else ""


def elsewhere(member_of: str, route: Route, directory: Directory, today: int) -> bool:
    """Return whether a member of an organisation belongs to another one now: docs/matching.md, "Transfer"."""
    target = route.organisation
    if target is None or target.org_id == member_of:
        return False
    theirs = directory.active(member_of, today)
    if theirs is None:
        history = directory.history(member_of)
        return bool(history) and history[0].start <= today
    there, here = target.region[:COUNTY], theirs.region[:COUNTY]
    return not (route.confirm_region or there.startswith(here) or here.startswith(there))
