"""The broadcast reader: newest state for all, changes from a cursor for each."""

from __future__ import annotations

from hub.engine.broadcast import Broadcast, Memory
from hub.errors import DeadLetterError
from tests.unit.engine.fakes import FakeConsumer, FakeMessage, FakeTables


def test_changes_from_a_cursor() -> None:
    """A cursor gets the newest record of each key from there on, in order, in portions."""
    memory = Memory("t")
    for offset, key in enumerate((b"a", b"b", b"a", b"c")):
        memory.add(offset, key, b"%d" % offset)
    everything, cursor = memory.since(0, 10)
    assert [(entry.offset, entry.change.key, entry.change.value) for entry in everything] == [
        (1, b"b", b"1"),
        (2, b"a", b"2"),
        (3, b"c", b"3"),
    ]
    assert cursor == 4
    first, cursor = memory.since(0, 2)
    rest, cursor = memory.since(cursor, 2)
    assert [entry.offset for entry in (*first, *rest)] == [1, 2, 3]
    assert memory.since(4, 2) == ([], 4)


def test_memory_is_bounded_by_its_keys() -> None:
    """A key that changes for ever does not make the memory grow for ever."""
    memory = Memory("t")
    for offset in range(10_000):
        memory.add(offset, b"a", b"x")
    assert len(memory._offsets) < 3000
    assert [entry.offset for entry in memory.since(0, 10)[0]] == [9999]


def test_positions_count_markers_and_rise() -> None:
    """The end of a partition moves the position past markers, and each step raises the version."""
    consumer, tables = FakeConsumer(), FakeTables()
    broadcast = Broadcast(consumer, ("x", "y"), tables)
    assert not broadcast.poll()
    consumer.queue += [FakeMessage("x", 3, b"k", b"v"), FakeMessage("x", 5, end=True)]
    assert broadcast.poll()
    assert broadcast.positions == {"x": 5, "y": 0}
    assert tables.rows == {("x", b"k"): b"v"}
    assert broadcast.behind({"x": 6})
    assert not broadcast.behind({"x": 5, "z": 9})
    changes, cursors = broadcast.since({}, 10)
    assert [entry.change.key for entry in changes] == [b"k"]
    assert cursors == {"x": 5, "y": 0}


def test_a_refused_record_keeps_the_last_good_state() -> None:
    """A record that the tables refuse is counted, and the next one is applied."""

    class Tables(FakeTables):
        def apply(self, topic: str, key: bytes, value: bytes | None) -> None:
            if value == b"bad":
                raise DeadLetterError("VALUE_INVALID", "text", "no rule book")
            super().apply(topic, key, value)

    consumer, tables = FakeConsumer(), Tables()
    broadcast = Broadcast(consumer, ("x",), tables)
    consumer.queue += [FakeMessage("x", 0, b"k", b"v"), FakeMessage("x", 1, b"k", b"bad")]
    broadcast.poll()
    assert (tables.rows, broadcast.rejected) == ({("x", b"k"): b"v"}, 1)
    assert broadcast.positions == {"x": 2}
