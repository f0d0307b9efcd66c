"""Activating a rule book on a real broker."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, TopicPartition
from typer.testing import CliRunner

from hub import contracts, kafka, topics
from hub.cli.main import app
from hub.rules.book import load
from hub.settings import Settings


def active(settings: Settings) -> dict[str, Any]:
    """Return the newest record under the key ``active``."""
    consumer = kafka.consumer(settings)
    consumer.assign([TopicPartition(topics.RULES, 0, OFFSET_BEGINNING)])
    message = consumer.poll(30)
    consumer.close()
    assert message is not None
    assert message.error() is None
    assert message.key() == b"active"
    value = message.value()
    assert value is not None
    return contracts.codec().decode(value)[1]


def test_an_activated_book_is_what_workers_will_read(fresh_topics: Settings) -> None:
    """The packaged book is published whole, under one key, with who and why; it loads again."""
    arguments = ["rules", "activate", "zhejiang-2022", "--author", "rules officer", "--reason", "PIA 2022-03"]
    result = CliRunner().invoke(app, [*arguments, "--json", "--bootstrap", fresh_topics.bootstrap_servers])
    assert result.exit_code == 0, result.stderr
    record = active(fresh_topics)
    assert (record["author"], record["reason"]) == ("rules officer", "PIA 2022-03")
    assert record["digest"] == hashlib.sha256(record["text"].encode()).hexdigest()
    assert json.loads(result.stdout)["digest"] == record["digest"]
    edition = f"{record['book_id']}@{record['version']}"
    assert load(record["text"], file="hub.rules").edition == edition == "zhejiang-2022@2"


def test_without_topics_nothing_is_published(settings: Settings, empty_broker: object) -> None:
    """A missing topic is an error that names the command which makes it, not a topic with wrong settings."""
    assert empty_broker is not None
    arguments = ["rules", "activate", "zhejiang-2022", "--author", "a", "--reason", "b"]
    result = CliRunner().invoke(app, [*arguments, "--bootstrap", settings.bootstrap_servers])
    assert (result.exit_code, "hub topics ensure" in result.stderr) == (3, True)
