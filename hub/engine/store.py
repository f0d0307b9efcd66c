r"""Where a task keeps its state: a port, its in-memory twin and RocksDB.

A store is a cache of a changelog. What makes it trustworthy is that every batch of changes is
written together with the changelog :class:`Position` it reaches, in one atomic batch: after a crash
the store is simply some way behind, and says how far. So RocksDB's own write-ahead log is off.

Keys of a store start with one byte that names their kind (:class:`Kind`)::

    s <state key>             → value            the stage's own state
    t <timer key>             → due, 8 bytes     one timer per key
    d <due, 8 bytes><key>     → (empty)          the timers by time; derived, not in the changelog
    c <counter name>          → value, published value, version
    m                         → the task's cursors, see hub/engine/cursors.py
    \0                        → Position; local, not in the changelog
"""

from __future__ import annotations

import shutil
import time
from bisect import bisect_left, bisect_right, insort
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import msgspec

from hub.errors import RetryError, StateError
from hub.log import log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rocksdict import Cache, Options, Rdict, WriteBufferManager

__all__ = (
    "DAMAGED",
    "Change",
    "DamagedStoreError",
    "Kind",
    "MemoryStore",
    "Position",
    "RocksFactory",
    "RocksStore",
    "Store",
)

FORMAT: Final = 1
"""Version of the layout above. A store of another version is wiped and restored."""

Change = tuple[bytes, bytes | None]
"""A key and its new value; None removes it."""


class Kind:
    """First bytes of the keys, see the module's picture."""

    STATE: Final = b"s"
    TIMER: Final = b"t"
    DUE: Final = b"d"
    COUNTER: Final = b"c"
    META: Final = b"m"
    POSITION: Final = b"\0"


class Position(NamedTuple):
    """How much of which changelog a store holds."""

    topic_id: str
    """Kafka's id of the changelog topic: one that was deleted and made anew has another."""
    offset: int
    """The next changelog offset the store has not seen."""
    written_ms: int
    """When it was written, wall clock: a store that slept too long has missed tombstones for good."""

    def pack(self) -> bytes:
        """Return the value stored under ``Kind.POSITION``."""
        return msgspec.msgpack.encode((FORMAT, *self))

    @classmethod
    def unpack(cls, value: bytes) -> Position | None:
        """Return the position, or None when it was written by another format of store."""
        try:
            version, *rest = msgspec.msgpack.decode(value)
            return cls(*rest) if version == FORMAT else None
        except (msgspec.DecodeError, TypeError, ValueError):
            return None


class Store(Protocol):
    """Key-value pairs in byte order, written in atomic batches with a position."""

    def get(self, key: bytes) -> bytes | None:
        """Return the value, or None."""

    def scan(self, prefix: bytes, after: bytes = b"") -> Iterator[Change]:
        """Yield pairs whose key starts with ``prefix`` and is > ``after``, in byte order."""

    def write(self, changes: Iterable[Change], position: Position | None) -> None:
        """Apply changes and set the position, all or nothing."""

    def position(self) -> Position | None:
        """Return the last position written, or None for a new store."""

    def wipe(self) -> None:
        """Forget everything."""

    def close(self) -> None:
        """Let go of files; what was written stays."""


class MemoryStore:
    """The store for small state and for tests: a dict and its sorted keys."""

    def __init__(self) -> None:
        """Start empty: a task that uses it restores from the changelog's beginning."""
        self._data: dict[bytes, bytes] = {}
        self._keys: list[bytes] = []
        self._position: Position | None = None

    def get(self, key: bytes) -> bytes | None:
        """Return the value, or None."""
        return self._data.get(key)

    def scan(self, prefix: bytes, after: bytes = b"") -> Iterator[Change]:
        """Yield pairs under the prefix after a key; sees one moment, later writes do not show."""
        keys = self._keys
        start = max(bisect_left(keys, prefix), bisect_right(keys, after) if after else 0)
        found = []
        for index in range(start, len(keys)):
            key = keys[index]
            if not key.startswith(prefix):
                break
            found.append((key, self._data[key]))
        yield from found

    def write(self, changes: Iterable[Change], position: Position | None) -> None:
        """Apply changes and set the position."""
        data, keys = self._data, self._keys
        for key, value in changes:
            if value is not None:
                if key not in data:
                    insort(keys, key)
                data[key] = value
            elif data.pop(key, None) is not None:
                del keys[bisect_left(keys, key)]
        if position is not None:
            self._position = position

    def position(self) -> Position | None:
        """Return the last position written."""
        return self._position

    def wipe(self) -> None:
        """Forget everything."""
        self._data.clear()
        self._keys.clear()
        self._position = None

    def close(self) -> None:
        """Do nothing: memory needs no closing."""


class DamagedStoreError(RetryError):
    """A store has failed in use. No record is to blame: start again, and restore it from the changelog."""


