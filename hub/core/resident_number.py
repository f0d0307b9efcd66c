"""Numbers by GB 11643: what their 18 characters say, as tables that one look-up each reads.

Six digits for the place that assigned the number, eight for the birth date, three in sequence
(odd = male), a check digit by ISO 7064 MOD 11-2. The check digit catches every single wrong digit and
every swap of neighbours. The place is history: regions abolished since are as valid as today's, so only
the province is looked at.
"""

from __future__ import annotations

from typing import Final

from hub.core.codes import Code
from hub.core.dates import FIRST_DAY

RESIDENT_ID: Final = "resident_id"
HMT_PERMIT: Final = "hmt_permit"
FOREIGN_PERMANENT_RESIDENT: Final = "foreign_permanent_resident"

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS: Final = "10X98765432" * 5
"""The check digit by the sum of five residues below 11; repeated, so that no modulo is needed."""

_PROVINCES: Final = (  # noqa: SIM905 - a list of 32 literals says less
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71"
).split()


def _residue(digits: str, at: int) -> int:
    """Return what ``digits`` at position ``at`` add to the weighted sum, modulo 11."""
    return sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS[at:], strict=False)) % 11


def _heads() -> dict[str, tuple[str, bool, int]]:
    """Return first three digits -> (kind, citizen, residue)."""
    heads = {}
    for province in _PROVINCES:
        for digit in "0123456789":
            heads[province + digit] = (RESIDENT_ID, True, _residue(province + digit, 0))
        heads["9" + province] = (FOREIGN_PERMANENT_RESIDENT, False, _residue("9" + province, 0))
    for head in ("810", "820", "830"):
        heads[head] = (HMT_PERMIT, True, _residue(head, 0))
    return heads


def _month_days(lengths: tuple[int, ...]) -> dict[str, tuple[int, int]]:
    """Return MMDD -> (days since 1 January, residue)."""
    days, offset = {}, 0
    for month, length in enumerate(lengths, 1):
        for day in range(1, length + 1):
            text = f"{month:02}{day:02}"
            days[text] = (offset, _residue(text, 10))
            offset += 1
    return days


def _years() -> dict[str, tuple[int, dict[str, tuple[int, int]], int]]:
    """Return YYYY -> (1 January as a day, the days of such a year, residue), 1880 to 2099."""
    common = _month_days((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
    leap = _month_days((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
    years, day = {}, FIRST_DAY
    for year in range(1880, 2100):
        days = leap if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else common
        years[str(year)] = (day, days, _residue(str(year), 6))
        day += len(days)
    return years


HEADS: Final = _heads()
"""First three digits -> (kind, citizen, residue)."""
PLACES: Final = {f"{place:03}": _residue(f"{place:03}", 3) for place in range(1000)}
"""Digits 4 to 6 -> residue."""
YEARS: Final = _years()
"""Digits 7 to 10 -> (1 January as a day, its MMDD -> (days since, residue), residue), 1880 to 2099."""
SEQUENCES: Final = {
    f"{number:03}": (_residue(f"{number:03}", 14), "m" if number % 2 else "f") for number in range(1000)
}
"""Digits 15 to 17 -> (residue, sex)."""


KEPT: Final = 65_536
"""Places and birth dates of which is kept what they say: some 4,000 counties, 30,000 days of the living."""


class _Places(dict[str, tuple[str, bool, int]]):
    """First six digits -> (kind, citizen, residue), worked out when first asked for; KeyError for none."""

    def __missing__(self, digits: str) -> tuple[str, bool, int]:
        kind, citizen, residue = HEADS[digits[:3]]
        if kind is HMT_PERMIT and digits[2:] != "0000":
            raise KeyError
        place = PLACES[digits[3:]]
        if len(self) >= KEPT:
            self.clear()
        said = self[digits] = kind, citizen, residue + place
        return said


class _Births(dict[str, tuple[int, int]]):
    """Digits 7 to 14 -> (day, residue), worked out when first asked for; KeyError for no birth date."""

    def __missing__(self, digits: str) -> tuple[int, int]:
        first_day, days, residue = YEARS[digits[:4]]
        offset, more = days[digits[4:]]
        if len(self) >= KEPT:
            self.clear()
        said = self[digits] = first_day + offset, residue + more
        return said


BY_PLACE: Final = _Places()
"""Digits 1 to 6 -> (kind, citizen, residue)."""
BY_BIRTH: Final = _Births()
"""Digits 7 to 14 -> (birth day, residue)."""


def check_digit(number: str) -> str:
    """Return the check digit for the first 17 digits of ``number`` (ISO 7064 MOD 11-2)."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True)) % 11]


def eighteen(text: str) -> str:
    """Return a 15-digit number as 18 digits (its holder was born in 19..), anything else as it is."""
    if len(text) == 15 and text.isascii() and text.isdecimal():
        text = text[:6] + "19" + text[6:]
        return text + check_digit(text)
    return text


def valid(number: str) -> bool:
    """Return whether ``number`` is a valid 18-digit number in normal form."""
    return len(number) == 18 and problem_of(number) is None


def problem_of(number: str) -> Code | None:
    """Return what is wrong with a number of 18 characters."""
    if not (number[:17].isascii() and number[:17].isdecimal() and number[17:] in "0123456789X"):
        return Code.ID_FORMAT
    if number[17] != check_digit(number):
        return Code.ID_CHECK
    head = HEADS.get(number[:3])
    if head is None or (head[0] is HMT_PERMIT and number[2:6] != "0000"):
        return Code.ID_FORMAT
    year = YEARS.get(number[6:10])
    return None if year is not None and number[10:14] in year[1] else Code.ID_DATE
