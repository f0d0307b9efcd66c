"""What the targets are computed from: everything that is known on a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from hub.core.census import Census, Denominators
from hub.core.dates import iso
from hub.core.figure import CITY, COUNTY, PROVINCE
from hub.core.region import LEVELS, RegionTable
from hub.core.residents import Population
from hub.core.rollup import Rollup
from hub.core.targets import Targets

UPPER: Final = (PROVINCE, CITY, COUNTY)
"""Levels of figures of persons: never finer than a county."""


class Scene(NamedTuple):
    """One moment, whole."""

    today: int
    rollup: Rollup
    targets: Targets
    table: RegionTable
    population: Population
    census: Census
    denominators: Denominators
    villages_more: Counter[str]
    """By how many the villages with an organisation became more in the two last full quarters (T11)."""
    heard: Mapping[str, int]
    """System to the newest day on which something happened that was received of it."""

    @property
    def year(self) -> int:
        """Return the year of today."""
        return int(iso(self.today)[:4])

    def regions(self, *levels: str) -> tuple[tuple[str, str], ...]:
        """Return region and level of every region of these levels."""
        return _regions(self.table, self.targets.province, levels)


@lru_cache(maxsize=32)  # the table has 27,000 names, and is gone through for every figure of the plan: 5 ms
def _regions(table: RegionTable, province: str, levels: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (code, level)
        for code in table.names
        if (level := LEVELS[len(code)]) in levels and code.startswith(province)
    )


def spread(value: float, doubt: float) -> tuple[float | None, float | None]:
    """Return the ends between which a number of persons lies while ``doubt`` of them are under review.

    Each may turn out to be somebody else who is counted already, or two. Without doubt there is no range.
    """
    return (max(0.0, value - doubt), value + doubt) if doubt else (None, None)
