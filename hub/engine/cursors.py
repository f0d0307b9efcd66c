"""Where a task stands besides its input: one small record in its changelogged state.

Written in every transaction of the task, so that a directory change, a rule book or a step of a
sweep is acted upon exactly once per task, at a recorded point, whoever runs the task then.
"""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ("Cursors",)

FORMAT: Final = 1


class Cursors(msgspec.Struct, array_like=True):
    """The record. A new task begins with these defaults and the tables as they are."""

    format: int = FORMAT
    epoch: int = 0
    """Wall-clock ms of the task's first transaction: which life of its counters a part belongs to."""
    tick: int = 0
    """The last tick (ms) it worked with: time never runs backwards for a task."""
    tables: dict[str, int] = {}
    """Broadcast topic → the next offset it has not acted upon."""
    edition: str = ""
    """The rule book it evaluated with last."""
    swept: str = ""
    """The rule book of the last sweep it completed."""
    sweeping: str = ""
    """The rule book of the sweep that is running; empty when none is."""
    sweep_after: bytes = b""
    """How far the running sweep is."""
    input: int = -1
    """The next input offset: serves when Kafka has forgotten the group's own."""
    window_from: int = 0
    """Tick (ms) at which the present window for counting dead letters began."""
    window_letters: int = 0
    """Dead letters in that window."""
    window_records: int = 0
    """Records in that window."""

    def pack(self) -> bytes:
        """Return the value stored under ``Kind.META``."""
        return _ENCODER.encode(self)

    @classmethod
    def unpack(cls, value: bytes | None) -> Cursors:
        """Return the record, or a new one."""
        return cls() if value is None else _DECODER.decode(value)

    def copy(self) -> Cursors:
        """Return an independent copy for a transaction to change."""
        copied: Cursors = msgspec.structs.replace(self, tables=dict(self.tables))
        return copied


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Cursors)
