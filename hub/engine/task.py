"""One stage on one partition: its state, its position, and what one transaction does to them.

:meth:`Task.run` gathers everything in memory; the worker then produces :attr:`Task.outputs` and
:attr:`Task.changelog`, commits, and calls :meth:`Task.settle` or :meth:`Task.discard`.
"""

from __future__ import annotations

import time
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.engine.counters import partition_of
from hub.engine.cursors import Cursors
from hub.engine.progress import Progress
from hub.engine.steps import Steps
from hub.engine.store import Kind, Position
from hub.engine.workbench import Workbench
from hub.errors import StateError, TopicsError
from hub.stages.contract import Quarantine
from hub.topics import PARTS, RULES, state_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.engine.broadcast import Broadcast
    from hub.engine.context import Halt
    from hub.engine.deadletters import DeadLetters, FloodGate, Output, Place
    from hub.engine.pace import Pace
    from hub.engine.recent import Recent
    from hub.engine.store import Change, Store
    from hub.stages.contract import Record, Stage, Tables

__all__ = ("Services", "Task")


class Services(NamedTuple):
    """What the tasks of one worker share."""

    tables: Tables
    broadcast: Broadcast
    letters: DeadLetters
    gate: FloodGate
    encode: Callable[[str, dict[str, Any]], bytes]
    """The codec's: type and fields → framed bytes."""
    parts_partitions: int
    lanes: int
    """Partitions of each changelog."""
    pace: Pace
    """How many persons a sweep may take in a cycle."""
    renewal_ms: int
    """A position committed so long ago is committed again, lest Kafka forget it."""
    released: Callable[[Place], bool]
    """Whether an operator released this record, which stopped its source."""


