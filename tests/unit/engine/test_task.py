"""A task's transaction: what takes effect, what is isolated, what a commit and an abort leave."""

from __future__ import annotations

import json

import pytest

from hub.engine.cursors import Cursors, Switch
from hub.engine.deadletters import FloodGate, Place
from hub.engine.pace import LEAST, Pace
from hub.engine.steps import CHANGES_PER_RUN
from hub.engine.store import Kind, MemoryStore
from hub.errors import DeadLetterError, RetryError, StateError, StopError, TopicsError
from hub.stages.contract import Record
from hub.topics import PARTS
from tests.unit.engine.fakes import FakeMessage, QuarantiningStage, ScriptedStage, TaskDesk, numbered

KEYS = [b"k%02d" % number for number in range(20)]


def test_records_take_effect_with_the_commit() -> None:
    """State, position and outputs follow from the records once the transaction is committed."""
    desk = TaskDesk(ScriptedStage())
    desk.run(*numbered(KEYS), *numbered(KEYS))
    assert desk.state() == dict.fromkeys(KEYS, b"2")
    assert desk.task.position == 40
    assert desk.of("toy.out") == KEYS + KEYS


def test_an_abort_leaves_nothing() -> None:
    """After an abort the same records give the same result as if it had not been."""
    desk = TaskDesk(ScriptedStage())
    desk.run(*numbered(KEYS), (b"k00", b"t5"), commit=False)
    assert (desk.state(), desk.task.position, desk.task.reached) == ({}, 0, 0)
    desk.run(*numbered(KEYS), flush=True)
    assert desk.state() == dict.fromkeys(KEYS, b"1")
    assert [key for name, _, key in desk.outputs if name == "hub.statistics.parts"] == [b"seen@toy/toy.in/0"]


@pytest.mark.parametrize("bad", [{7}, {0}, {19}, {3, 4, 18}, set(range(20))], ids=str)
def test_bad_records_cost_themselves(bad: set[int]) -> None:
    """Exactly the records of a batch that raise become dead letters, exactly the others take effect."""
    desk = TaskDesk(ScriptedStage())
    desk.run(*((key, b"boom" if number in bad else b"") for number, key in enumerate(KEYS)), flush=True)
    good = [key for number, key in enumerate(KEYS) if number not in bad]
    assert desk.state() == dict.fromkeys(good, b"1")
    assert desk.of("toy.out") == good
    assert [letter["offset"] for letter in desk.letters()] == sorted(bad)
    assert all("secret" not in letter["message"] for letter in desk.letters())
    assert desk.task.position == 20


def test_a_dead_letter_says_why() -> None:
    """An error of the stage that is meant for the dead letters keeps its code and field."""

    class Stage(ScriptedStage):
        def process(self, batch, ctx) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
            raise DeadLetterError("ID_CHECK", "person.doc_no", "the check digit is wrong")

    desk = TaskDesk(Stage())
    desk.run((b"a", b""))
    letter = desk.letters()[0]
    assert (letter["code"], letter["field"], letter["message"]) == (
        "ID_CHECK",
        "person.doc_no",
        "the check digit is wrong",
    )
    assert (letter["topic"], letter["partition"], letter["offset"], letter["status"]) == (
        "toy.in",
        0,
        0,
        "open",
    )


def test_an_output_too_large_is_a_dead_letter() -> None:
    """A record whose output could not be produced is found before the transaction begins."""
    desk = TaskDesk(ScriptedStage())
    desk.run((b"a", b""), (b"b", b"large"), (b"c", b""))
    assert desk.state() == {b"a": b"1", b"c": b"1"}
    assert [letter["code"] for letter in desk.letters()] == ["RECORD_TOO_LARGE"]


