"""The same job in plain, idiomatic Faust: what the hub is measured against.

The domain code is the hub's own stages, so the framework is what differs: an agent per stage, one event at a
time, tables on RocksDB with their changelogs, one ``await topic.send`` per output, at-least-once. Less
than the hub does: timers and counters stay in memory, and nothing is published of them; no exactly-once.

Run as ``python -m bench.faust_app worker -l info``: with Faust's default log level the root logger
is set to DEBUG, which takes 12 % of its time. Settings come from HUB_*, the directory from BENCH_PEER_DIR.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import faust

from bench.watch import read
from hub import kafka, topics
from hub.settings import load
from hub.stages.build import build_stages
from hub.stages.contract import Batch, Record, Stage, State, TableChange
from hub.stages.memory import MemoryContext

__all__ = ("GROUP", "app")

GROUP = "bench-faust"
_COMMIT_S = 0.5
"""Faust's default of 2.8 s would blur what is measured; committing more often costs it nothing to speak of."""
_RAW = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}

settings = load()
app: Any = faust.App(
    GROUP,
    broker=f"kafka://{settings.bootstrap_servers}",
    store="rocksdb://",
    datadir=os.environ.get("BENCH_PEER_DIR", ".hub/bench-faust"),
    topic_partitions=settings.partitions,
    topic_replication_factor=1,
    broker_commit_interval=_COMMIT_S,
    producer_compression_type="lz4",
    consumer_auto_offset_reset="earliest",
    web_enabled=False,
)
outputs = {
    name: app.topic(name, **_RAW)
    for name in (topics.FACTS, topics.IDENTITY, topics.INVITATIONS, topics.DECISIONS, topics.DEAD_LETTERS)
}
persons = app.Table("bench-persons", partitions=settings.partitions, **_RAW)
aliases = app.Table("bench-aliases", partitions=settings.partitions, **_RAW)


class TableState:
    """A Faust table as a stage's state. Nothing in the load scans: only directory changes would."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def get(self, key: bytes) -> bytes | None:
        value: bytes | None = self._table.get(key)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        self._table[key] = value

    def delete(self, key: bytes) -> None:
        self._table.pop(key, None)

    def scan(self, prefix: bytes, after: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        raise NotImplementedError


def agent(stage: Stage, ctx: MemoryContext, state: State | None) -> Callable[[Any], Awaitable[None]]:
    """Return an agent that hands a stage one event at a time and sends what comes out."""
    if state is not None:
        ctx.state = state

    async def handle(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            ctx.now = time.time_ns() // 1_000_000
            record = Record(message.offset, message.key, message.value)
            stage.process(Batch(message.topic, message.partition, (record,)), ctx)
            for emitted in ctx.take():
                out = outputs.get(emitted.topic)
                if out is not None:
                    await out.send(key=emitted.key, value=emitted.value)
            while ctx.dead_letters:
                letter = ctx.dead_letters.pop()
                await outputs[topics.DEAD_LETTERS].send(key=letter.code.encode(), value=letter.record.value)

    return handle


def make_agents() -> None:
    """Read the broadcast topics whole, then make an agent for each stage."""
    stages, make_tables = build_stages(settings)
    tables = make_tables()
    contexts = {stage.name: MemoryContext(tables=tables) for stage in stages}
    matching = next(stage for stage in stages if stage.name == "matching")
    for message in read(settings, kafka.admin(settings), topics.BROADCAST):
        change = TableChange(message.place[0], message.key or b"", message.value)
        tables.apply(*change)
        matching.on_table((change,), contexts["matching"])
    contexts["matching"].timers.clear()
    states = {"intake": None, "identity": TableState(aliases), "matching": TableState(persons)}
    for stage in stages:
        name = stage.name
        source = app.topic(*stage.topics, **_RAW) if name == "intake" else outputs[stage.topics[0]]
        app.agent(source, name=name)(agent(stage, contexts[name], states[name]))


if __name__ == "__main__":
    make_agents()
    app.main()
