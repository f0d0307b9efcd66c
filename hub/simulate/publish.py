"""Publish a simulated year to Kafka: per day its tick, then its events, then (if wanted) the barrier."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from hub import kafka
from hub.errors import BrokerError

if TYPE_CHECKING:
    from hub.settings import Settings
    from hub.simulate.wire import Message

__all__ = ("Publisher",)

_FLUSH_S: Final = 60.0
_QUEUE: Final = 200_000
_CHUNK_S: Final = 0.05
_UNKNOWN_TOPIC_MS: Final = 3_000
"""A topic that is not there after this is an error; librdkafka would wait ten times as long."""


class Publisher:
    """Publishes messages, waiting for every acknowledgement; at most ``rate`` events per second."""

    def __init__(
        self, settings: Settings, rate: float | None = None, stamps: dict[bytes, int] | None = None
    ) -> None:
        """Connect to the brokers of ``settings``; ``stamps`` receives each key's CreateTime (ms)."""
        self._stamps = stamps
        self._where = settings.bootstrap_servers
        self._rate = rate
        self._failures: list[str] = []
        extra = {
            "linger.ms": 2,
            "queue.buffering.max.messages": _QUEUE,
            "topic.metadata.propagation.max.ms": _UNKNOWN_TOPIC_MS,
        }
        self._producer: Any = kafka.connected(kafka.producer(settings, extra=extra))

    def publish(self, messages: Sequence[Message], progress: Callable[[int], None] | None = None) -> None:
        """Publish and return when everything is acknowledged; BrokerError when something is not."""
        size = len(messages) if self._rate is None else max(1, int(self._rate * _CHUNK_S))
        started = time.monotonic()
        for at in range(0, len(messages), max(1, size)):
            if self._rate is not None:
                time.sleep(max(0.0, started + at / self._rate - time.monotonic()))
            chunk = messages[at : at + size]
            for message in chunk:
                self._produce(message.topic, message.key, message.value)
            if progress is not None:
                progress(len(chunk))
        self._flush()

    def _produce(self, topic: str, key: bytes | None, value: bytes) -> None:
        while True:
            try:
                self._producer.produce(topic, value, key, on_delivery=self._delivered)
            except BufferError:
                self._producer.poll(0.1)
            else:
                return

    def _delivered(self, error: Any, message: Any) -> None:
        if error is not None:
            self._failures.append(error.str())
        elif self._stamps is not None:
            self._stamps.setdefault(message.key(), message.timestamp()[1])

    def _flush(self) -> None:
        left = self._producer.flush(_FLUSH_S)
        if left or self._failures:
            why = self._failures[0] if self._failures else f"{left} not acknowledged in {_FLUSH_S:.0f} s"
            raise BrokerError(
                f"Kafka did not take the events: {why}",
                self._where,
                "run `hub topics ensure`, then try again",
            )
