"""The commands ``hub broker`` and ``hub topics``, as an operator runs them, on a real Kafka."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import TopicPartition

from hub import kafka
from hub.embedded import process
from hub.embedded.broker import settings_for, status, stop
from hub.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from confluent_kafka.admin import AdminClient

    from hub.settings import Settings

HUB = (sys.executable, "-m", "hub")


def hub(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``hub`` with more environment variables."""
    return subprocess.run(
        [*HUB, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        env={**os.environ, **environment},
    )


def json_of(done: subprocess.CompletedProcess[str]) -> Any:
    """Return what a command printed as JSON."""
    return json.loads(done.stdout)


@contextmanager
def in_foreground(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Run ``hub broker start`` in the foreground; it is gone afterwards, whatever the test found."""
    with subprocess.Popen(
        [*HUB, "broker", "start", "--port", "0", "--dir", str(home)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as command:  # fmt: skip
        try:
            yield command
        finally:
            command.kill()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Return a broker directory; whatever runs there is stopped afterwards."""
    directory = tmp_path / "kafka"
    yield directory
    stop(directory)


def test_a_detached_broker_keeps_its_data_over_a_stop_and_a_start(home: Path) -> None:
    """`start --detach` returns when Kafka answers; what was written is there after stop and start."""
    started = json_of(hub("broker", "start", "--detach", "--port", "0", "--dir", str(home), "--json"))
    assert started["running"]
    assert json_of(hub("broker", "status", "--dir", str(home), "--json")) == started

    ensured = hub("topics", "ensure", "--bootstrap", started["bootstrap"], HUB_PARTITIONS="2")
    assert ensured.returncode == 0, ensured.stderr
    settings = settings_for(started["bootstrap"])
    producer = kafka.producer(settings, "acceptance")
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce("hub.ticks", b"kept")
    producer.commit_transaction(30)

    again = hub("broker", "start", "--detach", "--port", "0", "--dir", str(home), "--json")
    assert json_of(again)["pid"] == started["pid"], "a second start of a running broker leaves it alone"
    assert json_of(hub("broker", "stop", "--dir", str(home), "--json"))["stopped"]
    stopped = hub("broker", "status", "--dir", str(home), "--json")
    assert (stopped.returncode, json_of(stopped)["running"]) == (3, False)
    assert hub("broker", "stop", "--dir", str(home)).returncode == 0, "stopping twice is no error"

    restarted = json_of(hub("broker", "start", "--detach", "--port", "0", "--dir", str(home), "--json"))
    consumer = kafka.consumer(settings_for(restarted["bootstrap"]))
    consumer.assign([TopicPartition("hub.ticks", 0, 0)])
    record = consumer.poll(30)
    assert record is not None
    assert record.value() == b"kept"
    consumer.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_foreground_broker_leaves_in_order(home: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM stop the broker and the command, and leave nothing running."""
    with in_foreground(home) as command:
        pid = _running_pid(home)
        known = process.mark(pid)
        assert command.stderr is not None
        assert any("Ctrl-C" in line for line in command.stderr)  # behind what a download left there
        command.send_signal(number)
        _, errors = command.communicate(timeout=60)
    assert command.returncode == 0, errors
    assert not process.alive(pid, known)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the parent-death signal")
def test_a_broker_dies_with_a_killed_command(home: Path) -> None:
    """Kill -9 of the command in the foreground leaves no Java behind."""
    with in_foreground(home) as command:
        pid = _running_pid(home)
        known = process.mark(pid)
        command.kill()
        command.wait()
    _until(lambda: not process.alive(pid, known))


def test_a_second_start_in_a_running_directory_says_where_it_runs(home: Path) -> None:
    """A foreground start beside a running broker fails with its address and the cure."""
    started = json_of(hub("broker", "start", "--detach", "--port", "0", "--dir", str(home), "--json"))
    second = hub("broker", "start", "--port", "0", "--dir", str(home))
    assert second.returncode == 7
    assert started["bootstrap"] in second.stderr
    assert "hub broker stop" in second.stderr


def test_ensure_is_idempotent_and_check_agrees(settings: Settings, empty_broker: AdminClient) -> None:
    """`topics ensure` makes every topic of the catalogue once; then `check` finds nothing."""
    where = ("--bootstrap", settings.bootstrap_servers, "--json")
    before = hub("topics", "check", *where, HUB_PARTITIONS="4")
    assert before.returncode == 3
    assert {f["found"] for f in json_of(before)["findings"]} == {"missing"}

    first = json_of(hub("topics", "ensure", *where, HUB_PARTITIONS="4"))
    assert first["created"] == [topic.name for topic in TOPICS]
    second = json_of(hub("topics", "ensure", *where, HUB_PARTITIONS="4"))
    assert (second["created"], len(second["existing"])) == ([], len(TOPICS))
    after = hub("topics", "check", *where, HUB_PARTITIONS="4")
    assert (after.returncode, json_of(after)) == (0, {"ok": True, "findings": []})
    listed = empty_broker.list_topics(timeout=30).topics
    assert len(listed["hub.facts"].partitions) == 4
    assert len(listed["hub.rules"].partitions) == 1


def test_check_names_the_wrong_setting_and_refuses_another_partition_count(fresh_topics: Settings) -> None:
    """A changed retention and a changed partition count are each named with found and wanted."""
    where = ("--bootstrap", fresh_topics.bootstrap_servers, "--json")
    wrong = hub("topics", "check", *where, HUB_PARTITIONS="8", HUB_RECOVERY_HORIZON_DAYS="30")
    assert wrong.returncode == 3
    findings = {(f["topic"], f["setting"]): (f["wanted"], f["found"]) for f in json_of(wrong)["findings"]}
    assert findings["hub.facts", "partitions"] == ("8", "4")
    assert findings["hub.facts", "retention.ms"] == (str(30 * 86_400_000), str(400 * 86_400_000))

    refused = hub("topics", "ensure", "--correct", *where, HUB_PARTITIONS="8")
    assert refused.returncode == 3
    assert "partitions is 4, must be 8" in json.loads(refused.stderr)["error"]["what"]
    corrected = hub(
        "topics", "ensure", "--correct", *where, HUB_PARTITIONS="4", HUB_RECOVERY_HORIZON_DAYS="30"
    )
    expected = {"hub.facts: retention.ms", "hub.facts.sensitive: retention.ms"}
    assert set(json_of(corrected)["corrected"]) == expected


def test_an_unreachable_broker_is_told_with_its_cure() -> None:
    """Without Kafka the command fails with the address it tried and what to do."""
    done = hub("topics", "check", "--bootstrap", "127.0.0.1:9")
    assert done.returncode == 69
    assert "127.0.0.1:9" in done.stderr
    assert "hub broker start" in done.stderr


def _running_pid(home: Path) -> int:
    """Wait until a broker runs in the directory; return its process id."""
    _until(lambda: status(home) is not None)
    running = status(home)
    assert running is not None
    return running.pid


def _until(true: Callable[[], bool], timeout_s: float = 120.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
