"""Simulated time from a driver's side: publish a tick, and wait until the hub has settled on it.

Settled at tick T means: every input partition of every stage is committed up to its end, at tick T
or later, with no timer, table change or sweep step left. Events flow from stage to stage, so one look
is not enough: two looks at the positions must enclose one look at the ends, and all must agree.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from hub import kafka
from hub.engine.progress import Progress
from hub.errors import CheckFailedError
from hub.topics import BROADCAST, TICKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hub.settings import Settings

__all__ = ("Barrier",)

_POLL_S: Final = 0.015
"""Whoever asks takes time from those who are waited for."""
_TIMEOUT_S: Final = 10.0

Key = tuple[str, int]


class Barrier:
    """Publishes ticks and watches the group from outside; never a member of it."""

    def __init__(
        self, settings: Settings, inputs: Sequence[str], encode: Callable[[str, dict[str, Any]], bytes]
    ) -> None:
        """Watch the topics ``inputs`` of all stages; ``encode`` is the codec's."""
        self._admin = kafka.admin(settings)
        self._producer = kafka.connected(kafka.producer(settings, None, {"linger.ms": 0}))
        # An offset that a running transaction is about to move is asked for again at once.
        self._reader = kafka.consumer(
            settings, settings.group, {"retry.backoff.ms": 2, "retry.backoff.max.ms": 10}
        )
        self._encode = encode
        listed = self._admin.list_topics(timeout=_TIMEOUT_S).topics
        self._inputs: list[Key] = [
            (topic, partition) for topic in inputs for partition in listed[topic].partitions
        ]
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
        """Return what is not settled at the tick, as ``topic[partition] why``.

        Cheap while something is late: one request for all positions. Only when every tick is there
        are the ends asked for, and the positions once more: if those did not move, they were equal
        to the ends at one moment.
        """
        positions = self._positions()
        late = [self._why(place, progress, now_ms) for place, (_, progress) in positions.items()]
        late = [why for why in late if why]
        if late:
            return late
        ends = self._ends()
        tables = tuple(ends[place] for place in self._tables)
        for place, (offset, progress) in positions.items():
            if offset != ends[place]:
                late.append(f"{_name(place)} {offset} of {ends[place]}")
            elif any(mine < end for mine, end in zip(progress.tables, tables, strict=True)):
                late.append(f"{_name(place)} behind the tables")
        if not late and self._positions() != positions:
            late.append("something moved")
        return late

    @staticmethod
    def _why(place: Key, progress: Progress, now_ms: int) -> str:
        if progress.stop:
            raise CheckFailedError(
                f"the source {_name(place)} stands still: {progress.stop}",
                f"{_name(place)}@{progress.stop_offset}",
                "hub sources status",
            )
        return (
            ""
            if progress.tick is not None and progress.tick >= now_ms
            else f"{_name(place)} at tick {progress.tick}"
        )

    def _late_if_known(self, now_ms: int) -> list[str]:
        from confluent_kafka import KafkaException

        try:
            return self.late(now_ms)
        except KafkaException as error:  # a leader or a coordinator is moving, or the broker was restarted
            with suppress(KafkaException):
                self._admin.list_topics(timeout=_TIMEOUT_S)  # an old leader epoch is asked with until then
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


def _name(place: Key) -> str:
    return f"{place[0]}[{place[1]}]"
