"""Synthetic identifiers whose check digits are right and whose owners cannot exist.

Resident numbers lie in the county codes 339901 to 339989, which were never assigned.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from hub.simulate.calendar import to_date

__all__ = ("Numbers", "check_digit", "fifteen", "social_credit_code")

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_CREDIT: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SYNTHETIC_COUNTIES: Final = 89
_FOREIGN: Final = "933999"  # 9, province 33, a country code nobody has
_HMT: Final = ("810000", "820000", "830000")


def check_digit(body: str) -> str:
    """Return the 18th character for 17 digits (GB 11643)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def fifteen(number: str) -> str:
    """Return the old 15-digit form of an 18-digit number of the 20th century."""
    if number[6:8] != "19":
        message = "only numbers of the 20th century had fifteen digits"
        raise ValueError(message)
    return number[:6] + number[8:17]


def social_credit_code(body: str) -> str:
    """Return the 18-character unified social credit code for its first 17 (GB 32100)."""
    total = sum(_CREDIT.index(symbol) * pow(3, place, 31) for place, symbol in enumerate(body))
    return body + _CREDIT[-total % 31]


class Numbers:
    """Hands out document numbers, each once."""

    def __init__(self, rng: Random) -> None:
        """Draw from ``rng``; two instances with equal generators give equal numbers."""
        self._rng = rng
        self._used: set[str] = set()

    def resident(self, birth: int, sex: str) -> str:
        """Return a number of a synthetic county: 3399xx."""
        return self._number(lambda: f"3399{self._rng.randint(1, _SYNTHETIC_COUNTIES):02}", birth, sex)

    def foreign(self, birth: int, sex: str) -> str:
        """Return a foreign permanent resident's number of the form in use since 2023-12."""
        return self._number(lambda: _FOREIGN, birth, sex)

    def hmt(self, birth: int, sex: str) -> str:
        """Return the number of a residence permit for Hong Kong, Macao or Taiwan people."""
        return self._number(lambda: self._rng.choice(_HMT), birth, sex)

    def _number(self, prefix: Callable[[], str], birth: int, sex: str) -> str:
        while True:
            sequence = self._rng.randrange(0, 999, 2) + (1 if sex == "m" else 0)
            body = f"{prefix()}{to_date(birth):%Y%m%d}{sequence:03}"
            if body not in self._used:
                self._used.add(body)
                return body + check_digit(body)
