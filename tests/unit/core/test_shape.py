"""What a counter counts in."""

from __future__ import annotations

import pytest

from hub.core.shape import shape, unit_of


def texts(counter: str) -> dict[str, int]:
    """Return key to weight."""
    return {share.key.text: share.weight for share in shape(counter, "33")}


def test_a_county_counts_in_three_regions_and_a_day_in_three_periods() -> None:
    """A counter of a day and county is in day, month and year, and in county, city and province."""
    found = texts("flow.x|county=330106|day=2022-05-03|system=a")
    assert len(found) == 9
    assert found["flow.x|system=a|period=2022-05|region=3301"] == 1


@pytest.mark.parametrize(
    ("counter", "key", "weight"),
    [
        ("flow.invitations|change=issued|channel=training|county=330106|kind=adult|month=2022-05|priority=1",
         "T8.invited|channel=training|priority=1|period=2022-05|region=3301", 1),
        ("members_moved|county=330106|month=2022-05|move=resigned", "T12|period=2022-Q2|region=330106", -1),
        ("members_moved|county=330106|month=2022-05|move=transferred_in", "T12|period=2022|region=33", 1),
        ("candidates|council=zj|member=yes|session=2022-06-30", "T9.members|council=zj|period=2022-06-30", 1),
        ("candidates|council=zj|member=no|session=2022-06-30",
         "T9.candidates|council=zj|period=2022-06-30", 1),
        ("held|code=consent|county=330106", "T13.held|region=33", 1),
        ("under_review|county=unknown", "T13.review_backlog|region=33", 1),
        ("qualified|county=330106|rule=R01", "T8.qualified|rule=R01|region=3301", 1),
        ("persons|county=330106", "T8.matched|region=33", 1),
    ],
)  # fmt: skip
def test_targets_that_are_sums(counter: str, key: str, weight: int) -> None:
    """The targets that are sums of counters are rolled up with them."""
    assert texts(counter)[key] == weight


def test_who_is_no_member_is_not_counted_as_one() -> None:
    """A candidate who is no member counts among the candidates only."""
    assert not any(
        key.startswith("T9.members") for key in texts("candidates|council=zj|member=no|session=2022-06-30")
    )


def test_a_change_that_is_no_step_is_in_no_funnel() -> None:
    """A revised invitation is counted, and is no step from qualified to member."""
    assert not any(
        key.startswith("T8")
        for key in texts(
            "flow.invitations|change=revised|channel=x|county=330106|kind=adult|month=2022-05|priority=1"
        )
    )


def test_the_unknown_is_visible_and_has_no_targets() -> None:
    """What is of no known county is a region of its own, with the counter's own figure alone."""
    unknown = [key for key in texts("persons|county=unknown") if key.endswith("unknown")]
    assert unknown == ["persons|region=unknown"]


@pytest.mark.parametrize(
    "counter",
    [
        "members_moved|county=330106|month=2022-1|move=resigned",
        "members_moved|county=330106|month=|move=resigned",
        "flow.x|month=2022-Q1", "flow.x|month=2022-13", "flow.x|day=2022-02-30", "flow.x|day=yesterday!",
    ],
)  # fmt: skip
def test_a_time_that_is_none_is_no_counter(counter: str) -> None:
    """A counter of no day or month is refused whole: it would break what asks for its quarter."""
    with pytest.raises(ValueError, match="day or month"):
        shape(counter, "33")


def test_the_last_months_there_can_be_are_months() -> None:
    """A source may date something at the end of all days: that counts there."""
    assert (
        texts("members_moved|county=330106|month=2199-12|move=resigned")["T12|period=2199-Q4|region=33"] == -1
    )
    assert texts("members_moved|county=330106|month=1880-01|move=resigned")["T12|period=1880|region=33"] == -1


@pytest.mark.parametrize("counter", ["sensitive_grounds", "sensitive_held|code=quiet"])
def test_class_s_is_in_no_figure(counter: str) -> None:
    """Who watches the figures move does not learn that a quiet period ended when an invitation went."""
    assert shape(counter, "33") == ()


def test_units() -> None:
    """Flows count events, people persons."""
    figures = ("flow.received", "members", "T8.invited", "T12", "organisations", "tasks_open")
    expected = ["events", "persons", "events", "persons", "organisations", "none"]
    assert [unit_of(each) for each in figures] == expected
