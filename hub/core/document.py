"""Identity documents: whether a number is possible, and what it says of its holder.

Citizens' numbers follow GB 11643 (:mod:`hub.core.resident_number`). Residents from Hong Kong, Macao and
Taiwan have the same layout with 810000, 820000, 830000 for the place; foreign permanent residents have
9 + 2 digits of region + 3 of country there since December 2023. The other kinds of document carry no
checksum and are trusted less.

Errors and representations never hold the number.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from hub.core.codes import TEXTS, Code
from hub.core.resident_number import (
    BY_BIRTH,
    BY_PLACE,
    CHECKS,
    FOREIGN_PERMANENT_RESIDENT,
    HMT_PERMIT,
    RESIDENT_ID,
    SEQUENCES,
    check_digit,
    eighteen,
    problem_of,
    valid,
)

__all__ = (
    "FOREIGN_PERMANENT_RESIDENT",
    "HMT_PERMIT",
    "KINDS",
    "MAINLAND_PERMIT",
    "PASSPORT",
    "RESIDENT_ID",
    "TAIWAN_PERMIT",
    "Document",
    "DocumentError",
    "check",
    "check_digit",
    "repairs",
    "sex_of",
)

PASSPORT: Final = "passport"
MAINLAND_PERMIT: Final = "mainland_permit"
TAIWAN_PERMIT: Final = "taiwan_permit"

KINDS: Final = (RESIDENT_ID, HMT_PERMIT, FOREIGN_PERMANENT_RESIDENT, PASSPORT, MAINLAND_PERMIT, TAIWAN_PERMIT)
"""Every kind of document the hub knows."""


class DocumentError(ValueError):
    """A document number is impossible. ``code`` says why; the number is not in here."""

    def __init__(self, code: Code) -> None:
        super().__init__(TEXTS[code].en)
        self.code: Final = code


class Document(NamedTuple):
    """A possible document, in its normal form."""

    kind: str
    """One of KINDS. The number decides where it can: 81... declared as resident_id is an hmt_permit."""
    number: str
    """Normal form: upper case, no spaces, 15 digits made 18."""
    birth_day: int | None
    """From the number where it holds one, else as declared."""
    sex: str | None
    """``m`` or ``f``; from the number where it holds one, else as declared."""
    citizen: bool
    """The document is one that only citizens hold (law art. 3; Hong Kong, Macao and Taiwan included)."""
    sure: bool
    """It identifies one person: a number by GB 11643, or another number with a birth date beside it."""
    contradicts: bool
    """The declared birth date or sex is not the number's: ``CONFLICT``, for a human to clear up."""

    def __repr__(self) -> str:
        """Show everything but the person."""
        flags = f"citizen={self.citizen}, sure={self.sure}, contradicts={self.contradicts}"
        return f"Document(kind={self.kind!r}, {flags})"


def check(
    kind: str | None,
    number: str,
    *,
    birth_day: int | None = None,
    sex: str | None = None,
    as_of: int | None = None,
) -> Document:
    """Return the document in its normal form, or raise DocumentError.

    ``birth_day`` and ``sex`` are what the source declared beside the number. With ``as_of``, a birth
    after that day is refused. A ``kind`` of None or "" stands for any numbered by GB 11643.
    """
    # The hot path: a clean 18-character number, by three look-ups (0.7 us instead of 5). A key that is
    # in no table, or a check digit that differs, is for the slow path to name.
    try:
        kind18, citizen, place = BY_PLACE[number[:6]]
        born, birth = BY_BIRTH[number[6:14]]
        sequence, sex18 = SEQUENCES[number[14:17]]
    except KeyError:
        return _check_slowly(kind, number, birth_day, sex, as_of)
    if number[17:] != CHECKS[place + birth + sequence]:
        return _check_slowly(kind, number, birth_day, sex, as_of)
    if as_of is not None and born > as_of:
        raise DocumentError(Code.ID_DATE)
    contradicts = birth_day is not None and birth_day != born
    if sex is not None:
        said = _SEXES.get(sex) or sex_of(sex)
        contradicts = contradicts or (said is not None and said != sex18)
    # Past the generated constructor: 0.25 us less.
    return tuple.__new__(Document, (kind18, number, born, sex18, citizen, True, contradicts))


def sex_of(text: str | None) -> str | None:
    """Return ``m`` or ``f`` for the usual notations (男, male, GB/T 2261.1's 1, ...), None for others."""
    return None if text is None else _SEXES.get(unicodedata.normalize("NFKC", text).strip().lower())


