"""Makes the tasks of a worker, one for each partition it is given, and says when one may begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.engine.recent import Recent
from hub.engine.store import MemoryStore
from hub.engine.task import Task
from hub.topics import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.engine.clock import Clock
    from hub.engine.cursors import Cursors
    from hub.engine.store import RocksFactory
    from hub.engine.task import Services
    from hub.stages.contract import Stage

__all__ = ("RECENT_BYTES", "Taskmaker")

RECENT_BYTES: Final = 64 << 20
"""Values cached as Python objects, all tasks of a worker together."""


class Taskmaker:
    """Knows the stages by their topics, and what tasks are made of."""

    def __init__(
        self, stages: Sequence[Stage], services: Services, rocks: RocksFactory, clock: Clock
    ) -> None:
        """Take what the tasks share. ``rocks`` opens the stores of stages whose state is not small."""
        self._stages = {topic: stage for stage in stages for topic in stage.topics}
        self._services = services
        self._rocks = rocks
        self._clock = clock
        big = sum(not stage.small_state for stage in stages)
        self._recent_bytes = RECENT_BYTES // max(1, big * services.lanes)

    @property
    def topics(self) -> tuple[str, ...]:
        """What the stages read, in their order."""
        return tuple(self._stages)

    def make(self, topic: str, partition: int) -> Task:
        """Return the task of a partition, its store open as it was left. StateError when it is locked."""
        stage = self._stages[topic]
        name = f"{stage.name}-{partition}" if len(stage.topics) == 1 else f"{stage.name}-{topic}-{partition}"
        store = MemoryStore() if stage.small_state else self._rocks.open(name)
        return Task(stage, topic, partition, self._services, store=store, recent=Recent(self._recent_bytes))

    def may_open(self, cursors: Cursors) -> bool:
        """Return whether the tables are as new as what the task has worked with, and time has begun."""
        broadcast = self._services.broadcast
        switched = cursors.switches[-1].tables if cursors.switches else 0
        behind = broadcast.behind(cursors.tables) or broadcast.behind({RULES: switched})
        return not behind and self._clock.now(exact=False) is not None
