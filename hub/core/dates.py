"""Dates as integers: a *day* counts from 1970-01-01 in China, a *time* is milliseconds since the epoch.

China's time zone is a fixed UTC+8 here, not a look-up of Asia/Shanghai: the country has had one
offset without summer time since 1991, everything the hub receives was recorded after that (a birth
date carries no time of day), a fixed offset needs no time zone database, and midnight is arithmetic.

The formats accepted are those seen in the feeds: ``2022-05-08``, ``2022-5-8``, ``2022/5/8``,
``2022.5.8``, ``20220508``, ``2022年5月8日``, each also in full-width characters and followed by a time;
RFC 3339. A time with an offset is taken to China's clock, one without is on it already:
``2022-05-08T23:30Z`` is 9 May.

Errors never hold the text they are about: a birth date is personal.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final

from hub.core.codes import Code

_OFFSET_MS: Final = 8 * 3_600_000
_DAY_MS: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1).toordinal()

FIRST_DAY: Final = date(1880, 1, 1).toordinal() - _EPOCH
"""Earliest plausible day: nobody alive was born before."""
LAST_DAY: Final = date(2199, 12, 31).toordinal() - _EPOCH
"""Latest plausible day; keeps ``add_months`` far from the calendar's end. 9999-12-31 is refused."""


class DateError(ValueError):
    """A text is not a date: unknown format, no such day, or implausible. Dead letter ``DATE_INVALID``."""

    code: Final = Code.DATE_INVALID


def day_of(ms: int) -> int:
    """Return the day in China on which the time ``ms`` falls."""
    return (ms + _OFFSET_MS) // _DAY_MS


def midnight_ms(day: int) -> int:
    """Return the time at which ``day`` begins in China."""
    return day * _DAY_MS - _OFFSET_MS


def iso(day: int) -> str:
    """Return ``day`` as ``YYYY-MM-DD``."""
    return date.fromordinal(day + _EPOCH).isoformat()


def parse_day(text: str) -> int:
    """Return the day that ``text`` names, on China's calendar. Raise DateError."""
    if len(text) == 10:
        day = _iso_day(text)
        if day is not None:
            return day
    return day_of(parse_ms(text))


def parse_ms(text: str) -> int:
    """Return the time that ``text`` names; a mere date is 00:00 in China. Raise DateError."""
    # 1970-01-01T00:00:00, milliseconds or none, and Z or +08:00 is what every event carries: 0.6 us
    # by look-ups, 3 us by the pattern. Whatever is not in a table is left to the pattern.
    day = _iso_day(text[:10])
    if day is not None:
        try:
            time = _MINUTES[text[10:16]] + _SECONDS[text[16:19]]
            offset = _ZONES.get(text[19:])
            if offset is None:
                time += _THOUSANDTHS[text[19:23]]
                offset = _ZONES[text[23:]]
        except KeyError:
            return parse_by_pattern(text)
        return day * _DAY_MS + time - offset
    return parse_by_pattern(text)


def add_months(day: int, months: int) -> int:
    """Return ``day`` moved by ``months``, the day of month clamped to the month's end."""
    start = date.fromordinal(day + _EPOCH)
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(start.day, _month_length(year, month))).toordinal() - _EPOCH


def age(birth_day: int, today: int) -> int:
    """Return the completed years; who was born on 29 February has the birthday on 1 March in other years."""
    born, now = date.fromordinal(birth_day + _EPOCH), date.fromordinal(today + _EPOCH)
    return now.year - born.year - ((now.month, now.day) < (born.month, born.day))


def birthday(birth_day: int, years: int) -> int:
    """Return the first day on which ``age(birth_day, day)`` is ``years``."""
    born = date.fromordinal(birth_day + _EPOCH)
    year = born.year + years
    if born.month == 2 and born.day == 29 and _month_length(year, 2) == 28:
        return date(year, 3, 1).toordinal() - _EPOCH
    return date(year, born.month, born.day).toordinal() - _EPOCH


_MINUTES: Final = {f"T{minute // 60:02}:{minute % 60:02}": minute * 60_000 for minute in range(1440)}
_SECONDS: Final = {f":{second:02}": second * 1000 for second in range(60)}
_THOUSANDTHS: Final = {f".{thousandth:03}": thousandth for thousandth in range(1000)}
_ZONES: Final = {"Z": 0, "+00:00": 0, "+08:00": _OFFSET_MS}


@lru_cache(maxsize=16_384)  # 45 years of days; a hit takes 0.1 us, a parse 0.4 us
def _iso_day(text: str) -> int | None:
    """Return the plausible day ``YYYY-MM-DD``, None for anything else."""
    if len(text) != 10 or not text[4] == "-" == text[7]:  # fromisoformat also knows weeks
        return None
    try:
        day = date.fromisoformat(text).toordinal() - _EPOCH
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


# Full-width digits and signs, and the Chinese units, to what the pattern below knows.
_PLAIN: Final = str.maketrans(
    {
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        "－": "-", "／": "/", "．": ".", "：": ":", "＋": "+", "Ｔ": "T", "Ｚ": "Z", "\u3000": " ",
        "年": "-", "月": "-", "日": " ", "号": " ", "時": ":", "时": ":", "t": "T", "z": "Z",
    }
)  # fmt: skip

_PATTERN: Final = re.compile(
    r"(?:([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2}))"
    r"(?:[T ]*([0-9]{1,2}):?([0-9]{2})(?::?([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?"
    r" *(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


def parse_by_pattern(text: str) -> int:
    """Return the time that ``text`` names in any of the known formats. Raise DateError."""
    match = _PATTERN.fullmatch(text.translate(_PLAIN).strip())
    if match is None:
        raise DateError("not a date in a known format")
    year, _, month, dom, year8, month8, dom8, hour, minute, second, fraction, zone = match.groups()
    try:
        day = date(int(year or year8), int(month or month8), int(dom or dom8)).toordinal() - _EPOCH
    except ValueError:
        raise DateError("no such day in the calendar") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise DateError("a day outside the plausible range")
    if hour is None:
        if zone is not None:
            raise DateError("a time zone without a time")
        return midnight_ms(day)
    # 24:00 and second 60 (a leap second) are legal and flow over into what follows.
    time = (int(hour) * 60 + int(minute)) * 60_000 + int(second or 0) * 1000
    if time > _DAY_MS or int(minute) > 59 or int(second or 0) > 60:
        raise DateError("no such time of day")
    time += int((fraction or "")[:3].ljust(3, "0"))
    return day * _DAY_MS + time - (_OFFSET_MS if zone is None else _offset(zone))


def _offset(zone: str) -> int:
    """Return the offset from UTC, in milliseconds, of ``Z``, ``+08``, ``+0800`` or ``+08:00``."""
    if zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
    if hours > 18 or minutes > 59:
        raise DateError("no such time zone")
    ms = (hours * 60 + minutes) * 60_000
    return -ms if zone[0] == "-" else ms


def _month_length(year: int, month: int) -> int:
    """Return the number of days of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
