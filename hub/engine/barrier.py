"""Simulated time from a driver's side: publish a tick, and wait until the hub has settled on it.

Settled at tick T means: every input partition of every stage is committed up to its end, at tick T
or later, with no timer, table change or sweep step left; and nothing moved while we looked. Events
flow from stage to stage, so one look is not enough: two looks at the ends must enclose one look at
the positions, and all three must agree.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from hub import kafka
from hub.engine.progress import Progress
from hub.errors import CheckFailedError
from hub.topics import BROADCAST, TICKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hub.settings import Settings

__all__ = ("Barrier",)

_POLL_S: Final = 0.003
_TIMEOUT_S: Final = 10.0

Key = tuple[str, int]


class Barrier:
    """Publishes ticks and watches the group from outside; never a member of it."""

    def __init__(
        self, settings: Settings, inputs: Sequence[str], encode: Callable[[str, dict[str, Any]], bytes]
    ) -> None:
        """Watch the topics ``inputs`` of all stages; ``encode`` is the codec's."""
        self._admin = kafka.admin(settings)
        self._producer = kafka.producer(settings, None, {"linger.ms": 0})
        # An offset that a running transaction is about to move is asked for again at once.
        self._reader = kafka.consumer(settings, settings.group, {"retry.backoff.ms": 2, "retry.backoff.max.ms": 10})
        self._encode = encode
        listed = self._admin.list_topics(timeout=_TIMEOUT_S).topics
        self._inputs: list[Key] = [(topic, partition) for topic in inputs for partition in listed[topic].partitions]
        self._tables: list[Key] = [(topic, 0) for topic in BROADCAST]

    def publish_tick(self, now_ms: int) -> None:
        """Let it be ``now_ms``. Returns when the tick is on the broker: what is published next is later."""
        self._producer.produce(TICKS, self._encode("hub.tick", {"now": now_ms}))
        left = self._producer.flush(_TIMEOUT_S)
        if left:
            raise CheckFailedError("the tick could not be published", TICKS, "look at the broker's log")

    def await_settled(self, now_ms: int, timeout_s: float = 60.0) -> None:
        """Return when nothing is left to do at tick ``now_ms``; CheckFailedError names what is late."""
        deadline = time.monotonic() + timeout_s
        while late := self._late_if_known(now_ms):
            if time.monotonic() > deadline:
                raise CheckFailedError(
                    f"not settled at tick {now_ms} after {timeout_s:g} s: {', '.join(late[:5])}",
                    "hub.ticks",
                    "look at the workers' logs; is every worker running with HUB_CLOCK=ticks?",
                )
            time.sleep(_POLL_S)

    def late(self, now_ms: int) -> list[str]:
        """Return what is not settled at the tick, as ``topic[partition] why``."""
        ends = self._ends()
        tables = tuple(ends[place] for place in self._tables)
        late = []
        for place, (offset, progress) in self._positions().items():
            name = f"{place[0]}[{place[1]}]"
            if progress.stop:
                raise CheckFailedError(
                    f"the source {name} stands still: {progress.stop}", f"{name}@{progress.stop_offset}", "hub sources status"
                )
            if offset != ends[place]:
                late.append(f"{name} {offset} of {ends[place]}")
            elif progress.tick is None or progress.tick < now_ms:
                late.append(f"{name} at tick {progress.tick}")
            elif any(mine < end for mine, end in zip(progress.tables, tables, strict=True)):
                late.append(f"{name} behind the tables")
        if not late and self._ends() != ends:
            late.append("something moved")
        return late

    def _late_if_known(self, now_ms: int) -> list[str]:
        from confluent_kafka import KafkaException

        try:
            return self.late(now_ms)
        except KafkaException as error:  # a leader or a coordinator is moving
            return [str(error.args[0].str())]

    def close(self) -> None:
        """Close the reader."""
        self._reader.close()

    def _ends(self) -> dict[Key, int]:
        from confluent_kafka import IsolationLevel, TopicPartition
        from confluent_kafka.admin import OffsetSpec

        wanted: Iterable[Key] = (*self._inputs, *self._tables)
        found = self._admin.list_offsets(
            {TopicPartition(*place): OffsetSpec.latest() for place in wanted},
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
            request_timeout=_TIMEOUT_S,
        )
        return {(p.topic, p.partition): future.result().offset for p, future in found.items()}

    def _positions(self) -> dict[Key, tuple[int, Progress]]:
        from confluent_kafka import TopicPartition

        found = self._reader.committed([TopicPartition(*place) for place in self._inputs], _TIMEOUT_S)
        return {(p.topic, p.partition): (p.offset, Progress.parse(p.metadata)) for p in found}
