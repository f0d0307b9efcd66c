"""Everything one run of the benchmark has found, and the bars of DESIGN §11 it is held against."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psutil

from bench.delay import Delay
from bench.latency import Latency, Waits
from bench.load import Load
from bench.made import Made
from bench.memory import PEOPLE, Held
from bench.restore import Restored
from bench.support import Bar, Rate, Summary, Verdict, ratio, scaling, summary_of
from bench.sweep import Sweep

__all__ = ("Results",)

FAUST: Final = Bar("hub, 1 worker / plain Faust", 15, 40)
QUIX: Final = Bar("hub, 1 worker / Quix Streams, exactly once", 2.5, 5)
STREAMS: Final = Bar("hub / Kafka Streams, exactly once, warm", 1, 1.6)
RAW_ONE: Final = Bar("hub, 1 worker / raw copy, one hop", 25, 40, "%")
RAW_TWO: Final = Bar("hub, 1 worker / raw copy, two hops", 25, 40, "%")
SECOND: Final = Bar("2 workers / 1 worker, broker's share taken off", 1.6, 1.9)
LATENCY: Final = Bar("event to invitation, p99, live load", 1000, 300, "ms", at_most=True)
MEMORY: Final = Bar(
    "resident with 10 million people, matching's stores and tasks", 1024, None, "MiB", at_most=True
)
DELAY: Final = Bar("event to published figure, p99, live load", 3000, None, "ms", at_most=True)
RESTORE: Final = Bar("restore of a store from its changelog", 100_000, 300_000, "keys/s")

_VERSIONS: Final = (
    "confluent-kafka", "faust-streaming", "quixstreams", "rocksdict", "msgspec", "fastavro", "cryptography",
)  # fmt: skip


@dataclass(slots=True)
class Results:
    """What was measured; parts that were not asked for stay empty."""

    load: Load
    rates: dict[str, list[Rate]] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    unlike: dict[str, str] = field(default_factory=dict)
    """Contestant → why it has not done the hub's job on the same events."""
    latency: Latency | None = None
    delay: Delay | None = None
    sweep: Sweep | None = None
    restored: Restored | None = None
    memory: list[Held] = field(default_factory=list)
    """What is held by how many people known, the last being the most."""
    profile: dict[str, Any] = field(default_factory=dict)

    def summaries(self) -> dict[str, Summary]:
        """Return the medians by contestant."""
        return {name: summary_of(rates) for name, rates in self.rates.items() if rates}

    def over(self, ours: str, theirs: str) -> float | None:
        """Return how many times faster one contestant was than another; None when one was not measured."""
        return ratio(self.rates.get(ours, ()), self.rates.get(theirs, ()))

    def verdicts(self) -> list[Verdict]:
        """Return every bar with what was measured."""
        one_hop, two_hops = self.over("hub1", "raw1"), self.over("hub1", "raw2")
        plainly = self.over("hub2", "hub1")
        second, note = None, ""
        if plainly is not None:
            two = self.summaries()["hub2"]
            second = scaling(plainly, two.broker_cores, os.cpu_count() or 1)
            note = f"{plainly:.2f} × as it is; the busier had {two.busiest:.0%} of the work"
        return [
            Verdict(FAUST, self.over("hub1", "faust"), "Faust promises at least once only"),
            Verdict(QUIX, self.over("hub1", "quix")),
            Verdict(STREAMS, None, "a Java program; not part of this benchmark"),
            Verdict(RAW_ONE, None if one_hop is None else one_hop * 100),
            Verdict(RAW_TWO, None if two_hops is None else two_hops * 100, "as the hub's events travel"),
            Verdict(SECOND, second, note),
            Verdict(LATENCY, self.latency.seen.p99 if self.latency else None, "until a consumer has it"),
            Verdict(DELAY, self.delay.waits.p99 if self.delay else None, "until a consumer has it"),
            Verdict(RESTORE, self.restored.per_second if self.restored else None),
            self._memory(),
        ]

    def _memory(self) -> Verdict:
        """Return the memory beside its bar: with fewer people than the bar speaks of it proves nothing."""
        if not self.memory:
            return Verdict(MEMORY, None)
        most = self.memory[-1]
        held = max(most.filling, most.working) / (1 << 20)
        if most.people < PEOPLE:
            return Verdict(MEMORY, None, f"{held:,.0f} MiB with {most.people:,} people")
        return Verdict(MEMORY, held, f"with {most.people:,} people; librdkafka's queues come on top")

    def document(self) -> dict[str, Any]:
        """Return it all as JSON can hold it."""
        load, restored = self.load, self.restored
        return {
            "machine": machine(),
            "load": {
                "events": len(load.events),
                "tail": load.tail,
                "mix": load.mix,
                "bytes_per_event": round(load.bytes_per_event, 1),
                "table_records": len(load.tables),
            },
            "rates": {
                name: {
                    "median": summary._asdict(),
                    "runs": [rate._asdict() | {"per_second": rate.per_second} for rate in self.rates[name]],
                }
                for name, summary in self.summaries().items()
            },
            "made": {name: made._asdict() for name, made in self.made.items()},
            "not_the_same_job": self.unlike,
            "latency": _waits(self.latency),
            "delay": _waits(self.delay),
            "sweep": _waits(self.sweep),
            "restored": None
            if restored is None
            else restored._asdict() | {"per_second": restored.per_second},
            "bars": [
                verdict.bar._asdict()
                | {"value": verdict.value, "verdict": verdict.word, "note": verdict.note}
                for verdict in self.verdicts()
            ],
            "memory": [held._asdict() for held in self.memory],
            "profile": self.profile,
        }


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / (1 << 30), 1),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _VERSIONS},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _waits(measured: Latency | Delay | Sweep | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    found = measured._asdict()
    return {name: value._asdict() if isinstance(value, Waits) else value for name, value in found.items()}
