"""hub.engine.taskmaker: what a task is made of, and when it may begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.engine.cursors import Cursors, Switch
from hub.engine.store import Kind, Position, RocksFactory
from hub.engine.taskmaker import Taskmaker
from hub.topics import ORGANISATIONS, RULES
from tests.unit.engine.fakes import FakeMessage, ScriptedStage, TaskDesk

if TYPE_CHECKING:
    from pathlib import Path


class StillClock:
    """A clock that stands."""

    simulated = True

    def __init__(self, tick: int | None) -> None:
        """Show a tick; None: time has not begun."""
        self._tick = tick

    def now(self, *, exact: bool) -> int | None:
        """Return the tick."""
        return self._tick

    def close(self) -> None:
        """Hold nothing."""


class LargeStage(ScriptedStage):
    """A stage of two topics whose state is not small."""

    name = "large"
    topics: tuple[str, ...] = ("large.in", "large.also")
    small_state = False


def switched(at: int) -> tuple[Switch, ...]:
    """Return that a task went over to a rule book, having read so far."""
    return (Switch("book@1", 0, 0, 0), Switch("book@2", 5, 1000, at))


@pytest.mark.parametrize(
    ("cursors", "tick", "may"),
    [
        pytest.param(Cursors(), 1, True, id="a new task"),
        pytest.param(Cursors(), None, False, id="time has not begun"),
        pytest.param(Cursors(tables={ORGANISATIONS: 4}), 1, True, id="tables as new as its own"),
        pytest.param(Cursors(tables={ORGANISATIONS: 5}), 1, False, id="tables older than its own"),
        pytest.param(Cursors(switches=switched(2)), 1, True, id="its rule book is read"),
        pytest.param(Cursors(switches=switched(3)), 1, False, id="its rule book is not read yet"),
        pytest.param(Cursors(switches=switched(3)[::-1]), 1, True, id="an earlier book is not asked about"),
    ],
)
def test_a_task_waits_for_the_tables_it_has_worked_with(
    tmp_path: Path, cursors: Cursors, tick: int | None, *, may: bool
) -> None:
    """A worker that has read less than the task's last one did must not go on with it, nor before time."""
    desk = TaskDesk(ScriptedStage())
    desk.consumer.queue += [FakeMessage(ORGANISATIONS, 4, end=True), FakeMessage(RULES, 2, end=True)]
    desk.broadcast.poll()
    maker = Taskmaker([ScriptedStage()], desk.services, RocksFactory(tmp_path, 1 << 20), StillClock(tick))
    assert maker.may_open(cursors) is may


def test_state_that_is_not_small_is_kept_on_disk_by_topic_and_partition(tmp_path: Path) -> None:
    """Each task of a stage of several topics has a store of its own, which is there again."""
    services = TaskDesk(ScriptedStage()).services

    def maker() -> Taskmaker:
        return Taskmaker(
            [ScriptedStage(), LargeStage()], services, RocksFactory(tmp_path, 1 << 20), StillClock(1)
        )

    assert maker().topics == ("toy.in", "large.in", "large.also")
    for topic in LargeStage.topics:
        store = maker().make(topic, 3).store
        store.write([(Kind.STATE + b"k", topic.encode())], Position("id", 1, 0))
        store.close()
    for topic in LargeStage.topics:
        store = maker().make(topic, 3).store
        assert store.get(Kind.STATE + b"k") == topic.encode()
        store.close()
    maker().make("toy.in", 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large-large.also-3", "large-large.in-3"]
