"""How long it takes from an upstream event to the published figure that counts it, under a live load.

The figure is what was received of a system and a type: it rises with every event. The *k*-th event of a type
is counted when the figure, over all years, has reached *k*; the delay is from its publishing until a consumer
has that record in its hands. All clocks are this machine's. The statistics worker's CPU is told beside it.
What systems of class s sent is told at the change of day only, and not among what is measured.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from confluent_kafka import OFFSET_END

from bench.contestants import BY_NAME, STATISTICS, launched
from bench.follower import Follower
from bench.ground import Ground
from bench.latency import WARM_S, Waits, await_ready, await_settled, free_port
from bench.load import Load
from bench.watch import Usage, read
from hub import contracts, topics
from hub.core.veil import SYSTEMS
from hub.errors import DeadLetterError, RetryError
from hub.simulate.publish import Publisher
from hub.simulate.wire import Message

__all__ = ("Delay", "measure")

_FIGURE: Final = "flow.received"
_SETTLE_S: Final = 60.0
_YEAR: Final = 4
_UNKNOWN: Final = "unknown"


class Delay(NamedTuple):
    """What came of it. Waits in milliseconds."""

    rate: float
    events: int
    """Those of the measured time."""
    waits: Waits
    told: Waits
    """Of that, from the tick of the newest part that a figure counts until the figure was written."""
    parts_per_second: float
    figures_per_second: float
    cores: float
    """Cores that the statistics worker kept busy meanwhile."""


class _Watcher(Follower):
    """Reads the figures as they are published."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, topics.STATISTICS, OFFSET_END, self._see)
        self.reached: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        """System and type → when (ms) so many were counted."""
        self.figures = 0
        self._years: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self.told: list[float] = []
        self._read = contracts.codec().reader("hub.figure", ("figure", "labels", "period", "value", "as_of"))

    def counted(self) -> int:
        """Return how many events are counted."""
        return sum(steps[-1][1] for steps in list(self.reached.values()))

    def _see(self, message: Any, at_ms: float) -> None:
        self.figures += 1
        figure = self._read(message.value())
        if figure["figure"] == _FIGURE and len(figure["period"]) == _YEAR:
            labels = dict(pair.split("=") for pair in figure["labels"].split("|"))
            kind = labels["system"], labels["type"]
            self._years[kind][figure["period"]] = int(figure["value"])
            self.reached[kind].append((at_ms, sum(self._years[kind].values())))
            self.told.append(message.timestamp()[1] - figure["as_of"])


def measure(
    ground: Ground, load: Load, rate: float, seconds: float, progress: Callable[[int], None]
) -> Delay:
    """Publish the live load at ``rate`` events per second beside a worker and a statistics worker."""
    ground.clear(upstream=True)
    wanted = load.live[: int(rate * (seconds + WARM_S))]
    kinds = _kinds(wanted)
    told = sum(system not in SYSTEMS for system, _ in kinds)
    at_ms: list[float] = []

    def published(number: int) -> None:
        at_ms.extend([time.time() * 1000] * number)
        progress(number)

    watcher = _Watcher(ground)
    hub, port, group = BY_NAME["hub1"], free_port(), ground.new_group("delay")
    with (
        launched(ground, hub, group, port) as child,
        launched(ground, STATISTICS, group) as counting,
    ):
        await_ready(ground, child, port)
        watcher.start()
        before = Usage.of(counting.pid).each_cpu_s
        began_s = time.monotonic()
        Publisher(ground.settings, rate).publish(wanted, published)
        took_s = time.monotonic() - began_s
        used_s = sum(Usage.of(counting.pid).each_cpu_s.values()) - sum(before.values())
        figures = watcher.figures
        await_settled(ground, group, child)
        deadline = time.monotonic() + _SETTLE_S
        while watcher.counted() < told and time.monotonic() < deadline:
            time.sleep(0.2)
        watcher.stop()
    if watcher.counted() < told:
        raise RetryError(
            f"{watcher.counted()} of {told} events are counted", "bench", "see statistics.log: --logs"
        )
    waits = _waits(kinds, at_ms, watcher, at_ms[0] + WARM_S * 1000)
    parts = sum(1 for _ in read(ground.settings, ground.admin, (topics.PARTS,)))
    return Delay(
        len(wanted) / took_s,
        len(waits),
        Waits.of(waits),
        Waits.of(watcher.told),
        parts / took_s,
        figures / took_s,
        used_s / took_s,
    )


def _kinds(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Return the system and type that each event is counted under, as far as its frame can be read."""
    codec = contracts.codec()
    found = []
    for message in messages:
        system = topics.system_of(message.topic)
        try:
            ce_type = codec.decode(message.value)[0].ce_type
        except DeadLetterError:
            ce_type = _UNKNOWN
        found.append((system, ce_type))
    return found


def _waits(
    kinds: Sequence[tuple[str, str]], at_ms: Sequence[float], watcher: _Watcher, since_ms: float
) -> list[float]:
    """Return how long each event published after ``since_ms`` waited until its figure had reached it."""
    waits = []
    place: dict[tuple[str, str], int] = defaultdict(int)
    steps = {kind: iter(reached) for kind, reached in watcher.reached.items()}
    now = {kind: next(each) for kind, each in steps.items()}
    for kind, published in zip(kinds, at_ms, strict=True):
        place[kind] += 1
        if kind not in now:
            continue  # counted under another type, as what cannot be read whole is
        while now[kind][1] < place[kind]:
            step = next(steps[kind], None)
            if step is None:
                break
            now[kind] = step
        if now[kind][1] >= place[kind] and published >= since_ms:
            waits.append(max(0.0, now[kind][0] - published))
    return waits
