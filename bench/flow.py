"""The load on its way through the stages in this process: no Kafka, no RocksDB, one task per stage."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple

from bench.load import Load
from hub import topics
from hub.privacy.key_ring import KeyRing
from hub.settings import Settings
from hub.stages.build import build_stages
from hub.stages.contract import Batch, Record, Stage
from hub.stages.memory import MemoryContext

__all__ = ("Around", "Flow", "Taken")

_BATCH: Final = 8_000
_Records = list[tuple[bytes | None, bytes | None]]
Around = Callable[[str, dict[str, Any], Any], AbstractContextManager[None]]
"""Stage name, stages by name, rule book → what runs around that stage."""


class Taken(NamedTuple):
    """What one stage has taken: input records, and nanoseconds of CPU inside ``process``."""

    records: int
    nanoseconds: int


class Flow:
    """Runs the stages one after the other, each over a context of its own."""

    def __init__(self, load: Load, settings: Settings, keys: KeyRing) -> None:
        """Take what every pass is made of."""
        self._load, self._settings, self._keys = load, settings, keys

    def through(self, around: Around) -> dict[str, Taken]:
        """Make one pass; return what each stage has taken."""
        stages, make_tables = build_stages(self._settings, self._keys)
        by_name: dict[str, Any] = {stage.name: stage for stage in stages}
        tables: Any = make_tables()
        for table in self._load.tables:
            tables.apply(*table)
        now = time.time_ns() // 1_000_000
        arriving: dict[str, _Records] = {}
        for event in self._load.events:
            arriving.setdefault(event.topic, []).append((event.key, event.value))
        taken: dict[str, Taken] = {}
        out: dict[str, _Records] = {name: [] for name in topics.HOPS}
        for stage in stages:
            inputs = arriving if stage.name == "intake" else {name: out[name] for name in stage.topics}
            with around(stage.name, by_name, tables.book):
                taken[stage.name] = _run(stage, inputs, MemoryContext(now=now, tables=tables), out)
        return taken


def _run(stage: Stage, inputs: dict[str, _Records], ctx: MemoryContext, out: dict[str, _Records]) -> Taken:
    """Run one stage over everything that arrives; what it emits is added to ``out``."""
    records = nanoseconds = 0
    gc.collect()
    gc.freeze()
    gc.disable()  # as in a worker
    for topic, arriving in list(inputs.items()):
        for start in range(0, len(arriving), _BATCH):
            part = [Record(start + n, *pair) for n, pair in enumerate(arriving[start : start + _BATCH])]
            began = time.thread_time_ns()
            stage.process(Batch(topic, 0, part), ctx)
            nanoseconds += time.thread_time_ns() - began
            records += len(part)
            for emitted in ctx.take():
                if emitted.topic in out:
                    out[emitted.topic].append((emitted.key, emitted.value))
            gc.collect(1)
    gc.enable()
    gc.unfreeze()
    return Taken(records, nanoseconds)
