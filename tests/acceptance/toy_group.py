"""A group of toy workers on the real broker: start, kill, and look at what came out."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hub import kafka
from hub.engine.status import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hub.settings import Settings

PARTITIONS = 4
PATIENCE_S = 60.0
_NAMES = itertools.count()


def until(there: Callable[[], Any], what: str, timeout_s: float = PATIENCE_S) -> None:
    """Return when ``there``; fail with ``what`` was waited for."""
    deadline = time.monotonic() + timeout_s
    while not there():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


class ToyGroup:
    """Topics and workers of one test; use it as a context manager."""

    def __init__(
        self, settings: Settings, directory: Path, more: Mapping[str, int] | None = None, **env: object
    ) -> None:
        """Make the topics; ``env`` are more settings for the workers, without HUB_.

        ``more``: inputs besides ``in``, and how many partitions they have.
        """
        from confluent_kafka.admin import NewTopic

        self.name = f"toy{os.getpid()}x{next(_NAMES)}"
        self.settings = settings.model_copy(update={"group": self.name})
        self.directory = directory
        self._env = {
            "bootstrap_servers": settings.bootstrap_servers,
            "partitions": PARTITIONS,
            "group": self.name,
            "state_dir": directory / "state",
            "session_timeout_s": 2,
            "transaction_timeout_s": 2,
            "batch_records": 50,
            "flush_interval_s": 0.05,
            **env,
        }
        self.input, self.output, self.state = f"{self.name}.in", f"{self.name}.out", f"hub.state.{self.name}"
        self.more = {f"{self.name}.{suffix}": partitions for suffix, partitions in (more or {}).items()}
        admin = kafka.admin(settings)
        compacted = {"cleanup.policy": "compact"}
        counts = {self.input: PARTITIONS, self.output: PARTITIONS, **self.more}
        new = [NewTopic(topic, partitions, 1) for topic, partitions in counts.items()]
        for future in admin.create_topics(
            [*new, NewTopic(self.state, PARTITIONS, 1, config=compacted)]
        ).values():
            future.result()
        self._producer = kafka.connected(kafka.producer(settings))
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Kill every worker that is left."""
        for process in self._processes.values():
            process.kill()
            process.wait()

    # --- workers

    def start(self, slot: int = 0, failpoint: str = "", **env: object) -> subprocess.Popen[bytes]:
        """Start a worker."""
        settings = {f"HUB_{name.upper()}": str(value) for name, value in (self._env | env).items()}
        if failpoint:
            settings["HUB_FAILPOINT"] = failpoint
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        with self._log(slot, "out").open("ab") as out, self._log(slot, "err").open("ab") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.acceptance.toy", self.name, str(slot), *self.more],
                env=kept | settings,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        self._processes[slot] = process
        return process

    def kill(self, slot: int) -> None:
        """Kill -9."""
        self._processes[slot].kill()
        self._processes[slot].wait()

    def terminate(self, slot: int) -> int:
        """Stop gracefully; return the exit code."""
        self._processes[slot].send_signal(signal.SIGTERM)
        return self._processes[slot].wait(PATIENCE_S)

    def wait_dead(self, slot: int) -> int:
        """Wait until a worker has died by itself; return the exit code."""
        return self._processes[slot].wait(PATIENCE_S)

    def wait_stopped(self, slot: int) -> None:
        """Wait until a worker has stopped itself with SIGSTOP."""
        stat = Path(f"/proc/{self._processes[slot].pid}/stat")
        until(lambda: stat.read_text("ascii").rsplit(") ", 1)[1][0] == "T", "SIGSTOP")

    def wake(self, slot: int) -> None:
        """Send SIGCONT."""
        self._processes[slot].send_signal(signal.SIGCONT)

    def report(self, slot: int) -> Report | None:
        """Return a worker's newest report."""
        import msgspec

        lines = self._log(slot, "out").read_bytes().splitlines(keepends=True)
        whole = [line for line in lines[-2:] if line.endswith(b"\n")]
        return msgspec.json.decode(whole[-1], type=Report) if whole else None

    def logged(self, slot: int, action: str) -> list[dict[str, Any]]:
        """Return the log records of an action."""
        lines = self._log(slot, "err").read_text("utf-8").splitlines()
        return [
            record
            for line in lines
            if line.startswith("{") and (record := json.loads(line))["action"] == action
        ]

    def stderr(self, slot: int) -> str:
        """Return what a worker has written to standard error."""
        return self._log(slot, "err").read_text("utf-8")

    def _log(self, slot: int, kind: str) -> Path:
        return self.directory / f"worker-{slot}.{kind}"

    # --- records

    def send(self, records: Iterable[tuple[bytes, bytes]], suffix: str = "in") -> int:
        """Publish records to an input; return how many."""
        sent = 0
        for key, value in records:
            self._producer.produce(f"{self.name}.{suffix}", value, key)
            sent += 1
        assert self._producer.flush(PATIENCE_S) == 0
        return sent

    def publish(self, topic: str, key: bytes, value: bytes, partition: int = -1) -> None:
        """Publish one record anywhere; -1: where its key belongs."""
        self._producer.produce(topic, value, key, partition)
        assert self._producer.flush(PATIENCE_S) == 0

    def committed(self) -> dict[tuple[str, int], int]:
        """Return the committed offset of every input partition that has one; nothing while one is moving."""
        from confluent_kafka import KafkaException, TopicPartition

        reader = kafka.consumer(self.settings, self.settings.group)
        counts = {self.input: PARTITIONS, **self.more}
        try:
            found = reader.committed([TopicPartition(t, p) for t, n in counts.items() for p in range(n)], 10)
        except KafkaException:
            return {}
        finally:
            reader.close()
        return {(p.topic, p.partition): p.offset for p in found if p.offset >= 0}

    def done(self) -> int:
        """Return the sum of the committed input offsets."""
        return sum(self.committed().values())

    def widen(self, suffix: str, partitions: int) -> None:
        """Give an input more partitions, as its owner may; return when a record can be sent there."""
        from confluent_kafka.admin import NewPartitions

        topic, admin = f"{self.name}.{suffix}", kafka.admin(self.settings)
        admin.create_partitions([NewPartitions(topic, partitions)])[topic].result()
        if topic in self.more:
            self.more[topic] = partitions
        until(
            lambda: len(self._producer.list_topics(topic, timeout=10).topics[topic].partitions) == partitions,
            "the new partitions",
        )

    def wait_done(self, records: int) -> None:
        """Wait until so many input records are committed."""
        until(lambda: self.done() >= records, f"{records} records, {self.done()} are done")

    def outputs(self) -> Counter[tuple[str, str]]:
        """Return what a read-committed consumer sees: (word, count) → how often."""
        return Counter((key.decode(), value.decode()) for key, value in self.read(self.output))

    def documents(self, topic: str) -> list[dict[str, Any]]:
        """Return the JSON records of one of the hub's topics: toys write it, and the hub itself Avro."""
        return [json.loads(value) for _, value in self.read(topic) if (value or b"").startswith(b"{")]

    def read(self, topic: str) -> list[tuple[bytes, bytes]]:
        """Return every committed record of a topic, to its present end."""
        from confluent_kafka import OFFSET_BEGINNING, TopicPartition

        reader = kafka.consumer(self.settings, None, {"enable.partition.eof": True})
        partitions = reader.list_topics(topic, timeout=10).topics[topic].partitions
        reader.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in partitions])
        left, found = set(partitions), []
        deadline = time.monotonic() + PATIENCE_S
        while left:
            assert time.monotonic() < deadline, f"{topic} cannot be read"
            for message in reader.consume(1000, 0.02):
                if message.error() is None:
                    found.append((message.key(), message.value()))
                else:
                    left.discard(message.partition())
        reader.close()
        return found
