"""What a stage is: a function over one partition's records and its state. No Kafka in here.

The engine calls a stage for one task (stage x topic x partition) at a time, inside one transaction,
with one tick of the clock. Whatever the stage does goes through its :class:`Context`; if the
transaction is aborted, none of it happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, Protocol, runtime_checkable

CLASS_S: Final = "sensitive"
"""Names the stage for class s, and stands for the type of such an event wherever a type is shown."""


class Record(NamedTuple):
    """One consumed record. ``headers`` is None unless the record carries some."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]] | None = None


class Batch(NamedTuple):
    """Records of one partition, in offset order."""

    topic: str
    partition: int
    records: Sequence[Record]


class TableChange(NamedTuple):
    """A key of a broadcast table has a new value (already visible in ``Context.tables``)."""

    topic: str
    key: bytes
    value: bytes | None


class Tables(Protocol):
    """What every worker holds whole: organisations, regions, the active rule book.

    ``hub.stages.tables.HubTables`` is the one implementation; a stage that needs it narrows the type.
    """

    @property
    def edition(self) -> str:
        """Id and version of the active rule book (``id@version``), empty when there is none yet."""

    def apply(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Fold one record of a broadcast topic in."""


class State(Protocol):
    """One task's key-value state, through the overlay of the running transaction."""

    def get(self, key: bytes) -> bytes | None:
        """Return the value, or None."""

    def put(self, key: bytes, value: bytes) -> None:
        """Set the value."""

    def delete(self, key: bytes) -> None:
        """Remove the key; no error when absent."""

    def scan(self, prefix: bytes, after: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Yield the pairs whose key starts with ``prefix`` and is > ``after``, in byte order."""


class Context(Protocol):
    """What a stage may do, for one task and one transaction."""

    now: int
    """The transaction's tick: milliseconds since the epoch. Never read another clock."""
    partition: int
    state: State
    tables: Tables

    def emit(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> None:
        """Produce one record, in this transaction; the partition follows from the key."""

    def schedule(self, due: int, key: bytes, *, first: bool = False) -> None:
        """Call ``on_timer(key)`` in the first transaction whose tick is >= ``due`` (ms).

        One timer per key: scheduling again moves it. ``first``: there is probably none yet, so the old one
        is not looked for; where there is one all the same, it is moved too.
        """

    def cancel(self, key: bytes) -> None:
        """Remove the timer of ``key``; no error when there is none."""

    def count(self, counter: str, delta: int) -> None:
        """Add ``delta`` to this task's counter ``name|label=value|...`` (labels sorted)."""

    def dead_letter(
        self, record: Record, code: str, field: str, message: str, *, event_type: str = ""
    ) -> None:
        """Send a record to the dead letters, sealed, with its stable code and field path.

        ``message`` never holds a value of the record.
        """

    def stop_source(self, record: Record, code: str, message: str) -> None:
        """Stop this partition before ``record`` and alert: a prohibition that cannot be read.

        Returns only when an operator has released exactly this record: it is in the dead letters
        then, and the stage goes on with the next one.
        """


class Stage(Protocol):
    """A stage of the hub. Stateless itself: all it knows between records is in ``Context.state``."""

    name: str
    """``intake``, ``identity``, ``sensitive`` or ``matching``: names the changelog ``hub.state.<name>``."""
    topics: tuple[str, ...]
    """The topics it consumes."""
    small_state: bool
    """True when a task's state is a handful of keys: it is then kept in memory, not in RocksDB."""

    def process(self, batch: Batch, ctx: Context) -> None:
        """Handle records. An exception that escapes is isolated by the engine, by halving."""

    def on_timer(self, key: bytes, ctx: Context) -> None:
        """Handle one due timer (it is removed already)."""

    def on_table(self, changes: Sequence[TableChange], ctx: Context) -> None:
        """Handle changes of the broadcast tables that this task has not acted on yet."""

    def sweep(self, after: bytes, limit: int, ctx: Context) -> bytes | None:
        """Re-evaluate up to ``limit`` known persons after cursor ``after``.

        Return the new cursor, or None at the end. The engine calls it, a step per cycle, after the
        active rule book of the tables differs from the one the task last completed a sweep for.
        """


@runtime_checkable
class Quarantine(Protocol):
    """What a stage that keeps persons adds, so that one bad person cannot hold up the others."""

    def quarantine(self, key: bytes, ctx: Context) -> None:
        """Hold the person of this timer key or sweep cursor for review: handling it raised."""

    def next_key(self, after: bytes, ctx: Context) -> bytes | None:
        """Return the cursor of the first person after ``after``: whom ``sweep(after, 1)`` would handle."""
