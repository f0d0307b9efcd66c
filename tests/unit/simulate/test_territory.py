"""The naive reading of region codes that change."""

from __future__ import annotations

from typing import Any

import pytest

from hub.simulate.territory import Territory

SPLIT = {"rule": "by_township", "old_code": "330604", "new_code": "330602", "township_code": "330604001",
         "lands_in": "330602007", "from_on": 10}  # fmt: skip
MANUAL = {"rule": "manual", "old_code": "330681", "new_code": "330683", "from_on": 10}
RENAMED = {"rule": "one_to_one", "old_code": "330624", "new_code": "330698", "from_on": 10}
CASES: list[Any] = [
    pytest.param("330604001003", 9, "330604001003", id="before"),
    pytest.param("330604001003", 10, "330602007", id="the-township-goes"),
    pytest.param("330604002003", 10, "330604002003", id="the-others-stay"),
    pytest.param("330604", 10, "330604", id="so-does-the-county"),
    pytest.param("330681001", 10, "", id="nobody-can-tell"),
    pytest.param("330624001003", 10, "330698001003", id="renamed"),
    pytest.param("3306", 10, "", id="a-city-is-no-county"),
]


def territory() -> Territory:
    """Return one change of each kind, one of them announced twice."""
    made = Territory()
    for change in (SPLIT, MANUAL, RENAMED, RENAMED):
        made.announce(change)
    return made


@pytest.mark.parametrize(("code", "today", "expected"), CASES)
def test_current(code: str, today: int, expected: str) -> None:
    """A stored code means what the changes in effect on the day say."""
    assert territory().current(code, today) == expected


@pytest.mark.parametrize(
    ("code", "written_on", "today", "expected"),
    [
        ("330604", 9, 10, "3306"), ("330604", 10, 11, "330604"), ("330604", 8, 9, "330604"),
        ("330681001", 9, 10, "3306"), (None, 9, 10, None),
    ],
)  # fmt: skip
def test_received(code: str | None, written_on: int, today: int, expected: str | None) -> None:
    """A county written down before it was divided may mean either part, if it arrives afterwards."""
    assert territory().received(code, written_on, today) == expected


def test_office_has_a_county_at_least() -> None:
    """An office in a county that nobody can tell has no region."""
    assert territory().office("330681", 9, 10) is None
    assert territory().office("330624", 9, 10) == "330698"
