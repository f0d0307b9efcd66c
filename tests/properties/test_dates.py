"""The short way to a time and the long one agree."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core import dates
from hub.core.dates import DateError

NUMBERS = st.sampled_from(
    ["2022", "1879", "2024", "02", "05", "29", "31", "8", "23", "59", "60", "24", "00", "２"]
)
SIGNS = st.sampled_from(["-", "-W", "/", "T", " ", "t", ":", "：", ".", ",", ""])
ENDS = st.sampled_from([".297", ".29", ".2976", "Z", "+08:00", "+00:00", "-05:30", "+0800"])
DATES = st.sampled_from(["2022-05-08", "2024-02-29", "2023-02-29", "1879-12-31", "2199-12-31", "2022-W18-7"])
CLOCKS = st.sampled_from(["T23:59", "T24:00", "T00:00", "T3:59", "t10:00", " 10:00", "T10:60", "T１0:00", ""])
SECONDS = st.sampled_from([":00", ":59", ":60", ":61", ":5", ""])
FRACTIONS = st.sampled_from(["", ".0", ".29", ".297", ".2976", ".29a", ",297"])
ZONES = st.sampled_from(["Z", "+08:00", "+00:00", "-05:30", "z", "+08", " Z", ""])
TEXTS = st.one_of(
    st.tuples(DATES, CLOCKS, SECONDS, FRACTIONS, ZONES).map("".join),
    st.lists(NUMBERS | SIGNS | ENDS, max_size=12).map("".join),
    st.text(max_size=30),
)


def by_pattern(text: str) -> int | None:
    """Return the time as the pattern reads it, None for what is none."""
    try:
        return dates.parse_by_pattern(text)
    except DateError:
        return None


@given(TEXTS)
@settings(max_examples=2000, deadline=None)
def test_look_ups_read_what_the_pattern_reads(text: str) -> None:
    """A time, and its day, are those that the pattern alone would give; what it refuses is refused."""
    expected = by_pattern(text)
    try:
        assert dates.parse_ms(text) == expected
        assert dates.parse_day(text) == dates.day_of(expected or 0)
    except DateError:
        assert expected is None
