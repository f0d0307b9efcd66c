"""The published snapshots in the memory of the HTTP door: read again when the topic has grown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException

from hub import topics
from hub.doors.problem import ProblemError
from hub.engine.tail import ends
from hub.errors import HubError
from hub.figures import snapshots

if TYPE_CHECKING:
    from hub.figures.snapshots import Snapshots
    from hub.settings import Settings

__all__ = ("Outside",)


class Outside:
    """Snapshots are rare: each request asks where the topic ends, and only news are read."""

    def __init__(self, settings: Settings) -> None:
        """Read nothing yet."""
        self._settings = settings
        self._lock = asyncio.Lock()
        self._ends: dict[int, int] | None = None
        self._held: Snapshots | None = None

    async def snapshots(self) -> Snapshots:
        """Return every snapshot there is; ProblemError 503 when Kafka does not answer and none is held."""
        async with self._lock:
            try:
                await asyncio.to_thread(self._renew)
            except (HubError, KafkaException):
                if self._held is None:
                    raise ProblemError(
                        503, "NOT_READY", "the snapshots cannot be read now", "the door",
                        "try again in a few seconds", {"Retry-After": "5"},
                    ) from None  # fmt: skip
            assert self._held is not None
            return self._held

    def _renew(self) -> None:
        now = ends(self._settings, topics.SNAPSHOTS)
        if self._held is None or now != self._ends:
            self._held, self._ends = snapshots.read(self._settings), now
