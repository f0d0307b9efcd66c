"""The comparison finds every difference, once, where it first shows."""

from __future__ import annotations

from typing import Any

import pytest

from hub.demo.compare import compare_figures, compare_tasks, compare_ticks
from hub.demo.observed import Change
from hub.simulate.calendar import day_number

ANNA, BO = b"\x0a" * 16, b"\x0b" * 16
DAY = day_number("2022-03-01")
UNTIL = day_number("2022-08-28")


def view(
    status: str = "issued", *, episode: int = 1, cause: str | None = None, priority: int = 1
) -> tuple[Any, ...]:
    """Return one person's invitation as it is compared."""
    return (episode, status, cause, priority, ("R01",), "adult", "RC-V", UNTIL, 7, None)


def found(tick: int, seen: tuple[Any, ...], offset: int = 0) -> Change:
    """Return one record of hub.invitations."""
    return Change(tick, seen[0], offset, seen)


ISSUED = "1 issued None 1 R01 adult RC-V 2022-08-28 7 None"
WITHDRAWN = view("withdrawn", cause="consent")
EXPECTED = [(DAY, 100, {ANNA: view()}), (DAY + 1, 200, {}), (DAY + 2, 300, {ANNA: WITHDRAWN})]
CASES: list[Any] = [
    pytest.param({ANNA: [found(100, view()), found(300, WITHDRAWN)]}, [], id="equal"),
    pytest.param(
        {ANNA: [found(100, view(priority=3)), found(100, view(), 1), found(300, WITHDRAWN)]},
        [],
        id="only-the-last-of-a-tick-counts",
    ),
    pytest.param(
        {ANNA: [found(100, view())]},
        [
            "2022-03-03 0a0a0a0a: status: expected withdrawn, found issued",
            "2022-03-03 0a0a0a0a: cause: expected consent, found None",
        ],
        id="a-change-is-missing",
    ),
    pytest.param(
        {ANNA: [found(100, view(priority=2)), found(300, view("withdrawn", cause="member"))]},
        ["2022-03-01 0a0a0a0a: priority: expected 1, found 2"],
        id="reported-once-where-it-first-shows",
    ),
    pytest.param(
        {ANNA: [found(200, view()), found(300, WITHDRAWN)]},
        [f"2022-03-01 0a0a0a0a: invitation: expected {ISSUED}, found none"],
        id="a-day-late",
    ),
    pytest.param(
        {ANNA: [found(100, view()), found(300, WITHDRAWN)], BO: [found(200, view())]},
        [f"2022-03-02 0b0b0b0b: invitation: expected none, found {ISSUED}"],
        id="somebody-too-many",
    ),
    pytest.param(
        {ANNA: [found(100, view()), found(300, WITHDRAWN), found(999, view(episode=2))]},
        ["tick 999: records of a tick that was never published: expected none, found 1"],
        id="a-tick-that-never-was",
    ),
]


@pytest.mark.parametrize(("histories", "differences"), CASES)
def test_compare_ticks(histories: dict[bytes, list[Change]], differences: list[str]) -> None:
    """Each tick's latest invitation per person is compared; a difference names day, person and field."""
    compared, seen = compare_ticks(EXPECTED, histories)
    assert [str(difference) for difference in seen] == differences
    assert compared >= 2


def test_compare_figures() -> None:
    """An absent figure is zero; what differs is named."""
    seen = compare_figures("parked", {"ID_CHECK": 2, "FIELD_MISSING": 1}, {"ID_CHECK": 2, "OTHER": 1})
    assert [str(difference) for difference in seen] == [
        "parked: FIELD_MISSING: expected 1, found 0",
        "parked: OTHER: expected 0, found 1",
    ]


def task(status: str, due_on: int | None = DAY) -> tuple[Any, ...]:
    """Return one task as it is compared."""
    return ("admission", status, "RC-S", "", due_on, DAY + 14, "T1", None, None, None)


def written(status: str) -> str:
    """Return the same as text."""
    return f"admission {status} RC-S  2022-03-01 2022-03-15 T1 None None None"


TASKS: list[Any] = [
    pytest.param([(100, (task("open"),)), (300, (task("done"),))], [], id="equal"),
    pytest.param(
        [(100, (task("open"),)), (300, (task("missed"),))],
        [f"2022-03-03 0a0a0a0a: tasks: expected {written('done')}, found {written('missed')}"],
        id="another-end",
    ),
    pytest.param(
        [(300, (task("done"),))],
        [f"2022-03-01 0a0a0a0a: tasks: expected {written('open')}, found none"],
        id="too-late",
    ),
]


@pytest.mark.parametrize(("history", "differences"), TASKS)
def test_compare_tasks(history: list[tuple[int, tuple[Any, ...]]], differences: list[str]) -> None:
    """All tasks of a person are compared at each tick: who acts, until when, and how it ended."""
    due = [(DAY, 100, {ANNA: (task("open"),)}), (DAY + 2, 300, {ANNA: (task("done"),)})]
    _, seen = compare_tasks(due, {ANNA: [Change(tick, 0, 0, tasks) for tick, tasks in history]})
    assert [str(difference) for difference in seen] == differences
