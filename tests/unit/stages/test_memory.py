"""The stage context in memory."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hub.stages.contract import Batch, Context, Record, TableChange
from hub.stages.memory import Halted, MemoryContext


class Echo:
    """Emits what it gets and counts it; stops its source before ``stop``."""

    name = "echo"
    topics: tuple[str, ...] = ("t",)
    small_state = True

    def process(self, batch: Batch, ctx: Context) -> None:
        """Emit, schedule, count and keep each record."""
        for record in batch.records:
            if record.value == b"stop":
                ctx.stop_source(record, "PROHIBITION_UNREADABLE", "no")
                continue
            ctx.emit("out", record.key, record.value)
            ctx.schedule(record.offset, record.key or b"")
            ctx.count("seen", 1)
            ctx.state.put(record.key or b"", b"1")

    def on_timer(self, key: bytes, ctx: Context) -> None:
        """Do nothing."""

    def on_table(self, changes: Sequence[TableChange], ctx: Context) -> None:
        """Do nothing."""

    def sweep(self, after: bytes, limit: int, ctx: Context) -> bytes | None:
        """Return None."""
        return None


BATCH = Batch("t", 0, [Record(0, b"a", b"1"), Record(1, b"b", b"stop"), Record(2, b"c", b"3")])


def test_a_halt_takes_back_what_follows_and_keeps_what_precedes() -> None:
    """What a stage did before a stopping record counts once; what comes behind it does not count."""
    ctx = MemoryContext()
    stop = ctx.run(Echo(), BATCH)
    assert stop is not None
    assert stop.record.offset == 1
    assert [emitted.key for emitted in ctx.emitted] == [b"a"]
    assert (ctx.counters, ctx.memory.data, ctx.timers) == ({"seen": 1}, {b"a": b"1"}, {b"a": 0})
    assert ctx.stops == [stop]


def test_a_released_record_does_not_halt() -> None:
    """A released offset is a dead letter, and the batch goes on."""
    ctx = MemoryContext()
    ctx.released = {1}
    assert ctx.run(Echo(), BATCH) is None
    assert [emitted.key for emitted in ctx.take()] == [b"a", b"c"]
    assert ctx.take() == []
    assert [letter.record.offset for letter in ctx.dead_letters] == [1]


def test_a_stop_is_no_exception_that_a_stage_could_catch() -> None:
    """Stopping raises past every ``except Exception``."""
    assert not issubclass(Halted, Exception)
    with pytest.raises(Halted):
        Echo().process(BATCH, MemoryContext())


def test_state_is_scanned_in_byte_order() -> None:
    """A scan yields the keys of a prefix after a cursor, in order, and forgives deletion meanwhile."""
    state = MemoryContext().memory
    for key in (b"b2", b"a1", b"b1", b"b3", b"c"):
        state.put(key, key)
    assert [key for key, _ in state.scan(b"b")] == [b"b1", b"b2", b"b3"]
    assert [key for key, _ in state.scan(b"b", b"b1")] == [b"b2", b"b3"]
    seen = []
    for key, _ in state.scan(b"b"):
        seen.append(key)
        state.delete(b"b2")
    assert seen == [b"b1", b"b3"]
    assert state.get(b"b2") is None


def test_timers_come_due_in_order() -> None:
    """Due timers are handed out once, the earliest first; moving and cancelling work."""
    ctx = MemoryContext(now=10)
    for due, key in ((9, b"x"), (3, b"y"), (11, b"later"), (4, b"gone"), (5, b"x")):
        ctx.schedule(due, key)
    ctx.cancel(b"gone")
    assert ctx.due() == [b"y", b"x"]
    assert ctx.due() == []
    assert ctx.tables.edition == ""
    ctx.tables.apply("hub.rules", b"active", None)
