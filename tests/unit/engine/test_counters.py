"""Counters: cumulative, published on a flush, safe against aborts."""

from __future__ import annotations

from hub.engine.counters import Counters, Part, partition_of
from hub.engine.overlay import Overlay
from hub.engine.store import Kind, MemoryStore


class Desk:
    """Counters over a store, with commits and aborts."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        """Open over a store, as a restarted task does."""
        self.store = store or MemoryStore()
        self.overlay = Overlay(self.store, Kind.COUNTER)
        self.counters = Counters(self.overlay)
        self.counters.load()

    def transact(self, *, flush: bool, commit: bool = True, **deltas: int) -> list[Part]:
        """Count, flush, and end the transaction; return what was published."""
        for name, delta in deltas.items():
            self.counters.count(name, delta)
        self.counters.write()
        parts = list(self.counters.flush()) if flush else []
        if commit:
            self.store.write(self.overlay.changes(), None)
            self.overlay.settle()
            self.counters.settle()
        else:
            self.overlay.discard()
            self.counters.discard()
        return parts


def test_publishes_the_cumulative_value() -> None:
    """A flush publishes what changed since the last one, with a rising version."""
    desk = Desk()
    assert desk.transact(flush=False, held=2) == []
    assert desk.transact(flush=True, held=1) == [Part("held", 3, 1, "stock")]
    assert desk.transact(flush=True) == []
    assert desk.transact(flush=True, held=-3) == [Part("held", 0, 2, "stock")]


def test_flow_is_told_by_its_name() -> None:
    """A name that begins with ``flow.`` is a flow figure."""
    desk = Desk()
    desk.counters.count("flow.received|day=1", 5)
    assert desk.transact(flush=True) == [Part("flow.received|day=1", 5, 1, "flow")]


def test_back_and_forth_publishes_nothing() -> None:
    """A value that is again what was published is not published."""
    desk = Desk()
    desk.transact(flush=True, held=1)
    desk.transact(flush=False, held=1)
    assert desk.transact(flush=True, held=-1) == []


def test_a_total_is_over_all_labels() -> None:
    """The sum of one figure, committed or not yet published, and of no other that begins alike."""
    desk = Desk()
    for name, delta in (("held|code=a", 2), ("held|code=b", 3), ("held_up|code=a", 7), ("held|code=a", -1)):
        desk.counters.count(name, delta)
        desk.transact(flush=delta < 0)
    assert (desk.counters.total("held"), desk.counters.total("none")) == (4, 0)


def test_an_abort_counts_nothing_and_loses_nothing() -> None:
    """What an aborted transaction counted or flushed did not happen; earlier counts are still flushed."""
    desk = Desk()
    desk.transact(flush=False, held=2)
    assert desk.transact(flush=True, commit=False, held=5) == [Part("held", 7, 1, "stock")]
    assert desk.transact(flush=True) == [Part("held", 2, 1, "stock")]


def test_a_restart_flushes_what_was_left() -> None:
    """A task that died before its flush publishes after it was opened again."""
    desk = Desk()
    desk.transact(flush=True, held=1)
    desk.transact(flush=False, held=1, open=1)
    again = Desk(desk.store)
    assert again.counters.dirty
    assert again.transact(flush=True) == [Part("held", 2, 2, "stock"), Part("open", 1, 1, "stock")]


def test_layers_add_up() -> None:
    """Counts of a kept layer are added, of a dropped one forgotten."""
    desk = Desk()
    desk.counters.count("a", 1)
    for end, delta in (("keep", 10), ("drop", 100), ("keep", 1000)):
        desk.counters.push()
        desk.counters.count("a", delta)
        getattr(desk.counters, end)()
    assert desk.transact(flush=True) == [Part("a", 1011, 1, "stock")]


def test_partition_depends_on_the_counter_alone() -> None:
    """All origins of a counter are in one partition, and counters spread."""
    assert partition_of("held|code=region", 8) == partition_of("held|code=region", 8)
    assert len({partition_of(f"c{number}", 8) for number in range(100)}) == 8
