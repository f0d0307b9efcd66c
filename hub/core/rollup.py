"""Totals rolled up: county to city to province, day to month to year, kept up to date by differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hub.core.dates import day_of
from hub.core.figure import Key, last_day
from hub.core.shape import shape


class Cell(NamedTuple):
    """A sum of counters."""

    value: int
    tick: int
    """The newest tick of what it is the sum of."""
    kind: str

    def restated(self, period: str) -> bool:
        """Return whether the period was over when the value was counted: a late event restates its own."""
        last = last_day(period) if period else None
        return last is not None and day_of(self.tick) > last


class Rollup:
    """Every sum of counters, by what it is of. Mutable; what it holds depends on no order."""

    def __init__(self, province: str) -> None:
        """Start empty; ``province`` is where everything counts that is of no known county."""
        self._province = province
        self._counters: dict[str, int] = {}
        self._cells: dict[str, dict[Key, Cell]] = {}
        self._regions: dict[str, set[Key]] = {}
        self.tick = 0
        """The newest tick of all."""

    def __len__(self) -> int:
        """Return the number of counters."""
        return len(self._counters)

    def take(self, counter: str, kind: str, value: int, tick: int) -> list[Key]:
        """Take the newest value of a counter; return the sums it touches. ValueError: it is no counter."""
        shares = shape(counter, self._province)
        difference = value - self._counters.get(counter, 0)
        self._counters[counter] = value
        self.tick = max(self.tick, tick)
        touched = []
        for key, weight in shares:
            cells = self._cells.setdefault(key.figure, {})
            cell = cells.get(key)
            if cell is None:
                cells[key] = Cell(difference * weight, tick, kind)
                self._regions.setdefault(key.region, set()).add(key)
            else:
                cells[key] = Cell(cell.value + difference * weight, max(cell.tick, tick), kind)
            touched.append(key)
        return touched

    def cell(self, key: Key) -> Cell | None:
        """Return a sum, or None when nothing was ever counted in it."""
        return self._cells.get(key.figure, {}).get(key)

    def value(self, figure: str, labels: str, region: str, level: str, period: str = "") -> int:
        """Return a sum; what was never counted is 0."""
        cell = self.cell(Key(figure, labels, region, level, period))
        return cell.value if cell is not None else 0

    def of(self, figure: str) -> dict[Key, Cell]:
        """Return all sums of a figure. Not to be changed."""
        return self._cells.get(figure, {})

    def in_region(self, region: str) -> set[Key]:
        """Return what there is of a region. Not to be changed."""
        return self._regions.get(region, set())

    def keys(self) -> Iterator[Key]:
        """Yield what every sum is of."""
        return (key for cells in self._cells.values() for key in cells)