def repairs(number: str) -> tuple[str, ...]:
    """Return the valid 18-digit numbers one edit away from an invalid one, sorted.

    An edit is a wrong digit, two neighbours swapped, a digit lost or one too many; look-alike letters
    are read as digits first. Candidates for a human or for scoring, never to be taken as they are.
    A valid number has none: two valid numbers one edit apart are two people.
    """
    clean = eighteen(_clean(number))
    text = eighteen(clean.translate(_LOOK_ALIKES))
    if valid(text):
        return () if text == clean else (text,)
    digits = "0123456789"
    found: set[str] = set()
    if len(text) == 18:
        for at in range(17):
            found.update(text[:at] + digit + text[at + 1 :] for digit in digits)
            found.add(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
        found.update(text[:17] + digit for digit in digits + "X")
    elif len(text) == 17:
        found.update(text[:at] + digit + text[at:] for at in range(18) for digit in digits)
        found.add(text + "X")
    elif len(text) == 19:
        found.update(text[:at] + text[at + 1 :] for at in range(19))
    return tuple(sorted(filter(valid, found)))


_SEXES: Final = {
    **dict.fromkeys(("m", "M", "male", "男", "男性", "1"), "m"),
    **dict.fromkeys(("f", "F", "female", "女", "女性", "2"), "f"),
}

_KIND_NAMES: Final = {
    **{kind: kind for kind in KINDS},
    "居民身份证": RESIDENT_ID, "身份证": RESIDENT_ID, "港澳台居民居住证": HMT_PERMIT,
    "外国人永久居留身份证": FOREIGN_PERMANENT_RESIDENT, "护照": PASSPORT,
    "港澳居民来往内地通行证": MAINLAND_PERMIT, "台湾居民来往大陆通行证": TAIWAN_PERMIT,
}  # fmt: skip

_NUMBERED: Final = (RESIDENT_ID, HMT_PERMIT, FOREIGN_PERMANENT_RESIDENT)

# Letters typed or read for digits. Only ever used to tell that a human should look.
_LOOK_ALIKES: Final = str.maketrans("OQDILZSB|", "000112581")

# What clings to a number in spreadsheets and forms: quotes, zero-width characters, separators.
_CLINGING: Final = re.compile("[\\s'\"`´‘’“”＇\u200b-\u200f\u2060\ufeff\u00ad_\\-–—.,·]+")
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]*)?E\+?[0-9]{1,2}|[0-9]{15,}\.0*")

# Ordinary, service and diplomatic passports of the PRC.
_PRC_PASSPORT: Final = re.compile(r"[EG][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DSP]E?[0-9]{7,8}|1[45][0-9]{7}")
_PASSPORT: Final = re.compile(r"(?=(?:[A-Z]*[0-9]){3})[A-Z0-9]{5,17}")
_OLD_FOREIGN: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
# The two digits after the lifelong number count renewals.
_MAINLAND: Final = re.compile(r"([HM][0-9]{8})(?:[0-9]{2})?")
_TAIWAN: Final = re.compile(r"([0-9]{8})(?:[0-9]{2})?")


def _clean(number: str) -> str:
    """Return the number in upper-case half-width characters, without quotes, spaces and separators."""
    return _CLINGING.sub("", unicodedata.normalize("NFKC", number)).upper()


def _check_slowly(
    kind: str | None, number: str, birth_day: int | None, sex: str | None, as_of: int | None
) -> Document:
    """Clean the number, then check it by its kind."""
    known = None if not kind else _KIND_NAMES.get(kind.strip())
    if kind and known is None:
        raise DocumentError(Code.DOC_KIND_UNKNOWN)
    spaceless = "".join(unicodedata.normalize("NFKC", number).strip(" '\t").split()).upper()
    if _SCIENTIFIC.fullmatch(spaceless):
        raise DocumentError(Code.ID_TRUNCATED)
    text = _clean(number)
    if known in _NUMBERED or known is None:
        if known == FOREIGN_PERMANENT_RESIDENT and _OLD_FOREIGN.fullmatch(text):
            return _unchecked(known, text, birth_day, sex, citizen=False, as_of=as_of)
        if not text:
            raise DocumentError(Code.ID_FORMAT)
        return _numbered(text, birth_day, sex, as_of)
    if len(text) == 18 and valid(text):
        return check(known, text, birth_day=birth_day, sex=sex, as_of=as_of)
    return _other(known, text, birth_day, sex, as_of)


def _numbered(text: str, birth_day: int | None, sex: str | None, as_of: int | None) -> Document:
    """Check a cleaned number that should follow GB 11643, in its old or its new length."""
    number = eighteen(text)
    problem = problem_of(number) if len(number) == 18 else Code.ID_FORMAT
    if problem is Code.ID_FORMAT:
        read = eighteen(text.translate(_LOOK_ALIKES))
        if read != number and valid(read):
            problem = Code.ID_REPAIRABLE
    if problem is not None:
        raise DocumentError(problem)
    # A 15-digit number has no check digit: a mistyped one becomes somebody else's valid number. It
    # still counts as sure, because that shows: two names on one number are held as ID_REUSED.
    return check(None, number, birth_day=birth_day, sex=sex, as_of=as_of)


def _other(kind: str, text: str, birth_day: int | None, sex: str | None, as_of: int | None) -> Document:
    """Check a cleaned number of a kind without check digit."""
    if kind == PASSPORT and _PASSPORT.fullmatch(text):
        citizen = _PRC_PASSPORT.fullmatch(text) is not None
        return _unchecked(kind, text, birth_day, sex, citizen=citizen, as_of=as_of)
    pattern = {MAINLAND_PERMIT: _MAINLAND, TAIWAN_PERMIT: _TAIWAN}.get(kind)
    match = pattern.fullmatch(text) if pattern is not None else None
    if match is None:
        raise DocumentError(Code.ID_FORMAT)
    return _unchecked(kind, match[1], birth_day, sex, citizen=True, as_of=as_of)


def _unchecked(
    kind: str, number: str, birth_day: int | None, sex: str | None, *, citizen: bool, as_of: int | None
) -> Document:
    """Return a document whose number says nothing of its holder."""
    if birth_day is not None and as_of is not None and birth_day > as_of:
        raise DocumentError(Code.ID_DATE)
    return Document(kind, number, birth_day, sex_of(sex), citizen, birth_day is not None, False)
