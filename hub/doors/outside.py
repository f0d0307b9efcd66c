"""The published snapshots in the memory of the HTTP door: read again when the topic has grown."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

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

_REST_S: Final = 5.0
"""After Kafka did not answer nobody asks it for so long: each would wait for it, one behind the other."""


class Outside:
    """Snapshots are rare: each request asks where the topic ends, and only news are read."""

    def __init__(self, settings: Settings) -> None:
        """Read nothing yet."""
        self._settings = settings
        self._lock = asyncio.Lock()
        self._ends: dict[tuple[str, int], int] | None = None
        self._held: Snapshots | None = None
        self._failed_s: float | None = None

    async def snapshots(self) -> Snapshots:
        """Return every snapshot there is; ProblemError 503 when Kafka does not answer and none is held."""
        async with self._lock:
            if self._failed_s is None or time.monotonic() - self._failed_s > _REST_S:
                try:
                    await asyncio.to_thread(self._renew)
                    self._failed_s = None
                except (HubError, KafkaException):
                    self._failed_s = time.monotonic()
            if self._held is None:
                raise ProblemError(
                    503, "NOT_READY", "the snapshots cannot be read now", "the door",
                    "try again in a few seconds", {"Retry-After": "5"},
                )  # fmt: skip
            return self._held

    def _renew(self) -> None:
        now = ends(self._settings, topics.SNAPSHOTS)
        if self._held is None or now != self._ends:
            self._held, self._ends = snapshots.read(self._settings), now
