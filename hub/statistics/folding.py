"""Parts to totals: what the agent ``fold`` does with what Faust brings it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from aiokafka import TopicPartition

from hub import topics
from hub.core.codes import Code
from hub.core.totals import Fold, Part, Total
from hub.engine.counters import partition_of
from hub.errors import DeadLetterError
from hub.statistics.agent import Agent
from hub.statistics.ledger import Ledger, Standing
from hub.statistics.reading import Reader, opened

if TYPE_CHECKING:
    from hub.statistics.records import Records
    from hub.statistics.tools import Tools

__all__ = ("Folding",)

_TOTALS: Final = TopicPartition(topics.TOTALS, 0)


class Folding(Agent):
    """The folds of the partitions this worker has, and had: a position is as good as its fold."""

    def __init__(self, tools: Tools) -> None:
        """Start with nothing read."""
        super().__init__(topics.PARTS, tools)
        self._folds: dict[int, Fold] = {}
        self._partitions = 0
        self._ledger: Ledger[Total] = Ledger(topics.TOTALS, version=_version, encode=_encoded(tools.records))

    def assign(self, partitions: frozenset[int]) -> None:
        """Take an assignment, and answer for no total until it is restored."""
        self._ledger.release()
        super().assign(partitions)

    async def take(self, records: Sequence[Any]) -> None:
        """Fold what Faust brought, and write the totals that changed."""
        await self.seat.wait()
        async with self._lock:
            began = time.perf_counter()
            for record in records:
                if record.partition in self.seat.held:
                    self._fold(record)
            await self._write()
            self._metrics.step_seconds.labels("fold").observe(time.perf_counter() - began)

    async def _restore(self, partitions: frozenset[int]) -> None:
        async with self._lock:
            await self._read(partitions)
            await self._follow()
            for partition in partitions:
                for total in self._folds.setdefault(partition, Fold()).totals():
                    self._ledger.hold(total.counter, total)
            await self._write()

    async def _read(self, partitions: frozenset[int]) -> None:
        async with Reader(self._settings, "parts") as reader:
            self._partitions = len(await reader.partitions(topics.PARTS))
            places = [TopicPartition(topics.PARTS, partition) for partition in sorted(partitions)]
            await reader.assign({place: self.positions.get(place, 0) for place in places})
            ends = await reader.ends(places)
            while records := await reader.to_end(ends):
                for record in records:
                    self._fold(record)
            self.positions.update(reader.positions)

    async def _follow(self) -> None:
        """Read the totals to their end, and keep following them."""
        if self.following is None:
            self.following = await opened(self._settings, "totals", (topics.TOTALS,))
        ends = await self.following.ends([_TOTALS])
        while records := await self.following.to_end(ends):
            self._look(records)

    def _look(self, records: Sequence[Any]) -> None:
        for record in records:
            key = (record.key or b"").decode(errors="replace")
            if self._ledger.news(key, record.offset):
                try:
                    total = self._records.total(record.value)
                except DeadLetterError as error:
                    self._reject(error, record)
                    continue
                self._ledger.seen(key, (record.partition, record.offset), total.version, total)

    def _fold(self, record: Any) -> None:
        """Fold one record in; one that cannot be used is put aside."""
        place = TopicPartition(record.topic, record.partition)
        self.positions[place] = max(record.offset + 1, self.positions.get(place, 0))
        try:
            part = self._checked(self._records.part(record.value, record.offset), record.partition)
        except DeadLetterError as error:
            self._reject(error, record)
            return
        newer = self._folds.setdefault(record.partition, Fold()).add(part)
        self._metrics.parts.labels("folded" if newer else "older").inc()
        if newer:
            self._metrics.part_age.set(max(0.0, time.time() - part.tick / 1000))

    def _checked(self, part: Part, partition: int) -> Part:
        """Return the part if it is where all of its counter are: else two folds would count it."""
        if partition_of(part.counter, self._partitions) != partition:
            raise DeadLetterError(Code.VALUE_INVALID, "counter", "it is in another counter's partition")
        return part

    async def _write(self) -> None:
        for partition in self.seat.held:
            for total in self._folds.setdefault(partition, Fold()).changed():
                self._ledger.hold(total.counter, total)
        written = await self._ledger.write(self._producer)
        self._metrics.totals.inc(len(written))
        self._metrics.counters.set(sum(len(self._folds[partition]) for partition in self.seat.held))


def _version(total: Total, standing: Standing[Total] | None) -> int | None:
    """Return the version of a total that must be written: nothing stands there, or something older."""
    if standing is not None and standing.version >= total.version:
        return None
    return total.version


def _encoded(records: Records) -> Callable[[Total, int], bytes]:
    return lambda total, _: records.of_total(total)
