"""Statistics workers in a test's hand, parts as workers write them, and the figures that come of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hub import kafka, topics
from hub.embedded import guard
from hub.engine.counters import partition_of
from hub.figures import reader
from hub.stages.build import make_codec
from tests.faults.workers import PATIENCE_S, environment, until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    from hub.settings import Settings

TICK: Final = 1_651_550_000_000
"""A moment of 3 May 2022."""
_GUARD: Final = str(Path(guard.__file__))


class Writers:
    """The tasks that count: each a transactional producer, and the only writer of its origin."""

    def __init__(self, settings: Settings) -> None:
        """Start with nothing counted."""
        self.settings = settings
        self.encode = make_codec(settings).writer("hub.counter_part")
        self.values: dict[tuple[str, str], int] = {}
        """By counter and origin: what was committed last."""
        self._versions: dict[tuple[str, str], int] = defaultdict(int)
        self._producers: dict[str, Any] = {}

    def part(self, counter: str, origin: str, value: int, version: int) -> dict[str, Any]:
        """Return a part."""
        kind = "flow" if counter.startswith("flow.") else "stock"
        return {
            "counter": counter, "origin": origin, "epoch": 0, "version": version, "value": value,
            "kind": kind, "tick": TICK, "position": version,
        }  # fmt: skip

    def count(self, origin: str, values: Mapping[str, int], *, commit: bool = True) -> None:
        """Write the new values of an origin's counters in one transaction."""
        producer = self._producer(origin)
        producer.begin_transaction()
        for counter, value in values.items():
            version = self._versions[counter, origin] + 1
            producer.produce(
                topics.PARTS,
                self.encode(self.part(counter, origin, value, version)),
                f"{counter}@{origin}".encode(),
                partition=partition_of(counter, self.settings.partitions),
            )
        if not commit:
            assert producer.flush(PATIENCE_S) == 0  # the brokers have it, and must not give it away
            producer.abort_transaction()
            return
        producer.commit_transaction()
        for counter, value in values.items():
            self._versions[counter, origin] += 1
            self.values[counter, origin] = value

    def totals(self) -> dict[str, int]:
        """Return the counters as they must come out, added up the slow way."""
        sums: dict[str, int] = defaultdict(int)
        for (counter, _), value in self.values.items():
            sums[counter] += value
        return dict(sums)

    def persons(self) -> dict[str, float]:
        """Return the figure ``persons`` by region, as it must come out."""
        regions: dict[str, float] = defaultdict(float)
        for counter, value in self.totals().items():
            name, _, county = counter.partition("|county=")
            if name == "persons":
                known = county.isdecimal()
                for region in (county, *((county[:4],) if known else ()), "33"):
                    regions[region] += value
        return dict(regions)

    def _producer(self, origin: str) -> Any:
        if origin not in self._producers:
            self._producers[origin] = kafka.connected(
                kafka.producer(self.settings, f"{self.settings.group}.{origin}")
            )
            self._producers[origin].init_transactions()
        return self._producers[origin]


class Statisticians:
    """Processes of ``hub statistics run``; use it as a context manager."""

    def __init__(self, settings: Settings, directory: Path, **more: Any) -> None:
        """Write logs into ``directory``; ``more`` settings are for the workers alone."""
        self.settings = settings
        self._directory = directory
        self._more = more
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Start none yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """End all of them."""
        for process in self._processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()  # in order: who is killed stays in the group for a while
        for process in self._processes.values():
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(PATIENCE_S)

    def start(self, slot: int = 0) -> None:
        """Start a worker."""
        with self._log(slot).open("ab") as log:
            self._processes[slot] = subprocess.Popen(
                [
                    sys.executable, "-I", "-S", _GUARD, str(os.getpid()),
                    sys.executable, "-m", "hub", "statistics", "run",
                ],
                env=environment(self.settings, statistics_port=0, **self._more),
                cwd=Path(guard.__file__).parents[2],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def kill(self, slot: int = 0) -> None:
        """Kill -9."""
        self._processes[slot].kill()
        self._processes[slot].wait(PATIENCE_S)

    def sleep(self, slot: int) -> None:
        """Send SIGSTOP."""
        self._processes[slot].send_signal(signal.SIGSTOP)

    def wake(self, slot: int) -> None:
        """Send SIGCONT."""
        self._processes[slot].send_signal(signal.SIGCONT)

    def stop(self, slot: int = 0) -> int:
        """Stop gracefully; return the exit code."""
        self._processes[slot].terminate()
        return self._processes[slot].wait(PATIENCE_S)

    def ended(self, slot: int = 0) -> int | None:
        """Return the exit code, None while it runs."""
        return self._processes[slot].poll()

    def said(self, slot: int = 0) -> list[dict[str, Any]]:
        """Return its log."""
        lines = self._log(slot).read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def actions(self, slot: int = 0) -> list[str]:
        """Return what it logged."""
        return [line["action"] for line in self.said(slot)]

    def page(self, path: str, slot: int = 0) -> str:
        """Return a page of its metrics port."""
        (port,) = [line["port"] for line in self.said(slot) if line["action"] == "statistics.started"][-1:]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
            body: bytes = answer.read()
        return body.decode()

    def _log(self, slot: int) -> Path:
        return self._directory / f"statistics-{slot}.log"


def shown(settings: Settings, figure: str) -> dict[str, float | None]:
    """Return the newest values of a figure by region, or by its whole key when it has none."""
    shelf = reader.shelf(settings)
    return {
        each.key.partition("|region=")[2] or each.key: each.value
        for each in shelf.figures()
        if each.figure == figure
    }


def await_persons(settings: Settings, writers: Writers) -> None:
    """Return when the figure ``persons`` is that of everything that was committed."""
    seen: dict[str, float | None] = {}

    def there() -> bool:
        nonlocal seen
        seen = shown(settings, "persons")
        return seen == writers.persons()

    until(there, lambda: f"{writers.persons()}, last seen {seen}", 2 * PATIENCE_S)


def rested(settings: Settings, seconds: float = 1.5) -> None:
    """Return when nothing has been published for a while."""
    consumer = kafka.consumer(settings)
    from confluent_kafka import TopicPartition

    def ends() -> list[int]:
        places = [TopicPartition(topics.STATISTICS, each) for each in range(settings.partitions)]
        return [consumer.get_watermark_offsets(place, timeout=PATIENCE_S)[1] for place in places]

    before, since = ends(), time.monotonic()
    deadline = since + PATIENCE_S
    while time.monotonic() - since < seconds:
        assert time.monotonic() < deadline
        if (now := ends()) != before:
            before, since = now, time.monotonic()
    consumer.close()