@pytest.mark.parametrize(
    "error", [RetryError("x"), StopError("x"), MemoryError()], ids=["retry", "stop", "memory"]
)
def test_what_isolation_cannot_help_is_raised(error: Exception) -> None:
    """Failures of the transport, the configuration or the machine are not put on a record."""

    class Stage(ScriptedStage):
        def process(self, batch, ctx) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
            ctx.state.put(b"x", b"y")
            raise error

    desk = TaskDesk(Stage())
    with pytest.raises(type(error)):
        desk.run((b"a", b""))
    assert (desk.task.reached, desk.task.changelog, desk.task.outputs) == (0, [], [])


def test_a_stopped_source_stands_before_the_record() -> None:
    """What came before takes effect, the rest does not; the committed metadata says so."""
    desk = TaskDesk(ScriptedStage())
    desk.task.reached = 3
    desk.run((b"a", b""), (b"b", b"halt"), (b"c", b""))
    assert desk.state() == {b"a": b"1"}
    assert desk.task.position == 1
    assert desk.task.stopped is not None
    assert desk.task.progress(simulated=False).text() == "stop=PROHIBITION_UNREADABLE@1"


def test_a_stop_that_was_aborted_did_not_happen() -> None:
    """An abort forgets that the source was stopped in the transaction, an earlier stop stays."""
    desk = TaskDesk(ScriptedStage())
    desk.run((b"a", b"halt"), commit=False)
    assert desk.task.stopped is None
    desk.run((b"a", b"halt"))
    desk.task.discard()
    assert desk.task.stopped is not None


def test_a_released_record_goes_to_the_dead_letters() -> None:
    """A record an operator released is put aside and the stage goes on behind it."""
    stage = ScriptedStage()
    desk = TaskDesk(stage, released=lambda place: place == Place("toy.in", 0, 1))
    desk.run((b"a", b""), (b"b", b"halt"), (b"c", b""))
    assert stage.released == [1]
    assert desk.task.position == 3
    assert [letter["code"] for letter in desk.letters()] == ["PROHIBITION_UNREADABLE"]


def test_a_flood_halts_at_the_limit_and_stays_halted() -> None:
    """When most of the window is bad exactly the limit is let through; a restart does not reopen it."""
    gate = FloodGate(3, 60_000)
    desk = TaskDesk(ScriptedStage(), gate=gate)
    records = numbered([b"x"] * 10, b"boom")
    desk.run(*records, commit=False)
    desk.task.reached = 10
    desk.run(*records)
    assert len(desk.letters()) == 3
    assert desk.task.position == 3
    again = TaskDesk(ScriptedStage(), desk.store, gate=gate)
    again.task.open(3, 0)
    again.run(*records)
    assert (again.letters(), again.task.position) == ([], 3)
    again.run(*records, now=1000 + 60_000)
    assert len(again.letters()) == 3


def test_some_bad_records_among_many_are_no_flood() -> None:
    """More bad records than the limit go through as long as most are good."""
    desk = TaskDesk(ScriptedStage(), gate=FloodGate(3, 60_000))
    desk.run(*((b"k", b"boom" if number % 3 == 2 else b"") for number in range(30)))
    assert len(desk.letters()) == 10


def test_timers_fire_once_and_a_bad_one_is_quarantined() -> None:
    """Due timers fire; one that raises has its person held, leaves a letter, and is gone."""
    stage = QuarantiningStage()
    desk = TaskDesk(stage)
    desk.run((b"a", b"t2000"), (b"b", b"t2000"), (b"c", b"t9000"))
    stage.bad = {b"a"}
    assert not desk.task.wants(1999, adopt=False)
    assert desk.task.wants(2000, adopt=False)
    desk.run(now=2000)
    desk.run(now=2001)
    assert (stage.fired, stage.quarantined) == ([b"b"], [b"a"])
    assert [letter["topic"] for letter in desk.letters()] == ["toy/toy.in/0/timer/61"]


