"""Totals of counters: the newest part of every origin, added up.

A counter has one writer per origin, which publishes its cumulative value with a rising version. So parts
may come in any order, twice, or all over again: the fold of a set of parts is the fold of the newest of
each origin. That is what lets whoever reads them be at-least-once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

STOCK: Final = "stock"
FLOW: Final = "flow"
KINDS: Final = frozenset({STOCK, FLOW})


class Part(NamedTuple):
    """The cumulative value of a counter at one origin: a ``hub.counter_part`` and where it stands."""

    counter: str
    origin: str
    epoch: int
    version: int
    value: int
    kind: str
    tick: int
    position: int
    offset: int
    """Its own offset in its partition of the topic of parts, which holds all origins of the counter."""


class Total(NamedTuple):
    """A counter summed over its origins: a ``hub.counter_total``."""

    counter: str
    kind: str
    value: int
    version: int
    """The offset after the newest of its parts: rises with every part that counts."""
    tick: int
    origins: tuple[str, ...]
    """``origin@position`` of each part, in order."""


class _Kept(NamedTuple):
    epoch: int
    version: int
    value: int
    kind: str
    tick: int
    position: int
    offset: int


class Fold:
    """The newest part per counter and origin. Mutable; it never forgets, and what is older is ignored."""

    def __init__(self) -> None:
        """Start empty."""
        self._counters: dict[str, dict[str, _Kept]] = {}
        self._changed: set[str] = set()

    def __len__(self) -> int:
        """Return how many counters are known."""
        return len(self._counters)

    def add(self, part: Part) -> bool:
        """Fold one part in; return whether it is newer than what was known of its origin."""
        origins = self._counters.setdefault(part.counter, {})
        known = origins.get(part.origin)
        if known is not None and (part.epoch, part.version) <= (known.epoch, known.version):
            return False
        origins[part.origin] = _Kept(*part[2:])
        self._changed.add(part.counter)
        return True

    def total(self, counter: str) -> Total:
        """Return the total of a known counter; KeyError for another."""
        origins = self._counters[counter]
        newest = max(origins.values(), key=lambda kept: kept.offset)
        return Total(
            counter,
            newest.kind,
            sum(kept.value for kept in origins.values()),
            newest.offset + 1,
            max(kept.tick for kept in origins.values()),
            tuple(f"{origin}@{kept.position}" for origin, kept in sorted(origins.items())),
        )

    def totals(self) -> Iterator[Total]:
        """Yield the total of every counter."""
        return (self.total(counter) for counter in self._counters)

    def changed(self) -> list[Total]:
        """Return the totals that changed since this was last called, in order."""
        counters = sorted(self._changed)
        self._changed.clear()
        return [self.total(counter) for counter in counters]


def newest(totals: Iterable[Total]) -> dict[str, Total]:
    """Return the total with the highest version of each counter: a late one of a deposed worker loses."""
    found: dict[str, Total] = {}
    for total in totals:
        known = found.get(total.counter)
        if known is None or total.version > known.version:
            found[total.counter] = total
    return found
