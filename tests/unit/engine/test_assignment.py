"""Taking and giving up lanes, with a consumer that is as strict as librdkafka."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from hub.engine.assignment import Assignment
from hub.engine.changelog import Restorer
from hub.engine.hearing import DeafError
from hub.engine.lanes import Key, Lanes
from hub.errors import TopicsError
from tests.unit.engine.fakes import FakeConsumer, ScriptedStage, TaskDesk


class StrictConsumer(FakeConsumer):
    """Refuses what librdkafka refuses: to assign twice, and to unassign what is not assigned."""

    def __init__(self) -> None:
        """Start without partitions."""
        super().__init__()
        self.mine: set[Key] = set()
        self.paused: set[Key] = set()

    def incremental_assign(self, partitions: list[Any]) -> None:
        """Take partitions."""
        new = {(p.topic, p.partition) for p in partitions}
        assert len(new) == len(partitions)
        assert not new & self.mine
        self.mine |= new

    def incremental_unassign(self, partitions: list[Any]) -> None:
        """Give up partitions."""
        gone = {(p.topic, p.partition) for p in partitions}
        assert gone <= self.mine
        self.mine -= gone

    def pause(self, partitions: list[Any]) -> None:
        """Pause partitions."""
        self.paused |= {(p.topic, p.partition) for p in partitions}


class FakeGrowth:
    """Counts that a test may change."""

    def __init__(self) -> None:
        """Know the lane topic, a narrow one and a wide one."""
        self.counts = {"lane": 4, "narrow": 2, "wide": 6}


class Desk:
    """An assignment and what it works with."""

    def __init__(self) -> None:
        """Join a group that has given nothing yet."""
        self.consumer, self.growth = StrictConsumer(), FakeGrowth()
        lanes = Lanes("lane", 4, ("lane", "narrow", "wide"))
        self.assignment = Assignment(
            self.consumer,
            Restorer(FakeConsumer()),
            None,  # nobody asks the cluster before a step
            lanes,
            self.growth,  # type: ignore[arg-type]
            make_task=lambda *_: TaskDesk(ScriptedStage()).task,
            may_open=lambda _: True,
        )

    def call(self, name: str, *lanes: int) -> None:
        """Call back as librdkafka does, with partitions of the lane topic."""
        callback = getattr(self.assignment, f"on_{name}")
        callback(self.consumer, [TopicPartition("lane", lane) for lane in lanes])

    def open(self, key: Key) -> None:
        """Let a noted partition become an open task."""
        task = TaskDesk(ScriptedStage()).task
        task.topic, task.partition = key
        del self.assignment._noted[key]
        self.assignment.tasks[key] = task


@pytest.fixture
def desk() -> Desk:
    """Return a new one."""
    return Desk()


def test_a_lane_brings_the_partitions_of_every_topic(desk: Desk) -> None:
    """With lanes come their partitions of all topics, each paused and waiting to be opened."""
    desk.call("assign", 0, 3)
    assert desk.consumer.mine == {
        ("lane", 0), ("lane", 3), ("narrow", 0), ("wide", 0), ("wide", 3), ("wide", 4)
    }  # fmt: skip
    assert desk.consumer.paused == desk.consumer.mine
    assert (desk.assignment.opening, desk.assignment.lanes) == (6, {0, 3})


def test_an_empty_assignment_is_one(desk: Desk) -> None:
    """A worker that gets no lane has joined, holds nothing, and is not opening anything."""
    desk.call("assign")
    assert desk.assignment.joined
    assert (desk.consumer.mine, desk.assignment.opening) == (set(), 0)


@pytest.mark.parametrize("how", ["revoke", "lost"])
def test_nothing_stays_assigned(desk: Desk, how: str) -> None:
    """What goes with a lane is all of it, in whatever step; what goes with the last one is everything."""
    desk.call("assign", 0, 1, 2, 3)
    everything = set(desk.consumer.mine)
    for key in (("lane", 0), ("wide", 4), ("narrow", 1)):
        desk.open(key)
    desk.call(how, 0)
    assert desk.consumer.mine == {key for key in everything if key[1] not in {0, 4}}
    assert set(desk.assignment.tasks) == {("narrow", 1)}
    desk.call(how, 1, 2, 3)
    assert desk.consumer.mine == set()
    assert (desk.assignment.tasks, desk.assignment.opening, desk.assignment.lanes) == ({}, 0, set())


def test_new_partitions_follow_their_lane(desk: Desk) -> None:
    """A topic that grows brings new partitions of the lanes we have, once, and they go with the lane."""
    desk.call("assign", 0, 3)
    before = set(desk.consumer.mine)
    desk.growth.counts = {"lane": 4, "narrow": 4, "wide": 9}
    desk.assignment.grow()
    desk.assignment.grow()
    assert desk.consumer.mine - before == {("narrow", 3), ("wide", 7), ("wide", 8)}
    assert desk.consumer.paused == desk.consumer.mine
    desk.call("revoke", 3)
    assert {key for key in desk.consumer.mine if key[1] % 4 == 3} == set()
    assert ("wide", 8) in desk.consumer.mine


def test_partitions_that_were_never_heard_of_can_be_given_up(desk: Desk) -> None:
    """A lane that came and went between two looks at the cluster leaves nothing behind."""
    desk.growth.counts = {"lane": 4}
    desk.call("assign", 2)
    desk.growth.counts = {"lane": 4, "narrow": 2, "wide": 6}
    desk.call("revoke", 2)
    assert desk.consumer.mine == set()


def test_more_lanes_than_at_birth_stop_the_worker(desk: Desk) -> None:
    """Given a lane that cannot be, the worker ends, and can still give up what it has."""
    desk.call("assign", 0)
    with pytest.raises(TopicsError, match="fixed at birth"):
        desk.call("assign", 4)
    desk.call("revoke", 0, 4)
    assert desk.consumer.mine == set()


def test_a_grown_lane_topic_stops_the_worker(desk: Desk) -> None:
    """It need not wait for the group: the cluster's metadata say that keys have moved."""
    desk.call("assign", 0)
    desk.growth.counts["lane"] = 5
    with pytest.raises(TopicsError, match="fixed at birth"):
        desk.assignment.grow()


