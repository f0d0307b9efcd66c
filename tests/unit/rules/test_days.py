"""Moments beside today."""

from __future__ import annotations

import pytest

from hub.core.dates import parse_day
from hub.rules.days import FAR, Moment, later, months_later


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("today", Moment(0, "days"), id="today"),
        pytest.param("today - 365 days", Moment(-365, "days"), id="days-back"),
        pytest.param("today+1 day", Moment(1, "days"), id="one-day-ahead"),
        pytest.param(" today - 12 months ", Moment(-12, "months"), id="months"),
        pytest.param("today + 2 years", Moment(24, "months"), id="years-are-months"),
    ],
)
def test_a_moment_is_read(text: str, moment: Moment) -> None:
    """Days, months and years, before and after, with or without spaces."""
    assert Moment.parse(text) == moment


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "today - one year", "today - 3 weeks", "2022-01-01", "today 3"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """Everything else is an error, not a guess."""
    with pytest.raises(ValueError, match="compared with today"):
        Moment.parse(text)


@pytest.mark.parametrize("moment", [Moment(0, "days"), Moment(-365, "days"), Moment(12, "months")], ids=str)
def test_a_moment_is_written_as_it_is_read(moment: Moment) -> None:
    """Str and parse are each other's inverse."""
    assert Moment.parse(str(moment)) == moment


def test_the_distance_is_counted_from_the_facts_day() -> None:
    """29 February is "today minus twelve months" until 28 February, not until 1 March."""
    day = parse_day("2020-02-29")
    assert Moment(-12, "months").pivot(day) == parse_day("2021-02-28")
    assert Moment(-365, "days").pivot(day) == day + 365


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param("2022-01-31", 1, "2022-02-28", id="clamped"),
        pytest.param("9999-12-31", 12, "9999-12-31", id="for-ever-stays-for-ever"),
        pytest.param("9999-06-01", -12, "9998-06-01", id="back-from-far"),
    ],
)
def test_months_are_clamped_to_month_and_calendar(day: str, months: int, expected: str) -> None:
    """A month's end, and the calendar's, are where counting stops."""
    from datetime import date

    start = date.fromisoformat(day).toordinal() - date(1970, 1, 1).toordinal()
    end = date.fromisoformat(expected).toordinal() - date(1970, 1, 1).toordinal()
    assert months_later(start, months) == end <= FAR


def test_the_first_day_of_the_calendar_is_the_earliest() -> None:
    """Counting back stops at the calendar's beginning."""
    assert months_later(-719_162, -1) == -719_162
    assert later(10, -3, "days") == 7
