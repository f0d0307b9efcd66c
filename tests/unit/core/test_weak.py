"""T11: weak counties."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hub.core import plan
from hub.core.dates import iso, parse_day
from hub.core.figure import Figure
from hub.core.weak import full_quarters, weak
from tests.unit.core.scenes import found, organisation, scene

VILLAGES = [organisation("village", f"{code}201") for code in ("330101001", "330101100", "330201001")]


def figures(counters: dict[str, int], organisations: Any = VILLAGES, **changed: Any) -> list[Figure]:
    """Return T11 of a scene."""
    made = scene(counters, organisations, **changed)
    now = {each.key: each for each in (*plan.adults(made), *plan.villages(made))}
    return list(weak(made, now))


def test_full_quarters() -> None:
    """The two quarters before the running one."""
    first = full_quarters(parse_day("2022-01-01"))
    assert first == (parse_day("2021-07-01"), parse_day("2021-12-31"), ("2021-Q3", "2021-Q4"))
    last = full_quarters(parse_day("2022-12-31"))
    assert (iso(last.begin), iso(last.end)) == ("2022-04-01", "2022-09-30")


def test_a_county_below_half_of_the_province_is_weak_and_says_in_what() -> None:
    """330102 has no village with an organisation; its city and the province count it."""
    found_ = figures({})
    assert found(found_, "T11|region=330102").note == "weak: T3"
    assert found(found_, "T11|region=330101").value == 0
    assert [found(found_, f"T11|region={region}").value for region in ("3301", "3302", "33")] == [1, 0, 1]


def test_a_low_share_of_members_is_weak_where_the_residents_are_known() -> None:
    """330101 has 20,000 residents and few members; where nobody knows the residents, T1 is not asked."""
    found_ = figures({"members|county=330101|kind=adult": 10, "members|county=330201|kind=adult": 1000})
    assert found(found_, "T11|region=330101").note == "weak: T1"
    assert found(found_, "T11|region=330201").note is None


def test_no_growth_in_two_quarters_is_weak() -> None:
    """Neither members nor villages became more in two full quarters; either is growth."""
    moved = {
        "members_moved|county=330101|month=2021-05|move=admitted": 1,
        "members_moved|county=330201|month=2022-01|move=admitted": 2,
        "members_moved|county=330101|month=2022-02|move=lapsed": 1,
    }
    assert found(figures(moved), "T11|region=330101").note == "weak: growth"
    assert found(figures(moved), "T11|region=330201").value == 0
    more = Counter({"330101": 1})
    assert found(figures(moved, villages_more=more), "T11|region=330101").value == 0


def test_growth_is_not_asked_before_members_are_known_that_long() -> None:
    """A hub that began last month calls nobody weak for want of history."""
    moved = {"members_moved|county=330101|month=2022-04|move=lapsed": 1}
    assert found(figures(moved), "T11|region=330101").value == 0