@pytest.mark.parametrize(
    ("code", "deaf"),
    [
        (KafkaError._TRANSPORT, True),
        (KafkaError._TIMED_OUT, True),
        (KafkaError.NOT_LEADER_FOR_PARTITION, False),
    ],
    ids=["transport", "timed out", "leaders move"],
)
def test_an_admin_client_that_nobody_answers_ends_the_worker(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, code: int, *, deaf: bool
) -> None:
    """Three times in a row, while the consumer is answered, means that it has lost every broker."""

    def refuse(_: object) -> None:
        raise KafkaException(KafkaError(code))

    def committed(places: list[Any], _: float) -> list[Any]:
        return [TopicPartition(place.topic, place.partition, 0) for place in places]

    monkeypatch.setattr(desk.consumer, "committed", committed, raising=False)
    monkeypatch.setattr(desk.assignment, "_describe", refuse)
    desk.call("assign", 0)
    desk.assignment._look()
    desk.assignment._look()
    if deaf:
        with pytest.raises(DeafError):
            desk.assignment._look()
    else:
        desk.assignment._look()


def test_positions_that_cannot_be_read_are_said_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again and again while a coordinator moves, it writes one line, and another for another reason."""
    reasons = [KafkaError.NOT_COORDINATOR] * 3 + [KafkaError._TRANSPORT] * 2

    def committed(*_: object) -> None:
        raise KafkaException(KafkaError(reasons.pop(0)))

    said: list[str] = []
    monkeypatch.setattr(desk.consumer, "committed", committed, raising=False)
    desk.call("assign", 0)
    monkeypatch.setattr("hub.engine.assignment.log", lambda _, **fields: said.append(fields["reason"]))
    while reasons:
        desk.assignment._look()
    assert said == ["NOT_COORDINATOR", "_TRANSPORT"]
