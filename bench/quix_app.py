"""The same job in Quix Streams with exactly-once: the peer that promises what the hub promises.

A dataframe per topic, state in RocksDB with its changelogs, checkpoints as large as the hub's transactions
are. The work itself is :mod:`bench.job`. Quix keys state by the raw message key; ours are pseudonyms.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from quixstreams import Application, message_context

from bench.job import OUTPUTS, Job, Out
from hub.settings import load
from hub.stages.contract import Record

__all__ = ("main",)


class Value(bytes):
    """A value that knows where it goes: what a dataframe hands from step to step is one object."""

    out: Out


class KeyedState:
    """Quix' state of the current message key as a stage's state."""

    def __init__(self) -> None:
        self.current: Any = None

    def get(self, key: bytes) -> bytes | None:
        value: bytes | None = self.current.get_bytes(key)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        self.current.set_bytes(key, value)

    def delete(self, key: bytes) -> None:
        self.current.delete(key)

    def scan(self, prefix: bytes, after: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        raise NotImplementedError


def main() -> None:
    """Run until killed."""
    settings = load()
    job = Job(settings)
    app = Application(
        settings.bootstrap_servers,
        consumer_group=settings.group,
        auto_offset_reset="earliest",
        commit_every=settings.batch_records,
        commit_interval=1.0,
        processing_guarantee="exactly-once",
        producer_extra_config={"compression.type": settings.compression.value},
        state_dir=Path(os.environ.get("BENCH_PEER_DIR", ".hub/bench/quix")),
        loglevel="WARNING",
    )

    def topic(name: str) -> Any:
        return app.topic(
            name,
            key_deserializer="bytes", value_deserializer="bytes",
            key_serializer="bytes", value_serializer="bytes",
        )  # fmt: skip

    known = {name: topic(name) for name in OUTPUTS}
    for name, stage in job.stages.items():
        for source in stage.topics:
            frame: Any = app.dataframe(known.get(source) or topic(source))
            frame = frame.apply(_step(job, name), expand=True, metadata=True, stateful=not stage.small_state)
            frame.to_topic(lambda value, *_: known[value.out.topic], key=lambda value: value.out.key)
    app.run()


def _step(job: Job, name: str) -> Callable[..., list[Value]]:
    """Return the function that lets a stage handle one message."""
    state = KeyedState()

    def handle(value: bytes, key: bytes, _timestamp: int, _headers: Any, current: Any = None) -> list[Value]:
        state.current = current
        context = message_context()
        record = Record(context.offset, key, value)
        mine = state if current is not None else None
        made = []
        for out in job.handle(name, context.topic, context.partition, record, mine):
            one = Value(out.value or b"")
            one.out = out
            made.append(one)
        return made

    return handle


if __name__ == "__main__":
    main()
