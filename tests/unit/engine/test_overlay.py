"""The overlay: what a transaction sees, and savepoints in it."""

from __future__ import annotations

import pytest

from hub.core.codes import Code
from hub.engine.overlay import MAX_VALUE_BYTES, Overlay
from hub.engine.recent import Recent
from hub.engine.store import Kind, MemoryStore
from hub.errors import DeadLetterError


def overlay(*stored: tuple[bytes, bytes]) -> Overlay:
    """Return an overlay over a store that holds some state."""
    store = MemoryStore()
    store.write([(Kind.STATE + key, value) for key, value in stored], None)
    store.write([(b"t-other-kind", b"x")], None)
    return Overlay(store, Kind.STATE, Recent(1 << 16))


def test_reads_through_and_over() -> None:
    """A changed key shows its change, an untouched one what is stored."""
    state = overlay((b"a", b"1"), (b"b", b"2"))
    state.put(b"a", b"9")
    state.delete(b"b")
    state.put(b"c", b"3")
    assert [state.get(key) for key in (b"a", b"b", b"c", b"d")] == [b"9", None, b"3", None]
    assert dict(state.changes()) == {b"sa": b"9", b"sb": None, b"sc": b"3"}


def test_scan_merges() -> None:
    """A scan merges stored and changed keys in byte order, without removed ones."""
    state = overlay((b"a", b"1"), (b"c", b"3"), (b"e", b"5"))
    state.put(b"b", b"2")
    state.delete(b"c")
    state.push()
    state.put(b"e", b"6")
    state.put(b"d", b"4")
    assert list(state.scan(b"")) == [(b"a", b"1"), (b"b", b"2"), (b"d", b"4"), (b"e", b"6")]
    assert list(state.scan(b"", b"b")) == [(b"d", b"4"), (b"e", b"6")]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (("drop", "drop"), {b"sa": b"1"}),
        (("drop", "keep"), {b"sa": b"2"}),
        (("keep", "drop"), {b"sa": b"1"}),
        (("keep", "keep"), {b"sa": None, b"sb": b"3"}),
    ],
    ids=["both dropped", "inner dropped", "outer dropped", "both kept"],
)
def test_savepoints_nest(ends: tuple[str, str], expected: dict[bytes, bytes | None]) -> None:
    """What a dropped layer did is gone, what a kept one did is in the one below."""
    state = overlay()
    state.put(b"a", b"1")
    state.push()
    state.put(b"a", b"2")
    state.push()
    state.delete(b"a")
    state.put(b"b", b"3")
    assert state.get(b"a") is None
    for end in ends:
        getattr(state, end)()
    assert dict(state.changes()) == expected


def test_discard_forgets_and_settle_remembers() -> None:
    """An aborted transaction leaves no trace, neither in the changes nor in the cache."""
    state = overlay((b"a", b"1"))
    assert state.get(b"a") == b"1"
    state.put(b"a", b"2")
    state.push()
    state.put(b"a", b"3")
    state.discard()
    assert state.get(b"a") == b"1"
    assert state.changes() == []


def test_settled_values_come_from_the_cache() -> None:
    """After a commit the value written is read without asking the store again."""
    store = MemoryStore()
    state = Overlay(store, Kind.STATE, Recent(1 << 16))
    state.put(b"a", b"2")
    state.settle()
    assert state.get(b"a") == b"2"
    assert store.get(b"sa") is None


def test_a_value_too_large_to_travel_is_refused() -> None:
    """A value that no changelog record could carry makes the record a dead letter."""
    state = overlay()
    state.put(b"a", b"x" * MAX_VALUE_BYTES)
    with pytest.raises(DeadLetterError) as caught:
        state.put(b"a", b"x" * (MAX_VALUE_BYTES + 1))
    assert caught.value.code == Code.RECORD_TOO_LARGE


def test_recent_is_bounded() -> None:
    """The cache drops old values when its budget is used up, and keeps those used lately."""
    recent = Recent(20_000)
    for number in range(1000):
        recent.put(b"%d" % number, b"x" * 10)
        recent.get(b"0", b"?")
    kept = [number for number in range(1000) if recent.get(b"%d" % number, b"?") != b"?"]
    assert 0 in kept
    assert 999 in kept
    assert len(kept) < 150


@pytest.mark.parametrize("budget", [0, 1000, 1_000_000])
def test_what_a_transaction_committed_is_taken_in_as_if_put_one_by_one(budget: int) -> None:
    """Taking many values in and putting each leave the same cache, also when generations change meanwhile."""
    values = {b"%d" % number: None if number % 7 == 0 else b"v" * number for number in range(40)}
    at_once, one_by_one = Recent(budget), Recent(budget)
    for cache in (at_once, one_by_one):
        cache.put(b"before", b"1")
    at_once.take_in(values)
    for key, value in values.items():
        one_by_one.put(key, value)
    at_once.put(b"after", b"2")
    one_by_one.put(b"after", b"2")
    kept = [
        [cache.get(key, b"?") for key in (b"before", *values, b"after")] for cache in (at_once, one_by_one)
    ]
    assert kept[0] == kept[1]
