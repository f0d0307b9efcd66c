"""Lanes on the real broker: every topic is spread, grows, and goes with its lane."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hub import kafka, provision
from hub.embedded.broker import EmbeddedBroker, settings_for
from hub.errors import TopicsError
from tests.acceptance.toy_group import PARTITIONS, ToyGroup, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.settings import Settings

WORDS = 40
TOPICS = {"busy": PARTITIONS, "wide": 2 * PARTITIONS, "narrow": 2}
"""Inputs beside the lane topic."""
SUFFIXES = ("in", *TOPICS)
SOON = {"partition_check_s": 0.1}


@pytest.fixture(scope="module", autouse=True)
def no_members_left(broker: EmbeddedBroker) -> Iterator[None]:
    """Let the sessions of killed static members run out, so that later tests may delete their groups."""
    yield
    admin = kafka.admin(settings_for(broker.bootstrap))
    until(
        lambda: all(g.state.name == "EMPTY" for g in admin.list_consumer_groups().result().valid),
        "the groups to be empty",
    )


@pytest.fixture
def group(settings: Settings, tmp_path: Path) -> ToyGroup:
    """Return a group that reads several topics, on a broker that has the hub's topics too."""
    provision.ensure(kafka.admin(settings), settings, correct=True)
    return ToyGroup(settings, tmp_path, TOPICS, **SOON)


def words(suffix: str, times: int) -> list[tuple[bytes, bytes]]:
    """Return records for one input: its own words, each so many times."""
    return [(b"%s%d" % (suffix.encode(), word), b"") for word in range(WORDS)] * times


def expected(times: int) -> dict[tuple[str, str], int]:
    """Return what comes out when every word of every input was sent so many times."""
    return {
        (f"{suffix}{word}", str(count)): 1
        for suffix in SUFFIXES
        for word in range(WORDS)
        for count in range(1, times + 1)
    }


def send_all(group: ToyGroup, times: int) -> int:
    """Publish every word of every input; return how many records."""
    return sum(group.send(words(suffix, times), suffix) for suffix in SUFFIXES)


def samples(group: ToyGroup, slot: int, name: str) -> dict[str, float]:
    """Return a metric of a worker by input, as last reported; nothing before its first report."""
    report = group.report(slot)
    return {
        sample.labels["topic"].removeprefix(f"{group.name}."): sample.value
        for family in text_string_to_metric_families(report.metrics if report else "")
        for sample in family.samples
        if sample.name == name and sample.labels["topic"]
    }


def has_lanes(group: ToyGroup, slot: int, lanes: int) -> bool:
    """Tell whether a worker says that it is ready with so many lanes."""
    report = group.report(slot)
    return report is not None and report.ready and len(report.lanes) == lanes


def test_a_late_joiner_gets_half_of_every_topic(group: ToyGroup) -> None:
    """Who joins second gets half the partitions of each topic, and works on each; nothing counts twice."""
    with group:
        sent = send_all(group, 2)
        group.start(0)
        group.wait_done(sent)
        group.start(1)
        half = PARTITIONS // 2
        until(lambda: has_lanes(group, 0, half) and has_lanes(group, 1, half), "half of the lanes each")
        tasks = [samples(group, slot, "hub_tasks") for slot in (0, 1)]
        for of_worker in tasks:
            assert {s: of_worker[s] for s in ("in", "busy", "wide")} == {"in": 2, "busy": 2, "wide": 4}
        assert sum(of_worker.get("narrow", 0) for of_worker in tasks) == 2
        before = samples(group, 0, "hub_records_total")
        sent += send_all(group, 3)
        group.wait_done(sent)
        until(
            lambda: sum(sum(samples(group, slot, "hub_records_total").values()) for slot in (0, 1)) == sent,
            "the reports of what was done",
        )
        after, late = (samples(group, slot, "hub_records_total") for slot in (0, 1))
        for suffix in ("in", "busy", "wide"):
            assert after[suffix] > before[suffix]
            assert late[suffix] > 0
        assert group.outputs() == expected(5)


