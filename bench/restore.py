"""How fast a store comes back from its changelog: the engine's own restorer, into new RocksDB directories.

In this process, on what the last run of the hub has left on ``hub.state.matching``: all partitions, one
restorer, as in a worker that has lost its disk. Connecting and the first fetch count.
"""

from __future__ import annotations

import gc
import shutil
import time
from typing import Any, Final, NamedTuple, cast

from confluent_kafka import TopicCollection

from bench.ground import Ground
from bench.watch import beginnings, ends
from hub import kafka, topics
from hub.engine.changelog import Log, Restorer
from hub.engine.store import RocksFactory, RocksStore

__all__ = ("Restored", "measure")

_STEP_S: Final = 0.05
_RETENTION_MS: Final = 7 * 86_400_000


class Restored(NamedTuple):
    """What was restored: changes written into the stores, the keys they left there, and how long it took."""

    changes: int
    keys: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Changes per second."""
        return self.changes / self.seconds


class _Task(NamedTuple):
    """As much of an engine's task as the restorer looks at."""

    store: RocksStore
    origin: str
    tag: bytes = b""


def measure(ground: Ground) -> Restored:
    """Restore every partition of the matching stage's changelog."""
    name = topics.STATE_MATCHING
    described = ground.admin.describe_topics(TopicCollection([name]))
    topic_id = str(described[name].result().topic_id)
    first, last = beginnings(ground.admin, (name,)), ends(ground.admin, (name,))
    directory = ground.directory / "restored"
    factory = RocksFactory(directory, ground.settings.store_cache_bytes)
    restorer = Restorer(
        kafka.consumer(
            ground.settings, None, {"enable.partition.eof": True, "queued.max.messages.kbytes": 64 << 10}
        )
    )
    tasks = {place: _Task(factory.open(f"matching-{place[1]}"), f"{place}") for place in last}
    gc.collect()
    gc.disable()  # as in a worker
    began_s = time.monotonic()
    for place, task in tasks.items():
        restorer.start(*place, Log(topic_id, first[place], last[place], _RETENTION_MS), [cast(Any, task)])
    left = len(tasks)
    while left:
        left -= len(restorer.step(_STEP_S))
    seconds = time.monotonic() - began_s
    gc.enable()
    changes = restorer.restored
    restorer.close()
    keys = sum(1 for task in tasks.values() for _ in task.store.scan(b""))
    for task in tasks.values():
        task.store.close()
    shutil.rmtree(directory, ignore_errors=True)
    return Restored(changes, keys, seconds)
