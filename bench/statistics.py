"""What one statistics worker does in a second: parts of counters in, totals and figures out.

``python -m bench.statistics``: a Kafka of its own, one `hub statistics run`, three measurements in turn.

1. *burst*: everything is there before it is asked to go on: the worker is ready, stands still (SIGSTOP) while
   the parts are written, and is let go. Timed from then until the last part is folded: Faust's own speed.
2. *restore*: a new worker on the same parts, from process start to ready; own readers, no Faust.
1. *burst*: the worker is ready, stands still (SIGSTOP) while the parts are written, and is let go. Timed from
   then until the last part is folded: Faust's own speed, with totals and figures published meanwhile.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import typer
from confluent_kafka import OFFSET_END, TopicPartition

from bench.support import percentile
from hub import data, kafka, provision, topics
from hub.embedded.broker import EmbeddedBroker, settings_for
from hub.engine.counters import partition_of
from hub.settings import Settings
from hub.stages.build import make_codec

_PATIENCE_S = 300
_COUNTED = "hub_statistics_parts_total{"


class Worker:
    """A statistics worker as a process."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.log = log
        told = {
            "HUB_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "HUB_PARTITIONS": str(settings.partitions),
            "HUB_STATISTICS_PORT": "0",
        }
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub", "statistics", "run"], env={**os.environ, **told}, stderr=file
            )
        self.cpu = psutil.Process(self.process.pid)

    def ready(self) -> None:
        """Wait until it holds everything and has caught up."""
        _wait(lambda: self.log.read_text().count("statistics.restored") >= 2, "the worker")

    def counted(self) -> float:
        """Return how many parts it has read."""
        page = self._page("/metrics")
        return sum(float(line.split()[-1]) for line in page.splitlines() if line.startswith(_COUNTED))

    def cpu_s(self) -> float:
        """Return its CPU seconds."""
        times = self.cpu.cpu_times()
        return float(times.user + times.system)

    def stop(self) -> None:
        """Stop it in order."""
        self.process.terminate()
        self.process.wait(30)

    def _page(self, path: str) -> str:
        port = self.log.read_text().partition('"port": ')[2].partition("}")[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return str(answer.read().decode())


class Load:
    """Parts of so many counters at four origins: half a county's stock, half flows by month."""

    def __init__(self, settings: Settings, counters: int) -> None:
        self.partitions = settings.partitions
        self.encode = make_codec(settings).writer("hub.counter_part")
        self.chance = random.Random(1)
        counties = [code for code in data.regions().names if len(code) == 6]
        shapes = (
            "held|code=c{0}|county={1}",
            "flow.invitations|change=issued|channel=c{0}|county={1}|kind=adult|month=2022-05|priority=1",
        )
        self.counters = [
            shapes[n % 2].format(n // 180, counties[n // 2 % len(counties)]) for n in range(counters)
        ]
        self.versions: dict[tuple[str, int], int] = {}
        self.producer = kafka.producer(settings, "bench.statistics")
        self.producer.init_transactions()

    def write(self, parts: int) -> None:
        """Write so many parts in one transaction."""
        now_ms = int(time.time() * 1000)
        self.producer.begin_transaction()
        for _ in range(parts):
            counter, origin = self.chance.choice(self.counters), self.chance.randrange(4)
            version = self.versions[counter, origin] = self.versions.get((counter, origin), 0) + 1
            record: dict[str, Any] = {
                "counter": counter, "origin": f"matching/hub.facts/{origin}", "epoch": 0, "version": version,
                "value": version, "kind": "flow" if counter.startswith("flow.") else "stock", "tick": now_ms,
                "position": version,
            }  # fmt: skip
            self.producer.produce(
                topics.PARTS, self.encode(record), f"{counter}@{origin}".encode(),
                partition=partition_of(counter, self.partitions),
            )  # fmt: skip
            self.producer.poll(0)
        self.producer.commit_transaction()


def main(parts: int = 100_000, counters: int = 2_000, rate: int = 2_000, seconds: float = 30.0) -> None:
    """Measure, and print what was found."""
    with tempfile.TemporaryDirectory() as name, EmbeddedBroker(Path(name) / "broker") as broker:
        settings = settings_for(broker.bootstrap, partitions=4)
        provision.ensure(kafka.admin(settings), settings)
        load = Load(settings, counters)
        worker = Worker(settings, Path(name) / "one.log")
        worker.ready()
        _burst(worker, load, parts)
        worker.stop()
        began_s = time.monotonic()
        worker = Worker(settings, Path(name) / "two.log")
        worker.ready()
        took_s, cpu_s = time.monotonic() - began_s, worker.cpu_s()
        print(f"restore  {parts:,} parts: ready {took_s:.1f} s after its start, {cpu_s:.1f} s CPU")
        _live(settings, worker, load, rate, seconds)
        worker.stop()


def _burst(worker: Worker, load: Load, parts: int) -> None:
    for _ in range(100):  # the totals exist: what is measured is what goes on later
        load.write(len(load.counters) * 4 // 100)
    before = len(load.counters) * 4 // 100 * 100
    _wait(lambda: worker.counted() >= before, "the first parts")
    worker.process.send_signal(signal.SIGSTOP)
    for _ in range(parts // 1000):
        load.write(1000)
    began_s, cpu_s = time.monotonic(), worker.cpu_s()
    worker.process.send_signal(signal.SIGCONT)
    _wait(lambda: worker.counted() >= before + parts, "the parts")
    took_s, used_s = time.monotonic() - began_s, worker.cpu_s() - cpu_s
    print(f"burst    {parts:,} parts in {took_s:.1f} s: {parts / took_s:,.0f} parts/s, "
          f"{used_s / parts * 1e6:.0f} s CPU per million ({used_s / took_s:.0%} of a core)")  # fmt: skip


def _live(settings: Settings, worker: Worker, load: Load, rate: int, seconds: float) -> None:
    read = make_codec(settings).reader("hub.figure", ("as_of",))
    consumer = kafka.consumer(settings)
    consumer.list_topics(timeout=10)
    consumer.assign([TopicPartition(topics.STATISTICS, n, OFFSET_END) for n in range(settings.partitions)])
    consumer.consume(1, 1.0)
    counted, cpu_s, began_s = worker.counted(), worker.cpu_s(), time.monotonic()
    began_ms, delays = time.time() * 1000, []
    written = 0
    while (now_s := time.monotonic() - began_s) < seconds:
        due = int(now_s * rate) - written
        if due >= rate // 10:
            load.write(due)
            written += due
        for message in consumer.consume(1000, 0.02):
            as_of = read(message.value())["as_of"]
            if as_of >= began_ms:
                delays.append((message.timestamp()[1] - as_of) / 1000)
    used_s, took_s = worker.cpu_s() - cpu_s, time.monotonic() - began_s
    _wait(lambda: worker.counted() >= counted + written, "the last parts")
    behind_s = time.monotonic() - began_s - took_s
    print(f"live     {written / took_s:,.0f} parts/s for {took_s:.0f} s: {used_s / took_s:.0%} of a core, "
          f"{len(delays) / took_s:,.0f} figures/s; caught up {behind_s:.1f} s after the last")  # fmt: skip
    shares = ", ".join(f"p{share * 100:g} {percentile(delays, share):.2f} s" for share in (0.5, 0.99, 1.0))
    print(f"delay    part to figure: {shares}")


def _wait(there: Any, what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not there():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.05)


if __name__ == "__main__":
    typer.run(main)
