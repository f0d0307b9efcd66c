"""How long an invitation takes under a steady live load: from the event that caused it, by two clocks.

*Stamped*: CreateTime of the invitation less CreateTime of the upstream record, as Kafka keeps both. The
hub stamps a record when it is produced, before its transaction is committed. *Seen*: when a
read-committed consumer had the invitation in its hands; that is what the registry gets, and what the
bar is held against. All clocks are this machine's.
"""

from __future__ import annotations

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from bench.contestants import BY_NAME, check, launched
from bench.follower import Follower
from bench.ground import Ground
from bench.load import Load
from bench.support import percentile, reached
from bench.watch import committed, ends, read
from hub import contracts, topics
from hub.core.invitation import RULE_WITHDRAWN
from hub.embedded.process import Launched
from hub.errors import RetryError
from hub.simulate.publish import Publisher

__all__ = ("WARM_S", "Latency", "Waits", "Watcher", "await_ready", "await_settled", "free_port", "measure")

WARM_S: Final = 5.0
"""What is published first does not count: the worker's caches are cold, its code paths new."""
_READY_S: Final = 60.0
_SETTLE_S: Final = 60.0


class Waits(NamedTuple):
    """Percentiles in milliseconds."""

    p50: float
    p95: float
    p99: float
    longest: float

    @classmethod
    def of(cls, waits: Sequence[float]) -> Waits:
        """Return the percentiles of some waits."""
        p50, p95, p99 = (percentile(waits, share) for share in (0.5, 0.95, 0.99))
        return cls(p50, p95, p99, max(waits))


class Latency(NamedTuple):
    """What came of a live load."""

    rate: float
    seconds: float
    invitations: int
    """Invitation records that an event of the measured time caused."""
    stamped: Waits
    seen: Waits
    parts: int
    """Records of counter parts, and per second over the whole live load."""
    parts_per_second: float


def measure(
    ground: Ground, load: Load, rate: float, seconds: float, progress: Callable[[int], None]
) -> Latency:
    """Publish the live load at ``rate`` events per second; return how long its invitations took."""
    ground.clear(upstream=True)
    wanted = min(len(load.live), int(rate * (seconds + WARM_S)))
    stamps: dict[bytes, int] = {}
    publisher = Publisher(ground.settings, rate, stamps)
    watcher = Watcher(ground)
    hub, port = BY_NAME["hub1"], free_port()
    group = ground.new_group("live")
    with launched(ground, hub, group, port) as child:
        await_ready(ground, child, port)
        watcher.start()
        began_ms = time.time() * 1000
        publisher.publish(load.live[:wanted], progress)
        ended_ms = time.time() * 1000
        await_settled(ground, group, child)
        watcher.stop()
    counted = {key: at for key, at in stamps.items() if at >= began_ms + WARM_S * 1000}
    seen = [(cause, stamped, at) for cause, stamped, at in watcher.found if cause in counted]
    if not seen:
        raise RetryError("no invitation came of the live load", "bench", "publish more: --live-seconds")
    parts = sum(1 for _ in read(ground.settings, ground.admin, (topics.PARTS,)))
    took_s = (ended_ms - began_ms) / 1000
    return Latency(
        wanted / took_s,
        took_s - WARM_S,
        len(seen),
        Waits.of([max(0.0, stamped - counted[cause]) for cause, stamped, _ in seen]),
        Waits.of([max(0.0, at - counted[cause]) for cause, _, at in seen]),
        parts,
        parts / took_s,
    )


class Watcher(Follower):
    """Reads the invitations as the registry would."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, topics.INVITATIONS, 0, self._see)
        self.found: list[tuple[bytes, float, float]] = []
        """Cause, CreateTime, and when it was in our hands (ms)."""
        self.withdrawn = 0
        """Invitations withdrawn because a rule was."""
        self._told = contracts.codec().reader("hub.invitation", ("cause_event_id", "cause"))

    def _see(self, message: Any, at_ms: float) -> None:
        invitation = self._told(message.value())
        cause = invitation["cause_event_id"]
        if cause is not None:
            self.found.append((cause.encode(), message.timestamp()[1], at_ms))
        self.withdrawn += invitation["cause"] == RULE_WITHDRAWN


def await_ready(ground: Ground, child: Launched, port: int) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        check(ground, BY_NAME["hub1"], child)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RetryError("the hub does not become ready", f"port {port}", "see its log")


def await_settled(ground: Ground, group: str, child: Launched) -> None:
    """Wait until the upstream topics are worked off, and a little longer for what follows from them."""
    deadline = time.monotonic() + _SETTLE_S
    while time.monotonic() < deadline:
        check(ground, BY_NAME["hub1"], child)
        now = committed(ground.admin, group)
        if reached(now, {place: end for place, end in ends(ground.admin, topics.UPSTREAM).items() if end}):
            time.sleep(2.0)
            return
        time.sleep(0.2)
    raise RetryError("the hub cannot keep up with the live load", "bench", "give it a lower --rate")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
