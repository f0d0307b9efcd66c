"""Whom a change of an organisation or a region concerns: the indexes of the matching stage.

A person stands in them only while the directory has a say: an invitation or a task is open, the next
thing to decide is where it would go, or a member could belong elsewhere. What is there for whom is kept
with the person, so that an index is only written when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from hub.core import consent, matching
from hub.core.matching import Eligibility
from hub.core.person import PersonState
from hub.core.routing import COUNTY
from hub.core.statistics import MOVES
from hub.stages.contract import Context
from hub.stages.tables import HubTables

BY_COUNTY: Final = b"i"
BY_HOST: Final = b"h"
BY_ORGANISATION: Final = b"o"
WAITING: Final = b"w"
PERSON_BYTES: Final = 16
_NUL: Final = b"\0"
_UNKNOWN_COUNTY: Final = "000000"
_OPEN_QUESTIONS: Final = frozenset({"region", "guardian"})
"""Guards that come after, or are, the question where an invitation would go."""


def entries(
    state: PersonState, eligible: Eligibility, *, waiting: bool = False
) -> tuple[tuple[bytes, bytes], ...]:
    """Return under which (prefix, value) a person is to be found, after an evaluation.

    ``waiting``: an admission is blocked because there is no organisation to act.
    """
    last = state.invitation
    running = last is not None and last.ended_on is None
    me = eligible.view["subject"][0]
    member = me["member"]
    near = running or _undecided(eligible) or (member and (me["moved"] or not me["region_known"]))
    acted = member or waiting or bool(state.tasks) or (MOVES in state.facts and bool(_handed_over(state)))
    if not (near or acted):
        return ()
    where = eligible.route
    place = unit = None
    if near:
        place = (where.county or where.place[:COUNTY]).ljust(COUNTY, "0") if where.place else _UNKNOWN_COUNTY
    if near or member:
        unit = state.facts["party"][0].get("host_unit") if "party" in state.facts else None
    found = _entries(place, where.residence, unit, last.organisation if running and last else None)
    if not acted:
        return found
    asked = _asked(state, waiting=waiting)
    return (*found, *[each for each in asked if each not in found])


@lru_cache(maxsize=16_384)
def _entries(
    place: str | None, residence: str, unit: str | None, organisation: str | None
) -> tuple[tuple[bytes, bytes], ...]:
    """Return the entries of all who live in one place and go to one organisation: 0.3 instead of 1.1 µs."""
    found = []
    if place is not None:
        found.append((BY_COUNTY + place.encode(), residence.encode()))
    if unit:
        found.append((BY_HOST + unit.encode() + _NUL, b""))
    if organisation is not None:
        found.append((BY_ORGANISATION + organisation.encode() + _NUL, b""))
    return tuple(found)


def _asked(state: PersonState, *, waiting: bool) -> list[tuple[bytes, bytes]]:
    """Return the entries of organisations that act on a person, or would: a member's, a council's.

    And of those between which a member was transferred: in whose counties that counts.
    """
    names = [task.organisation for task in state.tasks if task.open]
    if names or waiting:
        names += [entry.get("council_org", "") for entry in state.facts.get("candidacy", ())]
    names += [entry.get("organisation", "") for entry in state.facts.get("membership", ())]
    names += _handed_over(state)
    found = [(BY_ORGANISATION + name.encode() + _NUL, b"") for name in dict.fromkeys(names) if name]
    return [*found, (WAITING, b"")] if waiting else found


def _handed_over(state: PersonState) -> list[str]:
    """Return the organisations between which a member was transferred."""
    return [
        entry[name]
        for entry in state.facts.get(MOVES, ())
        for name in ("from_organisation", "to_organisation")
        if name in entry
    ]


def _undecided(eligible: Eligibility) -> bool:
    """Return whether another organisation could change the answer for somebody without an invitation."""
    if eligible.outcome == matching.INVITE:
        return True
    if not eligible.hits:
        return False
    return eligible.code in _OPEN_QUESTIONS or (
        eligible.code == "consent" and eligible.view["subject"][0]["consent"] == consent.RECIPIENT
    )


def index(who: bytes, state: PersonState, now: tuple[tuple[bytes, bytes], ...], ctx: Context) -> None:
    """Bring the index entries of a person from ``state.index`` to ``now``, what :func:`entries` returned."""
    before = state.index
    if before:
        for prefix in {prefix for prefix, _ in before} - {prefix for prefix, _ in now}:
            ctx.state.delete(prefix + who)
    for each in now:
        if each not in before:
            ctx.state.put(each[0] + who, each[1])
    state.index = now


def near_organisation(org_id: str, ctx: Context, tables: HubTables) -> list[bytes]:
    """Return the persons whose route an organisation can change, by all it ever was, in byte order."""
    found = set(under_organisation(org_id, ctx))
    found.update(_under(BY_HOST + org_id.encode() + _NUL, ctx))
    found.update(_under(WAITING, ctx))
    regions, units = tables.organisations.announced(org_id)
    for unit in units:
        found.update(_under(BY_HOST + unit.encode() + _NUL, ctx))
    for region in regions:
        if len(region) >= COUNTY:
            found.update(_residents(region, ctx))
    return sorted(found)


def under_organisation(org_id: str, ctx: Context) -> Iterator[bytes]:
    """Yield the persons on whom an organisation acts, as far as the index says so."""
    return _under(BY_ORGANISATION + org_id.encode() + _NUL, ctx)


def near_region(name: str, ctx: Context) -> list[bytes]:
    """Return the persons in the counties of a region change ``old/new/township``, in byte order."""
    found: set[bytes] = set()
    for code in name.split("/")[:2]:
        if len(code) >= COUNTY:
            found.update(_under(BY_COUNTY + code[:COUNTY].encode(), ctx))
    return sorted(found)


def _under(prefix: bytes, ctx: Context) -> Iterator[bytes]:
    for key, _ in ctx.state.scan(prefix):
        yield key[-PERSON_BYTES:]


def _residents(region: str, ctx: Context) -> Iterator[bytes]:
    """Yield the persons of the region's county whom an organisation there may concern."""
    code = region.encode()
    for key, residence in ctx.state.scan(BY_COUNTY + code[:COUNTY]):
        if not residence or residence.startswith(code):
            yield key[-PERSON_BYTES:]
