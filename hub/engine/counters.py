"""The figures a task counts: cumulative, with one writer, published on a tick (DESIGN §8).

Each counter is kept in the task's changelogged state as ``value, published value, version``. A
transaction that counts writes the new value; a flush publishes every counter whose value differs
from the published one, with the next version, to ``hub.statistics.parts``. A reader adds up the
newest version per origin, so publishing twice or late changes nothing.
"""

from __future__ import annotations

import zlib
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.engine.overlay import Overlay

__all__ = ("Counters", "Part", "partition_of")

_ENTRY: Final = Struct(">qqq")
_FLOW: Final = "flow."


class Part(NamedTuple):
    """What is published of one counter: a ``hub.counter_part`` without its origin and epoch."""

    counter: str
    value: int
    version: int
    kind: str
    """``stock`` (a level: it can fall) or ``flow`` (what happened, by day or month)."""


def partition_of(counter: str, partitions: int) -> int:
    """Return the partition of ``hub.statistics.parts`` that holds every origin of a counter."""
    return zlib.crc32(counter.encode()) % partitions


class Counters:
    """The counters of one task, in the running transaction."""

    def __init__(self, entries: Overlay) -> None:
        """Work on the overlay of the kind ``c``."""
        self._entries = entries
        self._base: dict[str, int] = {}
        self._layers: list[dict[str, int]] = []
        self._top = self._base
        self._dirty: set[str] = set()
        self._flushed: list[str] = []

    def load(self) -> None:
        """Find what was counted but not published before the task was opened."""
        for key, entry in self._entries.scan(b""):
            value, published, _ = _ENTRY.unpack(entry)
            if value != published:
                self._dirty.add(key.decode())

    def count(self, counter: str, delta: int) -> None:
        """Add ``delta``."""
        top = self._top
        top[counter] = top.get(counter, 0) + delta

    def total(self, name: str) -> int:
        """Return the sum of a figure over all its labels, as it stands between transactions."""
        return sum(_ENTRY.unpack(entry)[0] for _, entry in self._entries.scan(f"{name}|".encode()))

    def figures(self, name: str) -> dict[str, int]:
        """Return a figure by its labels (``a=1|b=2``), as it stands between transactions."""
        prefix = f"{name}|".encode()
        return {
            key[len(prefix) :].decode(): _ENTRY.unpack(entry)[0] for key, entry in self._entries.scan(prefix)
        }

    def push(self) -> None:
        """Begin a layer that can be dropped without a trace."""
        self._top = {}
        self._layers.append(self._top)

    def keep(self) -> None:
        """Add the newest layer to the one below."""
        layer = self._layers.pop()
        self._top = top = self._layers[-1] if self._layers else self._base
        if not top:
            top.update(layer)
            return
        for counter, delta in layer.items():
            top[counter] = top.get(counter, 0) + delta

    def drop(self) -> None:
        """Throw the newest layer away."""
        self._layers.pop()
        self._top = self._layers[-1] if self._layers else self._base

    @property
    def dirty(self) -> bool:
        """Whether a flush would publish something."""
        return bool(self._dirty or self._base)

    def write(self) -> None:
        """Put the transaction's deltas into the task's state; once, when the stage is done."""
        entries = self._entries
        for counter, delta in self._base.items():
            if delta:
                key = counter.encode()
                old = entries.get(key)
                value, published, version = _ENTRY.unpack(old) if old is not None else (0, 0, 0)
                entries.put(key, _ENTRY.pack(value + delta, published, version))
                self._dirty.add(counter)
        self._base.clear()

    def flush(self) -> Iterator[Part]:
        """Yield what must be published, marking it published in this transaction's state."""
        for counter in sorted(self._dirty):
            self._flushed.append(counter)
            key = counter.encode()
            old = self._entries.get(key)
            if old is None:
                continue
            value, published, version = _ENTRY.unpack(old)
            if value != published:
                self._entries.put(key, _ENTRY.pack(value, value, version + 1))
                yield Part(counter, value, version + 1, "flow" if counter.startswith(_FLOW) else "stock")

    def settle(self) -> None:
        """Take note of the commit: what was flushed is published."""
        self._dirty.difference_update(self._flushed)
        self._flushed.clear()

    def discard(self) -> None:
        """Take note of an abort. What was dirtied may stay marked: a flush looks at the values."""
        self._flushed.clear()
        self._layers.clear()
        self._base = self._top = {}