class Task:
    """A stage x topic x partition. Its store may be behind until :meth:`open`."""

    def __init__(
        self, stage: Stage, topic: str, partition: int, services: Services, *, store: Store, recent: Recent
    ) -> None:
        """Bind a stage to a partition and the store that holds its state."""
        self.stage = stage
        self.topic = topic
        self.partition = partition
        self.store = store
        self.changelog_topic = state_topic(stage.name)
        self.changelog_partition = partition % services.lanes
        self.tag = _tag(stage, topic, partition, services.lanes)
        """Before each changelog key: several tasks of a stage share a changelog partition."""
        self.origin = f"{stage.name}/{topic}/{partition}"
        self._services = services
        self._bench = Workbench(
            store,
            recent,
            (stage.name, topic, partition),
            tables=services.tables,
            letters=services.letters,
            released=services.released,
        )
        self._steps = Steps(stage, topic, partition, self._bench)
        self._context = self._bench.context
        self._keeps_people = isinstance(stage, Quarantine)
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
        self._seen = self._seen_next = -1
        self._settled_next: int | None = None
        self.settled_tick: int | None = None
        """The newest tick that was committed with nothing left to do; None = must commit again."""
        self.changelog: list[Change] = []
        """What the running transaction changes in the state, without what is derived."""
        self.cursors_change: Change = (Kind.META, None)
        """The cursors of the running transaction: the last record of its changelog."""
        self.records_run = 0
        """Records that take effect in the running transaction."""

    def __repr__(self) -> str:
        """Answer what a debugger would ask."""
        return (
            f"Task({self.origin}, position={self.position}, reached={self.reached}, stopped={self.stopped!r})"
        )

    @property
    def outputs(self) -> list[Output]:
        """Return what the running transaction produces, besides the changelog."""
        return self._context.outputs

    @property
    def letter_codes(self) -> dict[str, int]:
        """Return the running transaction's dead letters by code."""
        return self._context.letter_codes

    @property
    def dirty(self) -> bool:
        """Return whether a flush would publish counters, or commit a position."""
        return self.reached != self.position or self._bench.counters.dirty

    @property
    def sweep(self) -> bytes | None:
        """Return how far the sweep is that a stage which keeps persons has to do; None when it has none."""
        return self.cursors.sweep_after if self._keeps_people and self.cursors.unswept else None

    @property
    def keeps_people(self) -> bool:
        """Return whether its stage keeps persons: whether there is anybody to sweep over."""
        return self._keeps_people

    def total(self, name: str) -> int:
        """Return the sum of a figure that the task counts over all its labels; between transactions."""
        return self._bench.counters.total(name)

    def figures(self, name: str) -> dict[str, int]:
        """Return a figure that the task counts by its labels; between transactions."""
        return self._bench.counters.figures(name)

    # --- life

    def open(self, committed: int, beginning: int) -> int:
        """Take up the restored state; return the input offset to go on from.

        ``committed`` is the group's offset (negative = none). The task's own record of its position
        serves when Kafka has forgotten the group; a task that never ran starts at ``beginning``.
        """
        self.cursors = self._next = Cursors.unpack(self.store.get(Kind.META))
        start = committed
        if committed < 0:
            start = self.cursors.input if self.cursors.epoch else beginning
            if start < beginning:
                raise StateError(
                    f"the committed offset is gone, and the task's own ({start}) is older than the log "
                    f"({beginning})",
                    f"{self.topic}[{self.partition}]",
                    "records were deleted unread; set the group's offset to go on without them",
                )
        self._bench.open()
        self.position = self.reached = start
        self._seen = -1
        self.settled_tick = None
        return start

    def close(self) -> None:
        """Give up the partition; whatever was not committed never happened."""
        self.discard()
        self.store.close()

    # --- one transaction

    def wants(self, now: int, *, adopt: bool) -> bool:
        """Return whether there is something to do without records. ``adopt``: simulated time."""
        cursors, services = self.cursors, self._services
        if not cursors.epoch:
            return adopt
        return (
            now >= self._bench.timers.earliest
            or now - cursors.tick >= services.renewal_ms
            or self._seen != services.broadcast.version
            or services.tables.edition != cursors.edition
            or (cursors.unswept and services.pace.open)
            or (adopt and (self.settled_tick != now or self.reached != self.position))
        )

    def run(self, records: Sequence[Record], now: int, *, flush: bool) -> None:
        """Do everything this transaction does for the task, in memory. Nothing is left when it raises."""
        self._next = following = self.cursors.copy()
        following.tick = now = max(now, following.tick)
        self._context.now = now
        try:
            self._begin_window(following, now)
            if not following.epoch:
                self._be_born(following)
            self._take_book(following)
            backlog = self._act_on_tables(following)
            self._steps.fire_timers(now)
            if records:
                self._process(records, following)
            if following.unswept:
                backlog = self._steps.sweep(following, self._services.pace.take()) or backlog
            following.window_letters += self._context.letters_written
            self._bench.counters.write()
            if flush:
                self._flush(now)
            following.input = self.reached
            self.changelog = self._bench.changes()
            self.cursors_change = (Kind.META, following.pack())
        except BaseException:
            self.discard()
            raise
        self._settled_next = None if backlog or self._bench.timers.earliest <= now else now

    def progress(self, *, simulated: bool) -> Progress:
        """Return what to write beside the offset of the running transaction."""
        stop = self.halted or self.stopped
        code, offset = (stop.code, stop.offset) if stop else ("", -1)
        said = Progress(stop=code, stop_offset=offset)
        following = self._next
        if self._keeps_people:
            sweep = following.sweep_after if following.unswept else None
            said = said._replace(switches=following.switches, sweep=sweep)
        if not simulated or self._settled_next is None:
            return said
        tables = following.tables
        positions = tuple(tables.get(topic, 0) for topic in self._services.broadcast.topics)
        return said._replace(tick=self._settled_next, tables=positions)

    def settle(self, position: Position | None) -> None:
        """Make the committed transaction the task's state; ``position``: the changelog offset it reaches."""
        changes = chain(self.changelog, self._bench.derived(), (self.cursors_change,))
        self.store.write(changes, position)
        self._bench.settle()
        self.cursors = self._next
        self.position = self.reached
        self._seen = self._seen_next
        self.settled_tick = self._settled_next
        if self.halted is not None and not self.halted.flood:
            self.stopped = self.halted
        self._clear()

    def discard(self) -> None:
        """Forget the running transaction: it was aborted."""
        self._bench.discard()
        self._next = self.cursors
        self.reached = self.position
        self._clear()

    def _clear(self) -> None:
        self.halted = None
        self.changelog = []
        self.records_run = 0
        self._settled_next = None

    # --- parts of a run

    def _be_born(self, following: Cursors) -> None:
        """Begin a task that never ran: it knows nobody, so the tables are news to none of its state."""
        following.epoch = int(time.time() * 1000)
        following.tables = self._services.broadcast.positions
        self._take_book(following)
        following.completed()

    def _take_book(self, following: Cursors) -> None:
        """Evaluate with the worker's rule book from here on: this is the point at which the task switches.

        What was read of its topic is noted at once: :meth:`_act_on_tables` may get there only later.
        """
        edition = self._services.tables.edition
        if edition != following.edition:
            read = self._services.broadcast.positions.get(RULES, 0)
            following.switch(edition, self.position, read)

    def _begin_window(self, following: Cursors, now: int) -> None:
        """Count dead letters anew when the window is over; the count is state, so a restart keeps it."""
        gate, context = self._services.gate, self._context
        if now - following.window_from >= gate.window_ms:
            following.window_from, following.window_letters, following.window_records = now, 0, 0
        context.gate = gate
        context.window_letters = following.window_letters
        context.window_records = following.window_records

    def _act_on_tables(self, following: Cursors) -> bool:
        broadcast = self._services.broadcast
        self._seen_next = broadcast.version
        if self._seen == broadcast.version:
            return False
        more = self._steps.act_on_tables(following, broadcast)
        if more:
            self._seen_next = -1
        return more

    def _process(self, records: Sequence[Record], following: Cursors) -> None:
        self._context.first_offset = first = records[0].offset
        self.halted = halt = self._steps.process(records)
        self.records_run = len(records)
        if halt is not None:
            self.reached = halt.offset
            self.records_run = sum(record.offset < halt.offset for record in records)
        # Offsets, so transaction markers count: the window needs a share, not a figure.
        following.window_records += min(self.reached, records[-1].offset + 1) - first

    def _flush(self, now: int) -> None:
        """Publish the counters that changed: each counts every record before where the task stands now."""
        encode, partitions = self._services.encode, self._services.parts_partitions
        for part in self._bench.counters.flush():
            value = encode(
                "hub.counter_part",
                {
                    "counter": part.counter,
                    "origin": self.origin,
                    "epoch": self._next.epoch,
                    "version": part.version,
                    "value": part.value,
                    "kind": part.kind,
                    "tick": now,
                    "position": self.reached,
                },
            )
            key = f"{part.counter}@{self.origin}".encode()
            self.outputs.append((PARTS, value, key, partition_of(part.counter, partitions), None))


def _tag(stage: Stage, topic: str, partition: int, lanes: int) -> bytes:
    """Return what begins a task's changelog keys, and those of no other task in its changelog partition.

    A topic with more partitions than lanes has several tasks in one.
    """
    if partition >= lanes:
        if len(stage.topics) == 1:
            raise TopicsError(
                f"there are more partitions than {lanes}, and the {stage.name} stage reads nothing else",
                topic,
                "its partitions are fixed at birth (HUB_PARTITIONS): rebuild the hub's topics",
            )
        return f"{topic}/{partition}\0".encode()
    return topic.encode() + b"\0" if len(stage.topics) > 1 else b""
