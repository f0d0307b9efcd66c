"""What the two agents have in common: a seat, a reader that follows others, one thing at a time."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hub.log import log
from hub.statistics.seat import Seat

if TYPE_CHECKING:
    from hub.errors import DeadLetterError
    from hub.statistics.reading import Positions, Reader
    from hub.statistics.tools import Tools

__all__ = ("Agent",)


class Agent(ABC):
    """What is done with the records of one topic, by the worker that has the partitions."""

    def __init__(self, topic: str, tools: Tools) -> None:
        """Take the topic that Faust brings, with nothing read."""
        self._settings = tools.settings
        self._records = tools.records
        self._producer = tools.producer
        self._metrics = tools.metrics
        self._lock = asyncio.Lock()
        self.positions: Positions = {}
        self.following: Reader | None = None
        self.seat = Seat(topic, self._restore, tools.failed, tools.metrics)

    def assign(self, partitions: frozenset[int]) -> None:
        """Take an assignment: nothing is written before everything is read that stands before it."""
        self.seat.assign(partitions)

    @abstractmethod
    async def take(self, records: Sequence[Any]) -> None:
        """Take in what Faust brought, and write what it changes."""

    async def tick(self) -> None:
        """See what others wrote, and write what changes by it or by time."""
        if not self.seat.ready or self.following is None:
            return
        async with self._lock:
            self._look(await self.following.take())
            await self._write()

    async def close(self) -> None:
        """Stop reading."""
        await self.seat.close()
        if self.following is not None:
            await self.following.__aexit__()

    @abstractmethod
    async def _restore(self, partitions: frozenset[int]) -> None:
        """Read everything that stands before these partitions."""

    @abstractmethod
    def _look(self, records: Sequence[Any]) -> None:
        """Take in what the following reader brought."""

    @abstractmethod
    async def _write(self) -> None:
        """Write what differs from what stands."""

    def _reject(self, error: DeadLetterError, record: Any) -> None:
        """Put a record aside that cannot be used: counted, and logged with its place; never its content."""
        self._metrics.rejected.labels(record.topic, error.code).inc()
        log(
            "statistics.rejected",
            level="ERROR",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            code=error.code,
            field=error.field,
        )