@pytest.mark.parametrize("how", ["terminated", "killed"])
def test_what_one_had_is_with_the_other(group: ToyGroup, how: str) -> None:
    """After one of two workers has left, every partition of every topic is open with the other."""
    with group:
        group.start(0)
        group.start(1)
        half = PARTITIONS // 2
        until(lambda: has_lanes(group, 0, half) and has_lanes(group, 1, half), "half of the lanes each")
        sent = send_all(group, 2)
        group.wait_done(sent)
        if how == "killed":
            group.kill(0)
        else:
            assert group.terminate(0) == 0
        until(lambda: has_lanes(group, 1, PARTITIONS), "all lanes")
        assert samples(group, 1, "hub_tasks") == {"in": PARTITIONS} | TOPICS
        group.wait_done(sent + send_all(group, 1))
        assert group.outputs() == expected(3)


def test_added_partitions_are_consumed(group: ToyGroup) -> None:
    """An owner adds partitions, more than there are lanes: they are read, and keep state of their own."""
    grown = 2 * PARTITIONS + 1
    with group:
        group.start(0)
        group.start(1)
        half = PARTITIONS // 2
        until(lambda: has_lanes(group, 0, half) and has_lanes(group, 1, half), "half of the lanes each")
        group.widen("narrow", grown)
        topic = f"{group.name}.narrow"

        def once_more(count: int) -> None:
            for partition in range(grown):
                group.publish(topic, b"p%d" % partition, b"", partition)
            until(
                lambda: len(group.outputs()) == count * grown,
                f"{count} counts of {grown} partitions",
            )

        once_more(1)
        for slot in (0, 1):
            group.kill(slot)
        shutil.rmtree(group.directory / "state")
        group.start(0)
        once_more(2)
        until(lambda: has_lanes(group, 0, PARTITIONS), "all lanes")
        once_more(3)
        assert group.outputs() == {
            (f"p{partition}", str(count)): 1 for partition in range(grown) for count in (1, 2, 3)
        }


def test_more_lanes_than_at_birth_stop_the_workers(group: ToyGroup) -> None:
    """When the lane topic gets more partitions, keys leave their state: the worker ends and says why."""
    with group:
        sent = send_all(group, 1)
        group.start(0)
        group.wait_done(sent)
        group.widen("in", PARTITIONS + 1)
        assert group.wait_dead(0) == TopicsError.exit_code
        assert "fixed at birth" in group.stderr(0)


def test_an_idle_worker_renews_its_positions(group: ToyGroup) -> None:
    """Without any work every task commits its position again, lest Kafka forget it."""
    with group:
        sent = send_all(group, 1)
        group.start(0, position_renewal_s=0.3)
        group.wait_done(sent)

        def written() -> int:
            return len(group.read(group.state))

        tasks = PARTITIONS + sum(TOPICS.values())
        before = written()
        until(lambda: written() >= before + 3 * tasks, "three renewals")
        assert group.outputs() == expected(1)


@pytest.mark.slow
def test_positions_outlive_what_kafka_forgets(tmp_path: Path) -> None:
    """Kafka forgets offsets of topics that nobody subscribes to; those of a worker with renewals it keeps."""
    forgets = {"offsets.retention.minutes": "1", "offsets.retention.check.interval.ms": "500"}
    with EmbeddedBroker(tmp_path / "broker", extra=forgets) as broker:
        settings = settings_for(broker.bootstrap, partitions=PARTITIONS)
        provision.ensure(kafka.admin(settings), settings)
        with (
            ToyGroup(settings, tmp_path, TOPICS) as group,
            ToyGroup(settings, tmp_path / "b", TOPICS) as other,
        ):
            sent = send_all(group, 1)
            group.start(0, position_renewal_s=5)
            group.wait_done(sent)
            known = group.committed()
            assert {topic for topic, _ in known} == {group.input, *group.more}
            # Committed after those, by a worker that does not renew: when these are gone, those were due.
            other.directory.mkdir()
            sent = send_all(other, 1)
            other.start(0)
            other.wait_done(sent)
            until(lambda: {topic for topic, _ in other.committed()} == {other.input}, "Kafka to forget", 120)
            assert group.committed() == known
