"""Identity numbers, over all of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import document, resident_number
from hub.core.codes import TEXTS, Code
from hub.core.dates import parse_day
from hub.core.document import DocumentError
from hub.core.resident_number import BY_BIRTH, BY_PLACE, problem_of

births = st.dates(date(1880, 1, 1), date(2099, 12, 31))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Return a valid number of an unassigned county."""
    county, sequence = draw(st.integers(0, 99)), draw(st.integers(0, 999))
    first = f"3399{county:02}{draw(births):%Y%m%d}{sequence:03}"
    return first + document.check_digit(first)


@given(numbers())
def test_a_valid_number_is_read_and_kept(number: str) -> None:
    """The normal form of a valid number is itself; birth date and sex are its digits'."""
    found = document.check("resident_id", number)
    assert found.number == number
    assert found.birth_day == parse_day(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    assert found.sex == ("m" if int(number[16]) % 2 else "f")
    assert document.check(None, f" {number.lower()}'") == found


PLACES = st.sampled_from(
    ["339901", "810000", "820000", "830000", "810001", "933156", "990156", "119999", "100000"]
)
DIGITS = st.text("0123456789", min_size=6, max_size=6)
DAYS = st.one_of(births.map("{:%Y%m%d}".format), st.text("0123456789", min_size=8, max_size=8))


def refusal(number: str) -> Code | None:
    """Return why a number is refused, or None."""
    try:
        document.check(None, number)
    except DocumentError as error:
        return error.code
    return None


@given(PLACES | DIGITS, DAYS, st.integers(0, 999))
def test_a_number_is_taken_exactly_when_nothing_is_wrong_with_it(place: str, day: str, sequence: int) -> None:
    """The look-ups by whole place and whole birth date accept what the tables of digits accept."""
    first = f"{place}{day}{sequence:03}"
    number = first + document.check_digit(first)
    for _ in range(2):  # worked out, then remembered
        assert refusal(number) == problem_of(number)


def test_places_and_births_without_end_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of places and birth dates is bounded, and forgetting changes nothing."""
    monkeypatch.setattr(resident_number, "KEPT", 5)
    BY_PLACE.clear()
    BY_BIRTH.clear()
    for county in range(20):
        first = f"3399{county:02}{1980 + county}0101001"
        assert document.check(None, first + document.check_digit(first)).birth_day == parse_day(
            f"{1980 + county}-01-01"
        )
        assert len(BY_PLACE) <= 5
        assert len(BY_BIRTH) <= 5


@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_digit_is_caught_and_repairable(number: str, at: int, digit: str) -> None:
    """No number with one wrong digit passes, and the true one is among its repairs."""
    wrong = number[:at] + digit + number[at + 1 :]
    if wrong == number:
        return
    with pytest.raises(DocumentError):
        document.check("resident_id", wrong)
    if digit != "X" or at == 17:
        assert number in document.repairs(wrong)


@given(numbers(), st.integers(0, 16))
def test_every_swap_of_neighbours_is_caught(number: str, at: int) -> None:
    """No number with two neighbours swapped passes, unless they are equal."""
    wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if wrong == number:
        return
    with pytest.raises(DocumentError):
        document.check("resident_id", wrong)


@given(st.integers(0, 99), st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_fifteen_digits_become_eighteen(county: int, born: date, sequence: int) -> None:
    """The old form and the new form of a number are one document."""
    old = f"3399{county:02}{born:%y%m%d}{sequence:03}"
    found = document.check("resident_id", old)
    assert found.number[:6] + found.number[8:17] == old
    assert found == document.check("resident_id", found.number)


@given(st.sampled_from([*document.KINDS, None, "other"]), st.text(max_size=24))
def test_any_text_is_a_document_or_an_error(kind: str | None, number: str) -> None:
    """Nothing but DocumentError is raised, it does not show the number, and repairs never raise."""
    document.repairs(number)
    try:
        found = document.check(kind, number)
    except DocumentError as error:
        refused: DocumentError | None = error
    else:
        refused = None
        assert document.check(found.kind, found.number).number == found.number
    assert refused is None or str(refused) == TEXTS[refused.code].en
