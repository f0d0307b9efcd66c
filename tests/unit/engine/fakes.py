"""Small stand-ins for what the engine's parts are given."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

from hub.engine.broadcast import Broadcast
from hub.engine.deadletters import DeadLetters, FloodGate
from hub.engine.pace import Pace
from hub.engine.recent import Recent
from hub.engine.store import MemoryStore, Position
from hub.engine.task import Services, Task
from hub.stages.contract import Record
from hub.topics import BROADCAST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hub.engine.deadletters import Place
    from hub.engine.store import Store
    from hub.stages.contract import Batch, Context, Stage, TableChange


class FakeError:
    """A KafkaError."""

    def __init__(self, name: str) -> None:
        """Be called ``name``."""
        self._name = name

    def name(self) -> str:
        """Return the name."""
        return self._name

    def retriable(self) -> bool:
        """Say no."""
        return False

    def fatal(self) -> bool:
        """Say no."""
        return False


class FakeMessage:
    """A message of librdkafka, or an end of partition."""

    def __init__(
        self,
        topic: str,
        offset: int,
        key: bytes | None = None,
        value: bytes | None = None,
        *,
        end: bool = False,
    ) -> None:
        """Be a record, or with ``end`` an event."""
        self._fields = (topic, offset, key, value)
        self._end = end

    def error(self) -> FakeError | None:
        """Return the end of partition, if it is one."""
        return FakeError("_PARTITION_EOF") if self._end else None

    def topic(self) -> str:
        """Return the topic."""
        return self._fields[0]

    def partition(self) -> int:
        """Return 0."""
        return 0

    def offset(self) -> int:
        """Return the offset."""
        return self._fields[1]

    def key(self) -> bytes | None:
        """Return the key."""
        return self._fields[2]

    def value(self) -> bytes | None:
        """Return the value."""
        return self._fields[3]


class FakeConsumer:
    """Hands out prepared messages."""

    def __init__(self) -> None:
        """Start empty."""
        self.queue: deque[FakeMessage] = deque()
        self.assigned: list[Any] = []
        self.closed = False
        self.polls = 0

    def consume(self, count: int, timeout_s: float) -> list[FakeMessage]:
        """Return what is there."""
        return [self.queue.popleft() for _ in range(min(count, len(self.queue)))]

    def poll(self, timeout_s: float) -> None:
        """Count: this is where a client tells what it has to tell."""
        self.polls += 1

    def incremental_assign(self, partitions: list[Any]) -> None:
        """Remember."""
        self.assigned += partitions

    def incremental_unassign(self, partitions: list[Any]) -> None:
        """Forget."""
        gone = {(p.topic, p.partition) for p in partitions}
        self.assigned = [p for p in self.assigned if (p.topic, p.partition) not in gone]

    def assignment(self) -> list[Any]:
        """Return what is assigned."""
        return self.assigned

    def close(self) -> None:
        """Remember."""
        self.closed = True


class FakeTables:
    """Tables that remember."""

    def __init__(self) -> None:
        """Start empty, without a rule book."""
        self.edition = ""
        self.rows: dict[tuple[str, bytes], bytes | None] = {}

    def apply(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Fold one record in."""
        self.rows[topic, key] = value


class PlainSeals:
    """Seals that mark instead of sealing."""

    def seal(self, plain: bytes, aad: bytes = b"") -> bytes:
        """Put the aad in front."""
        return b"sealed:" + aad + b":" + plain

    def open(self, sealed: bytes, aad: bytes = b"") -> bytes:
        """Take it off again."""
        return sealed.removeprefix(b"sealed:" + aad + b":")


def encode(name: str, fields: dict[str, Any]) -> bytes:
    """Stand in for the codec: JSON with bytes as latin-1."""
    return json.dumps({"type": name, **fields}, default=lambda value: value.decode("latin-1")).encode()


