"""The engine alone, with a stage that counts, on the real broker: exactly once, whatever happens."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from hub import kafka, provision
from hub.embedded.broker import settings_for
from tests.acceptance.toy_group import PARTITIONS, ToyGroup, until

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from hub.embedded.broker import EmbeddedBroker
    from hub.settings import Settings

WORDS = 40
TIMER_DUE = b"timer:1"


def words(records: int, value: bytes = b"") -> list[tuple[bytes, bytes]]:
    """Return records that spread evenly over the words."""
    return [(b"w%d" % (i % WORDS), value) for i in range(records)]


def expected(records: int, kind: str = "") -> dict[tuple[str, str], int]:
    """Return what must come out: each word counted from 1 up, each count once."""
    return {(f"w{i % WORDS}{kind}", str(i // WORDS + 1)): 1 for i in range(records)}


def of_words(outputs: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the outputs without those of timers, tables and sweeps."""
    return {pair: times for pair, times in outputs.items() if "/" not in pair[0]}


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
    """Return a group with topics of its own on a broker that has the hub's topics too."""
    provision.ensure(
        kafka.admin(settings), settings, correct=True
    )  # another test may have left them otherwise
    return ToyGroup(settings, tmp_path)


@pytest.mark.parametrize("failpoint", ["before_commit", "after_commit_before_store", "after_store"])
def test_killed_at_a_point(group: ToyGroup, failpoint: str) -> None:
    """Killed around a commit, twice, every record takes effect exactly once."""
    with group:
        sent = group.send(words(1000))
        for passing in (3, 2):
            group.start(0, f"{failpoint}:{passing}")
            assert group.wait_dead(0) == -9
        group.start(0)
        group.wait_done(sent)
        assert group.outputs() == expected(1000)
        until(lambda: sum(seen(group).values()) >= sent, "the counters")
        assert sum(seen(group).values()) == sent


def dead_letters(group: ToyGroup) -> list[dict[str, Any]]:
    """Return the group's dead letters."""
    return [letter for letter in group.documents("hub.dead-letters") if letter["stage"] == group.name]


def seen(group: ToyGroup) -> dict[str, int]:
    """Return the newest value of the counter ``flow.seen`` per origin."""
    newest: dict[str, tuple[int, int, int]] = {}
    for part in group.documents("hub.statistics.parts"):
        if part["origin"].startswith(group.name + "/"):
            candidate = (part["epoch"], part["version"], part["value"])
            newest[part["origin"]] = max(newest.get(part["origin"], (0, 0, 0)), candidate)
    return {origin: value for origin, (_, _, value) in newest.items()}


def test_killed_in_a_timer_only_transaction(group: ToyGroup) -> None:
    """Killed in a transaction that holds nothing but timers, each timer fires exactly once."""
    with group:
        sent = group.send(words(WORDS, TIMER_DUE))
        group.start(0, "timer_only_before_commit:1")
        assert group.wait_dead(0) == -9
        group.start(0)
        group.wait_done(sent)
        until(lambda: len(group.outputs()) >= 2 * WORDS, "the timers")
        assert group.outputs() == expected(WORDS) | expected(WORDS, "/timer")


def test_killed_between_reading_a_table_and_acting(group: ToyGroup) -> None:
    """A table change that was read but not acted upon is acted upon once per task after a restart."""
    with group:
        sent = group.send(words(WORDS))
        group.start(0, "table_read_before_act:1")
        group.wait_done(sent)
        group.publish("hub.organisations", b"o1", b"x")
        assert group.wait_dead(0) == -9
        group.start(0)
        table = {(f"table/o1/{p}", "1"): 1 for p in range(PARTITIONS)}
        until(lambda: len(group.outputs()) >= WORDS + PARTITIONS, "the table change")
        assert group.outputs() == expected(WORDS) | table


@pytest.mark.parametrize(
    ("failpoint", "value"),
    [("before_commit:2:stop", b""), ("timer_only_before_commit:1:stop", TIMER_DUE)],
    ids=["records", "timers only"],
)
def test_zombie_is_fenced(group: ToyGroup, failpoint: str, value: bytes) -> None:
    """A worker that slept through its session, in mid-transaction, cannot commit when it wakes up."""
    with group:
        sent = group.send(words(400, value))
        group.start(0, failpoint)
        group.wait_stopped(0)
        group.start(1)
        group.wait_done(sent)
        timers = WORDS if value else 0
        until(lambda: len(group.outputs()) >= 400 + timers, "the other worker to do everything")
        group.wake(0)
        # The zombie must find out and take part again, or die; either way nothing comes out twice.
        more = group.send(words(400))
        group.wait_done(sent + more)
        assert of_words(group.outputs()) == expected(800)
        assert all(times == 1 for times in group.outputs().values())


