"""Alive means: when records wait, they are taken in. A stream that stopped quietly ends the process.

How far the topics reach is asked with a reader of our own. A transaction leaves a marker behind its
records, which nobody is ever given: whether something waits is found out by reading there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

from aiokafka import TopicPartition

from hub.engine.liveness import Liveness
from hub.errors import BrokerError, StopError
from hub.log import log
from hub.statistics.reading import Positions, Reader, opened

if TYPE_CHECKING:
    from hub.settings import Settings
    from hub.statistics.metrics import Metrics
    from hub.statistics.seat import Seat

__all__ = ("Watching",)

_LOOK_CLOSER_S: Final = 2.0
"""After so long without progress it is found out whether what lies ahead are records or markers."""


class _Seated(Protocol):
    seat: Seat
    positions: Positions
    following: Reader | None


class Watching:
    """Compares what was taken in with what is there."""

    def __init__(self, settings: Settings, metrics: Metrics, seats: Mapping[str, _Seated]) -> None:
        """Watch these topics."""
        self._settings = settings
        self._metrics = metrics
        self._seats = seats
        self._liveness = Liveness(settings.stall_after_s, time.monotonic())
        self._following = Liveness(settings.stall_after_s, time.monotonic())
        self._before: Positions = {}
        self._followed: Positions = {}
        self._reader: Reader | None = None

    @property
    def ready(self) -> bool:
        """Whether everything that is held was caught up with."""
        return all(each.seat.ready or not each.seat.held for each in self._seats.values())

    @property
    def alive(self) -> bool:
        """Whether the process should go on."""
        now_s = time.monotonic()
        return self._liveness.alive(now_s) and self._following.alive(now_s)

    @property
    def stalled_s(self) -> float:
        """For how long records have waited without progress."""
        return round(self._liveness.stalled_s(time.monotonic()), 1)

    async def look(self) -> None:
        """Look once; StopError when records wait and nothing moves, BrokerError when nobody answers as long.

        That one look gets no answer says little: the process may have slept.
        """
        try:
            await self._look()
        except BrokerError:
            self._liveness.observe(lag=True, now_s=time.monotonic())
            if not self.alive:
                raise

    async def _look(self) -> None:
        if self._reader is None:
            self._reader = await opened(self._settings, "watch", self._seats)
        held = {
            TopicPartition(topic, partition): each
            for topic, each in self._seats.items()
            for partition in each.seat.held
        }
        ends = await self._reader.ends(held) if held else {}
        now_s = time.monotonic()
        at = {place: each.positions.get(place, 0) for place, each in held.items()}
        if at != self._before:
            self._liveness.progress(now_s)
            self._before = at
        behind = {place: end for place, end in ends.items() if at[place] < end}
        if behind and self._liveness.stalled_s(now_s) > _LOOK_CLOSER_S:
            behind = await self._records_wait(behind, held)
        self._tell(ends, held)
        self._liveness.observe(lag=bool(behind), now_s=time.monotonic())
        behind |= await self._followers_behind(self._reader)
        if not self.alive:
            places = ", ".join(sorted(f"{place.topic}/{place.partition}" for place in behind))
            log("statistics.stalled", level="ERROR", places=places, seconds=self.stalled_s)
            raise StopError(
                f"records wait and none was taken in for {self._settings.stall_after_s:.0f} s",
                places,
                "nothing is lost: the worker reads everything again when it is started anew",
            )

    async def _followers_behind(self, reader: Reader) -> Positions:
        """Return where our own readers, which follow tables and outputs, have not come to the end."""
        at: Positions = {}
        for each in self._seats.values():
            if each.following is not None and each.seat.ready:
                at |= each.following.positions
        ends = await reader.ends(at) if at else {}
        now_s = time.monotonic()
        if at != self._followed:
            self._following.progress(now_s)
            self._followed = dict(at)
        behind = {place: end for place, end in ends.items() if at[place] < end}
        self._following.observe(lag=bool(behind), now_s=now_s)
        return behind

    async def _records_wait(self, behind: Positions, held: Mapping[TopicPartition, _Seated]) -> Positions:
        """Return the partitions where records lie ahead; step over the markers in the others."""
        async with Reader(self._settings, "probe") as reader:
            await reader.assign({place: held[place].positions.get(place, 0) for place in behind})
            waiting: set[TopicPartition] = set()
            while records := await reader.to_end(behind):
                waiting.update(TopicPartition(each.topic, each.partition) for each in records)
        for place in behind.keys() - waiting:
            held[place].positions[place] = max(behind[place], held[place].positions.get(place, 0))
        return {place: behind[place] for place in waiting}

    def _tell(self, ends: Positions, held: Mapping[TopicPartition, _Seated]) -> None:
        for topic, each in self._seats.items():
            lag = sum(
                max(0, end - each.positions.get(place, 0))
                for place, end in ends.items()
                if place.topic == topic
            )
            self._metrics.lag.labels(topic).set(lag)
        self._metrics.stalled.set(self.stalled_s)

    async def close(self) -> None:
        """Stop looking."""
        if self._reader is not None:
            await self._reader.__aexit__()
