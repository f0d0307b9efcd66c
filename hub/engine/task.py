"""One stage on one partition: its state, and what one transaction does to it.

:meth:`Task.run` gathers everything in memory; the worker then produces :attr:`Task.outputs` and
:attr:`Task.changelog`, commits, and calls :meth:`Task.settle` or :meth:`Task.discard`. A record that
raises is found by halving here, before any transaction begins.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub.engine.context import Halt, TaskContext
from hub.engine.counters import Counters, partition_of
from hub.engine.cursors import Cursors
from hub.engine.deadletters import Place
from hub.engine.isolation import place_of, reason_of, told
from hub.engine.overlay import Overlay
from hub.engine.progress import Progress
from hub.engine.store import Kind, Position
from hub.engine.timers import Timers
from hub.errors import RetryError, StateError, StopError
from hub.stages.contract import Batch, Quarantine, Record
from hub.topics import PARTS, state_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.engine.broadcast import Broadcast
    from hub.engine.deadletters import DeadLetters, FloodGate
    from hub.engine.recent import Recent
    from hub.engine.store import Change, Store
    from hub.stages.contract import Stage, Tables

__all__ = ("Services", "Task")

TIMERS_PER_RUN: Final = 2000
"""Due timers handled in one transaction: some 50 ms of work; the rest follows in the next."""
CHANGES_PER_RUN: Final = 2000
"""Table changes likewise."""
_NOT_CAUGHT: Final = (RetryError, StopError, MemoryError)
"""What no isolation can help against: the loop decides."""


class Services(NamedTuple):
    """What the tasks of one worker share."""

    tables: Tables
    broadcast: Broadcast
    letters: DeadLetters
    gate: FloodGate
    encode: Callable[[str, dict[str, Any]], bytes]
    """The codec's: type and dict → framed bytes."""
    parts_partitions: int
    sweep_records: int
    released: Callable[[Place], bool]
    """Whether an operator released this record, which stopped its source."""


