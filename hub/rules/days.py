"""Days beside *today*: how a condition says "today", "today - 12 months", and what that means.

A condition compares a fact's day with today plus or minus a distance. The distance is always counted
**from the fact's day**, never from today: ``completed_on on_or_after: today - 12 months`` holds while
``add_months(completed_on, 12) >= today``. So every comparison turns on one fixed day that can be
computed from the fact alone, is the end of a ground's validity, and is when a timer has to look
again. Counting back from today would give other answers around the ends of months.

Months saturate at 9999-12-31 (``FAR``): a certificate "for ever" plus twelve months is still for ever.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from hub.core.dates import add_months

FAR: Final = 2_932_896
"""9999-12-31, the last day a calendar date can name."""
_EARLY: Final = -719_162
"""0001-01-01, the first."""
_DAYS_PER_MONTH: Final = 31
"""An upper bound, to see whether months can leave the calendar without computing them."""

Unit = Literal["days", "months"]

_PATTERN: Final = re.compile(
    r"today(?:\s*(?P<sign>[+-])\s*(?P<amount>\d{1,5})\s*(?P<unit>day|month|year)s?)?"
)
_MONTHS_PER_YEAR: Final = 12


class Moment(NamedTuple):
    """Today plus ``amount`` (may be negative) of ``unit``."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Moment:
        """Read ``today``, ``today - 365 days``, ``today + 2 years``; ValueError for anything else."""
        found = _PATTERN.fullmatch(text.strip())
        if found is None:
            raise ValueError("a day is compared with today, today - 365 days, today + 12 months …")
        amount = int(found["amount"] or 0)
        if found["sign"] == "-":
            amount = -amount
        if found["unit"] == "year":
            return cls(amount * _MONTHS_PER_YEAR, "months")
        return cls(amount, "months" if found["unit"] == "month" else "days")

    def __str__(self) -> str:
        """Return the text that parses to this moment."""
        if not self.amount:
            return "today"
        return f"today {'-' if self.amount < 0 else '+'} {abs(self.amount)} {self.unit}"

    def pivot(self, day: int) -> int:
        """Return the day that compares with *today* as ``day`` compares with this moment."""
        return later(day, -self.amount, self.unit)


@lru_cache(maxsize=16_384)
def months_later(day: int, months: int) -> int:
    """Return ``day`` plus ``months``, clamped to the month's end and to the calendar.

    Cached: a population's certificates fall on a few thousand days, and a hit costs a tenth.
    """
    if day + months * _DAYS_PER_MONTH > FAR:
        return FAR
    if day + min(months, 0) * _DAYS_PER_MONTH < _EARLY:
        return _EARLY
    return add_months(day, months)


def later(day: int, amount: int, unit: Unit) -> int:
    """Return ``day`` plus ``amount`` of ``unit``; months saturate at the ends of the calendar."""
    return months_later(day, amount) if unit == "months" else day + amount
