"""When two spellings are one name, and when a name has lost a character."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from opencc import OpenCC

__all__ = ("lost", "one_form")

_SIMPLER: Final = OpenCC("t2s")


def one_form(name: str) -> str:
    """Return a name without separators, width and traditional characters: equal for what is one name."""
    text = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).upper())
    return str(_SIMPLER.convert(text))


def lost(name: str) -> bool:
    """Return whether something stands where a character was lost."""
    return any(sign in name for sign in "?？*�□")