def test_table_changes_are_acted_upon_once() -> None:
    """A task acts on what came after its birth, once, from its own cursor, also after a restart."""
    stage = ScriptedStage()
    desk = TaskDesk(stage)
    desk.publish("hub.organisations", 0, b"before birth")
    desk.run((b"a", b""))
    assert stage.tables_seen == []
    desk.publish("hub.organisations", 1, b"o1")
    assert desk.task.wants(1000, adopt=False)
    desk.run(commit=False)
    desk.run()
    desk.run()
    assert stage.tables_seen == [b"o1", b"o1"]  # the first one was aborted
    assert not desk.task.wants(1000, adopt=False)
    again = TaskDesk(stage, desk.store)
    for offset, key in enumerate((b"before birth", b"o1", b"o2")):
        again.publish("hub.organisations", offset, key)
    again.run()
    assert stage.tables_seen[2:] == [b"o2"]


def test_a_bad_table_change_costs_itself() -> None:
    """Of several table changes the one that raises becomes a dead letter of this task."""
    stage = ScriptedStage()
    desk = TaskDesk(stage)
    desk.run((b"a", b""))
    stage.bad = {b"o2"}
    for offset, key in enumerate((b"o1", b"o2", b"o3")):
        desk.publish("hub.regions", offset, key)
    desk.run()
    assert stage.tables_seen == [b"o1", b"o3"]
    assert [letter["topic"] for letter in desk.letters()] == ["toy/toy.in/0/hub.regions"]


def test_a_sweep_visits_everybody_once_in_steps() -> None:
    """A new rule book is swept in steps over committed cursors; a bad person is quarantined and passed."""
    stage = QuarantiningStage()
    desk = TaskDesk(stage, sweep_records=2)
    desk.run(*numbered(KEYS[:7]))
    stage.bad = {KEYS[3]}
    desk.tables.edition = "book@2"
    steps = 0
    while desk.task.wants(1000, adopt=False):
        desk.run()
        steps += 1
        assert steps < 20
    assert sorted(set(stage.swept)) == [key for key in KEYS[:7] if key != KEYS[3]]
    assert stage.quarantined == [KEYS[3]]
    assert desk.task.cursors.swept == "book@2"


def test_a_sweep_begins_again_for_a_newer_book() -> None:
    """A book activated during a sweep is swept from the start."""
    stage = ScriptedStage()
    desk = TaskDesk(stage, sweep_records=3)
    desk.run(*numbered(KEYS[:5]))
    desk.tables.edition = "book@2"
    desk.run()
    desk.tables.edition = "book@3"
    desk.run()
    desk.run()
    assert stage.swept == KEYS[:3] + KEYS[:5]
    assert desk.task.cursors.swept == "book@3"


def test_each_switch_is_recorded_with_its_point() -> None:
    """A task notes at which record and tick it took another book up, how far it had read, and its sweep."""
    desk = TaskDesk(QuarantiningStage(), sweep_records=4)
    desk.run(*numbered(KEYS[:7]), now=1000)
    assert not desk.task.cursors.switches
    desk.tables.edition = "book@2"
    desk.publish("hub.rules", 4, b"active")
    desk.run((b"k00", b""), now=2000, commit=False)
    assert not desk.task.cursors.switches, "an abort is no switch"
    desk.run((b"k00", b""), now=2000)
    assert list(desk.task.cursors.switches) == [Switch("book@2", 7, 2000, 5)]
    assert desk.task.progress(simulated=False).text() == "books=book@2:7:2000:0 sweep=6b3033"
    desk.run((b"k01", b""), now=3000)
    assert list(desk.task.cursors.switches) == [Switch("book@2", 7, 2000, 5, 3000)]
    assert desk.task.progress(simulated=False).text() == "books=book@2:7:2000:3000"
    for version in range(3, 9):
        desk.tables.edition = f"book@{version}"
        desk.run(now=4000)
    assert [each.edition for each in desk.task.cursors.switches] == [f"book@{each}" for each in (5, 6, 7, 8)]
    again = TaskDesk(QuarantiningStage(), desk.store)
    assert again.task.cursors.switches == desk.task.cursors.switches


