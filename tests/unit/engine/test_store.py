"""One contract for every store, run on all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.engine.store import Kind, MemoryStore, Position, RocksFactory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.engine.store import Store

AT = Position("topic-id", 42, 1_700_000_000_000)
_FOOTER = 53
"""Bytes at the end of a table of RocksDB, which say where its index is."""


@pytest.fixture(params=["memory", "rocks"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return a new store of each kind."""
    made: Store = (
        MemoryStore()
        if request.param == "memory"
        else RocksFactory(tmp_path / "state", 1 << 20).open("toy-0")
    )
    yield made
    made.close()


def test_reads_back_what_was_written(store: Store) -> None:
    """A batch is visible after it was written: new values, replaced ones and removals."""
    store.write([(b"sa", b"1"), (b"sb", b"2"), (b"sc", b"")], AT)
    store.write([(b"sa", b"3"), (b"sb", None)], AT)
    assert [store.get(key) for key in (b"sa", b"sb", b"sc", b"sd")] == [b"3", None, b"", None]


def test_scan_is_in_byte_order(store: Store) -> None:
    """A scan yields exactly the keys with the prefix and after the cursor, in byte order."""
    store.write([(key, b"x") for key in (b"sb\xff", b"sa", b"t", b"sb", b"sb\x00", b"r")], None)
    assert [key for key, _ in store.scan(b"s")] == [b"sa", b"sb", b"sb\x00", b"sb\xff"]
    assert [key for key, _ in store.scan(b"sb", b"sb")] == [b"sb\x00", b"sb\xff"]
    assert [key for key, _ in store.scan(b"s", b"r")] == [b"sa", b"sb", b"sb\x00", b"sb\xff"]
    assert list(store.scan(b"x")) == []


def test_scan_sees_one_moment(store: Store) -> None:
    """A scan does not see what is written while it runs."""
    store.write([(b"s1", b"x"), (b"s3", b"x")], None)
    scan = store.scan(b"s")
    first = next(scan)
    store.write([(b"s2", b"x"), (b"s3", None)], None)
    assert [first, *scan] == [(b"s1", b"x"), (b"s3", b"x")]


def test_position_is_part_of_the_batch(store: Store) -> None:
    """The position is what the last batch said, and no key of a scan."""
    assert store.position() is None
    store.write([(b"sa", b"1")], AT)
    store.write([(b"sa", b"2")], AT._replace(offset=43))
    assert store.position() == AT._replace(offset=43)
    assert [key for key, _ in store.scan(b"s")] == [b"sa"]


def test_wipe_forgets_everything(store: Store) -> None:
    """After a wipe the store is as new."""
    store.write([(b"sa", b"1")], AT)
    store.wipe()
    assert store.position() is None
    assert store.get(b"sa") is None
    store.write([(b"sb", b"1")], None)
    assert list(store.scan(b"")) == [(b"sb", b"1")]


def test_rocks_survives_a_restart(tmp_path: Path) -> None:
    """State and position are there again when the store is opened by the next process."""
    factory = RocksFactory(tmp_path, 1 << 20)
    store = factory.open("toy-0")
    store.write([(b"sa", b"1")], AT)
    store.close()
    again = RocksFactory(tmp_path, 1 << 20).open("toy-0")
    assert (again.get(b"sa"), again.position()) == (b"1", AT)
    again.close()


def test_rocks_wipes_what_it_cannot_open(tmp_path: Path) -> None:
    """A damaged database is begun anew: it is only a cache of the changelog."""
    store = RocksFactory(tmp_path, 1 << 20).open("toy-0")
    store.write([(b"sa", b"1")], AT)
    store.close()
    (tmp_path / "toy-0" / "CURRENT").write_bytes(b"no manifest")
    again = RocksFactory(tmp_path, 1 << 20).open("toy-0")
    assert (again.get(b"sa"), again.position()) == (None, None)
    again.close()


def test_rocks_wipes_a_store_whose_blocks_are_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RocksDB finds wrong blocks when it opens a store: its word for that is not taken for a lock's."""
    monkeypatch.setattr("hub.engine.store.time.sleep", lambda _: pytest.fail("it waits for a lock"))
    store = RocksFactory(tmp_path, 1 << 20).open("toy-0")
    store.write([(b"sa", b"1")], AT)
    store.close()
    for table in (tmp_path / "toy-0").glob("*.sst"):
        data = table.read_bytes()
        table.write_bytes(bytes(byte ^ 0xFF for byte in data[:-_FOOTER]) + data[-_FOOTER:])
    again = RocksFactory(tmp_path, 1 << 20).open("toy-0")
    assert (again.get(b"sa"), again.position()) == (None, None)
    again.close()


def test_position_of_another_format_is_none() -> None:
    """A store written by another format is not trusted."""
    assert Position.unpack(AT.pack()) == AT
    assert Position.unpack(b"\x94\x63\xa1x\x01\x02") is None
    assert Position.unpack(b"garbage") is None


def test_kinds_are_distinct_single_bytes() -> None:
    """Each kind of key has a byte of its own."""
    kinds = [Kind.STATE, Kind.TIMER, Kind.DUE, Kind.COUNTER, Kind.META, Kind.POSITION]
    assert sorted({len(kind) for kind in kinds}) == [1]
    assert len(set(kinds)) == len(kinds)


def test_wiping_a_new_store_keeps_it(tmp_path: Path) -> None:
    """A database that was made just now is not made again; one that was written to is."""
    path = tmp_path / "state" / "toy-0"
    made = RocksFactory(tmp_path / "state", 1 << 20).open("toy-0")
    first = (path / "IDENTITY").stat().st_ino
    made.wipe()
    assert (path / "IDENTITY").stat().st_ino == first
    (path / "mark").touch()
    made.write([(b"sa", b"1")], AT)
    made.wipe()
    assert not (path / "mark").exists()
    assert made.get(b"sa") is None
    made.close()
