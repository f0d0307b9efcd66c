"""A published figure: its key, its period, its region, and what is said beside its value.

A counter is written ``name|label=value|…``. Three kinds of labels are no labels of a figure: ``county``
becomes its region, ``day``, ``month`` and ``session`` its period.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from hub.core.dates import add_months, parse_day
from hub.core.region import LEVELS

UNKNOWN: Final = "unknown"
"""A county, month or session that is not known: a region and a period of its own, and visible."""
PROVINCE, CITY, COUNTY, TOWNSHIP = "province", "city", "county", "township"
COUNCIL, SOURCE, NONE = "council", "source", "none"
TARGET: Final = "target"
"""The kind of a figure that is computed from others."""
PERSONS, ORGANISATIONS, EVENTS, SHARE, POINTS, DAYS = (
    "persons", "organisations", "events", "share", "points", "days",
)  # fmt: skip

REVISIONS: Final = 20
"""Bits of a version below the position in the totals: what changes without a total, by a day or a table."""

_TIMES: Final = {"day": len("2022-04-18"), "month": len("2022-04")}
"""Label of a counter that says when, and how long its value is."""


class Key(NamedTuple):
    """What a figure is of."""

    figure: str
    labels: str = ""
    """``label=value|…``, sorted."""
    region: str = ""
    level: str = NONE
    period: str = ""

    @property
    def text(self) -> str:
        """Return its key on the topic: ``figure|label=value|…|period=…|region=…``, empty ones left out.

        >>> Key("T9", "council=zj", "", "council", "2022-06-30").text
        'T9|council=zj|period=2022-06-30'
        """
        rest = [self.labels] if self.labels else []
        rest += [f"period={self.period}"] if self.period else []
        rest += [f"region={self.region}"] if self.region else []
        return "|".join([self.figure, *rest])

    def label(self, name: str) -> str:
        """Return the value of a label, empty when it has none."""
        return dict(pairs(self.labels)).get(name, "")


class Figure(NamedTuple):
    """One figure as it is published, but for its version: a ``hub.figure``."""

    key: Key
    kind: str
    unit: str
    value: float | None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    milestone: float | None = None
    on_track: bool | None = None
    vintage: str | None = None
    silent: tuple[str, ...] = ()
    restated: bool = False
    note: str | None = None


class Parsed(NamedTuple):
    """A counter taken apart."""

    name: str
    labels: dict[str, str]


def pairs(labels: str) -> list[tuple[str, str]]:
    """Return the labels of ``label=value|…``; ValueError for what is none."""
    found = []
    for each in labels.split("|") if labels else ():
        label, equals, value = each.partition("=")
        if not equals or not label:
            raise ValueError("a label is written label=value")
        found.append((label, value))
    return found


def parse_counter(counter: str) -> Parsed:
    """Return name and labels of a counter; ValueError when it, or its day or month, is none."""
    name, _, rest = counter.partition("|")
    if not name or "=" in name:
        raise ValueError("a counter begins with its name")
    labels = pairs(rest)
    if len(dict(labels)) != len(labels):
        raise ValueError("a label is there twice")
    for label, value in labels:
        if label in _TIMES and value != UNKNOWN and not _is_time(value, _TIMES[label]):
            raise ValueError("a counter's day or month is none")
    return Parsed(name, dict(labels))


def _is_time(period: str, length: int) -> bool:
    """Return whether a period is a day or month: what is in none would break whoever asks for its quarter."""
    return len(period) == length and "Q" not in period and last_day(period) is not None


def spelled(labels: dict[str, str]) -> str:
    """Return labels as ``label=value|…``, sorted."""
    return "|".join(f"{label}={labels[label]}" for label in sorted(labels))


def regions_of(county: str, province: str) -> tuple[tuple[str, str], ...]:
    """Return region and level of every region a county counts in: itself, its city, its province.

    What belongs to no known county is shown as such and counts in the province alone.
    """
    if LEVELS.get(len(county)) != COUNTY or not county.isdecimal():
        return ((UNKNOWN, NONE), (province, PROVINCE))
    return ((county, COUNTY), (county[:4], CITY), (county[:2], PROVINCE))


@lru_cache(maxsize=4096)
def quarter_of(month: str) -> str:
    """Return the quarter of a month.

    >>> quarter_of("2022-05")
    '2022-Q2'
    """
    return f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}"


@lru_cache(maxsize=16_384)
def last_day(period: str) -> int | None:
    """Return the last day of a day, month, quarter or year; None for what is none.

    >>> from hub.core.dates import iso
    >>> [iso(last_day(period) or 0) for period in ("2022-02", "2022-Q2", "2022")]
    ['2022-02-28', '2022-06-30', '2022-12-31']
    """
    try:
        if len(period) == 10:
            return parse_day(period)
        if "Q" in period:
            return add_months(parse_day(f"{period[:4]}-{int(period[6]) * 3 - 2:02}-01"), 3) - 1
        if len(period) == 7:
            return add_months(parse_day(f"{period}-01"), 1) - 1
        if len(period) == 4:
            return add_months(parse_day(f"{period}-01-01"), 12) - 1
    except ValueError:
        return None
    return None
