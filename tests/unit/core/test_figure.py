"""A figure's key, its period and its regions."""

from __future__ import annotations

import pytest

from hub.core.dates import iso
from hub.core.figure import Key, last_day, parse_counter, quarter_of, regions_of


def test_a_key_leaves_out_what_is_empty() -> None:
    """The key on the topic is figure, labels, period and region, without empty ones."""
    assert Key("T1", "", "33", "province").text == "T1|region=33"
    assert Key("a", "b=1|c=2", "3301", "city", "2022").text == "a|b=1|c=2|period=2022|region=3301"
    assert Key("a").text == "a"


@pytest.mark.parametrize("counter", ["", "|a=1", "a=1", "a|b", "a|=1", "a|b=1|b=2"])
def test_what_is_no_counter_is_refused(counter: str) -> None:
    """A counter has a name, and each label once, with a value."""
    with pytest.raises(ValueError, match=r"label|counter"):
        parse_counter(counter)


def test_a_county_counts_in_its_city_and_province_and_the_unknown_in_the_province() -> None:
    """Everything counts in the province; what is of no known county stands beside the cities."""
    assert regions_of("330106", "33") == (("330106", "county"), ("3301", "city"), ("33", "province"))
    assert (
        regions_of("unknown", "33") == regions_of("3301", "33") == (("unknown", "none"), ("33", "province"))
    )


@pytest.mark.parametrize(
    ("period", "last"),
    [
        ("2022-05-03", "2022-05-03"),
        ("2020-02", "2020-02-29"),
        ("2021-Q4", "2021-12-31"),
        ("2022", "2022-12-31"),
    ],
)
def test_a_period_ends(period: str, last: str) -> None:
    """A day, month, quarter and year end on their last day."""
    day = last_day(period)
    assert day is not None
    assert iso(day) == last


def test_an_unknown_period_never_ends() -> None:
    """What is no period has no end, and so is never restated."""
    assert last_day("unknown") is None
    assert last_day("2022-13") is None


def test_quarters_have_three_months() -> None:
    """Each month is in its quarter."""
    assert [quarter_of(f"2022-{month:02}")[-1] for month in range(1, 13)] == list("111222333444")