def test_workers_join_and_leave(group: ToyGroup) -> None:
    """From one worker to two and back to one, the counts go on where they were: the state moves along."""
    with group:
        sent = group.send(words(400))
        group.start(0)
        group.wait_done(sent)
        group.start(1)
        until(
            lambda: (r := group.report(1)) is not None and r.ready and r.opened == PARTITIONS // 2,
            "half of the tasks",
        )
        sent += group.send(words(400))
        group.wait_done(sent)
        assert group.terminate(0) == 0
        sent += group.send(words(400))
        group.wait_done(sent)
        assert group.outputs() == expected(1200)


@pytest.mark.parametrize("damage", ["deleted", "truncated"])
def test_lost_state_is_restored(group: ToyGroup, damage: str) -> None:
    """A state directory that was deleted or truncated is restored from the changelog."""
    with group:
        sent = group.send(words(400))
        group.start(0)
        group.wait_done(sent)
        group.kill(0)
        state = group.directory / "state"
        if damage == "deleted":
            shutil.rmtree(state)
        else:
            for file in state.rglob("*"):
                if file.is_file():
                    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        sent += group.send(words(400))
        group.start(0)
        group.wait_done(sent)
        assert group.outputs() == expected(800)


def test_poison_among_many(group: ToyGroup) -> None:
    """One record that raises becomes one dead letter; the others of its batch take effect."""
    with group:
        sent = group.send([*words(1000), (b"bad", b"boom"), *words(1000)[:0]])
        group.start(0, batch_records=2000)
        group.wait_done(sent)
        assert group.outputs() == expected(1000)
        letters = dead_letters(group)
        assert [letter["code"] for letter in letters] == ["STAGE_FAILED"]
        assert "boom" not in letters[0]["message"]


def test_flood_stops_at_the_limit(group: ToyGroup) -> None:
    """A topic full of garbage stops the worker at the limit with exit code 6, and stays so at a restart."""
    with group:
        group.send([(b"w1", b"boom")] * 300)
        for _ in range(2):
            group.start(0, dead_letter_limit=20, batch_records=1000)
            assert group.wait_dead(0) == 6
            assert len(dead_letters(group)) == 20


def test_stopped_source_waits_for_an_operator(group: ToyGroup) -> None:
    """A source stops before what must not be skipped, says so, and moves on when it is released."""
    with group:
        group.send([(b"w1", b""), (b"w1", b"halt"), (b"w1", b"")])
        group.start(0)
        until(
            lambda: (r := group.report(0)) is not None and bool(r.stopped), "the report of the stopped source"
        )
        report = group.report(0)
        assert report is not None
        assert not report.ready
        place, code = report.stopped[0].split(" ")
        assert code == "PROHIBITION_UNREADABLE"
        assert group.outputs() == {("w1", "1"): 1}
        topic, _, rest = place.partition("[")
        partition, _, offset = rest.partition("]@")
        control = {"action": "release_source", "subject": f"{topic}/{partition}/{offset}"}
        group.publish("hub.controls", b"release", json.dumps(control).encode())
        until(lambda: ("w1", "2") in group.outputs(), "the record behind it")
        assert ("w1", "3") not in group.outputs()
        assert len(dead_letters(group)) == 1


def test_sweep_reaches_everybody_once(group: ToyGroup) -> None:
    """A new rule book makes every task re-evaluate all it knows, once, also when it is killed midway."""
    with group:
        sent = group.send(words(400))
        group.start(0, sweep_records=3)
        group.wait_done(sent)
        group.kill(0)
        group.publish("hub.rules", b"active", b"book@1")
        group.start(0, "timer_only_before_commit:2", sweep_records=3)
        assert group.wait_dead(0) == -9
        group.start(0, sweep_records=3)
        swept = {(f"w{i}/swept/book@1", "1"): 1 for i in range(WORDS)}
        table = {(f"table/active/{p}", "1"): 1 for p in range(PARTITIONS)}
        until(lambda: len(group.outputs()) >= 400 + WORDS + PARTITIONS, "the sweep")
        assert group.outputs() == expected(400) | swept | table


def test_graceful_stop_is_quick(group: ToyGroup) -> None:
    """SIGTERM under load ends a worker within seconds, and nothing is lost."""
    with group:
        sent = group.send(words(2000))
        group.start(0)
        until(lambda: group.done() > 0, "the first commit")
        began = time.monotonic()
        assert group.terminate(0) == 0
        assert time.monotonic() - began < 10
        group.start(0)
        group.wait_done(sent)
        assert group.outputs() == expected(2000)
