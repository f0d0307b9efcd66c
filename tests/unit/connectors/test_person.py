"""The person block."""

from __future__ import annotations

from typing import Any

import pytest

from hub.connectors.draft import Contact, Person
from hub.connectors.person import read_person, read_who
from hub.core import dates
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import ANTON, BEATE, VILLAGE, event, number, person, reading

BORN = dates.parse_day("1990-03-07")
COURSE = "training.course.completed.v1"


def read(**changes: Any) -> Person:
    """Return what an ordinary event's block comes to."""
    found = read_person(person(**changes), reading(event(COURSE)))
    assert found is not None
    return found


def test_a_full_block_is_split() -> None:
    """Document, party fields, canonical name and contact each go their own way."""
    found = read(host_unit=" school-1 ")
    assert found.document is not None
    assert found.document.number == ANTON
    assert found.party == {
        "citizen": True,
        "birth_day": BORN,
        "sex": "m",
        "residence": VILLAGE,
        "host_unit": "school-1",
        "student": False,
    }
    assert found.name == "王小明"
    assert found.contact == Contact("王小明", "13800000000")


def test_only_what_is_said_is_asserted() -> None:
    """Absent fields stay absent: they must not erase what is known."""
    nothing = dict.fromkeys(person())
    found = read(**{**nothing, "doc_no": ANTON})
    assert set(found.party) == {"citizen", "birth_day", "sex"}
    assert (found.name, found.contact) == ("", None)


def test_a_guardian_is_part_of_the_contact() -> None:
    """What is known of a guardian travels with the sealed contact."""
    found = read(guardian={"name": "王父", "phone": None, "relation": "father"})
    assert found.contact == Contact("王小明", "13800000000", {"name": "王父", "relation": "father"})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (number("33990119880412003").replace("X", "ｘ"), number("33990119880412003")),
        (f"'{ANTON} ", ANTON),
        ("339901760101002", "339901197601010020"),
    ],
    ids=["1: full-width x", "4: apostrophe and blank", "5: fifteen digits"],
)
def test_numbers_are_cleaned(given: str, expected: str) -> None:
    """DOMAIN §7, nos. 1, 4, 5: what clings to a number is cleaned away."""
    found = read(doc_no=given, birth_date=None, sex=None)
    assert found.document is not None
    assert found.document.number == expected


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("3.39901E+17", Code.ID_TRUNCATED),
        (number("33990319850229101"), Code.ID_DATE),
        (number("33990120220703123"), Code.ID_DATE),
        ("1234", Code.ID_FORMAT),
    ],
    ids=["2: scientific", "7: impossible date", "born tomorrow", "too short"],
)
def test_ruined_numbers_are_refused(given: str, code: Code) -> None:
    """DOMAIN §7, nos. 2 and 7: a number that nobody can have is the source's to put right."""
    with pytest.raises(DeadLetterError) as caught:
        read(doc_no=given, birth_date=None, sex=None)
    assert (caught.value.code, caught.value.field) == (code, "person.doc_no")
    assert given not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"doc_no": ANTON[:15] + "000"}, Code.ID_CHECK),
        ({"doc_no": "33990l1990O307123" + ANTON[17]}, Code.ID_REPAIRABLE),
        ({"doc_no": None}, Code.FIELD_MISSING),
        ({"doc_no": " "}, Code.FIELD_MISSING),
        ({"doc_kind": "passport", "doc_no": "E12345678", "birth_date": None}, Code.FIELD_MISSING),
    ],
    ids=["3: zeroed by a spreadsheet", "6: letters for digits", "none", "blank", "passport alone"],
)
def test_unsure_numbers_leave_a_doubt(changes: dict[str, Any], doubt: Code) -> None:
    """DOMAIN §7, nos. 3 and 6: without a sure number the block says why, and is not repaired."""
    found = read(**changes)
    assert (found.document, found.doubt, found.named) == (None, doubt.value, True)


def test_a_passport_with_a_birth_date_is_sure() -> None:
    """A document without a check digit identifies together with the birth date."""
    assert read(doc_kind="passport", doc_no="E12345678").document is not None


@pytest.mark.parametrize(
    ("changes", "conflicts"),
    [
        ({"sex": "女"}, ["CONFLICT"]),
        ({"birth_date": "1990-03-08"}, ["CONFLICT"]),
        ({"nationality": "US"}, ["CONFLICT"]),
        ({"sex": "女", "nationality": "US"}, ["CONFLICT"]),
        ({"name": "王?"}, ["NAME_LOSSY"]),
        ({"sex": "?", "nationality": "中国"}, None),
    ],
    ids=["8: sex", "8: birth", "nationality", "twice", "14: lost character", "none"],
)
def test_contradictions_go_to_review(changes: dict[str, Any], conflicts: list[str] | None) -> None:
    """DOMAIN §7, nos. 8 and 14: the number wins, and a human is asked."""
    found = read(**changes)
    assert found.party.get("conflicts") == conflicts
    assert (found.party["birth_day"], found.party["sex"], found.party["citizen"]) == (BORN, "m", True)
    assert (found.name == "") is ("name" in changes)


