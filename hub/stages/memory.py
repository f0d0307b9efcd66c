"""A stage context in memory: the twin of the engine's, for tests, dry runs and explanations.

Everything a stage does through its :class:`~hub.stages.contract.Context` is kept in plain lists and
dicts, where a test can look at it. There is no transaction: what was done, is done.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from hub.stages.contract import Batch, Record, Stage, State, Tables


class Emitted(NamedTuple):
    """One record that a stage produced."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]] | None = None


class DeadLetter(NamedTuple):
    """One record that a stage gave up on."""

    record: Record
    code: str
    field: str
    message: str
    event_type: str


class Stop(NamedTuple):
    """A source that a stage stopped."""

    record: Record
    code: str
    message: str


class Halted(BaseException):
    """A stage stopped its source: nothing of the batch from this record on may be processed.

    No error: it steers, and no stage may catch it by accident.
    """

    def __init__(self, stop: Stop) -> None:
        """Carry what was stopped, and why."""
        super().__init__(stop.code)
        self.stop = stop


class MemoryState:
    """A task's state as a dict. ``scan`` sees the keys as they were when it started."""

    def __init__(self) -> None:
        """Start empty."""
        self.data: dict[bytes, bytes] = {}

    def get(self, key: bytes) -> bytes | None:
        """Return the value, or None."""
        return self.data.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        """Set the value."""
        self.data[key] = value

    def delete(self, key: bytes) -> None:
        """Remove the key; no error when absent."""
        self.data.pop(key, None)

    def scan(self, prefix: bytes, after: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Yield the pairs whose key starts with ``prefix`` and is > ``after``, in byte order."""
        keys = sorted(key for key in self.data if key.startswith(prefix))
        for key in keys[bisect_right(keys, after) :]:
            value = self.data.get(key)
            if value is not None:
                yield key, value


class NoTables:
    """Broadcast tables with nothing in them, for a stage that reads none."""

    edition = ""

    def apply(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Ignore the record."""


_Kept: TypeAlias = tuple[
    list[Emitted], dict[bytes, bytes], dict[bytes, int], dict[str, int], list[DeadLetter]
]


class MemoryContext:
    """What a stage may do, done in memory. See :class:`hub.stages.contract.Context`."""

    def __init__(self, now: int = 0, partition: int = 0, tables: Tables | None = None) -> None:
        """Start at tick ``now`` (ms) with an empty state."""
        self.now = now
        self.partition = partition
        self.memory = MemoryState()
        """The state as it is, to look into."""
        self.state: State = self.memory
        self.tables: Tables = NoTables() if tables is None else tables
        self.emitted: list[Emitted] = []
        self.timers: dict[bytes, int] = {}
        self.counters: dict[str, int] = {}
        self.dead_letters: list[DeadLetter] = []
        self.stops: list[Stop] = []
        self.released: set[int] = set()
        """Offsets that an operator has released: they go to the dead letters instead of stopping."""

    def emit(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> None:
        """Keep the record in ``emitted``."""
        self.emitted.append(Emitted(topic, key, value, headers))

    def schedule(self, due: int, key: bytes, *, first: bool = False) -> None:
        """Set or move the timer of ``key``."""
        self.timers[key] = due

    def cancel(self, key: bytes) -> None:
        """Remove the timer of ``key``; no error when there is none."""
        self.timers.pop(key, None)

    def count(self, counter: str, delta: int) -> None:
        """Add ``delta`` to the counter."""
        self.counters[counter] = self.counters.get(counter, 0) + delta

    def dead_letter(
        self, record: Record, code: str, field: str, message: str, *, event_type: str = ""
    ) -> None:
        """Keep the record in ``dead_letters``."""
        self.dead_letters.append(DeadLetter(record, code, field, message, event_type))

    def stop_source(self, record: Record, code: str, message: str) -> None:
        """Keep the record in ``stops`` and raise Halted, unless its offset is released."""
        if record.offset in self.released:
            self.dead_letter(record, code, "", message)
            return
        stop = Stop(record, code, message)
        self.stops.append(stop)
        raise Halted(stop)

    def run(self, stage: Stage, batch: Batch) -> Stop | None:
        """Let the stage process a batch as the engine does; return why its source stopped, if it did.

        What precedes a record that stops its source is processed, without it and what follows.
        """
        kept = self._snapshot()
        try:
            stage.process(batch, self)
        except Halted as halted:
            self._restore(kept)
            before = [record for record in batch.records if record.offset < halted.stop.record.offset]
            if before:
                stage.process(batch._replace(records=before), self)
            return halted.stop
        return None

    def _snapshot(self) -> _Kept:
        return (
            list(self.emitted),
            dict(self.memory.data),
            dict(self.timers),
            dict(self.counters),
            list(self.dead_letters),
        )

    def _restore(self, kept: _Kept) -> None:
        """Take back everything since the snapshot, but the stop itself."""
        self.emitted, self.memory.data, self.timers, self.counters, self.dead_letters = kept

    def due(self) -> list[bytes]:
        """Remove and return the keys of the timers that are due at ``now``, earliest first."""
        ready = sorted((at, key) for key, at in self.timers.items() if at <= self.now)
        for _, key in ready:
            del self.timers[key]
        return [key for _, key in ready]

    def take(self) -> list[Emitted]:
        """Return what was emitted and forget it."""
        taken, self.emitted = self.emitted, []
        return taken
