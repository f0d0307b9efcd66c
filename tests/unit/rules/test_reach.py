"""What the lines about one field leave open to it."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core.dates import add_months, parse_day
from hub.rules.days import Moment
from hub.rules.model import Leaf
from hub.rules.reach import Reach, reach


def line(operator: str, value: Any, field: str = "expires_on", fact: str = "certificate") -> Reach:
    """Return what one line leaves open."""
    return reach(fact, (Leaf(field=field, operator=operator, value=value),))


@pytest.mark.parametrize("months", [1, 2, 3, 7, 11, 12, 13, 24, 48])
def test_months_are_counted_in_days_exactly(months: int) -> None:
    """So many months are within the days of the longest such span, not one fewer, and hold the shortest's."""
    days = [
        day for first, last in (("1996-01-01", "2004-12-31"), ("2092-01-01", "2108-12-31"))
        for day in range(parse_day(first), parse_day(last))
    ]  # fmt: skip
    spans = {add_months(day, months) - day for day in days}
    within = line("within_months", months)
    assert within.within(line("within_days", max(spans)))
    assert not within.within(line("within_days", max(spans) - 1))
    assert line("within_days", min(spans)).within(within)
    assert not line("within_days", min(spans) + 1).within(within)


@pytest.mark.parametrize(
    ("lines", "empty"),
    [
        pytest.param(
            [("before", Moment(0, "days")), ("on_or_after", Moment(0, "days"))], True, id="touching"
        ),
        pytest.param(
            [("on_or_before", Moment(0, "days")), ("on_or_after", Moment(0, "days"))], False, id="one-day"
        ),
        pytest.param(
            [("before", Moment(-12, "months")), ("within_days", 365)], True, id="a-year-is-365-days-at-least"
        ),
        pytest.param([("before", Moment(-12, "months")), ("within_days", 366)], False, id="or-366"),
        pytest.param(
            [("after", Moment(99_999, "months")), ("before", Moment(99_998, "months"))], False,
            id="nothing-is-said-of-the-end-of-the-calendar",
        ),
        pytest.param([("absent", True), ("present", True)], True, id="unknown-and-known"),
    ],
)  # fmt: skip
def test_a_span_of_days_is_empty_or_not(lines: list[tuple[str, Any]], empty: bool) -> None:  # noqa: FBT001
    """Two lines about one day leave something, or nothing on any day."""
    where = [Leaf(field="expires_on", operator=operator, value=value) for operator, value in lines]
    assert reach("certificate", where).empty is empty


def test_numbers_and_flags_are_spans_and_values() -> None:
    """A number above ten is above five; not true is false; five and at most four is nothing."""
    star = {"field": "star", "fact": "volunteer"}
    assert line("at_least", 10, **star).within(line("at_least", 5, **star))
    assert not line("at_least", 5, **star).within(line("is_not", 7, **star))
    assert line("at_most", 5, **star).within(line("is_not", 7, **star))
    member = {"field": "member", "fact": "subject"}
    assert line("is_not", value=True, **member).within(line("is", value=False, **member))
    assert reach("volunteer", [
        Leaf(field="star", operator="is", value=5), Leaf(field="star", operator="at_most", value=4),
    ]).empty  # fmt: skip
