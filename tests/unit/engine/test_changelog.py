"""Restoring: when a store is trusted, and how slices go in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.engine.changelog import Log, Restorer, distrust
from hub.engine.store import MemoryStore, Position
from tests.unit.engine.fakes import FakeConsumer, FakeMessage, ScriptedStage, TaskDesk

if TYPE_CHECKING:
    from hub.engine.task import Task

DAY_MS = 86_400_000
LOG = Log("id", 10, 100, DAY_MS)
NOW = 1_700_000_000_000


@pytest.mark.parametrize(
    ("position", "trusted"),
    [
        (Position("id", 50, NOW), True),
        (Position("id", 100, NOW), True),
        (None, False),
        (Position("other", 50, NOW), False),
        (Position("id", 101, NOW), False),
        (Position("id", 9, NOW), False),
        (Position("id", 50, NOW - DAY_MS // 2 - 1), False),
        (Position("id", 100, NOW - DAY_MS), True),
    ],
    ids=[
        "behind",
        "at the end",
        "new",
        "another topic",
        "ahead",
        "deleted",
        "slept too long",
        "slept at the end",
    ],
)
def test_trust(position: Position | None, *, trusted: bool) -> None:
    """A store is continued only when nothing it could have missed is gone."""
    assert (distrust(position, LOG, NOW) == "") is trusted


class Many(ScriptedStage):
    """A stage whose tasks share a changelog partition."""

    topics: tuple[str, ...] = ("a.in", "b.in")


def task_of(topic: str) -> Task:
    """Return a task of the stage ``Many`` on a topic."""

    class One(Many):
        topics: tuple[str, ...] = (topic, "other.in")

    return TaskDesk(One(), MemoryStore()).task


def test_slices_until_the_end() -> None:
    """Records go into the stores slice by slice; a task is complete when the position reaches the end."""
    consumer = FakeConsumer()
    restorer = Restorer(consumer)
    task = TaskDesk(ScriptedStage(), MemoryStore()).task
    restorer.start("hub.state.toy", 0, Log("id", 0, 4, DAY_MS), [task])
    assert restorer.step(0) == []
    consumer.queue += [
        FakeMessage("hub.state.toy", 0, b"sa", b"1"),
        FakeMessage("hub.state.toy", 1, b"tk", b"\0" * 8),
    ]
    assert restorer.step(0) == []
    consumer.queue += [
        FakeMessage("hub.state.toy", 2, b"sa", None),
        FakeMessage("hub.state.toy", 4, end=True),
    ]
    assert restorer.step(0) == [task]
    assert dict(task.store.scan(b"")) == {b"tk": b"\0" * 8, b"d" + b"\0" * 8 + b"k": b""}
    position = task.store.position()
    assert position is not None
    assert (position.topic_id, position.offset) == ("id", 4)
    assert restorer.idle
    assert consumer.assigned == []


def test_an_empty_changelog_is_complete_at_once() -> None:
    """Nothing is read for a changelog that has nothing new."""
    consumer = FakeConsumer()
    restorer = Restorer(consumer)
    task = TaskDesk(ScriptedStage(), MemoryStore()).task
    restorer.start("hub.state.toy", 0, Log("id", 0, 0, DAY_MS), [task])
    assert consumer.assigned == []
    assert restorer.step(0) == [task]


def test_tasks_take_only_their_own_keys() -> None:
    """Of a shared changelog each task takes the keys with its tag."""
    consumer = FakeConsumer()
    restorer = Restorer(consumer)
    first, second = task_of("a.in"), task_of("b.in")
    restorer.start("hub.state.toy", 0, Log("id", 0, 2, DAY_MS), [first, second])
    consumer.queue += [
        FakeMessage("hub.state.toy", 0, b"a.in\0sx", b"1"),
        FakeMessage("hub.state.toy", 1, b"b.in\0sx", b"2"),
    ]
    assert set(restorer.step(0)) == {first, second}
    assert (first.store.get(b"sx"), second.store.get(b"sx")) == (b"1", b"2")


def test_a_task_that_was_taken_away_is_forgotten() -> None:
    """A task revoked in the middle of its restore ends the reading."""
    consumer = FakeConsumer()
    restorer = Restorer(consumer)
    task = TaskDesk(ScriptedStage(), MemoryStore()).task
    restorer.start("hub.state.toy", 0, Log("id", 0, 4, DAY_MS), [task])
    restorer.forget(task)
    consumer.queue.append(FakeMessage("hub.state.toy", 3, b"sa", b"1"))
    assert restorer.step(0) == []
    assert task.store.get(b"sa") is None
    assert not restorer.busy("hub.state.toy", 0)


def test_a_distrusted_store_is_wiped() -> None:
    """What a wiped store held does not come back."""
    task = TaskDesk(ScriptedStage(), MemoryStore()).task
    task.store.write([(b"serased", b"x")], Position("old", 5, NOW))
    restorer = Restorer(FakeConsumer())
    restorer.start("hub.state.toy", 0, Log("id", 0, 0, DAY_MS), [task])
    assert task.store.get(b"serased") is None


def test_an_idle_restorer_still_listens() -> None:
    """With nothing to restore the client is polled all the same: what it tells of itself would pile up."""
    consumer = FakeConsumer()
    restorer = Restorer(consumer)
    restorer.serve()
    assert consumer.polls == 1
    restorer.start("hub.state.toy", 0, Log("id", 0, 4, DAY_MS), [task_of("a.in")])
    restorer.serve()
    assert consumer.polls == 1
