"""What came out is read in the expectation's terms."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from hub import contracts, topics
from hub.demo.latency import latency
from hub.demo.observed import Change, Observed, add_counters, fold, without_county
from hub.demo.topic_reader import Message


def part(counter: str, origin: str, version: int, value: int, epoch: int = 1) -> bytes:
    """Return a framed counter part."""
    return contracts.codec().encode(
        "hub.counter_part",
        {"counter": counter, "origin": origin, "epoch": epoch, "version": version, "value": value,
         "kind": "stock", "tick": 0},
    )  # fmt: skip


def test_newest_part_of_each_origin_counts() -> None:
    """A total sums each origin's newest value; older versions and repetitions change nothing."""
    name = "members|county=330604|kind=adult"
    parts = [
        part(name, "a", 2, 5), part(name, "a", 1, 9), part(name, "a", 2, 5), part(name, "b", 7, 1),
        part("members|county=330106|kind=adult", "b", 1, 2), part("aliases_waiting|kind=cert_no", "b", 1, 3),
        part("flow.received|day=2022-01-01|system=party|type=x", "a", 1, 4),
    ]  # fmt: skip

    def read(topic: str) -> Iterable[Message]:
        values = parts if topic == topics.PARTS else []
        return [Message(0, offset, 0, None, value) for offset, value in enumerate(values)]

    seen = fold(read, contracts.codec())
    assert seen.stock == {"members|kind=adult": 8}
    assert seen.flow == {"flow.received|day=2022-01-01|system=party|type=x": 4}


@pytest.mark.parametrize(
    ("counter", "expected"),
    [("persons|county=330604", "persons"), ("held|code=consent|county=unknown", "held|code=consent")],
)
def test_county_is_left_out(counter: str, expected: str) -> None:
    """The expectation sums over counties."""
    assert without_county(counter) == expected


def test_zero_is_absent() -> None:
    """A stock figure that went to zero is no figure."""
    seen = Observed()
    add_counters({"persons|county=330604": 0}, seen)
    assert seen.stock == {}


def change(cause: str | None, timestamp: int) -> Change:
    """Return a record caused by an event."""
    return Change(0, 1, 0, (), timestamp=timestamp, cause_event_id=cause)


def test_latency() -> None:
    """Waits run from the causing event's record to the invitation's; what time caused is left out."""
    published = {f"e{i}".encode(): 1000 for i in range(100)}
    waits = latency([*(change(f"e{i}", 1000 + i) for i in range(100)), change(None, 9_000_000)], published)
    assert waits is not None
    assert waits._asdict() == {"invitations": 100, "p50": 50, "p95": 95, "p99": 99, "longest": 99}
    assert latency([change(None, 5)], published) is None


def task(identifier: str, status: str, tick: int, revision: int) -> bytes:
    """Return a framed task."""
    codec, person = contracts.codec(), b"\x0a" * 16
    envelope = {
        "id": "1", "source": "/x", "type": "hub.task", "specversion": "1.0", "time": "2022-01-01T00:00:00Z",
        "recordedat": None, "dataschema": None, "subject": None, "region": None, "legalmode": None, "seq": 0,
    }  # fmt: skip
    return codec.encode("hub.task", {
        "envelope": envelope, "task_id": identifier, "person": person, "kind": "transfer", "status": status,
        "change": "opened" if status == "open" else status, "organisation": "A", "target": "B",
        "rule_id": "R18", "book": "b@1", "reason_zh": "因", "reason_en": "why", "disclosed": [], "tick": tick,
        "revision": revision,
    })  # fmt: skip


def test_tasks_of_a_person_are_seen_together() -> None:
    """After each record all tasks of the person are there, ended ones too, however they were read."""
    values = [task("1", "done", 2, 1), task("1", "open", 1, 0), task("2", "open", 3, 0)]

    def read(topic: str) -> Iterable[Message]:
        chosen = values if topic == topics.TASKS else []
        return [Message(0, offset, 0, None, value) for offset, value in enumerate(chosen)]

    seen = fold(read, contracts.codec())
    (history,) = seen.tasks.values()
    assert [[view[1] for view in change.view] for change in history] == [["open"], ["done"], ["done", "open"]]
    assert dict(seen.task_changes) == {"transfer opened": 2, "transfer done": 1}
    assert len(seen.asked) == 2


def test_forgotten_events_are_summed_over_systems() -> None:
    """What is only counted is counted over all systems and counties."""
    seen = Observed()
    add_counters({"flow.anonymous|system=donation": 2, "flow.received|day=x": 9}, seen)
    assert seen.forgotten == {"flow.anonymous": 2}
