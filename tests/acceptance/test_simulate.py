"""``hub simulate`` publishes its year to Kafka, at a rate or as fast as it goes."""

from __future__ import annotations

import json
import time
from collections import Counter

import pytest
from typer.testing import CliRunner

from hub import contracts, topics
from hub.cli.main import app
from hub.demo.topic_reader import read_topic
from hub.errors import BrokerError
from hub.settings import Settings
from hub.simulate.publish import Publisher
from hub.simulate.wire import Message

SMALL = ("simulate", "--people", "150", "--days", "15", "--problems", "0.2", "--json")


def test_publishes_ticks_and_events(fresh_topics: Settings) -> None:
    """All events are on their system's topic, keyed by event id, and each day has its tick."""
    bootstrap = fresh_topics.bootstrap_servers
    done = CliRunner().invoke(app, [*SMALL, "--bootstrap", bootstrap])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    found: Counter[str] = Counter()
    for topic in topics.UPSTREAM:
        for message in read_topic(fresh_topics, topic):
            assert message.key is not None
            assert message.key.startswith(b"syn-1-")
            found[topic.split(".")[1]] += 1
    assert dict(found) == told["events"]
    assert told["published"] == sum(found.values())
    ticks = [
        contracts.codec().decode(m.value or b"")[1]["now"] for m in read_topic(fresh_topics, topics.TICKS)
    ]
    assert ticks == sorted(ticks)
    assert len(ticks) == 15


def test_rate_is_kept(fresh_topics: Settings) -> None:
    """A rate bounds how many events are published per second; CreateTimes are noted for the demo."""
    stamps: dict[bytes, int] = {}
    publisher = Publisher(fresh_topics, rate=100, stamps=stamps)
    started = time.monotonic()
    publisher.publish([Message(topics.PARTY, b"%d" % number, b"{}") for number in range(60)])
    assert time.monotonic() - started >= 0.5
    assert len(stamps) == 60


def test_missing_topic_is_an_error(fresh_topics: Settings) -> None:
    """Events that Kafka does not take are an error with a cure, not a silent loss."""
    publisher = Publisher(fresh_topics)
    with pytest.raises(BrokerError) as caught:
        publisher.publish([Message("no.such.topic", b"key", b"{}")])
    assert "hub topics ensure" in caught.value.cure
