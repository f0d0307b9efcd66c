"""Days and instants as sources write them, in China's time: DOMAIN's notations, read without the hub."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

__all__ = ("CHINA", "day_of", "instant", "read_day")

CHINA: Final = timezone(timedelta(hours=8))
_PLAIN: Final = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


def day_of(at: int) -> date:
    """Return the day of an instant in ms."""
    return datetime.fromtimestamp(at / 1000, CHINA).date()


def instant(text: str) -> int | None:
    """Return an instant in ms, None for what is none; a date is midnight in China."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        day = read_day(text)
        return None if day is None else instant(day.isoformat())
    if found.tzinfo is None:
        found = found.replace(tzinfo=CHINA)
    since = found - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)


def read_day(text: str | None) -> date | None:
    """Return a date, None for what is none; an instant with a zone is a day in China."""
    text = (text or "").strip()
    if "T" in text:
        at = instant(text)
        return None if at is None else day_of(at)
    found = _PLAIN.fullmatch(text)
    try:
        return date(*(int(each) for each in found.groups())) if found else None
    except ValueError:
        return None
