"""Targets and milestones."""

from __future__ import annotations

import pytest

from hub.core.dates import parse_day
from hub.core.targets import Goal, Targets, reached
from tests.unit.core.scenes import TARGETS


def plan(goal: Goal) -> Targets:
    """Return a plan with one goal."""
    return TARGETS._replace(goals={"T1": goal})


@pytest.mark.parametrize(
    ("day", "asked"),
    [
        ("2019-12-30", None),
        ("2019-12-31", 10),
        ("2020-12-31", 10 + 90 * 366 / 1096),
        ("2022-12-31", 100),
        ("2030-01-01", 100),
    ],
)
def test_a_milestone_runs_straight_from_baseline_to_target(day: str, asked: float | None) -> None:
    """It is interpolated by days, is the target from the end on, and nothing before the beginning."""
    goal = plan(Goal(100, {"33": 10}))
    assert goal.milestone("T1", "33", parse_day(day), goal.target("T1")) == pytest.approx(asked)


def test_a_given_milestone_is_kept() -> None:
    """What the plan gives for a year's end is asked then, and the line runs through it."""
    goal = plan(Goal(100, {"33": 10}, {"33": {2020: 80}}))
    assert goal.milestone("T1", "33", parse_day("2020-12-31"), 100) == 80
    assert goal.milestone("T1", "33", parse_day("2021-12-31"), 100) == pytest.approx(90)


def test_without_a_baseline_nothing_is_asked_before_the_end() -> None:
    """A milestone is never made up."""
    goal = plan(Goal(100))
    assert goal.milestone("T1", "33", parse_day("2022-12-30"), 100) is None
    assert goal.milestone("T1", "33", parse_day("2022-12-31"), 100) == 100
    assert goal.milestone("T9", "33", parse_day("2022-12-30"), None) is None


def test_the_plan_has_three_years() -> None:
    """Milestones are those of the ends of 2020, 2021 and 2022."""
    assert list(TARGETS.years()) == [2020, 2021, 2022]


def test_reached() -> None:
    """A value that is the milestone reaches it; the unknown is neither."""
    assert reached(2, 2) is True
    assert reached(1.9, 2) is False
    assert reached(None, 2) is None
    assert reached(2, None) is None
