"""Unified social credit codes of organisations (GB 32100-2015).

18 characters of a 31-letter alphabet (no I, O, S, V, Z): registrar, class, six digits of region, nine
of the organisation, one check character over the others with the weights 3^i modulo 31.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES: Final = {char: value for value, char in enumerate(_ALPHABET)}
_WEIGHTS: Final = tuple(pow(3, at, 31) for at in range(17))


def normal(code: str) -> str | None:
    """Return the code in normal form (half-width, upper case, no spaces), None when it is not valid."""
    text = "".join(unicodedata.normalize("NFKC", code).split()).upper()
    if len(text) != 18 or not all(char in _VALUES for char in text) or not text[2:8].isdecimal():
        return None
    return text if text[17] == check_character(text) else None


def check_character(code: str) -> str:
    """Return the check character for the first 17 characters of ``code``."""
    total = sum(_VALUES[char] * weight for char, weight in zip(code[:17], _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]
