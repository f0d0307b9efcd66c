"""The partitions of a topic that Faust gave this worker, and catching up with them before anything is done.

Faust's assignments come all at once, and take everything away first. Each is answered by restoring anew:
from where this process has read to, hence quickly when a partition only came back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from hub.log import log
from hub.statistics.metrics import Metrics

__all__ = ("Seat",)

NOBODY: Final[frozenset[int]] = frozenset()


class Seat:
    """What is held of one topic."""

    def __init__(
        self,
        topic: str,
        restore: Callable[[frozenset[int]], Awaitable[None]],
        failed: Callable[[Exception], None],
        metrics: Metrics,
    ) -> None:
        """Call ``restore`` after each assignment, and ``failed`` when that does not work."""
        self.topic = topic
        self.held = NOBODY
        self._restore = restore
        self._failed = failed
        self._metrics = metrics
        self._restored = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def assign(self, partitions: frozenset[int]) -> None:
        """Take an assignment, maybe of nothing."""
        self.held = partitions
        self._restored.clear()
        self._metrics.partitions.labels(self.topic).set(len(partitions))
        if self._task is not None:
            self._task.cancel()
        log("statistics.assigned", topic=self.topic, partitions=sorted(partitions))
        self._task = asyncio.create_task(self._run(partitions)) if partitions else None

    @property
    def ready(self) -> bool:
        """Whether something is held, and everything before it was read."""
        return bool(self.held) and self._restored.is_set()

    async def wait(self) -> None:
        """Return when everything that is held has been caught up with."""
        await self._restored.wait()

    async def close(self) -> None:
        """Stop catching up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, partitions: frozenset[int]) -> None:
        restoring = self._metrics.restoring.labels(self.topic)
        restoring.set(1)
        began = asyncio.get_running_loop().time()
        try:
            await self._restore(partitions)
        except Exception as error:  # noqa: BLE001 - the worker ends with it, whatever it is
            self._failed(error)
            return
        restoring.set(0)
        self._restored.set()
        took_s = round(asyncio.get_running_loop().time() - began, 3)
        log("statistics.restored", topic=self.topic, partitions=sorted(partitions), seconds=took_s)
