"""hub.provision: how a topic on a broker is compared with the catalogue (the broker itself: acceptance)."""

from __future__ import annotations

import pytest

from hub import provision
from hub.provision import Finding, wanted_config, wanted_partitions
from hub.settings import load
from hub.topics import BY_NAME, FACTS, RULES, STATE_MATCHING, TOPICS, TRAINING

SETTINGS = load(partitions=4)


def found(
    name: str, partitions: int | None = None, replicas: int = 3, **config: str
) -> dict[str, provision._Found]:
    """Return a whole, right broker, with one topic changed."""
    broker = {
        topic.name: provision._Found(wanted_partitions(topic, SETTINGS), 3, wanted_config(topic, SETTINGS, 3))
        for topic in TOPICS
    }
    right = broker[name]
    changed = {key.replace("_", "."): value for key, value in config.items()}
    broker[name] = provision._Found(partitions or right.partitions, replicas, right.config | changed)
    return broker


def test_a_right_broker_has_no_findings() -> None:
    """What ensure would create, check approves."""
    assert provision._findings(found(FACTS), SETTINGS, 3) == []


@pytest.mark.parametrize(
    ("name", "change", "setting", "wanted", "was"),
    [
        pytest.param(FACTS, {"partitions": 8}, "partitions", "4", "8", id="grown"),
        pytest.param(RULES, {"partitions": 2}, "partitions", "1", "2", id="table-of-two-partitions"),
        pytest.param(FACTS, {"replicas": 1}, "replicas", "at least 3", "1", id="one-replica"),
        pytest.param(
            STATE_MATCHING,
            {"cleanup_policy": "delete"},
            "cleanup.policy",
            "compact",
            "delete",
            id="state-deleted-by-time",
        ),
        pytest.param(
            FACTS, {"retention_ms": "1"}, "retention.ms", str(400 * 86_400_000), "1", id="retention"
        ),
    ],
)
def test_a_wrong_setting_is_named_with_found_and_wanted(
    name: str, change: dict[str, int | str], setting: str, wanted: str, was: str
) -> None:
    """The first finding says topic, setting, what is wanted, what was found, and what to do."""
    findings = provision._findings(found(name, **change), SETTINGS, 3)  # type: ignore[arg-type]
    assert (findings[0].topic, findings[0].setting, findings[0].wanted, findings[0].found) == (
        name,
        setting,
        wanted,
        was,
    )
    assert findings[0].cure


@pytest.mark.parametrize("partitions", [1, 9], ids=["fewer", "more"])
def test_an_upstream_topic_is_as_its_owner_likes(partitions: int) -> None:
    """Other partition counts than ours and another retention are the upstream system's business."""
    assert provision._findings(found(TRAINING, partitions=partitions, retention_ms="5"), SETTINGS, 3) == []


def test_a_missing_topic_is_a_finding() -> None:
    """What is not there is named with the command that makes it."""
    broker = found(FACTS)
    del broker[FACTS]
    assert provision._findings(broker, SETTINGS, 3) == [
        Finding(FACTS, "topic", "present", "missing", "run `hub topics ensure`")
    ]


@pytest.mark.parametrize(
    ("factor", "brokers", "replicas", "in_sync"),
    [
        pytest.param(None, 1, 1, "1", id="one-broker"),
        pytest.param(None, 2, 2, "1", id="two-brokers"),
        pytest.param(None, 5, 3, "2", id="many-brokers"),
        pytest.param(2, 5, 2, "1", id="as-set"),
    ],
)
def test_replicas_follow_the_cluster_unless_set(
    factor: int | None, brokers: int, replicas: int, in_sync: str
) -> None:
    """Three copies or as many as there are brokers; one of them may be missing."""
    settings = load(replication_factor=factor)
    assert provision._replicas(settings, brokers) == replicas
    assert wanted_config(BY_NAME[FACTS], settings, replicas)["min.insync.replicas"] == in_sync
