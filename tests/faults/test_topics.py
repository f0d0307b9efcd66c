"""Topics that change under running workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from confluent_kafka.admin import NewPartitions

from hub import kafka, topics
from hub.embedded.broker import EmbeddedBroker
from hub.errors import TopicsError
from tests.faults.harness import PARTITIONS, Hub, hub_settings
from tests.faults.workers import until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.parametrize("topic", [topics.FACTS, topics.IDENTITY], ids=["the lanes", "another"])
def test_own_topics_must_not_grow(key_dir: Path, tmp_path: Path, topic: str) -> None:
    """When one of the hub's own topics gets more partitions, keys leave their state: the workers end."""
    with (
        EmbeddedBroker(tmp_path / "broker") as broker,
        Hub(hub_settings(broker.bootstrap, tmp_path, key_dir), tmp_path) as hub,
    ):
        hub.workers.start(0, partition_check_s=0.1)
        until(lambda: (r := hub.workers.report(0)) is not None and len(r.lanes) == PARTITIONS, "the lanes")
        admin = kafka.admin(hub.settings)
        admin.create_partitions([NewPartitions(topic, PARTITIONS + 1)])[topic].result()
        until(lambda: hub.workers.ended(0) is not None, "the worker to end")
        assert hub.workers.ended(0) == TopicsError.exit_code
        (failure,) = (record for record in hub.workers.logged(0) if record["action"] == "worker.failed")
        assert f"{topic}: partitions is {PARTITIONS + 1}, must be {PARTITIONS}" in failure["what"]
