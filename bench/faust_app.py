"""The same job in plain, idiomatic Faust: the reference that the hub is measured against.

The domain code is the hub's own (its stages), so what differs is the framework: agents, tables on
RocksDB, one ``await topic.send`` an output, at-least-once. Run by ``bench.pipeline`` as
``python -m bench.faust_app worker``; everything it needs comes in environment variables.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import faust

from hub import topics
from hub.settings import load
from hub.stages.build import build_stages
from hub.stages.contract import Batch, Record, Stage, TableChange, Tables
from hub.stages.memory import MemoryContext

settings = load()
stages, make_tables = build_stages(settings)
by_name: dict[str, Stage] = {stage.name: stage for stage in stages}
tables: Tables = make_tables()

app = faust.App(
    "bench-faust",
    broker=f"kafka://{settings.bootstrap_servers}",
    store="rocksdb://",
    datadir=os.environ["BENCH_FAUST_DIR"],
    topic_partitions=settings.partitions,
    topic_replication_factor=1,
    broker_max_poll_records=500,
    consumer_auto_offset_reset="earliest",
    web_enabled=False,
    value_serializer="raw",
    key_serializer="raw",
)


def topic(*names: str) -> Any:  # noqa: ANN401 - Faust is untyped
    """Return a Faust topic of raw bytes."""
    return app.topic(*names, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


upstream = topic(*topics.UPSTREAM)
outputs = {
    name: topic(name)
    for name in (
        topics.FACTS,
        topics.IDENTITY,
        topics.INVITATIONS,
        topics.DECISIONS,
        topics.DEAD_LETTERS,
    )
}
persons = app.Table("bench-persons", key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
aliases = app.Table("bench-aliases", key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


class TableState:
    """A Faust table as a stage's state; the benchmark's job scans nothing."""

    def __init__(self, table: Any) -> None:  # noqa: ANN401
        """Wrap the table."""
        self._table = table

    def get(self, key: bytes) -> bytes | None:
        """Return the value, or None."""
        value: bytes | None = self._table.get(key)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        """Set the value."""
        self._table[key] = value

    def delete(self, key: bytes) -> None:
        """Remove the key when it is there."""
        self._table.pop(key, None)

    def scan(self, prefix: bytes, after: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Refuse: nothing in the benchmark's event mix scans."""
        raise NotImplementedError(prefix, after)


def context(table: Any) -> MemoryContext:  # noqa: ANN401
    """Return a context whose state is the table; timers and counters stay in memory."""
    ctx = MemoryContext(tables=tables)
    if table is not None:
        ctx.state = TableState(table)  # type: ignore[assignment]
    return ctx


async def run(stage: Stage, ctx: MemoryContext, stream: Any) -> AsyncIterator[None]:  # noqa: ANN401
    """Handle one event at a time, as a Faust agent does."""
    async for event in stream.events():
        message = event.message
        ctx.now = time.time_ns() // 1_000_000
        stage.process(Batch(message.topic, message.partition, (Record(message.offset, message.key, message.value),)), ctx)
        for emitted in ctx.take():
            out = outputs.get(emitted.topic)
            if out is not None:
                await out.send(key=emitted.key, value=emitted.value)
        yield None


@app.task
async def load_tables() -> None:
    """Read the broadcast topics to their end, once: the directory does not change during the benchmark."""
    from bench.support import read_all

    for name, key, value in read_all(settings, topics.BROADCAST):
        tables.apply(name, key, value)
        by_name["matching"].on_table((TableChange(name, key, value),), MemoryContext(tables=tables))


@app.agent(upstream)
async def intake(stream: Any) -> AsyncIterator[None]:  # noqa: ANN401
    """Frame, schema, connector, facts."""
    async for _ in run(by_name["intake"], context(None), stream):
        yield None


@app.agent(outputs[topics.IDENTITY])
async def identity(stream: Any) -> AsyncIterator[None]:  # noqa: ANN401
    """Exact aliases."""
    async for _ in run(by_name["identity"], context(aliases), stream):
        yield None


@app.agent(outputs[topics.FACTS])
async def matching(stream: Any) -> AsyncIterator[None]:  # noqa: ANN401
    """Facts, rules, invitations."""
    async for _ in run(by_name["matching"], context(persons), stream):
        yield None


if __name__ == "__main__":
    app.main()
