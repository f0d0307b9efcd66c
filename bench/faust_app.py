"""The same job in plain, idiomatic Faust: what the hub is measured against.

An agent per stage, one event at a time, tables on RocksDB with their changelogs, one ``await topic.send``
per output, at-least-once. The work itself is :mod:`bench.job`.

Run as ``python -m bench.faust_app worker -l info``: with Faust's default log level the root logger
is set to DEBUG, which takes 12 % of its time. Settings come from HUB_*, the directory from BENCH_PEER_DIR.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import faust

from bench.job import OUTPUTS, Job
from hub.settings import load
from hub.stages.contract import Record, State

__all__ = ("app", "make_agents")

_COMMIT_S: Final = 0.5
"""Faust's default of 2.8 s would blur what is measured; committing more often costs it next to nothing."""
_BYTES: Final[dict[str, Any]] = {"key_type": bytes, "value_type": bytes}

settings = load()
app: Any = faust.App(
    settings.group,
    broker=f"kafka://{settings.bootstrap_servers}",
    store="rocksdb://",
    datadir=os.environ.get("BENCH_PEER_DIR", ".hub/bench/faust"),
    topic_partitions=settings.partitions,
    topic_replication_factor=1,
    broker_commit_interval=_COMMIT_S,
    producer_compression_type="lz4",
    consumer_auto_offset_reset="earliest",
    web_enabled=False,
    key_serializer="raw",
    value_serializer="raw",
)
outputs = {name: app.topic(name, **_BYTES) for name in OUTPUTS}
tables = {
    name: app.Table(f"bench-{name}", partitions=settings.partitions, **_BYTES)
    for name in ("identity", "sensitive", "matching")
}


class TableState:
    """A Faust table as a stage's state. Nothing in the load scans: only changes of the directory would."""

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


def agent(job: Job, name: str, state: State | None) -> Callable[[Any], Awaitable[None]]:
    """Return an agent that lets a stage handle one event at a time and sends what comes out."""

    async def handle(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            record = Record(message.offset, message.key, message.value)
            for out in job.handle(name, message.topic, message.partition, record, state):
                await outputs[out.topic].send(key=out.key, value=out.value)

    return handle


def make_agents() -> None:
    """Make an agent for each stage."""
    job = Job(settings)
    for name, stage in job.stages.items():
        source = outputs.get(stage.topics[0]) or app.topic(*stage.topics, **_BYTES)
        state = TableState(tables[name]) if name in tables else None
        app.agent(source, name=name)(agent(job, name, state))


if __name__ == "__main__":
    make_agents()
    app.main()
