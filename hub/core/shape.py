"""What one counter counts in: its figures by region and period, and the targets that are sums of counters.

Everything here is linear: a counter that rises by one changes each of its figures by its weight. So a
roll-up is kept up to date by differences, and is the same whatever the order of the counters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from hub.core.figure import (
    COUNCIL,
    EVENTS,
    NONE,
    PERSONS,
    SOURCE,
    UNKNOWN,
    Key,
    parse_counter,
    quarter_of,
    regions_of,
    spelled,
)

FUNNEL: Final = {
    "issued": "T8.invited", "delivered": "T8.delivered", "accepted": "T8.accepted", "applied": "T8.applied",
    "admitted": "T8.admitted", "declined": "T8.declined", "expired": "T8.expired",
    "withdrawn": "T8.withdrawn",
}  # fmt: skip
"""Change of an invitation to the step of the funnel that it is."""
MOVES: Final = {
    "admitted": 1, "transferred_in": 1, "transferred_out": -1, "lapsed": -1, "resigned": -1, "expelled": -1,
    "deceased": -1,
}  # fmt: skip
"""What a move does to the number of members (T12)."""
NET, HELD, BACKLOG, MATCHED, QUALIFIED = "T12", "T13.held", "T13.review_backlog", "T8.matched", "T8.qualified"
SEALED: Final = ("sensitive_",)
"""Beginnings of the names of counters of class s. They are no figures: one that moves in the very moment in
which an invitation is issued would say why, to whoever watches both."""
CANDIDATES, COUNCIL_MEMBERS = "T9.candidates", "T9.members"


class Share(NamedTuple):
    """A figure that a counter counts in, and how often."""

    key: Key
    weight: int


def unit_of(figure: str) -> str:
    """Return the unit of a figure that is a sum of counters."""
    if figure in {"organisations", "T6"}:
        return "organisations"
    if figure.startswith("flow.") or figure in FUNNEL.values():
        return EVENTS
    if figure in {"aliases_waiting", "tasks_open", "invitations_open", "invitations_orphaned", "groups"}:
        return NONE
    return PERSONS


@lru_cache(maxsize=262_144)
def shape(counter: str, province: str) -> tuple[Share, ...]:
    """Return every figure a counter counts in: none for one of class s; ValueError when it is no counter."""
    name, labels = parse_counter(counter)
    if name.startswith(SEALED):
        return ()
    county = labels.pop("county", None)
    periods, net_periods = _periods(labels)
    if county is not None:
        regions = regions_of(county, province)
    elif "council" in labels:
        regions = (("", COUNCIL),)
    elif "system" in labels:
        regions = (("", SOURCE),)
    else:
        regions = (("", NONE),)
    shares = [
        Share(Key(name, spelled(labels), region, level, period), 1)
        for region, level in regions
        for period in periods
    ]
    for figure, kept, weight in _targets(name, labels):
        for region, level in regions:
            if level == NONE and region == UNKNOWN:
                continue
            shares += [
                Share(Key(figure, spelled(kept), region, level, period), weight)
                for period in (net_periods if figure == NET else periods)
            ]
    return tuple(shares)


def _periods(labels: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take the labels of time out of ``labels``; return the periods of the counter, and those of T12."""
    day, month = labels.pop("day", None), labels.pop("month", None)
    session = labels.pop("session", None)
    if day is not None:
        found = (day,) if day == UNKNOWN else (day, day[:7], day[:4])
        return found, found
    if month is not None:
        if month == UNKNOWN:
            return (month,), (month,)
        return (month, month[:4]), (month, quarter_of(month), month[:4])
    found = (session or "",)
    return found, found


def _targets(name: str, labels: dict[str, str]) -> Iterator[tuple[str, dict[str, str], int]]:
    """Yield the targets that are sums of this counter: figure, labels, weight."""
    if name == "flow.invitations" and labels.get("change") in FUNNEL:
        kept: dict[str, str] = {each: labels[each] for each in ("channel", "priority") if each in labels}
        yield FUNNEL[labels["change"]], kept, 1
    elif name == "members_moved" and labels.get("move") in MOVES:
        yield NET, {}, MOVES[labels["move"]]
    elif name == "qualified":
        yield QUALIFIED, labels, 1
    elif name == "persons":
        yield MATCHED, {}, 1
    elif name == "held":
        yield HELD, {}, 1
    elif name == "under_review":
        yield BACKLOG, {}, 1
    elif name == "candidates":
        kept = {"council": labels.get("council", UNKNOWN)}
        yield CANDIDATES, kept, 1
        if labels.get("member") == "yes":
            yield COUNCIL_MEMBERS, kept, 1
