"""What stands last under each key of a compacted topic, and how something newer gets there.

Only what differs is written. A worker that was deposed and does not know it yet may still write: its
record has a lower version, and every reader ignores it; but compaction keeps what was written last, so
whoever holds the key sees the late record and writes its own once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

__all__ = ("Ledger", "Standing")

V = TypeVar("V")


class Standing(NamedTuple, Generic[V]):
    """The last record of a key."""

    partition: int
    offset: int
    version: int
    highest: int
    """The highest version it ever had: more than ``version`` when a late record came last."""
    content: V


class Ledger(Generic[V]):
    """One topic. Mutable."""

    def __init__(
        self,
        topic: str,
        *,
        version: Callable[[V, Standing[V] | None], int | None],
        encode: Callable[[V, int], bytes],
    ) -> None:
        """Write to ``topic``: ``version`` of a content beside what stands, None when that may stay."""
        self.topic = topic
        self._version = version
        self._encode = encode
        self._standing: dict[str, Standing[V]] = {}
        self._mine: dict[str, V] = {}
        self._pending: set[str] = set()

    def __len__(self) -> int:
        """Return how many keys are known."""
        return len(self._standing)

    def seen(self, key: str, place: tuple[int, int], version: int, content: V) -> None:
        """Take note of a record of the topic at a partition and offset; one of our own is known already."""
        known = self._standing.get(key)
        partition, offset = place
        if known is not None and offset <= known.offset:
            return
        highest = max(version, known.highest) if known is not None else version
        self._standing[key] = Standing(partition, offset, version, highest, content)
        if key in self._mine:
            self._pending.add(key)

    def news(self, key: str, offset: int) -> bool:
        """Return whether a record is none that we wrote or read already: only those need to be decoded."""
        known = self._standing.get(key)
        return known is None or offset > known.offset

    def hold(self, key: str, content: V) -> None:
        """Say what should stand under a key."""
        self._mine[key] = content
        self._pending.add(key)

    def held(self) -> Iterable[V]:
        """Return what should stand under every key that is answered for."""
        return self._mine.values()

    def release(self) -> None:
        """Answer for no key any more."""
        self._mine.clear()
        self._pending.clear()

    async def write(self, producer: AIOKafkaProducer) -> list[V]:
        """Write what differs and wait until the brokers have it; return what was written."""
        keys, waiting = [], []
        # What is held may be released while we wait for the brokers.
        for key, content in [(key, self._mine[key]) for key in sorted(self._pending)]:
            known = self._standing.get(key)
            version = self._version(content, known)
            if version is not None:
                value, name = self._encode(content, version), key.encode()
                # A key's partition is asked for once: the hash is plain Python, 45 us for a long key.
                partition = known.partition if known is not None else None
                waiting.append(await producer.send(self.topic, value=value, key=name, partition=partition))
                keys.append((key, version, content))
        self._pending.clear()
        written: list[Any] = await asyncio.gather(*waiting)
        for (key, version, content), metadata in zip(keys, written, strict=True):
            known = self._standing.get(key)
            if known is None or metadata.offset > known.offset:
                highest = max(version, known.highest) if known is not None else version
                self._standing[key] = Standing(metadata.partition, metadata.offset, version, highest, content)
        return [content for _, _, content in keys]