class RocksFactory:
    """Makes RocksStores that share one block cache and one budget for memtables.

    The worker's memory is bounded by these two, whatever the number of tasks and people.
    """

    MEMTABLES: Final = 64 << 20
    """Bytes of all memtables together: about 20 s of full load before a flush."""

    def __init__(self, directory: Path, cache_bytes: int) -> None:
        """Keep stores under ``directory``; ``cache_bytes`` is the block cache of all of them."""
        from rocksdict import Cache, WriteBufferManager

        self._directory = directory
        self._cache: Cache = Cache(cache_bytes)
        self._memtables: WriteBufferManager = WriteBufferManager(self.MEMTABLES, False)
        directory.mkdir(parents=True, exist_ok=True)

    def open(self, name: str) -> RocksStore:
        """Open or create the store ``name``."""
        return RocksStore(self._directory / name, self._options())

    def _options(self) -> Options:
        from rocksdict import BlockBasedOptions, DBCompressionType, Options

        table = BlockBasedOptions()
        table.set_block_cache(self._cache)
        table.set_cache_index_and_filter_blocks(True)  # else filters grow with the number of people
        table.set_pin_l0_filter_and_index_blocks_in_cache(True)
        table.set_bloom_filter(10, False)
        table.set_block_size(8 << 10)
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_block_based_table_factory(table)
        options.set_compression_type(DBCompressionType.lz4())
        options.set_write_buffer_manager(self._memtables)
        options.set_write_buffer_size(16 << 20)
        options.set_max_write_buffer_number(3)
        options.set_level_compaction_dynamic_level_bytes(True)
        options.set_max_background_jobs(2)
        options.set_max_open_files(256)
        options.set_keep_log_file_num(2)
        options.set_max_log_file_size(1 << 20)
        options.set_stats_dump_period_sec(0)
        options.set_advise_random_on_open(True)
        return options


class RocksStore:
    """State in RocksDB: one database per task."""

    def __init__(self, path: Path, options: Options) -> None:
        """Open the database at ``path``; one that cannot be opened is wiped: it is only a cache."""
        self._path = path
        self._options = options
        self._new = False
        """Whether it was made just now and holds nothing."""
        self._db: Rdict
        self._open()

    def get(self, key: bytes) -> bytes | None:
        """Return the value, or None."""
        try:
            value: bytes | None = self._db.get(key)
        except Exception as error:  # noqa: BLE001 - rocksdict raises plain Exception for all RocksDB says
            raise self._damaged(error) from None
        return value

    def scan(self, prefix: bytes, after: bytes = b"") -> Iterator[Change]:
        """Yield pairs under the prefix after a key; sees one moment, later writes do not show."""
        iterator = self._db.iter()
        iterator.seek(max(prefix, after))
        while iterator.valid():
            key: bytes = iterator.key()
            if not key.startswith(prefix):
                return
            if key > after:
                yield key, iterator.value()
            iterator.next()
        try:
            iterator.status()
        except Exception as error:  # noqa: BLE001 - as above
            raise self._damaged(error) from None

    def write(self, changes: Iterable[Change], position: Position | None) -> None:
        """Apply changes and set the position in one WriteBatch, without write-ahead log."""
        from rocksdict import WriteBatch

        self._new = False
        batch = WriteBatch(raw_mode=True)
        put, delete = batch.put, batch.delete
        for key, value in changes:
            if value is None:
                delete(key)
            else:
                put(key, value)
        if position is not None:
            put(Kind.POSITION, position.pack())
        try:
            self._db.write(batch, self._unlogged)
        except Exception as error:  # noqa: BLE001 - as above
            raise self._damaged(error) from None

    def position(self) -> Position | None:
        """Return the last position written, None when there is none or of another format."""
        try:
            value = self.get(Kind.POSITION)
        except DamagedStoreError:  # found at the opening: it will be wiped for want of a position
            return None
        return None if value is None else Position.unpack(value)

    def wipe(self) -> None:
        """Delete the database and begin a new one."""
        if self._new:  # making one costs some 10 ms, and a worker that joins has only new ones
            return
        self._db.close()
        shutil.rmtree(self._path, ignore_errors=True)
        self._open()

    def close(self) -> None:
        """Flush the memtable, so that the next start has nothing to restore, and release the files."""
        try:
            self._db.flush()
        except Exception as error:  # noqa: BLE001 - a full disk: the store stays as far behind as it is
            log("store.not_flushed", level="WARNING", path=str(self._path), error=type(error).__name__)
        self._db.close()

    def _open(self) -> None:
        from rocksdict import Rdict, WriteOptions

        unlogged: Any = WriteOptions()
        unlogged.disable_wal = True
        self._unlogged = unlogged
        if (self._path / DAMAGED).exists():
            shutil.rmtree(self._path, ignore_errors=True)
        for attempt in range(_TRIES):
            self._new = not self._path.exists()
            try:
                self._db = Rdict(str(self._path), self._options)
            except Exception as error:  # noqa: BLE001 - rocksdict raises plain Exception for all RocksDB says
                self._after_refusal(error, last=attempt == _TRIES - 1)
            else:
                return

    def _damaged(self, error: Exception) -> DamagedStoreError:
        """Return the error that ends the worker; the next one to open this store wipes it first."""
        where = str(self._path)
        log("store.damaged", level="ERROR", path=where, error=type(error).__name__)
        with suppress(OSError):
            (self._path / DAMAGED).touch()
        return DamagedStoreError("the store cannot be used", where, "it is restored at the next start")

    def _after_refusal(self, error: Exception, *, last: bool) -> None:
        """Wait for another process's lock; wipe what is damaged: it is only a cache."""
        where = str(self._path)
        if f"{where}/LOCK" in str(error):  # not the word alone: a damaged table has a "block" that is wrong
            if last:
                raise RetryError("the store is locked", where, "another worker uses this directory") from None
            time.sleep(_LOCK_WAIT_S)
            return
        if last:
            cure = "look whether the disk is full or read-only"
            raise StateError(f"the store cannot be opened: {type(error).__name__}", where, cure) from None
        log("store.damaged", level="WARNING", path=where)
        shutil.rmtree(self._path, ignore_errors=True)


DAMAGED: Final = "HUB-DAMAGED"
"""A file beside RocksDB's own that says: do not trust what is here."""
_TRIES: Final = 20
_LOCK_WAIT_S: Final = 0.25
