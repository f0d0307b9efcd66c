"""One timer per key, durable, in order of what is due.

A timer lives under ``t<key>`` (changelogged) and in the index ``d<due><key>`` (local, derived). The
index may hold entries that no longer count, after a restore: an entry counts only while the timer
itself says the same. When nothing is due, the cost is one comparison.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from hub.engine.store import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.engine.overlay import Overlay
    from hub.engine.store import Change

__all__ = ("Timers", "index_of")

_DUE: Final = Struct(">Q")
_BYTES: Final = _DUE.size
NEVER: Final = 1 << 62
"""A moment that does not come."""


def index_of(change: Change) -> Iterator[Change]:
    """Yield the index entry that a restored timer needs; a removed timer leaves its entry to be ignored."""
    key, value = change
    if value is not None:
        yield Kind.DUE + value + key[1:], b""


class Timers:
    """The timers of one task, in the running transaction."""

    def __init__(self, timers: Overlay, index: Overlay) -> None:
        """Work on the overlays of the kinds ``t`` and ``d``."""
        self._timers = timers
        self._index = index
        self.earliest = 0
        """No timer is due before this; may be too early, never too late."""

    def schedule(self, due: int, key: bytes, *, first: bool = False) -> None:
        """Set the timer of ``key``, replacing the one it had.

        ``first``: it is not looked for. If there was one, its index entry stays and no longer counts.
        """
        packed = _DUE.pack(max(due, 0))
        old = None if first else self._timers.get(key)
        if old is not None:
            if old == packed:
                return
            self._index.delete(old + key)
        self._timers.put(key, packed)
        self._index.put(packed + key, b"")
        self.earliest = min(self.earliest, due)

    def cancel(self, key: bytes) -> None:
        """Remove the timer of ``key``, if any."""
        old = self._timers.get(key)
        if old is not None:
            self._index.delete(old + key)
            self._timers.delete(key)

    def take_due(self, now: int, limit: int) -> list[tuple[int, bytes]]:
        """Return up to ``limit`` timers with due <= now, earliest first; they stay until :meth:`fire`."""
        if now < self.earliest:
            return []
        found: list[tuple[int, bytes]] = []
        for entry, _ in self._index.scan(b""):
            due = _DUE.unpack_from(entry)[0]
            if due > now or len(found) == limit:
                self.earliest = due
                break
            key = entry[_BYTES:]
            if self._timers.get(key) == entry[:_BYTES]:
                found.append((due, key))
            else:
                self._index.delete(entry)
        else:
            self.earliest = NEVER
        # Those handed out are still due until the transaction commits; a discard resets to 0.
        return found

    def fire(self, due: int, key: bytes) -> bool:
        """Remove a timer that was handed out; False when it was moved or cancelled meanwhile."""
        packed = _DUE.pack(due)
        if self._timers.get(key) != packed:
            return False
        self._index.delete(packed + key)
        self._timers.delete(key)
        return True

    def discard(self) -> None:
        """Take note of an abort: look again."""
        self.earliest = 0
