"""Bad records: one among many is put aside, a flood of them stops the hub. On the real broker."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from hub import contracts, kafka, topics
from hub.demo.topic_reader import read_topic
from hub.privacy.key_ring import KeyRing
from hub.privacy.suite import SUITES
from hub.simulate.identifiers import check_digit
from tests.faults.harness import Hub, hub_settings
from tests.faults.workers import PATIENCE_S, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.embedded.broker import EmbeddedBroker

GOOD = 9_999
POISONED = 4_321
TICK = 1_641_000_000_000
"""2022-01-01, 09:20 in China."""
LIMIT = 20


def certificate(serial: int, issued_on: str = "2021-12-01") -> bytes:
    """Return a certificate of its own person."""
    body = (
        f"339901{1960 + serial % 40}{1 + serial // 400 % 12:02}{1 + serial // 40 % 10:02}{serial // 4800:03}"
    )
    unsaid = dict.fromkeys(
        (
            "birth_date",
            "sex",
            "phone",
            "residence_township",
            "host_unit",
            "nationality",
            "student",
            "guardian",
        )
    )
    person = unsaid | {
        "name": f"合成{serial}", "doc_kind": "resident_id", "doc_no": body + check_digit(body),
        "residence_region": "330604", "consent": None,
    }  # fmt: skip
    envelope = dict.fromkeys(("recordedat", "dataschema", "subject", "region", "legalmode")) | {
        "id": f"poison-{serial}", "source": "synthetic/poison", "type": "training.certificate.issued.v1",
        "specversion": "1.0", "time": "2021-12-01T09:00:00+08:00", "seq": serial,
    }  # fmt: skip
    event = {
        "envelope": envelope, "person": person, "cert_kind": "first_aider", "cert_no": f"POISON{serial:06}",
        "issued_on": issued_on, "expires_on": None, "issuer_org": None, "class_id": None, "region": None,
    }  # fmt: skip
    return contracts.codec().encode("training.certificate.issued.v1", event)


def publish(hub: Hub, records: list[tuple[bytes, bytes]]) -> list[tuple[int, int]]:
    """Publish to the training topic; return each record's partition and offset."""
    places: list[tuple[int, int]] = [(-1, -1)] * len(records)
    producer = kafka.connected(kafka.producer(hub.settings))

    def note(number: int) -> Any:
        def delivered(error: Any, message: Any) -> None:
            assert error is None
            places[number] = (message.partition(), message.offset())

        return delivered

    for number, (key, value) in enumerate(records):
        producer.produce(topics.TRAINING, value, key, on_delivery=note(number))
    assert producer.flush(PATIENCE_S) == 0
    return places


def command(hub: Hub, *words: str) -> Any:
    """Run a command of the hub; return what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "hub", *words, "--json"],
        env=environment(hub.settings), capture_output=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    return json.loads(done.stdout)


def letters(hub: Hub) -> list[dict[str, Any]]:
    """Return every record of the dead letters, as a reader sees it."""
    read = contracts.codec().reader("hub.dead_letter")
    found = [read(m.value) for m in read_topic(hub.settings, topics.DEAD_LETTERS) if m.value is not None]
    return sorted(found, key=lambda letter: (letter["attempts"], letter["status"]))


@pytest.fixture
def hub(broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Hub]:
    """Return a hub without workers, with keys of its own."""
    keys = tmp_path / "keys"
    KeyRing.create(keys, SUITES["sm"]).make_recipient("registry", tmp_path / "registry.key")
    with Hub(hub_settings(broker.bootstrap, tmp_path, keys), tmp_path) as made:
        yield made
    made.gone()


@pytest.mark.slow
def test_one_poison_record_among_ten_thousand(hub: Hub) -> None:
    """The good ones take effect; the bad one is one dead letter, with its place, fit to redrive."""
    values = [certificate(serial) for serial in range(GOOD)]
    values.insert(POISONED, certificate(GOOD, issued_on="the day before yesterday"))
    hub.tick(TICK)
    places = publish(hub, [(b"%d" % at, value) for at, value in enumerate(values)])
    hub.workers.start(0)
    hub.settle(TICK)
    outcome = hub.outcome()
    assert len(outcome.facts) == GOOD
    assert outcome.seen.stock["certificates_valid|kind=first_aider"] == GOOD
    (letter,) = letters(hub)
    assert (letter["code"], letter["field"], letter["stage"]) == ("DATE_INVALID", "issued_on", "intake")
    assert (letter["topic"], letter["partition"], letter["offset"]) == (topics.TRAINING, *places[POISONED])
    assert (letter["event_id"] or f"poison-{GOOD}", letter["status"]) == (f"poison-{GOOD}", "open")

    command(hub, "deadletters", "redrive", "--all")
    hub.settle(TICK)
    first, marked, again = letters(hub)
    assert (first["status"], marked["status"], again["status"]) == ("open", "redriven", "open")
    assert (marked["offset"], again["attempts"], again["code"]) == (first["offset"], 2, "DATE_INVALID")
    assert hub.outcome().facts == outcome.facts


@pytest.mark.slow
def test_garbage_stops_at_the_limit(hub: Hub, tmp_path: Path) -> None:
    """A topic full of garbage stops ``hub run`` with exit code 6 and a clear message, undrained."""
    hub.tick(TICK)
    publish(hub, [(b"k", b"garbage %d" % serial) for serial in range(50 * LIMIT)])
    log = tmp_path / "hub.log"
    for _ in range(2):  # a restart does not help: the same again, and no letter more
        with log.open("wb") as output:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "hub", "run"],
                env=environment(hub.settings, dead_letter_limit=LIMIT),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            assert supervisor.wait(PATIENCE_S) == 6
        finally:
            supervisor.kill()
            supervisor.wait()
        told = [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
        failed = [record for record in told if record["action"] == "worker.failed"]
        assert [record["code"] for record in failed] == ["DEAD_LETTER_FLOOD"]
        assert f"{LIMIT} dead letters" in failed[0]["what"]
        assert "hub deadletters list" in failed[0]["cure"]
        assert len(letters(hub)) == LIMIT
    assert committed(hub) == LIMIT


def committed(hub: Hub) -> int:
    """Return how many records of the garbage are committed as done."""
    from confluent_kafka import TopicPartition

    reader = kafka.consumer(hub.settings, hub.settings.group)
    try:
        found = reader.committed(
            [TopicPartition(topics.TRAINING, p) for p in range(hub.settings.partitions)], 10
        )
    finally:
        reader.close()
    return sum(max(0, place.offset) for place in found)