@pytest.mark.parametrize(
    "name", ["阿依古丽•买买提", "阿依古丽・买买提", "阿依古丽.买买提", "阿依古丽买买提", "阿依古丽·买买提"]
)
def test_dots_do_not_make_another_name(name: str) -> None:
    """DOMAIN §7, no. 13: the separator of a name may be written in any way."""
    assert read(name=name).name == read(name="阿依古丽·买买提").name


def test_traditional_characters_do_not_make_another_name() -> None:
    """DOMAIN §7, no. 15: 鍾偉 and 钟伟 are one name."""
    assert read(name="鍾偉").name == read(name="钟伟").name


@pytest.mark.parametrize(
    ("region", "township", "expected"),
    [
        (VILLAGE, None, VILLAGE),
        ("330104", "白杨街道", "330114"),
        ("330104", None, "3301"),
        ("330106999999", None, "330106"),
        ("三联村", None, None),
        ("310101", None, None),
        ("", "白杨街道", None),
    ],
    ids=[
        "known",
        "16: with township",
        "16: without",
        "unknown village",
        "17: a name",
        "elsewhere",
        "not said",
    ],
)
def test_residences_are_known_as_far_as_they_are(
    region: str, township: str | None, expected: str | None
) -> None:
    """DOMAIN §7, nos. 16 and 17: a stale or ambiguous code is cut back to what is known."""
    residence = read(residence_region=region, residence_township=township).party.get("residence")
    assert residence is None if expected is None else str(residence).startswith(expected)


@pytest.mark.parametrize("written", ["1990/3/7", "19900307", "1990年3月7日", "1990-03-06T23:30Z"])
def test_birth_dates_come_in_many_forms(written: str) -> None:
    """DOMAIN §7, no. 22: all accepted formats mean the same day in China."""
    assert read(doc_no=None, birth_date=written).party["birth_day"] == BORN


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"birth_date": "unknown"}, Code.DATE_INVALID, "person.birth_date"),
        ({"birth_date": "2022-07-01", "doc_no": None}, Code.DATE_FUTURE, "person.birth_date"),
        ({"doc_kind": "library card"}, None, ""),
        ({"doc_kind": "library card", "doc_no": "A1"}, Code.DOC_KIND_UNKNOWN, "person.doc_no"),
    ],
)
def test_unreadable_parts_are_refused(changes: dict[str, Any], code: Code | None, path: str) -> None:
    """An unreadable date or an unknown kind is the source's to put right; a clean number needs no kind."""
    if code is None:
        assert read(**changes).document is not None
        return
    with pytest.raises(DeadLetterError) as caught:
        read(**changes)
    assert (caught.value.code, caught.value.field) == (code, path)


def test_foreigners_are_no_citizens() -> None:
    """The nationality tells when no document does, and a permanent resident's card tells itself."""
    assert read(doc_no=None, nationality="US").party["citizen"] is False
    card = number("93399919980802300")
    found = read(
        doc_kind="foreign_permanent_resident", doc_no=card, nationality=None, birth_date=None, sex=None
    )
    assert found.party["citizen"] is False


def test_of_a_prohibition_only_the_person_is_read() -> None:
    """Nothing else in the block can stand in a prohibition's way."""
    ruined = person(
        doc_no=BEATE, birth_date="?", sex="?", name="王?", host_unit="x" * 999, residence_region="?"
    )
    read_ = reading(event("party.deceased.v1"))
    found = read_who(ruined, read_)
    assert found is not None
    assert found.document is not None
    assert (found.party, found.contact, found.claims, read_.problems) == ({}, None, [], [])


@pytest.mark.parametrize(
    ("changes", "doubt", "named"),
    [
        ({"doc_no": "1.1E17"}, Code.ID_TRUNCATED, True),
        ({"doc_no": None}, Code.FIELD_MISSING, True),
        ({"doc_no": None, "name": None}, Code.FIELD_MISSING, True),
        ({"doc_no": None, "name": "", "phone": ""}, Code.FIELD_MISSING, False),
    ],
    ids=["ruined number", "name and phone", "phone", "nothing"],
)
def test_an_unsure_prohibition_says_whether_it_names_anybody(
    changes: dict[str, Any], doubt: Code, *, named: bool
) -> None:
    """A prohibition never refuses a number; it is about somebody unsure, or about nobody."""
    found = read_who(person(**changes), reading(event("party.deceased.v1")))
    assert found is not None
    assert (found.document, found.doubt, found.named) == (None, doubt.value, named)


def test_no_block_is_no_person() -> None:
    """An event without a person block is about nobody by name."""
    assert read_person(None, reading(event(COURSE))) is None
    assert read_who(None, reading(event("member.declined.v1"))) is None
