"""The broadcast topics: small tables that every worker holds whole.

One reader per worker keeps the tables at their newest state and remembers the newest record of each
key with its offset. What a *task* has acted upon is the task's own business: it asks for the records
from its own cursor on, in its own transaction (DESIGN §6).
"""

from __future__ import annotations

import time
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.errors import BrokerError, DeadLetterError
from hub.log import log
from hub.stages.contract import TableChange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from confluent_kafka import Consumer

    from hub.stages.contract import Tables

__all__ = ("Broadcast", "Change", "Memory")

_SLICE: Final = 1000
"""Records taken at a time: a few milliseconds of work."""


class Change(NamedTuple):
    """A table change and where it stands in its topic."""

    offset: int
    change: TableChange


class Memory:
    """The newest record per key of one broadcast topic, findable by offset."""

    def __init__(self, topic: str) -> None:
        """Start empty."""
        self.topic = topic
        self.position = 0
        """The next offset to be read; transaction markers count."""
        self._newest: dict[bytes, tuple[int, bytes | None]] = {}
        self._offsets: list[int] = []
        self._keys: list[bytes] = []

    def add(self, offset: int, key: bytes, value: bytes | None) -> None:
        """Remember a record."""
        self._newest[key] = (offset, value)
        self._offsets.append(offset)
        self._keys.append(key)
        self.position = offset + 1
        if len(self._keys) > 2 * len(self._newest) + _SLICE:
            self._compact()

    def since(self, cursor: int, limit: int) -> tuple[list[Change], int]:
        """Return up to ``limit`` changes from ``cursor`` on, and the cursor after them."""
        found: list[Change] = []
        for index in range(bisect_left(self._offsets, cursor), len(self._offsets)):
            offset, key = self._offsets[index], self._keys[index]
            newest, value = self._newest[key]
            if newest != offset:
                continue  # a newer one follows
            if len(found) == limit:
                return found, offset
            found.append(Change(offset, TableChange(self.topic, key, value)))
        return found, max(self.position, cursor)

    def _compact(self) -> None:
        kept = [(o, k) for o, k in zip(self._offsets, self._keys, strict=True) if self._newest[k][0] == o]
        self._offsets = [o for o, _ in kept]
        self._keys = [k for _, k in kept]


class Broadcast:
    """Reads the broadcast topics for a worker and keeps its tables."""

    def __init__(
        self,
        consumer: Consumer,
        topics: Sequence[str],
        tables: Tables,
        observe: Callable[[str, bytes, bytes | None], None] | None = None,
    ) -> None:
        """Read with ``consumer`` (``enable.partition.eof`` on); ``observe`` sees each record too."""
        self._consumer = consumer
        self._tables = tables
        self._observe = observe
        self.topics = tuple(topics)
        self._memory = {topic: Memory(topic) for topic in topics}
        self.version = 0
        """Rises with every step of any position: a task compares it with the one it last saw."""
        self.rejected = 0
        """Records the tables refused; they keep their last good state."""

    @property
    def positions(self) -> dict[str, int]:
        """Return topic → next offset to be read."""
        return {topic: memory.position for topic, memory in self._memory.items()}

    def catch_up(self, timeout_s: float) -> None:
        """Read every topic from its beginning to its present end; BrokerError when that takes too long."""
        from confluent_kafka import OFFSET_BEGINNING, TopicPartition

        if not self._memory:
            return
        self._consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING) for topic in self._memory])
        ends = {
            topic: self._consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=timeout_s)[1]
            for topic in self._memory
        }
        deadline = time.monotonic() + timeout_s
        while any(self._memory[topic].position < end for topic, end in ends.items()):
            self.poll(0.05)
            if time.monotonic() > deadline:
                raise BrokerError(
                    "the broadcast topics cannot be read to their end", cure="look at the brokers' logs"
                )

    def poll(self, timeout_s: float = 0) -> bool:
        """Take what is new; return whether anything was."""
        before = self.version
        while messages := self._consumer.consume(_SLICE, timeout_s):
            for message in messages:
                error = message.error()
                topic = message.topic()
                if error is None:
                    key = message.key() or b""
                    self._take(topic, message.offset(), key, message.value())
                elif error.name() == "_PARTITION_EOF":
                    memory = self._memory[topic]
                    if message.offset() > memory.position:
                        memory.position = message.offset()
                        self.version += 1
            if len(messages) < _SLICE:
                break
        return self.version != before

    def since(self, cursors: Mapping[str, int], limit: int) -> tuple[list[Change], dict[str, int]]:
        """Return up to ``limit`` changes from the cursors on, topic by topic, and the cursors after them."""
        changes: list[Change] = []
        after = dict(cursors)
        for topic, memory in self._memory.items():
            found, after[topic] = memory.since(cursors.get(topic, 0), limit - len(changes))
            changes += found
            if len(changes) >= limit:
                break
        return changes, after

    def behind(self, cursors: Mapping[str, int]) -> bool:
        """Return whether a task has acted on more than this reader has read: it must wait."""
        return any(memory.position < cursors.get(topic, 0) for topic, memory in self._memory.items())

    def close(self) -> None:
        """Close the consumer."""
        self._consumer.close()

    def _take(self, topic: str, offset: int, key: bytes, value: bytes | None) -> None:
        self.version += 1
        try:
            self._tables.apply(topic, key, value)
        except DeadLetterError as error:
            # One bad record must not stop the hub: the tables keep their last good state, loudly.
            self.rejected += 1
            log(
                "broadcast.rejected",
                level="ERROR",
                topic=topic,
                offset=offset,
                code=error.code,
                field=error.field,
            )
        if self._observe is not None:
            self._observe(topic, key, value)
        self._memory[topic].add(offset, key, value)
