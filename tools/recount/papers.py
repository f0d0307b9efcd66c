"""Identity documents and credit codes: whom a number names for sure (GB 11643, GB 32100)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

__all__ = ("NOBODY", "WRONG", "contradicts", "credit_code", "person_of")

NOBODY: Final = "?"
"""The number may be anybody's: the event waits, or is refused."""
WRONG: Final = "!"
"""The source has to put the number right."""
_KINDS: Final = {
    "resident_id", "hmt_permit", "foreign_permanent_resident", "passport", "mainland_permit", "taiwan_permit"
}  # fmt: skip
_NUMBERED: Final = {"resident_id", "hmt_permit", "foreign_permanent_resident"}
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SCIENTIFIC: Final = re.compile(r"\d(\.\d*)?E\+?\d+")


def _check(body: str) -> str:
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def person_of(kind: str | None, number: str | None, birth: date | None) -> str:
    """Return a name for whom a document is: the same person, the same name; or NOBODY, or WRONG."""
    text = unicodedata.normalize("NFKC", number or "").upper()
    if not text.strip():
        return NOBODY
    if kind is not None and kind not in _KINDS:
        return WRONG
    text = re.sub(r"[\s'’‘\"-]", "", text)
    if _SCIENTIFIC.fullmatch(text):
        return WRONG
    if kind is not None and kind not in _NUMBERED:
        return f"{kind} {text}" if birth is not None else NOBODY
    if re.fullmatch(r"\d{15}", text):
        body = f"{text[:6]}19{text[6:]}"
        text = body + _check(body)
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return NOBODY if len(text) == 18 else WRONG
    if text[0] != "9":  # a foreign resident's: 9, region, country, then the date as in the others
        try:
            date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
        except ValueError:
            return WRONG
    return text if _check(text[:17]) == text[17] else NOBODY


def contradicts(person: str, birth: date | None, sex: str | None) -> bool:
    """Return whether a form says another birth date or sex than the number of its person does."""
    if not re.fullmatch(r"[1-8]\d{16}[\dX]", person):  # a foreign resident's has its parts elsewhere
        return False
    if birth is not None and f"{birth:%Y%m%d}" != person[6:14]:
        return True
    said = {"m": 1, "男": 1, "f": 0, "女": 0}.get((sex or "").strip().lower())
    return said is not None and said != int(person[16]) % 2


def credit_code(text: str | None) -> str | None:
    """Return a unified social credit code, None when it is none."""
    code = (text or "").strip().upper()
    if len(code) != 18 or any(symbol not in _CREDIT for symbol in code):
        return None
    total = sum(_CREDIT.index(symbol) * pow(3, place, 31) for place, symbol in enumerate(code[:17]))
    return code if _CREDIT[-total % 31] == code[17] else None
