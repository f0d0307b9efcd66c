"""Own readers beside Faust's: partitions from a known position to their end, committed records only.

What was committed for a consumer group is never trusted here: a compacted topic is read from where this
process has read it to, which is its beginning when the process is new.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from hub.doors.ending import end
from hub.doors.login import login
from hub.errors import BrokerError

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from hub.settings import Settings

__all__ = ("Positions", "Reader", "opened")

Positions = dict[TopicPartition, int]
"""Partition to the next offset to be read."""
_BATCH: Final = 10_000
_WAIT_MS: Final = 100
_PATIENCE_S: Final = 30.0
_CURE: Final = "see that the brokers run; the worker may simply be started anew"


class Reader:
    """Reads partitions without a group; use it as an asynchronous context manager."""

    def __init__(self, settings: Settings, purpose: str) -> None:
        """Take the settings, and what is read for: a part of the client's name."""
        self._settings = settings
        self._purpose = purpose
        self._consumer: Any = None
        self.positions: Positions = {}

    async def __aenter__(self) -> Self:
        """Connect."""
        self._consumer = AIOKafkaConsumer(
            **login(self._settings),
            client_id=f"{self._settings.group}-statistics-{self._purpose}",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            fetch_max_wait_ms=_WAIT_MS,
            fetch_max_bytes=8 << 20,
        )
        try:
            await asyncio.wait_for(self._consumer.start(), _PATIENCE_S)
        except (KafkaError, TimeoutError) as error:
            await end(self._consumer, _PATIENCE_S)
            raise self._unanswered("no broker answers", error) from None
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await end(self._consumer, _PATIENCE_S)

    def _unanswered(self, what: str, error: Exception) -> BrokerError:
        """Return the error that ends a look for which nobody answered."""
        return BrokerError(f"{what}: {type(error).__name__}", self._settings.bootstrap_servers, _CURE)

    async def partitions(self, topic: str) -> list[TopicPartition]:
        """Return the partitions of a topic."""
        await self._consumer._client.force_metadata_update()  # noqa: SLF001 - there is no other way to ask anew
        found = self._consumer.partitions_for_topic(topic)
        if not found:
            raise BrokerError("the topic is not there", topic, "make it with `hub topics ensure`")
        return [TopicPartition(topic, partition) for partition in sorted(found)]

    async def ends(self, places: Iterable[TopicPartition]) -> Positions:
        """Return the offset after the last committed record or marker of each partition."""
        try:
            ends: Positions = await asyncio.wait_for(self._consumer.end_offsets(list(places)), _PATIENCE_S)
        except (KafkaError, TimeoutError) as error:
            raise self._unanswered("the end of a topic is not told", error) from None
        return ends

    async def assign(self, starts: Mapping[TopicPartition, int]) -> None:
        """Read these partitions from there on, or from their beginning when that is later."""
        self._consumer.assign(list(starts))
        try:
            begins = await asyncio.wait_for(self._consumer.beginning_offsets(list(starts)), _PATIENCE_S)
        except (KafkaError, TimeoutError) as error:
            raise self._unanswered("where a topic begins is not told", error) from None
        ends = await self.ends(starts)
        for place, start in starts.items():
            if start > ends[place]:
                where = f"{place.topic}/{place.partition}"
                raise BrokerError(
                    "the topic was made anew: it ends before what was read of it",
                    where,
                    "nothing to do: the worker reads it from its beginning when it is started anew",
                )
            self.positions[place] = max(start, begins[place])
            self._consumer.seek(place, self.positions[place])

    async def take(self, wait_ms: int = 0) -> list[ConsumerRecord]:
        """Return what is new, in the order of each partition; nothing when nothing comes in ``wait_ms``."""
        batches = await self._consumer.getmany(timeout_ms=wait_ms, max_records=_BATCH)
        for place in self._consumer.assignment():
            self.positions[place] = await self._consumer.position(place)
        return [record for batch in batches.values() for record in batch]

    async def to_end(self, ends: Mapping[TopicPartition, int]) -> list[ConsumerRecord]:
        """Return the next records up to ``ends``: empty when they are reached. BrokerError: no progress."""
        deadline = time.monotonic() + _PATIENCE_S
        while any(self.positions[place] < end for place, end in ends.items()):
            before = dict(self.positions)
            records = await self.take(_WAIT_MS)
            if records:
                return records
            if self.positions != before:
                deadline = time.monotonic() + _PATIENCE_S
            if time.monotonic() > deadline:
                places = ", ".join(sorted(f"{place.topic}/{place.partition}" for place in ends))
                raise BrokerError("a topic cannot be read to its end", places, "look at the brokers' logs")
        return []


async def opened(settings: Settings, purpose: str, topics: Iterable[str]) -> Reader:
    """Return a reader at the beginning of all partitions of these topics; the caller closes it."""
    reader = await Reader(settings, purpose).__aenter__()
    try:
        places = [place for topic in topics for place in await reader.partitions(topic)]
        await reader.assign(dict.fromkeys(places, 0))
    except BaseException:
        await reader.__aexit__()
        raise
    return reader
