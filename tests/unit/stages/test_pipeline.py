"""The in-memory flow does things in the order in which a worker does them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hub import topics
from hub.stages.contract import Batch, Context, TableChange
from hub.stages.memory import NoTables
from hub.stages.pipeline import MemoryPipeline


class Diary:
    """A stage that writes down what happens to it, and hands records on."""

    name = "diary"
    topics: tuple[str, ...] = ("in",)
    small_state = True

    def __init__(self) -> None:
        """Start with empty pages."""
        self.pages: list[str] = []

    def process(self, batch: Batch, ctx: Context) -> None:
        """Note the values; hand each on to ``out``, and one that says so back to ``in``."""
        values = [record.value or b"" for record in batch.records]
        self.pages.append(f"{batch.partition}@{ctx.now}: {b' '.join(values).decode()}")
        for value in values:
            ctx.emit("in" if value == b"again" else "out", b"k", b"once" if value == b"again" else value)
            if value == b"wake":
                ctx.schedule(ctx.now + 5, b"timer")
                ctx.count("woken", 1)
            ctx.state.put(value, value)

    def on_timer(self, key: bytes, ctx: Context) -> None:
        """Note the timer."""
        self.pages.append(f"{ctx.now}: {key.decode()}")

    def on_table(self, changes: Sequence[TableChange], ctx: Context) -> None:
        """Note the changes."""
        self.pages.append(f"{ctx.now}: {len(changes)} changes")

    def sweep(self, after: bytes, limit: int, ctx: Context) -> bytes | None:
        """Note the sweep."""
        self.pages.append(f"{ctx.now}: sweep after {after!r}")
        return b"x" if not after else None


class Books(NoTables):
    """Tables whose edition can be set."""


@pytest.fixture
def diary() -> Diary:
    """Return a stage with empty pages."""
    return Diary()


def test_tables_come_before_timers_before_records(diary: Diary) -> None:
    """Everything due in a tick is done in it, in that order."""
    flow = MemoryPipeline([diary], NoTables)
    flow.publish("in", b"k", b"wake")
    flow.tick(1)
    flow.publish(topics.ORGANISATIONS, b"o", None)
    flow.publish("in", b"k", b"hello")
    flow.tick(6)
    assert diary.pages == ["0@1: wake", "6: 1 changes", "6: timer", "0@6: hello"]
    assert flow.counters() == {"woken": 1}


def test_a_tick_lasts_until_nothing_is_left(diary: Diary) -> None:
    """What a stage hands on is processed in the same tick; batches are cut as told."""
    flow = MemoryPipeline([diary], NoTables, batch=2)
    for value in (b"a", b"b", b"again"):
        flow.publish("in", b"k", value)
    flow.tick(1)
    assert diary.pages == ["0@1: a b", "0@1: again", "0@1: once"]
    assert [value for _, value in flow.emitted("out")] == [b"a", b"b", b"once"]
    assert [value for _, value in flow.read_by_nobody["out"]] == [b"a", b"b", b"once"]


def test_the_partition_follows_from_the_key(diary: Diary) -> None:
    """Records of one key meet in one task, with a state of its own."""
    flow = MemoryPipeline([diary], NoTables, partitions=3)
    for number in range(20):
        flow.publish("in", str(number).encode(), b"x%d" % number)
        flow.publish("in", str(number).encode(), b"y%d" % number)
    flow.tick(1)
    assert len(diary.pages) == 3
    assert all(page.count("x") == page.count("y") for page in diary.pages)


def test_another_rule_book_starts_a_sweep(diary: Diary) -> None:
    """A task that was born under an edition sweeps only when another one is active."""
    flow = MemoryPipeline([diary], Books)
    flow.tick(1)
    assert diary.pages == []
    assert isinstance(flow.tables, Books)
    flow.tables.edition = "book@2"
    flow.tick(2)
    assert diary.pages == ["2: sweep after b''", "2: sweep after b'x'"]
