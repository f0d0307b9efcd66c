"""``hub review`` on outputs in memory: what is shown of what waits for a human, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hub import topics
from hub.cli import review
from hub.cli.main import app
from hub.core import dates

TODAY = 19_100
ANNA, BEN = b"\xaa" * 16, b"\xbb" * 16


def parked(event_id: str, reason: str, topic: str, day: int) -> dict[str, Any]:
    """Return a parked event."""
    return {
        "event_id": event_id, "source": "/a", "type": "x.v1", "reason": reason, "prohibition": False,
        "occurred_at": dates.midnight_ms(day), "sealed": b"sealed",
        "origin": {"topic": topic, "partition": 0, "offset": 7},
    }  # fmt: skip


PARKED = [
    parked("e-2", "ID_REPAIRABLE", topics.RESCUE, TODAY),
    parked("[e]-1", "ID_TRUNCATED", topics.TRAINING, TODAY - 4),
]
DECISIONS = [
    {"person": ANNA, "tick": dates.midnight_ms(TODAY - 2), "outcome": "held", "code": "review"},
    {"person": BEN, "tick": dates.midnight_ms(TODAY - 1), "outcome": "held", "code": "region"},
]


class Memory:
    """Stands for the outputs on a broker."""

    step: object = None

    def told(self, topic: str, ce_type: str, fields: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Return what a topic holds."""
        assert fields is None or topic == topics.DECISIONS
        return {(topics.IDENTITY, "hub.parked"): PARKED, (topics.DECISIONS, "hub.decision"): DECISIONS}[
            topic, ce_type
        ]

    def size(self, *_names: str) -> int:
        """Return how much there is to read."""
        return 4

    def today(self) -> int:
        """Return the day."""
        return TODAY


@pytest.fixture(autouse=True)
def _memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "open_outputs", lambda _bootstrap: Memory())


def hub(*arguments: str) -> Result:
    """Run ``hub review list``."""
    return CliRunner().invoke(app, ["review", "list", *arguments])


@pytest.mark.parametrize(
    ("arguments", "events", "people"),
    [
        pytest.param((), ["[e]-1", "e-2"], [ANNA, BEN], id="all"),
        pytest.param(("--code", "ID_TRUNCATED"), ["[e]-1"], [], id="a reason"),
        pytest.param(("--code", "region"), [], [BEN], id="a code"),
        pytest.param(("--code", "review", "--code", "ID_REPAIRABLE"), ["e-2"], [ANNA], id="both"),
        pytest.param(("--system", "rescue"), ["e-2"], [], id="a system"),
        pytest.param(("--limit", "1"), ["[e]-1"], [ANNA], id="the oldest"),
    ],
)
def test_the_filters_are_all_asked(arguments: Sequence[str], events: list[str], people: list[bytes]) -> None:
    """A reason or code is asked of both, a system of events: nobody is held by a system."""
    found = json.loads(hub(*arguments, "--json").stdout)
    assert [each["event_id"] for each in found["parked"]] == events
    assert [each["person"] for each in found["held"]] == [person.hex() for person in people]


def test_what_is_shown() -> None:
    """Where the event is and how long it waits; since when the person; how many in all, beyond the limit."""
    found = json.loads(hub("--limit", "1", "--json").stdout)
    assert found["on"] == "2022-04-18"
    assert found["total"] == {"parked": 2, "held": 2}
    assert found["by_code"] == {
        "parked": {"ID_REPAIRABLE": 1, "ID_TRUNCATED": 1}, "held": {"region": 1, "review": 1}
    }  # fmt: skip
    assert found["parked"] == [{
        "code": "ID_TRUNCATED", "system": "training", "event_id": "[e]-1", "type": "x.v1",
        "prohibition": False, "topic": topics.TRAINING, "partition": 0, "offset": 7,
        "occurred_on": "2022-04-14", "days": 4,
    }]  # fmt: skip
    assert found["held"] == [{"code": "review", "person": ANNA.hex(), "since_on": "2022-04-16", "days": 2}]


def test_people_read_a_table_without_a_whole_pseudonym() -> None:
    """Eight digits tell two people apart; exit code 0 whatever waits: it is a list, not a check."""
    result = hub()
    assert result.exit_code == 0, result.output
    assert ("aaaaaaaa" in result.stdout, "a" * 9 in result.stdout) == (True, False)
    assert "[e]-1" in result.stdout
    assert "2 parked: ID_REPAIRABLE 1, ID_TRUNCATED 1" in result.stdout
    assert "2 held: region 1, review 1" in result.stdout


@pytest.mark.parametrize("arguments", [("--code", "LOST"), ("--system", "moon"), ("--limit", "0")])
def test_what_there_is_not_is_refused(arguments: Sequence[str]) -> None:
    """A mistyped filter would show that nothing waits."""
    assert hub(*arguments).exit_code == 2
