"""What the hub writes into the *metadata* of its committed offsets, and reads back from there.

One OffsetFetch then shows an outsider how far each partition is, in simulated time too, and which
partitions stand still and why::

    tick=1667260800000 tables=12,3,4,1 stop=PROHIBITION_UNREADABLE@1017
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ("Progress",)


class Progress(NamedTuple):
    """How far one input partition is."""

    tick: int | None = None
    """The newest tick (ms) after which nothing was left to do: timers, tables, sweep. Simulated time only."""
    tables: tuple[int, ...] = ()
    """Next offsets in the broadcast topics, in the order of ``topics.BROADCAST``. Simulated time only."""
    stop: str = ""
    """Stable code of why the partition stands still; empty while it moves."""
    stop_offset: int = -1
    """The record before which it stands still."""

    def text(self) -> str:
        """Return the metadata."""
        parts = []
        if self.tick is not None:
            parts.append(f"tick={self.tick} tables={','.join(map(str, self.tables))}")
        if self.stop:
            parts.append(f"stop={self.stop}@{self.stop_offset}")
        return " ".join(parts)

    @classmethod
    def parse(cls, metadata: str | None) -> Progress:
        """Return what the metadata says; anything not written by us says nothing."""
        found = dict(part.split("=", 1) for part in (metadata or "").split() if "=" in part)
        try:
            stop, _, offset = found.get("stop", "").rpartition("@")
            return cls(
                int(found["tick"]) if "tick" in found else None,
                tuple(map(int, filter(None, found.get("tables", "").split(",")))),
                stop,
                int(offset or -1),
            )
        except ValueError:
            return cls()
