"""How much memory a worker needs when it knows very many people: the matching stage on its real stores.

A process of its own, as a worker is one, without Kafka: :mod:`bench.people` under ever new random keys are
written into the stores of all partitions, in slices as a restore writes them. At each milestone the tasks
then work through facts about random persons, so that caches, filters and memtables are in full use. What is
resident is looked at all the time; what librdkafka keeps in its queues comes on top in a worker, is bounded
by settings, and does not depend on people. ``python -m bench.memory FILE PEOPLE`` is that process.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import psutil

from bench.load import Load
from bench.people import KEY_BYTES, People, people_of
from hub.engine.broadcast import Broadcast
from hub.engine.deadletters import DeadLetters, FloodGate
from hub.engine.pace import Pace
from hub.engine.recent import Recent
from hub.engine.store import Change, Position, RocksFactory
from hub.engine.task import Services, Task
from hub.engine.taskmaker import RECENT_BYTES
from hub.engine.worker import YOUNG_COLLECTION
from hub.errors import BrokerError
from hub.privacy.key_ring import KeyRing
from hub.provision import wanted_partitions
from hub.settings import Settings
from hub.settings import load as settings_of
from hub.stages.build import build_stages, make_codec
from hub.stages.contract import Record, Stage
from hub.topics import BY_NAME, FACTS, PARTS

__all__ = ("MILESTONES", "PEOPLE", "Held", "measure")

PEOPLE: Final = 10_000_000
MILESTONES: Final = (100_000, 1_000_000)
"""Numbers of people at which is measured, besides the last."""
_PARTITIONS: Final = 32
"""The default of a hub; one worker that has them all has the most stores, so the most memory to bound."""
_SLICE: Final = 20_000
"""Changes written at once, as many as a restore takes."""
_WORKED: Final = 96_000
"""Facts worked through at each milestone: several times what the caches hold."""
_BATCH: Final = 8_000
_TOLD: Final = 1_000
"""People between two words about the progress."""
_FILE: Final = "people.msgpack"


class Held(NamedTuple):
    """What was held when so many people were known."""

    people: int
    filling: int
    """Most that was resident while the last of them were written, in bytes."""
    working: int
    """Most that was resident while facts were worked through."""
    resident: int
    """What was resident after that."""
    disk: int
    per_second: float
    """Facts per second that the tasks worked through, stores included, Kafka not."""


def measure(
    directory: Path, load: Load, keys: KeyRing, people: int, progress: Callable[[int], None]
) -> list[Held]:
    """Measure in a process of its own, whose files are under ``directory``; the first figure is of nobody."""
    settings = settings_of(key_dir=directory / "keys")
    people_of(load, settings, keys).save(directory / _FILE)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {
        "HUB_KEY_DIR": str(directory / "keys"),
        "HUB_STATE_DIR": str(directory / "state"),
        "HUB_PARTITIONS": str(_PARTITIONS),
    }
    held: list[Held] = []
    with subprocess.Popen(
        [sys.executable, "-m", "bench.memory", str(directory / _FILE), str(people)],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        for line in child.stdout:
            told = json.loads(line)
            if isinstance(told, int):
                progress(told)
            else:
                held.append(Held(*told))
    if child.returncode:
        raise BrokerError(f"the process that knows everybody ended with {child.returncode}", "bench.memory")
    return held


class _Worker:
    """As much of a worker as its memory depends on: stores, tasks, caches, tables."""

    def __init__(self, settings: Settings, people: People) -> None:
        """Open a task per partition of the matching stage, as a worker that has them all."""
        ring = KeyRing.load(settings.key_dir, settings.cipher_suite)
        stages, make_tables = build_stages(settings, ring)
        tables: Any = make_tables()
        for table in people.tables:
            tables.apply(*table)
        codec = make_codec(settings)
        none: Any = None
        services = Services(
            tables=tables,
            broadcast=Broadcast(none, (), tables),
            letters=DeadLetters(codec.encode, ring.sealer(), ring.sensitive_sealer()),
            gate=FloodGate(1_000_000, 60_000),
            encode=codec.encode,
            parts_partitions=wanted_partitions(BY_NAME[PARTS], settings),
            lanes=settings.partitions,
            pace=Pace(settings.sweep_records, settings.sweep_patience_s),
            renewal_ms=int(settings.position_renewal_s * 1000),
            released=lambda _place: False,
        )
        stage: Stage = next(stage for stage in stages if FACTS in stage.topics)
        big = sum(not stage.small_state for stage in stages)
        rocks = RocksFactory(settings.state_dir, settings.store_cache_bytes)
        self._directory = settings.state_dir
        self._persons = people.persons
        self._rng = Random(1)
        self._process = psutil.Process()
        self._offset = 0
        self._collected = 0
        self.known = 0
        self.most = 0
        self.tasks = [
            Task(
                stage, FACTS, number, services,
                store=rocks.open(f"matching-{number}"),
                recent=Recent(RECENT_BYTES // (big * settings.partitions)),
            )
            for number in range(settings.partitions)
        ]  # fmt: skip
        for task in self.tasks:
            task.store.write((), self._position())
            task.open(0, 0)

    def know(self, people: int) -> None:
        """Get to know more, until there are so many; partition by partition, as numbers modulo partitions."""
        for task in self.tasks:
            changes = self._changes(task.partition, people)
            while part := list(islice(changes, _SLICE)):
                task.store.write(part, self._position())
                self._look()
        self.known = people

    def work(self, facts: int) -> None:
        """Work through facts about random persons who are known, transaction by transaction."""
        for _ in range(0, facts, _BATCH):
            now = time.time_ns() // 1_000_000
            for task in self.tasks:
                task.run(list(self._facts(task.partition, _BATCH // len(self.tasks))), now, flush=True)
            for task in self.tasks:
                task.settle(self._position())
            self._look()
            self._collected += _BATCH
            if self._collected >= YOUNG_COLLECTION:
                self._collected = 0
                gc.collect(1)

    def held(self, facts: int) -> Held:
        """Work, and return what is held."""
        filling, self.most = self.most, 0
        began_s = time.monotonic()
        self.work(facts)
        seconds = time.monotonic() - began_s
        disk = sum(file.stat().st_size for file in self._directory.rglob("*") if file.is_file())
        working, self.most = self.most, 0
        return Held(self.known, filling, working, self._look(), disk, facts / seconds)

    def _changes(self, partition: int, people: int) -> Iterator[Change]:
        persons = self._persons
        numbers = range(self.known + partition, people, len(self.tasks))
        for count, number in enumerate(numbers, start=1):
            yield from persons[number % len(persons)].known_as(_key(number))
            if count % _TOLD == 0:
                print(_TOLD, flush=True)

    def _facts(self, partition: int, count: int) -> Iterator[Record]:
        persons, step = self._persons, len(self.tasks)
        for _ in range(count):
            self._offset += 1
            number = self._rng.randrange(max(1, self.known // step)) * step + partition
            key = _key(number)
            yield Record(self._offset, key, persons[number % len(persons)].next_fact(key))

    def _position(self) -> Position:
        return Position("bench", self._offset, time.time_ns() // 1_000_000)

    def _look(self) -> int:
        resident: int = self._process.memory_info().rss
        self.most = max(self.most, resident)
        return resident


def _key(number: int) -> bytes:
    """Return the random-looking key of a person."""
    return blake2b(number.to_bytes(8, "big"), digest_size=KEY_BYTES).digest()


def _main() -> None:
    """Be the process: print figures as JSON, and numbers of people as they get known."""
    file, people = Path(sys.argv[1]), int(sys.argv[2])
    worker = _Worker(settings_of(), People.read(file))
    gc.collect()
    gc.freeze()
    gc.disable()  # as in a worker
    worker.know(0)
    print(json.dumps(worker.held(_BATCH)), flush=True)
    for milestone in (*(each for each in MILESTONES if each < people), people):
        worker.know(milestone)
        print(json.dumps(worker.held(_WORKED)), flush=True)
    for task in worker.tasks:
        task.close()


if __name__ == "__main__":
    _main()
