"""The job itself, for the peers: the hub's own stages and tables, one event at a time, without an engine.

So what differs between the hub and a peer is the framework, never the work. The peers do a little less
than the hub: timers and counters stay in memory and are not published; dead letters go out unsealed.
"""

from __future__ import annotations

import time
from typing import Final, NamedTuple

from bench.watch import read
from hub import kafka, topics
from hub.settings import Settings
from hub.stages.build import build_stages
from hub.stages.contract import Batch, Record, Stage, State
from hub.stages.memory import MemoryContext

__all__ = ("OUTPUTS", "Job", "Out")

OUTPUTS: Final = (
    *topics.HOPS,
    topics.INVITATIONS,
    topics.DECISIONS,
    topics.DECISIONS_SENSITIVE,
    topics.DEAD_LETTERS,
)
"""Where the stages' records go."""


class Out(NamedTuple):
    """One record to produce."""

    topic: str
    key: bytes | None
    value: bytes | None


class Job:
    """The stages, ready to work: the broadcast topics have been read whole."""

    def __init__(self, settings: Settings) -> None:
        """Build the stages and read the tables: they concern nobody yet, as nobody is known."""
        stages, make_tables = build_stages(settings)
        tables = make_tables()
        self.stages: dict[str, Stage] = {stage.name: stage for stage in stages}
        self._contexts = {name: MemoryContext(tables=tables) for name in self.stages}
        for message in read(settings, kafka.admin(settings), topics.BROADCAST):
            tables.apply(message.place[0], message.key or b"", message.value)

    def handle(self, name: str, topic: str, partition: int, record: Record, state: State | None) -> list[Out]:
        """Let a stage handle one record, on a state; return what it produces."""
        ctx = self._contexts[name]
        ctx.now = time.time_ns() // 1_000_000
        ctx.partition = partition
        if state is not None:
            ctx.state = state
        self.stages[name].process(Batch(topic, partition, (record,)), ctx)
        out = [Out(*emitted[:3]) for emitted in ctx.take() if emitted.topic in OUTPUTS]
        out += [
            Out(topics.DEAD_LETTERS, letter.code.encode(), letter.record.value) for letter in ctx.dead_letters
        ]
        ctx.dead_letters.clear()
        return out
