"""`hub doctor` on a real broker: healthy, then with one fault after the other."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from hub import activation, kafka, packaged, provision, topics
from hub.cli.main import app
from hub.demo.site import BOOK
from hub.doctor.examination import CHECKS, examine
from hub.privacy.key_ring import KeyRing
from hub.rules.book import load
from tests.faults.workers import environment

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient

    from hub.doctor.examination import Examined
    from hub.settings import Settings


@pytest.fixture
def healthy(fresh_topics: Settings) -> Settings:
    """Return a hub with topics, keys and a rule book, without workers."""
    keys = fresh_topics.key_dir
    KeyRing.create(keys).make_recipient("registry", keys.parent / "registry.key")
    text = packaged.read_text(BOOK)
    edition = load(text, file=BOOK).edition
    activation.publish(
        activation.record(text, edition, "tests", "tests", time.time_ns() // 10**6), fresh_topics
    )
    return fresh_topics


def examined(settings: Settings, **more: Any) -> dict[str, Examined]:
    """Return every check by its name."""
    return {each.check.name: each for each in examine(settings, **more)}


def findings(settings: Settings, check: str, **more: Any) -> str:
    """Return what a check found, as text; fail when nothing."""
    done = examined(settings, **more)[check]
    assert done.state == "finding", done
    return "\n".join(f"{each.what} {each.where} {each.cure}" for each in done.outcome.findings)


def test_a_healthy_hub_has_no_findings(healthy: Settings) -> None:
    """All checks are done, none finds anything, and the probe of the clock leaves nothing behind."""
    done = examined(healthy)
    assert list(done) == [check.name for check in CHECKS]
    assert {name: each.outcome for name, each in done.items() if each.state in {"finding", "unseen"}} == {}
    left = kafka.admin(healthy).list_topics(timeout=10).topics
    assert [name for name in left if name.startswith("hub.doctor")] == []


def test_a_wrong_topic_is_found(healthy: Settings) -> None:
    """A changelog that is deleted by time, and a topic that is gone: both named, with the command."""
    from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

    wrong = ConfigEntry("cleanup.policy", "delete", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topics.STATE_MATCHING, incremental_configs=[wrong])
    admin = kafka.admin(healthy)
    admin.incremental_alter_configs([resource])[resource].result()
    admin.delete_topics([topics.TICKS])[topics.TICKS].result()
    deadline = time.monotonic() + 20
    while len(provision.check(admin, healthy)) < 2:  # the answer lags behind the deed
        assert time.monotonic() < deadline
    said = findings(healthy, "topics")
    assert topics.STATE_MATCHING in said
    assert topics.TICKS in said
    assert "hub topics ensure" in said


def test_what_is_wrong_alike_is_one_finding(settings: Settings, empty_broker: AdminClient) -> None:
    """On a Kafka that never was a hub's all topics are missing: said once, and the group is not odd."""
    assert kafka.require_broker(empty_broker, settings)
    done = examined(settings)
    (missing,) = done["topics"].outcome.findings
    assert missing.cure == "run `hub topics ensure`"
    assert missing.where.split(", ") == [topic.name for topic in topics.TOPICS]
    assert done["group"].state == "fine"


def test_waiting_records_without_a_worker_are_found(healthy: Settings) -> None:
    """Lag that nobody works off is a finding with its number."""
    producer = kafka.producer(healthy)
    for _ in range(7):
        producer.produce(topics.TRAINING, b"x")
    assert producer.flush(10) == 0
    assert "7 records wait and no worker runs" in findings(healthy, "group")


def test_a_stopped_input_is_found(healthy: Settings) -> None:
    """What a worker commits beside its position when a source stops, with the command that releases it."""
    from confluent_kafka import TopicPartition

    reader = kafka.consumer(healthy, healthy.group)
    stop = "stop=PROHIBITION_UNREADABLE@17"
    reader.commit(offsets=[TopicPartition(topics.CONSENT, 1, 17, stop)], asynchronous=False)
    reader.close()
    said = findings(healthy, "group")
    assert "PROHIBITION_UNREADABLE" in said
    assert f"hub sources release {topics.CONSENT} 1 17" in said


def test_a_clock_that_is_wrong_is_found(healthy: Settings) -> None:
    """Ours is half a minute ahead of the broker's, then behind it."""
    for off_s in (30, -30):
        said = findings(healthy, "clock", now_s=lambda off=off_s: time.time() + off)
        assert "differ by 3" in said or "differ by 29" in said


def test_without_a_rule_book_that_is_said(fresh_topics: Settings) -> None:
    """The workers would wait for ever."""
    assert "hub rules activate" in findings(fresh_topics, "rules")


def test_a_broker_that_is_away_is_one_finding(healthy: Settings) -> None:
    """What needs it is unseen, everything else is looked at."""
    away = healthy.model_copy(update={"bootstrap_servers": "127.0.0.1:9"})
    done = examined(away)
    assert done["broker"].state == "finding"
    assert [name for name, each in done.items() if each.state == "unseen"] == [
        "topics",
        "rules",
        "group",
        "clock",
    ]
    assert done["keys"].state == "fine"


def test_the_command_says_it_to_people_and_machines(healthy: Settings) -> None:
    """Exit code 0 without findings, 1 with one; wrong settings are a finding too."""
    env = environment(healthy)
    good = CliRunner().invoke(app, ["doctor", "--json"], env=env)
    document = json.loads(good.stdout)
    assert [each["findings"] for each in document["checks"] if each["state"] == "finding"] == []
    assert (good.exit_code, document["ok"], len(document["checks"])) == (0, True, len(CHECKS))
    (healthy.key_dir / "ring.json").chmod(0o644)
    bad = CliRunner().invoke(app, ["doctor"], env=env)
    assert bad.exit_code == 1
    assert "chmod 600" in bad.stdout
    assert "密钥环" in bad.stdout
    wrong = CliRunner().invoke(app, ["doctor", "--json"], env=env | {"HUB_PARTITIONS": "none"})
    assert wrong.exit_code == 1
    assert "HUB_PARTITIONS" in json.loads(wrong.stdout)["checks"][0]["findings"][0]["what"]
