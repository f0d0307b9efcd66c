"""Where ``now`` comes from: a port with two clocks.

The worker asks once per transaction, after it has consumed; nothing below it ever reads a clock.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

from hub.errors import BrokerError
from hub.topics import TICKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Consumer

__all__ = ("Clock", "TickClock", "WallClock")

_TIMEOUT_S: Final = 10.0


class Clock(Protocol):
    """The port."""

    @property
    def simulated(self) -> bool:
        """Whether time moves only by ticks: then every task confirms every tick."""

    def now(self, *, exact: bool) -> int | None:
        """Return the tick in ms since the epoch, None before the first one.

        ``exact``: do not miss a tick that was published before what has just been consumed.
        """

    def close(self) -> None:
        """Let go of connections."""


class WallClock:
    """The machine's clock."""

    simulated = False

    def now(self, *, exact: bool) -> int | None:
        """Return the time."""
        return int(time.time() * 1000)

    def close(self) -> None:
        """Do nothing."""


class TickClock:
    """Simulated time: the newest record of ``hub.ticks``."""

    simulated = True

    def __init__(self, make_consumer: Callable[[], Consumer], decode: Callable[[bytes], int]) -> None:
        """Read with a consumer from ``make_consumer``; ``decode`` returns the ms of a tick record."""
        from confluent_kafka import TopicPartition

        self._consumer = consumer = make_consumer()
        # A question for the end would wait behind the reader's long-polling fetch: 50 ms each.
        self._asker = make_consumer()
        self._decode = decode
        self._place = TopicPartition(TICKS, 0)
        self._now: int | None = None
        self._position = 0
        low, high = consumer.get_watermark_offsets(self._place, timeout=_TIMEOUT_S)
        # Time does not run backwards: the newest tick is the last one.
        self._position = max(low, high - 1)
        consumer.assign([TopicPartition(TICKS, 0, self._position)])

    def now(self, *, exact: bool) -> int | None:
        """Return the newest tick; ``exact`` asks the broker where the end is, first."""
        if not exact:
            self._read(0)
            return self._now
        _, end = self._asker.get_watermark_offsets(self._place, timeout=_TIMEOUT_S)
        deadline = time.monotonic() + _TIMEOUT_S
        while self._position < end:
            self._read(0.05)
            if time.monotonic() > deadline:
                raise BrokerError("hub.ticks cannot be read to its end", TICKS)
        return self._now

    def close(self) -> None:
        """Close the consumers."""
        self._consumer.close()
        self._asker.close()

    def _read(self, timeout_s: float) -> None:
        messages = self._consumer.consume(1, timeout_s)
        while messages:
            for message in messages:
                if message.error() is None:
                    self._position = message.offset() + 1
                    value = message.value()
                    if value is not None:
                        self._now = max(self._now or 0, self._decode(value))
            messages = self._consumer.consume(1000, 0)
