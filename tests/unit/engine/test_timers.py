"""Timers: one per key, by due time, in the transaction."""

from __future__ import annotations

import pytest

from hub.engine.overlay import Overlay
from hub.engine.store import Kind, MemoryStore
from hub.engine.timers import NEVER, Timers, index_of


class Desk:
    """Timers over a store, with commits."""

    def __init__(self) -> None:
        """Start empty."""
        self.store = MemoryStore()
        self.timers_overlay = Overlay(self.store, Kind.TIMER)
        self.due_overlay = Overlay(self.store, Kind.DUE)
        self.timers = Timers(self.timers_overlay, self.due_overlay)

    def commit(self) -> None:
        """Write the changes into the store."""
        self.store.write([*self.timers_overlay.changes(), *self.due_overlay.changes()], None)
        self.timers_overlay.settle()
        self.due_overlay.settle()

    def fire(self, now: int, limit: int = 10) -> list[bytes]:
        """Fire and return what is due."""
        return [key for due, key in self.timers.take_due(now, limit) if self.timers.fire(due, key)]


@pytest.mark.parametrize("committed", [False, True], ids=["in one transaction", "across a commit"])
def test_fire_in_order_once(*, committed: bool) -> None:
    """What is due fires once, earliest first; the rest waits."""
    desk = Desk()
    for due, key in ((30, b"c"), (10, b"a"), (20, b"b")):
        desk.timers.schedule(due, key)
    if committed:
        desk.commit()
    assert desk.fire(9) == []
    assert desk.fire(20) == [b"a", b"b"]
    assert desk.fire(20) == []
    if committed:
        desk.commit()
    assert desk.fire(1000) == [b"c"]


@pytest.mark.parametrize("due", [5, 10, 50], ids=["earlier", "the same", "later"])
def test_one_timer_per_key_even_if_the_old_one_is_not_looked_for(due: int) -> None:
    """A timer said to be the first replaces one that was there all the same, and fires once."""
    desk = Desk()
    desk.timers.schedule(10, b"a")
    desk.commit()
    desk.timers.schedule(due, b"a", first=True)
    desk.commit()
    assert desk.fire(due - 1) == []
    assert desk.fire(100) == [b"a"]
    desk.commit()
    assert desk.fire(100) == []


def test_one_timer_per_key() -> None:
    """Scheduling again moves the timer; cancelling removes it."""
    desk = Desk()
    desk.timers.schedule(10, b"a")
    desk.timers.schedule(10, b"b")
    desk.commit()
    desk.timers.schedule(50, b"a")
    desk.timers.cancel(b"b")
    desk.timers.cancel(b"never set")
    desk.commit()
    assert desk.fire(49) == []
    assert desk.fire(50) == [b"a"]
    desk.commit()
    assert list(desk.store.scan(b"")) == []


def test_moved_by_a_neighbour() -> None:
    """A timer that another timer's work moved or cancelled meanwhile does not fire."""
    desk = Desk()
    desk.timers.schedule(10, b"a")
    desk.timers.schedule(11, b"b")
    handed = desk.timers.take_due(20, 10)
    desk.timers.schedule(99, b"b")
    assert [desk.timers.fire(due, key) for due, key in handed] == [True, False]


def test_limit_leaves_the_rest_due() -> None:
    """More due timers than the limit: the rest is known to be due still."""
    desk = Desk()
    for number in range(5):
        desk.timers.schedule(number, b"%d" % number)
    desk.commit()
    assert desk.fire(100, limit=3) == [b"0", b"1", b"2"]
    assert desk.timers.earliest <= 100
    assert desk.fire(100, limit=3) == [b"3", b"4"]
    assert desk.timers.earliest == NEVER


def test_earliest_is_never_too_late() -> None:
    """With nothing due the store is not looked at, and a new earlier timer is noticed."""
    desk = Desk()
    desk.timers.schedule(100, b"a")
    desk.commit()
    assert desk.fire(1) == []
    assert desk.timers.earliest == 100
    desk.timers.schedule(50, b"b")
    assert desk.timers.earliest == 50
    desk.timers.discard()
    assert desk.timers.earliest == 0


def test_restored_index_may_be_stale() -> None:
    """Entries of the index whose timer has moved are ignored: a restore only adds."""
    desk = Desk()
    for value in (b"\0" * 7 + b"\x05", b"\0" * 7 + b"\x09"):
        change = (b"ta", value)
        desk.store.write([change, *index_of(change)], None)
    assert list(index_of((b"ta", None))) == []
    assert desk.fire(8) == []
    assert desk.fire(9) == [b"a"]
