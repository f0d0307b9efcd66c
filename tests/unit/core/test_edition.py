"""Residence codes follow the changes published after the package was made."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core.edition import Edition
from hub.core.region import Crosswalk, RegionTable

TABLE = RegionTable.parse(
    "code,name\n33,省\n3301,市\n330102,甲区\n330102001,一街道\n330102002,二街道\n330103,乙区\n"
)
ONE_TO_ONE = {
    "old_code": "330102",
    "new_code": "330199",
    "township": None,
    "rule": "one_to_one",
    "from_on": 100,
}
SPLIT = {
    "old_code": "330102",
    "new_code": "330103",
    "township": "二街道",
    "rule": "by_township",
    "from_on": 100,
}


def edition(*changes: dict[str, Any]) -> Edition:
    """Return an edition with some changes."""
    made = Edition(Crosswalk([], TABLE))
    for number, change in enumerate(changes):
        made.change(str(number), change)
    return made


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        pytest.param("330102", 99, "330102", id="the day before"),
        pytest.param("330102", 100, "330199", id="the day"),
        pytest.param("330103", 100, "330103", id="another county"),
        pytest.param("3301", 100, "", id="a city is no county"),
        pytest.param("110101", 100, "", id="unknown"),
        pytest.param("", 100, "", id="empty"),
    ],
)
def test_a_change_takes_effect_on_its_day(code: str, day: int, expected: str) -> None:
    """A renumbered county keeps its old code until the day of the change."""
    assert edition(ONE_TO_ONE).resolve(code, day) == expected


def test_a_township_may_move_to_another_county() -> None:
    """Where a county is split, the township decides."""
    assert edition(SPLIT).resolve("330102002", 100)[:6] == "330103"
    assert edition(SPLIT).resolve("330102001", 100) == "330102001"


def test_levels_below_what_is_known_are_cut() -> None:
    """An unknown village counts as not declared, its township stays."""
    assert edition().resolve("330102001201", 100) == "330102001"


def test_a_change_can_be_taken_back() -> None:
    """A tombstone restores the packaged edition; kept answers are forgotten."""
    known = edition(ONE_TO_ONE)
    assert known.resolve("330102", 100) == "330199"
    known.change("0", None)
    assert known.resolve("330102", 100) == "330102"


def test_what_is_to_come_is_known() -> None:
    """The first day of a change can be asked for, and which changes lie ahead."""
    known = edition(ONE_TO_ONE)
    assert known.starts("0") == 100
    assert known.starts("none") is None
    assert known.upcoming(99) == [("0", 100)]
    assert known.upcoming(100) == []