class ScriptedStage:
    """Counts records per key; what a value says is done, see :meth:`process`."""

    name = "toy"
    topics: tuple[str, ...] = ("toy.in",)
    small_state = True

    def __init__(self) -> None:
        """Remember calls."""
        self.tables_seen: list[bytes] = []
        self.fired: list[bytes] = []
        self.swept: list[bytes] = []
        self.quarantined: list[bytes] = []
        self.bad: set[bytes] = set()
        """Keys whose timer, table change or sweep raises."""
        self.released: list[int] = []

    def process(self, batch: Batch, ctx: Context) -> None:
        """Count; ``boom`` raises, ``halt`` stops the source, ``large`` emits too much, ``t<ms>`` waits."""
        for record in batch.records:
            key, value = record.key or b"", record.value or b""
            ctx.state.put(key, b"%d" % (int(ctx.state.get(key) or b"0") + 1))
            ctx.count("seen", 1)
            ctx.emit("toy.out", key, value)
            if value == b"boom":
                raise ValueError("secret")
            if value == b"halt":
                ctx.stop_source(record, "PROHIBITION_UNREADABLE", "cannot be read")
                self.released.append(record.offset)
            if value == b"large":
                ctx.emit("toy.out", key, b"x" * (3 << 20))
            if value.startswith(b"t"):
                ctx.schedule(int(value[1:]), key)

    def on_timer(self, key: bytes, ctx: Context) -> None:
        """Remember."""
        self._maybe(key)
        self.fired.append(key)
        ctx.emit("toy.out", key, b"timer")

    def on_table(self, changes: Sequence[TableChange], ctx: Context) -> None:
        """Remember each change."""
        for change in changes:
            self._maybe(change.key)
            ctx.state.put(b"table/" + change.key, change.value or b"")
        self.tables_seen += [change.key for change in changes]

    def sweep(self, after: bytes, limit: int, ctx: Context) -> bytes | None:
        """Visit the keys of the state."""
        last = after
        for done, (key, _) in enumerate(ctx.state.scan(b"", after)):
            if done == limit:
                return last
            self._maybe(key)
            self.swept.append(key)
            last = key
        return None

    def _maybe(self, key: bytes) -> None:
        if key in self.bad:
            raise KeyError("secret")


class QuarantiningStage(ScriptedStage):
    """A stage that can hold a person."""

    def quarantine(self, key: bytes, ctx: Context) -> None:
        """Remember."""
        self.quarantined.append(key)

    def next_key(self, after: bytes, ctx: Context) -> bytes | None:
        """Return the next key of the state."""
        return next((key for key, _ in ctx.state.scan(b"", after)), None)


class TaskDesk:
    """A task with everything faked, and transactions that commit or abort."""

    def __init__(
        self,
        stage: Stage,
        store: Store | None = None,
        *,
        gate: FloodGate | None = None,
        released: Callable[[Place], bool] | None = None,
        sweep_records: int = 2,
        pace: Pace | None = None,
        renewal_ms: int = 1 << 60,
        partition: int = 0,
    ) -> None:
        """Open a task over a store."""
        self.consumer = FakeConsumer()
        self.tables = FakeTables()
        self.broadcast = Broadcast(self.consumer, BROADCAST, self.tables)
        self.services = Services(
            self.tables,
            self.broadcast,
            DeadLetters(encode, PlainSeals(), PlainSeals()),
            gate or FloodGate(100, 60_000),
            encode,
            4,
            4,
            pace or Pace(sweep_records, 1.0, simulated=True),
            renewal_ms,
            released or (lambda _: False),
        )
        self.store = store or MemoryStore()
        self.task = Task(
            stage, stage.topics[0], partition, self.services, store=self.store, recent=Recent(1 << 16)
        )
        self.task.open(-1, 0)
        self.outputs: list[tuple[str, bytes | None, bytes | None]] = []

    def publish(self, topic: str, offset: int, key: bytes, value: bytes | None = b"") -> None:
        """Let a broadcast record arrive."""
        self.consumer.queue.append(FakeMessage(topic, offset, key, value))
        self.broadcast.poll()

    def run(
        self, *records: tuple[bytes, bytes], now: int = 1000, flush: bool = False, commit: bool = True
    ) -> None:
        """Run one transaction over records (key, value) from the task's position on."""
        task = self.task
        first = task.position
        batch = [Record(first + index, key, value) for index, (key, value) in enumerate(records)]
        task.reached = first + len(batch)
        task.run(batch, now, flush=flush)
        if commit:
            self.outputs += [output[:3] for output in task.outputs]
            task.settle(Position("id", 1, 0))
        else:
            task.discard()

    def of(self, topic: str) -> list[bytes | None]:
        """Return the keys put out to a topic."""
        return [key for name, _, key in self.outputs if name == topic]

    def letters(self) -> list[dict[str, Any]]:
        """Return the dead letters written."""
        return [json.loads(value or b"") for name, value, _ in self.outputs if name == "hub.dead-letters"]

    def state(self) -> dict[bytes, bytes | None]:
        """Return the stage's state in the store."""
        return {key[1:]: value for key, value in self.store.scan(b"s")}


def numbered(keys: Iterable[bytes], value: bytes = b"") -> list[tuple[bytes, bytes]]:
    """Return records with the same value."""
    return [(key, value) for key in keys]