def test_a_task_is_born_with_the_book_there_is() -> None:
    """A task that never ran begins with the active book, at its first record, with nobody to sweep."""
    desk = TaskDesk(QuarantiningStage())
    desk.tables.edition = "book@2"
    desk.run((b"a", b""), now=5)
    assert desk.task.cursors.switches == (Switch("book@2", 0, 5, 0, 5),)
    assert desk.task.sweep is None


def test_a_switch_is_noted_before_many_table_changes_are_acted_on() -> None:
    """How far the books were read is noted at once, though thousands of organisations come first."""
    desk = TaskDesk(QuarantiningStage())
    desk.run((b"a", b""))
    for offset in range(CHANGES_PER_RUN + 1):
        desk.consumer.queue.append(FakeMessage("hub.organisations", offset, b"o%d" % offset, b""))
    desk.tables.edition = "book@2"
    desk.publish("hub.rules", 0, b"active")
    desk.run()
    cursors = desk.task.cursors
    assert (cursors.tables.get("hub.rules", 0), cursors.switches[-1].tables) == (0, 1)


def test_a_sweep_yields_to_live_records() -> None:
    """With the allowance of a cycle used up the task switches all the same, and its sweep waits."""
    stage = QuarantiningStage()
    pace = Pace(LEAST, 1.0)
    desk = TaskDesk(stage, pace=pace)
    desk.run(*numbered(KEYS))
    desk.tables.edition = "book@2"
    while pace.open:
        pace.take()
    assert desk.task.wants(1000, adopt=False)
    desk.run()
    assert (desk.task.cursors.edition, stage.swept, desk.task.sweep) == ("book@2", [], b"")
    assert not desk.task.wants(1000, adopt=False)
    pace.begin(5.0)
    assert desk.task.wants(1000, adopt=False)
    desk.run()
    assert stage.swept == KEYS[:LEAST]


def test_a_bad_sweep_without_quarantine_stops() -> None:
    """A stage that cannot hold a person makes a sweep that raises stop the worker."""
    stage = ScriptedStage()
    desk = TaskDesk(stage)
    desk.run(*numbered(KEYS[:3]))
    stage.bad = {KEYS[1]}
    desk.tables.edition = "book@2"
    desk.run()  # up to the one before
    with pytest.raises(StopError):
        desk.run()


def test_time_never_runs_backwards() -> None:
    """A task that has seen a tick works with it when the clock falls behind."""
    desk = TaskDesk(ScriptedStage())
    desk.run((b"a", b"t1500"), now=2000)
    desk.run(now=1000)
    assert desk.task.cursors.tick == 2000
    assert b"a" in desk.of("toy.out")


def test_simulated_time_is_confirmed_when_nothing_is_left() -> None:
    """A task confirms each simulated tick once, and only when nothing is left to do."""
    desk = TaskDesk(ScriptedStage())
    desk.task.run([], 5, flush=True)
    assert desk.task.progress(simulated=True).tick == 5
    desk.task.settle(None)
    assert not desk.task.wants(5, adopt=True)
    assert desk.task.wants(6, adopt=True)
    desk.task.reached = 1
    desk.task.run([Record(0, b"a", b"t6")], 6, flush=True)
    assert desk.task.progress(simulated=True).tick is None  # a timer is due at once


@pytest.mark.parametrize(
    ("committed", "own", "beginning", "start"),
    [(7, 5, 0, 7), (-1, 5, 0, 5), (-1, None, 3, 3)],
    ids=["the group's offset", "the task's own", "a new task"],
)
def test_where_a_task_begins(committed: int, own: int | None, beginning: int, start: int) -> None:
    """The group's offset counts; when Kafka forgot it the task's own; a new task starts at the beginning."""
    store = MemoryStore()
    if own is not None:
        store.write([(Kind.META, Cursors(epoch=1, input=own).pack())], None)
    desk = TaskDesk(ScriptedStage(), store)
    assert desk.task.open(committed, beginning) == start


