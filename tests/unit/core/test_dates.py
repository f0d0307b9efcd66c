"""Days and times from every format the feeds have."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hub.core import dates
from hub.core.codes import Code
from hub.core.dates import DateError

MAY_8 = (date(2022, 5, 8) - date(1970, 1, 1)).days
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2022-05-08", MAY_8, id="iso"),
        pytest.param("2022-5-8", MAY_8, id="iso-short"),
        pytest.param("2022/5/8", MAY_8, id="slashes"),
        pytest.param("2022/05/08", MAY_8, id="slashes-padded"),
        pytest.param("2022.5.8", MAY_8, id="dots"),
        pytest.param("20220508", MAY_8, id="compact"),
        pytest.param("2022年5月8日", MAY_8, id="chinese"),
        pytest.param("2022年05月08号", MAY_8, id="chinese-colloquial"),
        pytest.param("２０２２－０５－０８", MAY_8, id="full-width"),
        pytest.param("２０２２年５月８日", MAY_8, id="full-width-chinese"),
        pytest.param("  2022-05-08 ", MAY_8, id="spaces"),
        pytest.param("2022-05-08T23:30Z", MAY_8 + 1, id="zulu-is-the-next-day-in-china"),
        pytest.param("2022-05-08T23:30:00Z", MAY_8 + 1, id="zulu-seconds"),
        pytest.param("2022-05-08T15:59:59.999Z", MAY_8, id="zulu-before-midnight-in-china"),
        pytest.param("2022-05-08T16:00:00.000Z", MAY_8 + 1, id="zulu-midnight-in-china"),
        pytest.param("2022-05-08T23:30:00+08:00", MAY_8, id="china"),
        pytest.param("2022-05-08T23:30:00+0800", MAY_8, id="china-without-colon"),
        pytest.param("2022-05-08T23:30:00", MAY_8, id="no-zone-is-china"),
        pytest.param("2022-05-08 23:30:00", MAY_8, id="blank-for-t"),
        pytest.param("2022-05-08T00:30:00-05:00", MAY_8, id="west"),
        pytest.param("2022/5/8 8:05", MAY_8, id="spreadsheet"),
        pytest.param("20220508233000", MAY_8, id="compact-time"),
        pytest.param("2022-05-08t23:30:00z", MAY_8 + 1, id="lower-case"),
        pytest.param("2022-05-08T24:00:00", MAY_8 + 1, id="end-of-day"),
        pytest.param("1970-01-01", 0, id="epoch"),
        pytest.param("1880-01-01", dates.FIRST_DAY, id="first-plausible"),
        pytest.param("2199-12-31", dates.LAST_DAY, id="last-plausible"),
    ],
)
def test_a_day_is_read_on_chinas_calendar(text: str, day: int) -> None:
    """Every format of the feeds names the day it is in China."""
    assert dates.parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("2022-02-30", id="no-such-day"),
        pytest.param("2021-02-29", id="no-leap-year"),
        pytest.param("2022-13-01", id="no-such-month"),
        pytest.param("1879-12-31", id="too-early"),
        pytest.param("2200-01-01", id="too-late"),
        pytest.param("9999-12-31", id="end-of-time"),
        pytest.param("2022-05", id="month-only"),
        pytest.param("2022-W18-7", id="week-date"),
        pytest.param("8/5/2022", id="day-first"),
        pytest.param("2022-05/08", id="mixed-separators"),
        pytest.param("44689", id="spreadsheet-serial"),
        pytest.param("2022-05-08T25:00:00Z", id="hour-25"),
        pytest.param("2022-05-08T24:00:01Z", id="after-the-end-of-day"),
        pytest.param("2022-05-08T12:60:00Z", id="minute-60"),
        pytest.param("2022-05-08T12:00:61Z", id="second-61"),
        pytest.param("2022-05-08T12:00:00+19:00", id="zone-19"),
        pytest.param("2022-05-08Z", id="zone-without-time"),
        pytest.param("长期", id="for-good"),
        pytest.param("2022-05-08T12:00:00Z extra", id="trailing"),
    ],
)
def test_what_is_no_date_is_refused_without_repeating_it(text: str) -> None:
    """A text that is no plausible date raises DATE_INVALID, and the error does not hold it."""
    for parse in (dates.parse_day, dates.parse_ms):
        with pytest.raises(DateError) as caught:
            parse(text)
        assert caught.value.code is Code.DATE_INVALID
        assert not text or text not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2022-05-08T23:30:00Z", "2022-05-08T23:30:00+00:00", id="zulu"),
        pytest.param("2022-05-08T23:30:00+00:00", "2022-05-08T23:30:00+00:00", id="utc"),
        pytest.param("2022-05-08T23:30:00+08:00", "2022-05-08T15:30:00+00:00", id="china"),
        pytest.param("2022-05-08T23:30:00.25+08:00", "2022-05-08T15:30:00.250000+00:00", id="two-decimals"),
        pytest.param("2022-05-08T23:30:00.123Z", "2022-05-08T23:30:00.123000+00:00", id="milliseconds"),
        pytest.param(
            "2022-05-08T23:30:00.123987Z", "2022-05-08T23:30:00.123000+00:00", id="microseconds-cut"
        ),
        pytest.param("2022-05-08T23:30:00-05:30", "2022-05-09T05:00:00+00:00", id="half-hour-zone"),
        pytest.param("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00", id="leap-second"),
        pytest.param("2022-05-08", "2022-05-07T16:00:00+00:00", id="date-is-midnight-in-china"),
        pytest.param("2022-05-08T23:30:00", "2022-05-08T15:30:00+00:00", id="no-zone-is-china"),
    ],
)
def test_a_time_is_read_to_the_millisecond(text: str, expected: str) -> None:
    """A time with an offset is that instant; without one it is on China's clock."""
    instant = datetime.fromisoformat(expected)
    assert dates.parse_ms(text) == round((instant - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


def test_a_day_begins_at_midnight_in_china() -> None:
    """midnight_ms is the first millisecond of a day, and the one before is the day before's."""
    assert dates.midnight_ms(0) == -8 * 3_600_000
    for day in (0, MAY_8, dates.FIRST_DAY, dates.LAST_DAY):
        start = dates.midnight_ms(day)
        assert (dates.day_of(start - 1), dates.day_of(start), dates.day_of(start + DAY_MS - 1)) == (
            day - 1,
            day,
            day,
        )
        assert dates.parse_day(dates.iso(day)) == day


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        pytest.param("2022-05-08", 12, "2023-05-08", id="a-year"),
        pytest.param("2022-01-31", 1, "2022-02-28", id="clamped"),
        pytest.param("2024-01-31", 1, "2024-02-29", id="clamped-leap"),
        pytest.param("2024-02-29", 12, "2025-02-28", id="leap-day"),
        pytest.param("2022-11-30", 3, "2023-02-28", id="over-new-year"),
        pytest.param("2022-12-15", 1, "2023-01-15", id="december"),
        pytest.param("2022-03-31", -1, "2022-02-28", id="back"),
        pytest.param("2022-01-15", -1, "2021-12-15", id="back-over-new-year"),
        pytest.param("2000-01-31", 1, "2000-02-29", id="leap-by-400"),
        pytest.param("1900-01-31", 1, "1900-02-28", id="no-leap-by-100"),
    ],
)
def test_months_are_added_with_the_day_clamped(start: str, months: int, expected: str) -> None:
    """Adding months keeps the day of month, or takes the month's last."""
    assert dates.iso(dates.add_months(dates.parse_day(start), months)) == expected


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        pytest.param("2004-05-08", "2022-05-07", 17, id="day-before"),
        pytest.param("2004-05-08", "2022-05-08", 18, id="birthday"),
        pytest.param("2004-02-29", "2022-02-28", 17, id="leap-day-before"),
        pytest.param("2004-02-29", "2022-03-01", 18, id="leap-day-on-1-march"),
        pytest.param("2004-02-29", "2024-02-29", 20, id="leap-day-in-leap-year"),
        pytest.param("2022-05-08", "2022-05-08", 0, id="newborn"),
    ],
)
def test_age_is_completed_years(born: str, today: str, years: int) -> None:
    """A leap-day child has its birthday on 1 March in other years."""
    assert dates.age(dates.parse_day(born), dates.parse_day(today)) == years


@pytest.mark.parametrize("born", ["2004-02-29", "2004-05-08", "2003-12-31"])
@pytest.mark.parametrize("years", [0, 1, 14, 18, 20])
def test_a_birthday_is_the_first_day_of_an_age(born: str, years: int) -> None:
    """On the birthday the age is reached, on the day before it is not."""
    day = dates.parse_day(born)
    reached = dates.birthday(day, years)
    assert (dates.age(day, reached), dates.age(day, reached - 1)) == (years, years - 1)
