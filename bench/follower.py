"""Follows a topic in a thread of its own: every committed record, and when it was in our hands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from confluent_kafka import TopicPartition

from bench.ground import PARTITIONS, Ground
from hub import kafka

__all__ = ("Follower",)


class Follower:
    """One topic, from an offset on. ``take`` is called with the message and the time (ms)."""

    def __init__(self, ground: Ground, topic: str, start: int, take: Callable[[Any, float], None]) -> None:
        self._ground = ground
        self._places = [TopicPartition(topic, number, start) for number in range(PARTITIONS)]
        self._take = take
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._thread.join()

    def _run(self) -> None:
        consumer: Any = kafka.consumer(self._ground.settings, None, {"fetch.wait.max.ms": 10})
        consumer.assign(self._places)
        while not self._stopping:
            message = consumer.poll(0.1)
            at_ms = time.time() * 1000
            if message is not None and message.error() is None and message.value() is not None:
                self._take(message, at_ms)
        consumer.close()
