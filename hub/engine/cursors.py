"""Where a task stands besides its input: one small record in its changelogged state.

Written in every transaction of the task, so that a directory change, a rule book or a step of a
sweep is acted upon exactly once per task, at a recorded point, whoever runs the task then.
"""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ("MOST_SWITCHES", "Cursors", "Switch")

FORMAT: Final = 1
MOST_SWITCHES: Final = 4
"""Switches a task remembers: with each commit it tells them beside its offset, some 60 bytes apiece."""


class Switch(msgspec.Struct, array_like=True, frozen=True):
    """The point at which a task began to evaluate with another rule book."""

    edition: str
    """The book it switched to."""
    position: int
    """The offset of the first input record that it, or a later book, was used for."""
    tick: int
    """The tick (ms) of the transaction that switched: decisions of an earlier tick name an earlier book."""
    tables: int
    """The next offset of the topic of rule books as it was read: no worker that has read less may go on."""
    swept: int = 0
    """The tick (ms) at which everybody known had been evaluated again; 0 = not yet."""

    @property
    def text(self) -> str:
        """Return it as it is told beside an offset: ``edition:position:tick:swept``."""
        return f"{self.edition}:{self.position}:{self.tick}:{self.swept}"


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
    switches: tuple[Switch, ...] = ()
    """The newest switches to another rule book, oldest first."""

    def pack(self) -> bytes:
        """Return the value stored under ``Kind.META``."""
        return _ENCODER.encode(self)

    @classmethod
    def unpack(cls, value: bytes | None) -> Cursors:
        """Return the record, or a new one."""
        return cls() if value is None else _DECODER.decode(value)

    def switch(self, edition: str, position: int, tables: int) -> None:
        """Note that from here on another rule book is used: the last one, when that is it still."""
        if edition != self.edition:
            made = Switch(edition, position, self.tick, tables)
            self.switches = (*self.switches, made)[-MOST_SWITCHES:]
            self.edition = edition

    @property
    def unswept(self) -> bool:
        """Return whether there may be somebody who was not yet evaluated by the rule book in use."""
        return bool(self.edition) and (self.swept != self.edition or bool(self.sweeping))

    def completed(self) -> None:
        """Note that the sweep of the rule book in use is complete."""
        self.swept, self.sweeping, self.sweep_after = self.edition, "", b""
        if self.switches and not self.switches[-1].swept:
            done = msgspec.structs.replace(self.switches[-1], swept=self.tick)
            self.switches = (*self.switches[:-1], done)

    def copy(self) -> Cursors:
        """Return an independent copy for a transaction to change."""
        copied: Cursors = msgspec.structs.replace(self, tables=dict(self.tables))
        return copied


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Cursors)