def test_unread_records_that_are_gone_are_an_error() -> None:
    """A task whose next record was deleted does not go on silently."""
    store = MemoryStore()
    store.write([(Kind.META, Cursors(epoch=1, input=5).pack())], None)
    desk = TaskDesk(ScriptedStage(), store)
    with pytest.raises(StateError):
        desk.task.open(-1, 6)


def test_changelog_keys_of_shared_partitions_are_apart() -> None:
    """Tasks of a stage with several topics share a changelog partition under different tags."""

    class Many(ScriptedStage):
        topics: tuple[str, ...] = ("a.in", "b.in")

    assert TaskDesk(ScriptedStage()).task.tag == b""
    assert TaskDesk(Many()).task.tag == b"a.in\0"


@pytest.mark.parametrize(
    ("topics", "partition", "place", "tag"),
    [
        (("toy.in",), 3, 3, b""),
        (("toy.in", "toy.more"), 3, 3, b"toy.in\0"),
        (("toy.in", "toy.more"), 4, 0, b"toy.in/4\0"),
        (("toy.in", "toy.more"), 11, 3, b"toy.in/11\0"),
    ],
    ids=["alone in its changelog", "beside other topics", "beyond the lanes", "far beyond"],
)
def test_where_a_task_keeps_its_changelog(
    topics: tuple[str, ...], partition: int, place: int, tag: bytes
) -> None:
    """A task's changelog is its lane's partition, under keys that no other task's keys begin with."""
    stage = ScriptedStage()
    stage.topics = topics
    task = TaskDesk(stage, partition=partition).task
    assert (task.changelog_partition, task.tag) == (place, tag)


def test_a_stage_of_one_topic_has_no_more_tasks_than_lanes() -> None:
    """Tasks that do not mark their keys cannot share a changelog partition: none is beyond the lanes."""
    with pytest.raises(TopicsError, match="fixed at birth"):
        TaskDesk(ScriptedStage(), partition=4)


def test_an_old_position_is_committed_again() -> None:
    """A task without work commits when its last commit is so old that Kafka might forget it, not before."""
    desk = TaskDesk(ScriptedStage(), renewal_ms=500)
    desk.run((b"a", b""), now=1000)
    assert not desk.task.wants(1499, adopt=False)
    assert desk.task.wants(1500, adopt=False)
    desk.run(now=1500)
    assert not desk.task.wants(1999, adopt=False)


def positions(desk: TaskDesk) -> list[tuple[int, int]]:
    """Return value and position of each part that was published."""
    parts = [json.loads(value or b"") for topic, value, _ in desk.outputs if topic == PARTS]
    return [(part["value"], part["position"]) for part in parts]


def test_a_part_says_up_to_where_it_counts() -> None:
    """A value counts exactly the records before its position: also of transactions that published nothing."""
    desk = TaskDesk(ScriptedStage())
    desk.run((b"a", b""), flush=True)
    desk.run((b"a", b""), (b"b", b""), now=1001)
    desk.run((b"a", b""), now=1002, flush=True)
    desk.run((b"a", b""), now=1003, commit=False, flush=True)
    desk.run((b"a", b""), (b"b", b"halt"), (b"c", b""), now=1004, flush=True)
    assert positions(desk) == [(1, 1), (4, 4), (5, 5)]


def test_a_part_of_a_restored_task_counts_from_its_own_records() -> None:
    """What was counted but not published is published with the position at which the task stands then."""
    store = MemoryStore()
    TaskDesk(ScriptedStage(), store).run((b"a", b""), (b"b", b""))
    again = TaskDesk(ScriptedStage(), store)
    again.run((b"a", b""), now=1001, flush=True)
    assert positions(again) == [(3, 3)]