class Task:
    """A stage x topic x partition. Not open before :meth:`open`: its store may be behind until then."""

    def __init__(self, stage: Stage, topic: str, partition: int, store: Store, recent: Recent, services: Services) -> None:
        """Bind a stage to a partition and the store that holds its state."""
        self.stage = stage
        self.topic = topic
        self.partition = partition
        self.store = store
        self.changelog_topic = state_topic(stage.name)
        self.tag = topic.encode() + b"\0" if len(stage.topics) > 1 else b""
        """Before each changelog key: several tasks of a stage share a changelog partition."""
        self.origin = f"{stage.name}/{topic}/{partition}"
        self._services = services
        self._recent = recent
        self._overlays = (
            Overlay(store, Kind.STATE, recent),
            Overlay(store, Kind.TIMER),
            Overlay(store, Kind.DUE),
            Overlay(store, Kind.COUNTER),
        )
        state, timers, due, entries = self._overlays
        self.timers = Timers(timers, due)
        self.counters = Counters(entries)
        self.context = TaskContext(
            (stage.name, topic, partition), state, self.timers, self.counters, services.tables, services.letters, services.released
        )
        self.is_open = False
        self.stopped: Halt | None = None
        """Why the source stands still, committed; None while it moves."""
        self.halted: Halt | None = None
        """Why the running transaction ends before its last record: a stopped source, or a flood."""
        self.position = -1
        """The next input offset, as committed."""
        self.reached = -1
        """The next input offset, as consumed; becomes ``position`` with the commit."""
        self.cursors = Cursors()
        self._next = self.cursors
        self._seen = -1
        self._seen_next = -1
        self._settled_next: int | None = None
        self.settled_tick: int | None = None
        """The newest tick that was committed with nothing left to do; None = must commit again."""
        self._clear()

    # --- life

    def open(self, committed: int, beginning: int) -> int:
        """Take up the restored state; return the input offset to go on from.

        ``committed`` is the group's offset (negative = none). The task's own record of its position
        serves when Kafka has forgotten the group; a task that never ran starts at ``beginning``.
        """
        self.cursors = Cursors.unpack(self.store.get(Kind.META))
        if committed >= 0:
            start = committed
        elif self.cursors.epoch:
            start = self.cursors.input
            if start < beginning:
                raise StateError(
                    f"the committed offset is gone, and the task's own ({start}) is older than the log ({beginning})",
                    f"{self.topic}[{self.partition}]",
                    "records were deleted unread; set the group's offset to go on without them",
                )
        else:
            start = beginning
        self.counters.load()
        self.timers.discard()
        self._recent.clear()
        self.position = self.reached = start
        self._seen = -1
        self.is_open = True
        return start

    def close(self) -> None:
        """Give up the partition; whatever was not committed never happened."""
        self.is_open = False
        self.discard()
        self.store.close()

    # --- one transaction

    def wants(self, now: int, *, adopt: bool) -> bool:
        """Return whether there is something to do without records. ``adopt``: simulated time."""
        if not self.cursors.epoch:
            return adopt
        services = self._services
        return (
            now >= self.timers.earliest
            or self._seen != services.broadcast.version
            or self._sweep_due()
            or (adopt and (self.settled_tick != now or self.reached != self.position))
        )

    def run(self, records: Sequence[Record], now: int, *, flush: bool) -> None:
        """Do everything this transaction does for the task, in memory. Nothing is left when it raises."""
        context = self.context
        self._next = following = self.cursors.copy()
        context.now = now = max(now, following.tick)
        following.tick = now
        self._begin_window(following, now)
        try:
            if not following.epoch:
                self._be_born(following)
            backlog = self._act_on_tables(following)
            self._fire_timers(now)
            if records:
                self._process(records)
            backlog = self._sweep(following) or backlog
            following.edition = self._services.tables.edition
            following.window_letters += context.letters_written
            self.counters.write()
            if flush:
                self._flush(now)
            following.input = self.reached
            self._collect(following)
        except BaseException:
            self.discard()
            raise
        self.records_run = len(records) if self.halted is None else sum(r.offset < self.reached for r in records)
        self._settled_next = None if backlog or self.timers.earliest <= now else now

    def progress(self, *, simulated: bool) -> Progress:
        """Return what to write beside the offset of the running transaction."""
        stop = self.halted or self.stopped
        code, offset = (stop.code, stop.offset) if stop else ("", -1)
        if not simulated or self._settled_next is None:
            return Progress(stop=code, stop_offset=offset)
        tables = self._next.tables
        positions = tuple(tables.get(topic, 0) for topic in self._services.broadcast.topics)
        return Progress(self._settled_next, positions, code, offset)

    def settle(self, position: Position | None) -> None:
        """Make the committed transaction the task's state; ``position``: the changelog offset it reaches."""
        self.store.write((*self.changelog, *self._index, self.cursors_change), position)
        for overlay in self._overlays:
            overlay.settle()
        self.counters.settle()
        self.cursors = self._next
        self.position = self.reached
        self._seen = self._seen_next
        self.settled_tick = self._settled_next
        if self.halted is not None and not self.halted.flood:
            self.stopped = self.halted
        self._clear()

    def discard(self) -> None:
        """Forget the running transaction: it was aborted."""
        for overlay in self._overlays:
            overlay.discard()
        self.counters.discard()
        self.timers.discard()
        self._next = self.cursors
        self.reached = self.position
        self._clear()

    def _clear(self) -> None:
        self.halted = None
        self.context.outputs.clear()
        self.context.letters_written = 0
        self.context.letter_codes.clear()
        self.changelog: list[Change] = []
        """What the running transaction changes in the state, without what is derived."""
        self.cursors_change: Change = (Kind.META, None)
        """The cursors of the running transaction: the last record of its changelog."""
        self._index: list[Change] = []
        self.records_run = 0
        self._settled_next = None

    # --- steps of a run

    def _be_born(self, following: Cursors) -> None:
        """Begin a task that never ran: it knows nobody, so the tables are news to none of its state."""
        services = self._services
        following.epoch = int(time.time() * 1000)
        following.tables = services.broadcast.positions
        following.swept = services.tables.edition

    def _begin_window(self, following: Cursors, now: int) -> None:
        gate = self._services.gate
        if now - following.window_from >= gate.window_ms:
            following.window_from, following.window_letters, following.window_records = now, 0, 0
        context = self.context
        context.gate = gate
        context.window_letters = following.window_letters
        context.window_records = following.window_records

    def _act_on_tables(self, following: Cursors) -> bool:
        """Hand over what is new in the broadcast topics; return whether more is left."""
        broadcast = self._services.broadcast
        self._seen_next = broadcast.version
        if self._seen == broadcast.version:
            return False
        changes, following.tables = broadcast.since(following.tables, CHANGES_PER_RUN)
        parts = [changes] if changes else []
        while parts:
            part = parts.pop()
            self._push()
            try:
                self.stage.on_table([entry.change for entry in part], self.context)
            except _NOT_CAUGHT:
                raise
            except Exception as error:
                self._drop()
                if len(part) > 1:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                    continue
                offset, change = part[0]
                place = Place(f"{self.origin}/{change.topic}", 0, offset)
                self.context.dead_letter_elsewhere(place, Record(offset, change.key, change.value), *told(error))
            else:
                self._keep()
        if len(changes) >= CHANGES_PER_RUN:
            self._seen_next = -1
            return True
        return False

    def _fire_timers(self, now: int) -> None:
        for due, key in self.timers.take_due(now, TIMERS_PER_RUN):
            self._push()
            try:
                if self.timers.fire(due, key):
                    self.stage.on_timer(key, self.context)
            except _NOT_CAUGHT:
                raise
            except Exception as error:
                self._drop()
                self.timers.fire(due, key)
                self._quarantine("timer", key, error)
            else:
                self._keep()

    def _process(self, records: Sequence[Record]) -> None:
        """Hand over the records; those that raise become dead letters, the others take effect."""
        self.context.first_offset = first = records[0].offset
        self._process_parts(records)
        # Up to where it halted, if it did: offsets, so markers count; it is a share, not a figure.
        self._next.window_records += min(self.reached, records[-1].offset + 1) - first

    def _process_parts(self, records: Sequence[Record]) -> None:
        parts = [records]
        while parts:
            part = parts.pop()
            self._push()
            try:
                self.stage.process(Batch(self.topic, self.partition, part), self.context)
            except Halt as halt:
                self._drop()
                parts = self._halt(part, halt)
            except _NOT_CAUGHT:
                raise
            except Exception as error:
                self._drop()
                if len(part) > 1:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                    continue
                try:
                    self.context.dead_letter(part[0], *reason_of(error))
                except Halt as flood:
                    self._halt(part, flood)
                    return
            else:
                self._keep()

    def _halt(self, part: Sequence[Record], halt: Halt) -> list[Sequence[Record]]:
        """Note that nothing from ``halt.offset`` on counts; return what of ``part`` still does."""
        self.halted = halt
        self.reached = halt.offset
        before = [record for record in part if record.offset < halt.offset]
        return [before] if before else []

    def _sweep_due(self) -> bool:
        edition = self._services.tables.edition
        return bool(edition) and (self.cursors.swept != edition or bool(self.cursors.sweeping))

    def _sweep(self, following: Cursors) -> bool:
        """Do one step of re-evaluating everybody under a new rule book; return whether more is left."""
        edition = self._services.tables.edition
        if not edition or (following.swept == edition and not following.sweeping):
            return False
        if following.sweeping != edition:
            following.sweeping, following.sweep_after = edition, b""
        limit = self._services.sweep_records
        while True:
            self._push()
            try:
                after = self.stage.sweep(following.sweep_after, limit, self.context)
            except _NOT_CAUGHT:
                raise
            except Exception as error:
                self._drop()
                if limit > 1:
                    limit = max(1, limit // 4)
                    continue
                after = self._skip(following.sweep_after, error)
            else:
                self._keep()
            break
        if after is None:
            following.swept, following.sweeping, following.sweep_after = edition, "", b""
            return False
        following.sweep_after = after
        return True

    def _skip(self, after: bytes, error: Exception) -> bytes | None:
        """Quarantine the one person a sweep cannot evaluate; return the cursor behind them."""
        stage = self.stage
        if not isinstance(stage, Quarantine):
            raise StopError(f"the sweep of stage {stage.name} fails: {place_of(error)}", self.origin, "fix the bug") from error
        key = stage.next_key(after, self.context)
        if key is not None:
            self._quarantine("sweep", key, error)
        return key

    def _quarantine(self, step: str, key: bytes, error: Exception) -> None:
        """Have the stage hold a person whose timer or sweep raised, and leave a dead letter about it."""
        self._push()
        if isinstance(self.stage, Quarantine):
            self.stage.quarantine(key, self.context)
        self._keep()
        place = Place(f"{self.origin}/{step}/{key.hex()}", self.partition, self.context.now)
        self.context.dead_letter_elsewhere(place, Record(self.context.now, key, None), *told(error))

    def _flush(self, now: int) -> None:
        encode, partitions = self._services.encode, self._services.parts_partitions
        outputs, epoch = self.context.outputs, self._next.epoch
        for part in self.counters.flush():
            value = encode(
                "hub.counter_part",
                {
                    "counter": part.counter,
                    "origin": self.origin,
                    "epoch": epoch,
                    "version": part.version,
                    "value": part.value,
                    "kind": part.kind,
                    "tick": now,
                },
            )
            key = f"{part.counter}@{self.origin}".encode()
            outputs.append((PARTS, value, key, partition_of(part.counter, partitions), None))

    def _collect(self, following: Cursors) -> None:
        state, timers, due, entries = self._overlays
        self.changelog = [*state.changes(), *timers.changes(), *entries.changes()]
        self.cursors_change = (Kind.META, following.pack())
        self._index = due.changes()

    # --- what can be undone

    def _push(self) -> None:
        for overlay in self._overlays:
            overlay.push()
        self.counters.push()
        self._mark = (len(self.context.outputs), self.context.letters_written)

    def _keep(self) -> None:
        for overlay in self._overlays:
            overlay.keep()
        self.counters.keep()

    def _drop(self) -> None:
        for overlay in self._overlays:
            overlay.drop()
        self.counters.drop()
        outputs, self.context.letters_written = self._mark
        del self.context.outputs[outputs:]
