"""What the hub writes into the *metadata* of its committed offsets, and reads back from there.

One OffsetFetch then shows an outsider how far each partition is, in simulated time too, and which
partitions stand still and why::

    tick=1667260800000 tables=12,3,4,1 stop=PROHIBITION_UNREADABLE@1017
    books=zhejiang-2022@2:0:1667260800000:1667260800000,zhejiang-2022@3:1017:1667347200000:0 sweep=70a1b2c3

The second line is of a task of a stage that keeps persons: at which points it switched to another rule
book, and how far the sweep of the newest one is.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hub.engine.cursors import Switch

__all__ = ("Progress", "swept_part")

_SHOWN: Final = 4
"""Bytes of a sweep's cursor that are told: enough to see it move."""


def swept_part(cursor: bytes) -> float:
    """Return which part of its persons a sweep has behind it, between 0 and 1.

    Its cursor is a byte and a pseudonym, and pseudonyms are spread evenly: no need to count anybody.
    """
    return int.from_bytes(cursor[1:_SHOWN].ljust(_SHOWN - 1, b"\0"), "big") / (1 << 8 * (_SHOWN - 1))


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
    switches: tuple[Switch, ...] = ()
    """The newest switches to another rule book, oldest first."""
    sweep: bytes | None = None
    """The beginning of the cursor of the sweep that is to be done; None when everybody is evaluated."""

    def text(self) -> str:
        """Return the metadata."""
        parts = []
        if self.tick is not None:
            parts.append(f"tick={self.tick} tables={','.join(map(str, self.tables))}")
        if self.stop:
            parts.append(f"stop={self.stop}@{self.stop_offset}")
        if self.switches:
            parts.append("books=" + ",".join(switch.text for switch in self.switches))
        if self.sweep is not None:
            parts.append(f"sweep={self.sweep[:_SHOWN].hex() or '00'}")
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
                tuple(map(_switch, filter(None, found.get("books", "").split(",")))),
                bytes.fromhex(found["sweep"]) if "sweep" in found else None,
            )
        except ValueError:
            return cls()


def _switch(text: str) -> Switch:
    """Return the switch that was written as text; ValueError when none was."""
    edition, position, tick, swept = text.rsplit(":", 3)
    return Switch(edition, int(position), int(tick), 0, int(swept))
