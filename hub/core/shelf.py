"""Published figures in memory: the newest version of each key, chosen and put in order.

A figure is a record of ``hub.statistics``. Its key is ``figure|label=value|…|period=…|region=…``: labels
sorted, what is empty left out. Of one key the record with the highest version counts; a tombstone takes
the figure away, and what comes after it counts whatever its version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

__all__ = (
    "LEVELS",
    "Placed",
    "Published",
    "Selection",
    "Shelf",
    "key_of",
    "order",
    "outruns",
    "split_labels",
)

LEVELS: Final = ("province", "city", "county", "township", "village", "council", "source", "none")
"""The levels of a figure, from wide to narrow."""
_RANKS: Final = {level: rank for rank, level in enumerate(LEVELS)}
UNKNOWN: Final = "unknown"
"""The region of what is of no known county."""
_PARTS: Final = re.compile(r"(\d+)")


def key_of(figure: str, labels: str = "", period: str = "", region: str = "") -> str:
    """Return the key of a figure.

    >>> key_of("members", "kind=adult", "", "3301")
    'members|kind=adult|region=3301'
    """
    parts = (figure, labels, period and f"period={period}", region and f"region={region}")
    return "|".join(part for part in parts if part)


def split_labels(labels: str) -> dict[str, str]:
    """Return labels as a mapping.

    >>> split_labels("kind=adult|priority=1")
    {'kind': 'adult', 'priority': '1'}
    """
    return dict(part.split("=", 1) for part in labels.split("|")) if labels else {}


class Published(NamedTuple):
    """One record of ``hub.figure``; the fields are described in ``docs/reference/events.md``."""

    figure: str
    labels: str
    region: str
    level: str
    period: str
    kind: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    target: float | None
    milestone: float | None
    on_track: bool | None
    as_of: int
    vintage: str | None
    silent: Sequence[str]
    restated: bool
    version: int
    note: str | None

    @property
    def key(self) -> str:
        """The key of its records."""
        return key_of(self.figure, self.labels, self.period, self.region)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Published:
        """Return the figure of a decoded record."""
        return cls(**record)


class Placed(NamedTuple):
    """A key with its figure, and where its newest record is. ``figure`` None: it was taken away."""

    key: str
    figure: Published | None
    partition: int
    offset: int


class Selection(NamedTuple):
    """Which figures are meant; an empty part leaves nothing out."""

    figures: Sequence[str] = ()
    """Names; ``T8`` stands for ``T8.invited`` and its likes too."""
    region: str = ""
    below: bool = True
    """With a region: those that lie in it too."""
    levels: Sequence[str] = ()
    period: str = ""
    """How the period begins: 2022 is the year, its quarters, months and days; ``now`` is what is now."""
    labels: Mapping[str, str] = {}
    """Values that labels must have."""

    def names(self, figure: str) -> bool:
        """Return whether figures of this name are meant."""
        return not self.figures or any(
            figure == name or figure.startswith(name + ".") for name in self.figures
        )

    def takes(self, figure: Published) -> bool:
        """Return whether a figure is meant."""
        return self.names(figure.figure) and self.places(figure)

    def places(self, figure: Published) -> bool:
        """Return whether a figure is meant as far as region, level, period and labels go."""
        if self.levels and figure.level not in self.levels:
            return False
        if self.region and not (
            figure.region == self.region or (self.below and _within(figure.region, self.region))
        ):
            return False
        if self.period and not (
            figure.period == "" if self.period == "now" else figure.period.startswith(self.period)
        ):
            return False
        if self.labels:
            own = split_labels(figure.labels)
            return all(own.get(name) == value for name, value in self.labels.items())
        return True


def _within(region: str, outer: str) -> bool:
    """Return whether a region lies in another; ``unknown`` lies in every province."""
    return region.startswith(outer) or (region == UNKNOWN and len(outer) == 2)


@lru_cache(maxsize=4096)
def _name_order(name: str) -> tuple[tuple[int, str], ...]:
    """Return what names are sorted by: numbers as numbers."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in _PARTS.split(name))


