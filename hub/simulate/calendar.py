"""Days as integers, the simulation's own arithmetic (not the hub's): days since 1970-01-01 in China."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Final

__all__ = (
    "HOUR_MS", "TICK_MS", "add_months", "age_on", "birthday", "china_day", "china_ms", "day_number",
    "hours_after_tick", "iso", "monday", "month_start", "to_date",
)  # fmt: skip

_EPOCH: Final = date(1970, 1, 1).toordinal()
HOUR_MS: Final = 3_600_000
TICK_MS: Final = 20 * HOUR_MS
"""The tick of a day lies at eight in the evening: after everything that occurs on that day."""
_CHINA_MS: Final = 8 * HOUR_MS  # UTC+8 all year


def day_number(text: str) -> int:
    """Return the day of an ISO date: ``day_number("1970-01-02") == 1``."""
    return date.fromisoformat(text).toordinal() - _EPOCH


def to_date(day: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(day + _EPOCH)


@lru_cache(maxsize=100_000)
def iso(day: int) -> str:
    """Return the ISO date of a day number."""
    return to_date(day).isoformat()


def hours_after_tick(day: int, hours: int) -> int:
    """Return the instant that lies so many hours after a day's tick."""
    return china_ms(day, TICK_MS + hours * HOUR_MS)


def china_ms(day: int, since_midnight_ms: int = 0) -> int:
    """Return the instant that lies ``since_midnight_ms`` after the day begins in China."""
    return day * 24 * HOUR_MS - _CHINA_MS + since_midnight_ms


def china_day(at: int) -> int:
    """Return the day in China of an instant (ms)."""
    return (at + _CHINA_MS) // (24 * HOUR_MS)


def month_start(day: int) -> int:
    """Return the first day of a day's month."""
    return to_date(day).replace(day=1).toordinal() - _EPOCH


def monday(day: int) -> int:
    """Return the first Monday from ``day`` on."""
    return day + -to_date(day).weekday() % 7


@lru_cache(maxsize=100_000)
def add_months(day: int, months: int) -> int:
    """Return the same day of the month, ``months`` later, clamped to the month's end."""
    start = to_date(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal() - _EPOCH


@lru_cache(maxsize=100_000)
def birthday(birth: int, years: int) -> int:
    """Return the day on which an age is reached; born on 29 February: 1 March in other years."""
    born = to_date(birth)
    try:
        return born.replace(year=born.year + years).toordinal() - _EPOCH
    except ValueError:
        return date(born.year + years, 3, 1).toordinal() - _EPOCH


def age_on(birth: int, today: int) -> int:
    """Return the completed years of somebody born on ``birth``."""
    years = to_date(today).year - to_date(birth).year
    return years if birthday(birth, years) <= today else years - 1
