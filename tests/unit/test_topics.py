"""hub.topics: the catalogue is whole and consistent."""

from __future__ import annotations

import pytest

from hub import topics
from hub.topics import BROADCAST, BY_NAME, FOREVER, HORIZON, STATE, TOPICS, UPSTREAM, Cleanup, Owner, Topic


def test_names_are_unique_and_every_constant_is_catalogued() -> None:
    """Each name constant of the module is exactly one topic of the catalogue."""
    names = [topic.name for topic in TOPICS]
    assert len(set(names)) == len(names)
    constants = {
        value
        for name, value in vars(topics).items()
        if name.isupper() and isinstance(value, str) and value.startswith(("hub.", "redcross."))
    }
    assert constants == set(names)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_is_described_and_keeps_what_it_must(topic: Topic) -> None:
    """A text in both languages; compacted topics forget nothing by time, deleted ones have a time."""
    assert topic.doc_en
    assert topic.doc_zh
    assert topic.key_doc
    if topic.cleanup is Cleanup.COMPACT:
        assert topic.retention_ms == FOREVER
    else:
        assert topic.retention_ms == HORIZON or topic.retention_ms > 0


@pytest.mark.parametrize("name", BROADCAST)
def test_a_broadcast_table_is_one_compacted_partition(name: str) -> None:
    """Every worker reads it whole, in one order."""
    assert (BY_NAME[name].partitions, BY_NAME[name].cleanup) == (1, Cleanup.COMPACT)


@pytest.mark.parametrize("name", STATE)
def test_a_changelog_has_its_inputs_partitions_and_really_forgets(name: str) -> None:
    """State follows the setting like its input, and a tombstone is effective within two weeks."""
    config = dict(BY_NAME[name].config)
    assert BY_NAME[name].partitions is None
    assert int(config["max.compaction.lag.ms"]) <= 14 * 86_400_000
    assert "segment.ms" in config
    assert "delete.retention.ms" in config


def test_upstream_topics_belong_to_their_systems() -> None:
    """The hub checks all of its own topics and only what it needs of the others."""
    assert {topic.name for topic in TOPICS if topic.owner is Owner.UPSTREAM} == set(UPSTREAM)


def test_a_stage_finds_its_changelog() -> None:
    """state_topic names catalogued topics."""
    assert {topics.state_topic(stage) for stage in ("intake", "identity", "sensitive", "matching")} == set(
        STATE
    )
