"""hub.figures.text: a figure in a few characters."""

from __future__ import annotations

import pytest

from hub.core.shelf import Published
from hub.figures.text import bar, lines, spark, target_text, value_text
from tests.unit.figuremaking import figure


@pytest.mark.parametrize(
    ("told", "text"),
    [
        pytest.param(figure("T2", value=1204.0), "1,204人", id="persons"),
        pytest.param(figure("T1", value=0.0187, unit="share"), "1.87%", id="share"),
        pytest.param(figure("T2", value=5.0, low=3.0, high=7.0), "5人 (3人–7人)", id="range"),
        pytest.param(
            figure("T4", value=None, note="baseline unknown"), "— 基期未知 baseline unknown", id="none"
        ),
        pytest.param(figure("T8.median_days", value=2.5, unit="days"), "2.5天", id="part-of-a-day"),
        pytest.param(figure("T8.median_days", value=7.0, low=3.0, unit="days"), "3天–7天", id="bucket"),
    ],
)
def test_a_value_is_told_with_unit_range_or_reason(told: Published, text: str) -> None:
    """Never a bare number whose unit must be guessed."""
    assert value_text(told) == text


@pytest.mark.parametrize(
    ("value", "target", "milestone", "drawn"),
    [
        pytest.param(5.0, 10.0, None, "████░░░░", id="half"),
        pytest.param(5.0, 10.0, 7.5, "████░░┃░", id="behind-its-milestone"),
        pytest.param(20.0, 10.0, 10.0, "███████┃", id="beyond"),
        pytest.param(-5.0, 10.0, 0.0, "┃░░░░░░░", id="below-nothing"),
        pytest.param(0.0, 0.0, None, "████████", id="nothing-asked"),
        pytest.param(5.0, None, None, "", id="no-target"),
        pytest.param(None, 10.0, None, "", id="no-value"),
    ],
)
def test_a_bar_goes_to_the_target_with_a_mark(
    value: float | None, target: float | None, milestone: float | None, drawn: str
) -> None:
    """Its length is value through target, within its ends."""
    assert bar(figure("T2", value=value, target=target, milestone=milestone), width=8) == drawn


def test_the_milestone_is_told_when_it_is_not_the_target() -> None:
    """Both numbers stand there."""
    assert target_text(figure("T1", unit="share", target=0.02, milestone=0.015)) == "2.00% (┃1.50%)"
    assert target_text(figure("T1", unit="share", target=0.02, milestone=0.02)) == "2.00%"
    assert target_text(figure("T1")) == ""


def test_a_line_of_blocks_needs_two_values() -> None:
    """Equal values make a flat line."""
    assert (spark([]), spark([1.0]), spark([2.0, 2.0]), spark([1.0, 2.0])) == ("", "", "▁▁", "▁█")


def test_lines_show_the_widest_newest_period_and_the_last_twelve_months() -> None:
    """A year stands for its months, which become the little curve; quarters and days are no months."""
    months = [figure("T12", value=float(m), period=f"2021-{m:02}") for m in range(1, 13)]
    newer = [figure("T12", value=99.0, period=p) for p in ("2022-01", "2022-Q1", "2022", "2022-01-05")]
    (line,) = lines([*months, *newer])
    assert (line.newest.period, line.months) == ("2022", (*map(float, range(2, 13)), 99.0))
    (now,) = lines([figure("T1", value=1.0), figure("T1", value=2.0, period="2022")])
    assert now.newest.period == ""
