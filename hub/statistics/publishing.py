"""Totals to figures: what the agent ``publish`` does with what Faust brings it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from aiokafka import TopicPartition

from hub import data, topics
from hub.core.board import Board, Dated, World
from hub.core.dates import day_of, iso
from hub.core.targets import Targets
from hub.errors import DeadLetterError
from hub.settings import Clock
from hub.stages.tables import HubTables
from hub.statistics.agent import Agent
from hub.statistics.ledger import Ledger, Standing
from hub.statistics.reading import Reader, opened

if TYPE_CHECKING:
    from hub.statistics.tools import Tools

__all__ = ("Publishing",)

_TOTALS: Final = TopicPartition(topics.TOTALS, 0)
_REVISIONS: Final = 20
"""Bits of a version below the position in the totals: what changes without a total, by a day or a table."""
TABLES: Final = (topics.ORGANISATIONS, topics.REGIONS)


class Publishing(Agent):
    """The board of all figures, and what of it stands on the topic."""

    def __init__(self, tools: Tools, targets: Targets) -> None:
        """Start with nothing read."""
        super().__init__(topics.TOTALS, tools)
        self._decode = tools.codec.decode
        self._tables = HubTables(tools.codec, data.crosswalk())
        self._board = Board(targets, data.regions(), data.residents())
        self._table_version = 0
        self._ticked = 0
        self._shown = True
        """Whether the metrics show all that is held; what Faust takes away it mostly gives back at once."""
        self._ledger: Ledger[Dated] = Ledger(
            topics.STATISTICS,
            version=self._version,
            encode=lambda dated, version: tools.records.of_figure(dated.figure, dated.as_of, version),
        )

    def assign(self, partitions: frozenset[int]) -> None:
        """Take an assignment; without one no figures are shown among the metrics."""
        super().assign(partitions)
        if not partitions:
            self._metrics.forget_figures()
            self._shown = False

    async def take(self, records: Sequence[Any]) -> None:
        """Take in the totals that Faust brought, and publish what they change."""
        await self.seat.wait()
        async with self._lock:
            for record in records:
                self._apply(record)
            await self._write()

    async def _restore(self, partitions: frozenset[int]) -> None:
        async with self._lock:
            await self._follow()
            async with Reader(self._settings, "publish") as reader:
                await reader.assign({_TOTALS: self.positions.get(_TOTALS, 0)})
                ends = await reader.ends([_TOTALS])
                while records := await reader.to_end(ends):
                    for record in records:
                        self._apply(record)
                self.positions.update(reader.positions)
            await self._write()

    async def _follow(self) -> None:
        """Read the tables and the figures to their ends, and keep following them."""
        if self.following is None:
            ticks = (topics.TICKS,) if self._settings.clock is Clock.TICKS else ()
            followed = (*TABLES, topics.STATISTICS, *ticks)
            self.following = await opened(self._settings, "tables", followed)
        ends = await self.following.ends(self.following.positions)
        while records := await self.following.to_end(ends):
            self._look(records)

    def _look(self, records: Sequence[Any]) -> None:
        """Take in records of the tables, of the clock, and of the figures as they stand."""
        for record in records:
            try:
                if record.topic == topics.STATISTICS:
                    self._standing(record)
                elif record.topic == topics.TICKS:
                    self._ticked = max(self._ticked, int(self._decode(record.value)[1]["now"]))
                else:
                    self._table_version += 1
                    self._tables.apply(record.topic, record.key or b"", record.value)
            except DeadLetterError as error:
                self._reject(error, record)

    def _standing(self, record: Any) -> None:
        key = (record.key or b"").decode(errors="replace")
        if not self._ledger.news(key, record.offset):
            return
        figure, version = self._records.figure(record.value)
        self._ledger.seen(key, (record.partition, record.offset), version, Dated(figure, 0))
        self._board.remember(figure.key)

    def _apply(self, record: Any) -> None:
        """Take one total in; one that cannot be used is put aside."""
        self.positions[_TOTALS] = max(record.offset + 1, self.positions.get(_TOTALS, 0))
        try:
            self._board.apply(self._records.total(record.value))
        except DeadLetterError as error:
            self._reject(error, record)

    def _now_ms(self) -> int:
        """Return the wall's time, or the newest simulated time there is; 0 when there is none yet."""
        if self._settings.clock is Clock.TICKS:
            return max(self._ticked, self._board.rollup.tick)
        return int(time.time() * 1000)

    async def _write(self) -> None:
        """Publish what differs, by new totals, by the tables, by the day."""
        now_ms = self._now_ms()
        if not now_ms or not self.seat.held:
            return
        began = time.perf_counter()
        tables = self._tables
        world = World(self._table_version, tables.organisations, tables.regions, tables.populations)
        year = iso(day_of(now_ms))[:4]
        for dated in self._board.changes(now_ms, world):
            self._ledger.hold(dated.figure.key.text, dated)
            self._metrics.show(dated.figure, year)
        if not self._shown:
            self._shown = True
            for dated in self._ledger.held():
                self._metrics.show(dated.figure, year)
        written = await self._ledger.write(self._producer)
        self._metrics.figures.inc(len(written))
        self._metrics.step_seconds.labels("publish").observe(time.perf_counter() - began)

    def _version(self, dated: Dated, standing: Standing[Dated] | None) -> int | None:
        """Return the version of a figure that must be written: another stands there, or a late one."""
        at_least = self.positions.get(_TOTALS, 0) << _REVISIONS
        if standing is None:
            return at_least
        if standing.content.figure == dated.figure and standing.version == standing.highest:
            return None
        return max(at_least, standing.highest + 1)
