"""The steps of a task's transaction: table changes, due timers, records, one step of a sweep.

Each step hands work to the stage and isolates what raises, by halving, before any transaction
begins: one bad record, table change, timer or person costs itself, never its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.engine.context import Halt
from hub.engine.deadletters import Place
from hub.engine.isolation import place_of, reason_of, told
from hub.errors import RetryError, StopError
from hub.stages.contract import Batch, Quarantine, Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.engine.broadcast import Broadcast, Change
    from hub.engine.cursors import Cursors
    from hub.engine.workbench import Workbench
    from hub.stages.contract import Stage

__all__ = ("CHANGES_PER_RUN", "TIMERS_PER_RUN", "Steps")

TIMERS_PER_RUN: Final = 2000
"""Due timers handled in one transaction: some 50 ms of work; the rest follows in the next."""
CHANGES_PER_RUN: Final = 2000
"""Table changes likewise."""
_NOT_CAUGHT: Final = (RetryError, StopError, MemoryError)
"""What no isolation can help against: the loop decides."""


class Steps:
    """The steps of one task."""

    def __init__(self, stage: Stage, topic: str, partition: int, bench: Workbench) -> None:
        """Work for ``stage`` on ``bench``."""
        self._stage = stage
        self._topic = topic
        self._partition = partition
        self._bench = bench
        self._context = bench.context
        self._origin = f"{stage.name}/{topic}/{partition}"

    def act_on_tables(self, cursors: Cursors, broadcast: Broadcast) -> bool:
        """Hand over what is new in the broadcast topics; return whether more is left."""
        changes, cursors.tables = broadcast.since(cursors.tables, CHANGES_PER_RUN)
        parts: list[Sequence[Change]] = [changes] if changes else []
        while parts:
            part = parts.pop()
            self._bench.push()
            try:
                self._stage.on_table([entry.change for entry in part], self._context)
            except _NOT_CAUGHT:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is sorted here
                self._bench.drop()
                if len(part) > 1:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                    continue
                offset, change = part[0]
                self._letter(
                    Place(f"{self._origin}/{change.topic}", 0, offset), change.key, change.value, error
                )
            else:
                self._bench.keep()
        return len(changes) >= CHANGES_PER_RUN

    def fire_timers(self, now: int) -> None:
        """Fire what is due, earliest first; a timer that raises quarantines its person."""
        bench = self._bench
        for due, key in bench.timers.take_due(now, TIMERS_PER_RUN):
            bench.push()
            try:
                if bench.timers.fire(due, key):
                    self._stage.on_timer(key, self._context)
            except _NOT_CAUGHT:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is sorted here
                bench.drop()
                bench.timers.fire(due, key)
                self._quarantine("timer", key, error)
            else:
                bench.keep()

    def process(self, records: Sequence[Record]) -> Halt | None:
        """Hand over the records; those that raise become dead letters, the others take effect.

        Returns why nothing from some offset on took effect: a stopped source or a flood.
        """
        bench = self._bench
        parts = [records]
        halted: Halt | None = None
        while parts:
            part = parts.pop()
            bench.push()
            try:
                self._stage.process(Batch(self._topic, self._partition, part), self._context)
            except Halt as halt:
                bench.drop()
                halted = halt
                before = [record for record in part if record.offset < halt.offset]
                parts = [before] if before else []
            except _NOT_CAUGHT:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is sorted here
                bench.drop()
                if len(part) > 1:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                    continue
                try:
                    self._context.dead_letter(part[0], *reason_of(error))
                except Halt as flood:
                    return flood
            else:
                bench.keep()
        return halted

    def sweep(self, cursors: Cursors, limit: int) -> bool:
        """Re-evaluate up to ``limit`` more persons under the book in use; return whether more are left."""
        edition = cursors.edition
        if not cursors.unswept:
            return False
        if cursors.sweeping != edition:
            cursors.sweeping, cursors.sweep_after = edition, b""
        if limit <= 0:
            return True
        after = self._sweep_from(cursors.sweep_after, limit)
        if after is None:
            cursors.completed()
            return False
        cursors.sweep_after = after
        return True

    def _sweep_from(self, after: bytes, limit: int) -> bytes | None:
        """Sweep up to ``limit`` persons, fewer around one who raises; who raises alone is quarantined."""
        while True:
            self._bench.push()
            try:
                following = self._stage.sweep(after, limit, self._context)
            except _NOT_CAUGHT:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is sorted here
                self._bench.drop()
                if limit > 1:
                    limit = max(1, limit // 4)
                    continue
                return self._skip(after, error)
            self._bench.keep()
            return following

    def _skip(self, after: bytes, error: Exception) -> bytes | None:
        """Quarantine the one person a sweep cannot evaluate; return the cursor behind them."""
        if not isinstance(self._stage, Quarantine):
            raise StopError(
                f"a sweep fails: {place_of(error)}", self._origin, "this is a bug; report it"
            ) from None
        key = self._stage.next_key(after, self._context)
        if key is not None:
            self._quarantine("sweep", key, error)
        return key

    def _quarantine(self, step: str, key: bytes, error: Exception) -> None:
        """Have the stage hold a person whose timer or sweep raised, and leave a dead letter about it."""
        if isinstance(self._stage, Quarantine):
            self._stage.quarantine(key, self._context)
        place = Place(f"{self._origin}/{step}/{key.hex()}", self._partition, self._context.now)
        self._letter(place, key, None, error)

    def _letter(self, place: Place, key: bytes, value: bytes | None, error: Exception) -> None:
        self._context.dead_letter_elsewhere(place, Record(place.offset, key, value), *told(error))
