"""Identity documents, case by case (DOMAIN §7, 1 to 8)."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import document
from hub.core.codes import Code
from hub.core.dates import parse_day
from hub.core.document import Document, DocumentError

NUMBER = "339901199003071236"
"""A made-up man, born 1990-03-07, in a county that does not exist."""
BORN = parse_day("1990-03-07")


def made(first_17: str) -> str:
    """Return a number with its check digit."""
    return first_17 + document.check_digit(first_17)


@pytest.mark.parametrize(
    ("received", "number"),
    [
        pytest.param(NUMBER, NUMBER, id="clean"),
        pytest.param("33990119880412003X", "33990119880412003X", id="x"),
        pytest.param("33990119880412003x", "33990119880412003X", id="case-1-lower-case-x"),
        pytest.param("33990119880412003ｘ", "33990119880412003X", id="case-1-full-width-x"),
        pytest.param("３３９９０１１９９００３０７１２３６", NUMBER, id="full-width-digits"),
        pytest.param(f"'{NUMBER} ", NUMBER, id="case-4-apostrophe-and-blank"),
        pytest.param(f"\ufeff{NUMBER}\u200b\t", NUMBER, id="case-4-invisible"),
        pytest.param("339901 19900307 1236", NUMBER, id="blanks"),
        pytest.param("339901-19900307-1236", NUMBER, id="hyphens"),
        pytest.param("339901760101002", "339901197601010020", id="case-5-fifteen-digits"),
        pytest.param(made("33990119000101999"), made("33990119000101999"), id="born-1900"),
        pytest.param(made("33990120240229001"), made("33990120240229001"), id="leap-day"),
    ],
)
def test_a_number_is_brought_to_its_normal_form(received: str, number: str) -> None:
    """Whatever clings to a number, the document is the same."""
    assert document.check("resident_id", received).number == number


def test_a_number_says_who_its_holder_is() -> None:
    """Birth date, sex and citizenship come from the number."""
    assert document.check("resident_id", NUMBER) == Document(
        kind="resident_id", number=NUMBER, birth_day=BORN, sex="m", citizen=True, sure=True, contradicts=False
    )


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param("3.39901E+17", Code.ID_TRUNCATED, id="case-2-scientific"),
        pytest.param("3.39901199003071E17", Code.ID_TRUNCATED, id="scientific-long"),
        pytest.param(f"{NUMBER}.0", Code.ID_TRUNCATED, id="floating-point"),
        pytest.param("339901199003071000", Code.ID_CHECK, id="case-3-last-digits-zeroed"),
        pytest.param("33990l1990O3071236", Code.ID_REPAIRABLE, id="case-6-letters"),
        pytest.param("33990I19900307I236", Code.ID_REPAIRABLE, id="capital-i"),
        pytest.param("3399017601O1002", Code.ID_REPAIRABLE, id="fifteen-with-letter"),
        pytest.param("33990l1990O3071235", Code.ID_FORMAT, id="letters-and-a-wrong-digit"),
        pytest.param("339903198502291012", Code.ID_DATE, id="case-7-impossible-date"),
        pytest.param(made("33990121000101001"), Code.ID_DATE, id="born-2100"),
        pytest.param(made("33990118790101001"), Code.ID_DATE, id="born-1879"),
        pytest.param("339901761301002", Code.ID_DATE, id="fifteen-impossible-date"),
        pytest.param("33990119900307123", Code.ID_FORMAT, id="seventeen"),
        pytest.param("3399011990030712366", Code.ID_FORMAT, id="nineteen"),
        pytest.param("", Code.ID_FORMAT, id="empty"),
        pytest.param("X39901199003071236", Code.ID_FORMAT, id="x-in-front"),
        pytest.param(made("00990119900307123"), Code.ID_FORMAT, id="no-such-province"),
        pytest.param(made("81010019940823002"), Code.ID_FORMAT, id="hong-kong-with-a-city"),
        pytest.param("无", Code.ID_FORMAT, id="none-in-words"),
    ],
)
def test_an_impossible_number_is_named_but_not_shown(number: str, code: Code) -> None:
    """Every way to be wrong has its code, and no error holds the number."""
    with pytest.raises(DocumentError) as caught:
        document.check("resident_id", number)
    assert caught.value.code is code
    assert not number or number not in f"{caught.value!s} {caught.value!r}"


@pytest.mark.parametrize(
    ("number", "kind", "citizen"),
    [
        pytest.param("810000199408230021", "hmt_permit", True, id="hong-kong"),
        pytest.param(made("82000019940823002"), "hmt_permit", True, id="macao"),
        pytest.param("830000199201300022", "hmt_permit", True, id="taiwan"),
        pytest.param(
            "911124198108030024", "foreign_permanent_resident", False, id="foreign-permanent-resident"
        ),
    ],
)
@pytest.mark.parametrize("declared", ["resident_id", "", None, "passport", "hmt_permit"])
def test_the_number_decides_the_kind(number: str, kind: str, *, citizen: bool, declared: str | None) -> None:
    """A number of the common layout is one document, whatever kind it was declared as."""
    found = document.check(declared, number)
    assert (found.kind, found.citizen, found.sure) == (kind, citizen, True)


def test_numbers_of_abolished_and_new_counties_are_valid() -> None:
    """The place digits are history: no table of today may refuse them."""
    for place in ("330104", "330621", "330113", "330114", "339001"):
        assert document.check("resident_id", made(f"{place}19900307123")).sure


@pytest.mark.parametrize(
    ("declared", "contradicts"),
    [
        pytest.param({"sex": "女"}, True, id="case-8-sex"),
        pytest.param({"sex": "男"}, False, id="same-sex"),
        pytest.param({"sex": "1"}, False, id="same-sex-by-code"),
        pytest.param({"sex": "F"}, True, id="other-sex-in-english"),
        pytest.param({"sex": " 女 "}, True, id="other-sex-with-blanks"),
        pytest.param({"sex": "0"}, False, id="sex-unknown"),
        pytest.param({"sex": ""}, False, id="sex-empty"),
        pytest.param({"birth_day": BORN + 1}, True, id="case-8-birth"),
        pytest.param({"birth_day": BORN}, False, id="same-birth"),
        pytest.param({"birth_day": BORN, "sex": "f"}, True, id="one-of-two"),
        pytest.param({}, False, id="nothing-declared"),
    ],
)
def test_a_contradiction_is_reported_not_raised(declared: dict[str, Any], *, contradicts: bool) -> None:
    """What the source declares beside the number is compared; the number wins."""
    found = document.check("resident_id", NUMBER, **declared)
    assert (found.contradicts, found.birth_day, found.sex) == (contradicts, BORN, "m")


def test_a_birth_after_the_day_of_the_event_is_refused() -> None:
    """Nobody has a document before being born."""
    assert document.check("resident_id", NUMBER, as_of=BORN).birth_day == BORN
    for number in (NUMBER, f" {NUMBER}"):
        with pytest.raises(DocumentError) as caught:
            document.check("resident_id", number, as_of=BORN - 1)
        assert caught.value.code is Code.ID_DATE
    with pytest.raises(DocumentError):
        document.check("passport", "E00000000", birth_day=BORN, as_of=BORN - 1)


@pytest.mark.parametrize(
    ("kind", "received", "number", "citizen"),
    [
        pytest.param("passport", "e0000 0001", "E00000001", True, id="passport"),
        pytest.param("passport", "EA0000001", "EA0000001", True, id="passport-new-series"),
        pytest.param("passport", "P0000001A", "P0000001A", False, id="passport-of-another-country"),
        pytest.param("mainland_permit", "H00000001", "H00000001", True, id="mainland-permit"),
        pytest.param("mainland_permit", "m0000000102", "M00000001", True, id="mainland-permit-renewed"),
        pytest.param("taiwan_permit", "00000001", "00000001", True, id="taiwan-permit"),
        pytest.param("taiwan_permit", "0000000103", "00000001", True, id="taiwan-permit-renewed"),
        pytest.param(
            "foreign_permanent_resident", "ABC330000000001", "ABC330000000001", False, id="old-residence-card"
        ),
        pytest.param("护照", "G00000001", "G00000001", True, id="kind-in-chinese"),
    ],
)
def test_other_documents_are_sure_only_with_a_birth_date(
    kind: str, received: str, number: str, *, citizen: bool
) -> None:
    """Without a checksum, a number alone does not identify."""
    found = document.check(kind, received, birth_day=BORN, sex="女")
    assert (found.number, found.citizen, found.birth_day, found.sex) == (number, citizen, BORN, "f")
    assert (found.sure, found.contradicts) == (True, False)
    assert not document.check(kind, received).sure


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        pytest.param("passport", "12", Code.ID_FORMAT, id="passport-too-short"),
        pytest.param("passport", "ABCDEFGH", Code.ID_FORMAT, id="passport-without-digits"),
        pytest.param("mainland_permit", "X00000001", Code.ID_FORMAT, id="mainland-permit-letter"),
        pytest.param("taiwan_permit", "1234567", Code.ID_FORMAT, id="taiwan-permit-short"),
        pytest.param(
            "foreign_permanent_resident", "AB330000000001", Code.ID_FORMAT, id="old-residence-card-short"
        ),
        pytest.param("library_card", "00000001", Code.DOC_KIND_UNKNOWN, id="kind-unknown"),
        pytest.param(None, "E00000001", Code.ID_FORMAT, id="no-kind-no-layout"),
    ],
)
def test_other_documents_have_their_formats(kind: str | None, number: str, code: Code) -> None:
    """A number that fits no format of its kind is refused."""
    with pytest.raises(DocumentError) as caught:
        document.check(kind, number)
    assert caught.value.code is code


def test_repairs_are_the_valid_neighbours() -> None:
    """The true number is among the neighbours of a mistyped one, each of which is valid."""
    for wrong in (
        NUMBER[:-1] + "5",
        "339910" + NUMBER[6:],
        NUMBER[:7] + NUMBER[8:],
        NUMBER[:7] + "9" + NUMBER[7:],
    ):
        found = document.repairs(wrong)
        assert NUMBER in found
        assert list(found) == sorted(set(found))
        assert all(document.check("resident_id", number).number == number for number in found)


def test_repairs_read_letters_and_leave_the_valid_alone() -> None:
    """A number with look-alike letters has one repair; a valid number and nonsense have none."""
    assert document.repairs("33990l1990O3071236") == (NUMBER,)
    assert document.repairs(NUMBER) == ()
    assert document.repairs("12345") == ()


def test_a_document_does_not_show_its_holder() -> None:
    """The representation may land in a log: it holds no number and no birth date."""
    shown = repr(document.check("resident_id", NUMBER))
    assert NUMBER not in shown
    assert str(BORN) not in shown


@pytest.mark.parametrize(
    ("text", "sex"), [("男", "m"), (" Female ", "f"), ("２", "f"), ("9", None), ("", None), (None, None)]
)
def test_sex_is_read_from_the_usual_notations(text: str | None, sex: str | None) -> None:
    """Words and the codes of GB/T 2261.1 are known, everything else is unknown."""
    assert document.sex_of(text) == sex