def order(figure: Published) -> tuple[Any, ...]:
    """Return what figures are sorted by: T2 before T10, then labels, period, level and region."""
    level = _RANKS.get(figure.level, len(LEVELS))
    return _name_order(figure.figure), figure.labels, figure.period, level, figure.region


class Shelf:
    """Every figure as its newest record has it, and how far the topic was read."""

    __slots__ = ("_names", "_placed", "_unsorted", "positions")

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._placed: dict[str, Placed] = {}
        self._names: dict[str, list[str]] = {}
        # Keys by name, in order. Keys come rarely, values all the time: sorting 100,000 figures for each
        # look took seconds, this takes milliseconds.
        self._unsorted: set[str] = set()
        self.positions: dict[int, int] = {}
        """Partition → the offset after the last record that was put here."""

    def put(self, partition: int, offset: int, key: str, figure: Published | None) -> Placed | None:
        """Take one record; return what changed, None for a version that is out of date or known."""
        self.positions[partition] = max(offset + 1, self.positions.get(partition, 0))
        before = self._placed.get(key)
        if before is not None and before.partition == partition and offset <= before.offset:
            return None
        if figure is not None and before is not None and before.figure is not None:
            if figure.version < before.figure.version:
                return None
            if figure == before.figure:  # said again, by a worker that took over: nobody needs to hear it
                return None
        if figure is None and (before is None or before.figure is None):
            return None
        if figure is not None and (before is None or before.figure is None):
            self._names.setdefault(figure.figure, []).append(key)
            self._unsorted.add(figure.figure)
        elif figure is None and before is not None and before.figure is not None:
            self._names[before.figure.figure].remove(key)
        placed = Placed(key, figure, partition, offset)
        self._placed[key] = placed
        return placed

    def __len__(self) -> int:
        """Return the number of figures there are."""
        return sum(map(len, self._names.values()))

    def get(self, key: str) -> Placed | None:
        """Return a figure by its key; None when there is none."""
        placed = self._placed.get(key)
        return placed if placed is not None and placed.figure is not None else None

    def figures(self, selection: Selection | None = None) -> list[Published]:
        """Return the selected figures in order."""
        return [placed.figure for placed in self._selected(selection or Selection()) if placed.figure]

    def placed(self, selection: Selection) -> list[Placed]:
        """Return the selected figures with their places, in order."""
        return list(self._selected(selection))

    def _selected(self, selection: Selection) -> Iterator[Placed]:
        everywhere = selection._replace(figures=()) == Selection()
        for name in sorted(filter(selection.names, self._names), key=_name_order):
            if name in self._unsorted:
                self._names[name].sort(key=self._order)
                self._unsorted.discard(name)
            for key in self._names[name]:
                placed = self._placed[key]
                assert placed.figure is not None
                if everywhere or selection.places(placed.figure):
                    yield placed

    def _order(self, key: str) -> tuple[Any, ...]:
        figure = self._placed[key].figure
        assert figure is not None
        return order(figure)

    def since(self, positions: Mapping[int, int]) -> list[Placed]:
        """Return what changed at or after ``positions``, newest of each key, by partition and offset.

        A reader that has seen everything below ``positions``, and then all of this, has missed nothing.
        """
        found = [each for each in self._placed.values() if each.offset >= positions.get(each.partition, 0)]
        return sorted(found, key=lambda each: (each.partition, each.offset))


def outruns(positions: Mapping[int, int], ends: Mapping[int, int]) -> bool:
    """Return whether positions lie beyond the ends: they are of another topic, and mean nothing here."""
    return any(partition not in ends or offset > ends[partition] for partition, offset in positions.items())


def silent_systems(figures: Iterable[Published]) -> tuple[str, ...]:
    """Return the systems that any of some figures rests on and that are silent."""
    return tuple(sorted({system for figure in figures for system in figure.silent}))
