"""What waits for a human is found in the outputs, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core.review import Held, held, parked

ANNA, BEN = b"\xaa" * 16, b"\xbb" * 16


def event(event_id: str = "e", at: int = 5, source: str = "/a", offset: int = 7) -> dict[str, Any]:
    """Return a parked event."""
    return {
        "event_id": event_id, "source": source, "type": "x.v1", "reason": "ID_REPAIRABLE",
        "prohibition": False, "occurred_at": at, "sealed": b"sealed",
        "origin": {"topic": "redcross.stem-cell.events", "partition": 2, "offset": offset},
    }  # fmt: skip


def decided(person: bytes, outcome: str, code: str, tick: int) -> dict[str, Any]:
    """Return what is read of a decision."""
    return {"person": person, "outcome": outcome, "code": code, "tick": tick}


def test_a_parked_event_is_named_by_its_source_and_place() -> None:
    """Reason, system, id and place: enough for the source to find it, and nothing of what it holds."""
    (found,) = parked([event()])
    assert found._asdict() == {
        "code": "ID_REPAIRABLE", "system": "stem-cell", "event_id": "e", "type": "x.v1",
        "prohibition": False, "topic": "redcross.stem-cell.events", "partition": 2, "offset": 7,
        "occurred_at": 5,
    }  # fmt: skip


def test_parked_events_come_oldest_first_and_once() -> None:
    """The same source and id is the same event however often it was published; another source's is not."""
    records = [event("b", 9), event("a", 3), event("b", 9, offset=8), event("b", 9, "/other", 6)]
    assert [(each.event_id, each.offset) for each in parked(records)] == [("a", 7), ("b", 6), ("b", 7)]


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        pytest.param([("held", "review", 1)], ("review", 1), id="review"),
        pytest.param([("held", "region", 1)], ("region", 1), id="region"),
        pytest.param([("held", "consent", 1)], None, id="no human can help"),
        pytest.param([("stop", "review", 1)], None, id="not held"),
        pytest.param([("held", "review", 1), ("invite", "", 2)], None, id="the newest counts"),
        pytest.param([("none", "", 1), ("held", "review", 2)], ("review", 2), id="since then"),
        pytest.param([("held", "review", 1), ("held", "review", 2)], ("review", 1), id="since the first"),
        pytest.param([("held", "review", 1), ("held", "region", 2)], ("region", 2), id="with this code"),
        pytest.param(
            [("held", "review", 1), ("invite", "", 2), ("held", "review", 3)], ("review", 3), id="again"
        ),
    ],
)
def test_who_is_held(decisions: list[tuple[str, str, int]], expected: tuple[str, int] | None) -> None:
    """Held now, with a code that a human lifts, since the decision with which that began."""
    found = [(each.code, each.since) for each in held(decided(ANNA, *each) for each in decisions)]
    assert found == ([expected] if expected is not None else [])


def test_people_come_longest_held_first() -> None:
    """By the tick since which they are held."""
    found = held([decided(BEN, "held", "region", 2), decided(ANNA, "held", "review", 1)])
    assert found == [Held("review", ANNA.hex(), 1), Held("region", BEN.hex(), 2)]
