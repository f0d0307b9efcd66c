"""One fact as the expectation keeps it: of each field the newest value."""

from __future__ import annotations

from typing import Any

__all__ = ("Entry", "OrderMattersError", "Stamp")

Stamp = tuple[int, bool, int]
"""(instant in ms, ends or forbids, sequence): of two values the greater stamp's stays."""


class OrderMattersError(Exception):
    """Two events of one instant say different things: the simulation itself is at fault."""


class Entry(dict[str, Any]):
    """Field → value, of which the newest by (instant, restrictive, sequence) stays."""

    __slots__ = ("stamps",)

    def __init__(self) -> None:
        """Start with nothing known."""
        super().__init__()
        self.stamps: dict[str, Stamp] = {}

    def put(self, stamp: Stamp, **values: Any) -> None:
        """Keep each value unless a newer one is there; OrderMattersError on a tie of two values."""
        for name, value in values.items():
            before = self.stamps.get(name)
            if before is None or stamp > before:
                self[name] = value
                self.stamps[name] = stamp
            elif stamp == before and self[name] != value:
                raise OrderMattersError(name)

    def most(self, **values: int) -> None:
        """Keep each value unless a greater one is there."""
        for name, value in values.items():
            self[name] = max(value, self.get(name, value))

    def absorb(self, other: Entry) -> None:
        """Take in what another entry of the same fact knows better."""
        for name, stamp in other.stamps.items():
            self.put(stamp, **{name: other[name]})
