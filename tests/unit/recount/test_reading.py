"""How the recount reads documents, days, codes and frames."""

from __future__ import annotations

from datetime import date

import pytest

from hub import contracts
from tools.recount.days import instant, read_day
from tools.recount.frames import Frames
from tools.recount.names import lost, one_form
from tools.recount.papers import NOBODY, WRONG, contradicts, credit_code, person_of
from tools.recount.places import Places


def checked(body: str) -> str:
    """Return 17 digits with their check digit."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


ANNA = checked("33990119900307123")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(ANNA, ANNA, id="as it is"),
        pytest.param(f"'{ANNA.lower()} ", ANNA, id="with what clings to it"),
        pytest.param(ANNA[:6] + ANNA[8:17], ANNA, id="of fifteen digits"),
        pytest.param(ANNA[:15] + "000", NOBODY, id="zeroed by a spreadsheet"),
        pytest.param("3.39901E+17", WRONG, id="in scientific notation"),
        pytest.param(ANNA[:11], WRONG, id="cut off"),
        pytest.param(checked("33990119900230123"), WRONG, id="of a day that never was"),
        pytest.param(" ", NOBODY, id="empty"),
    ],
)
def test_whom_a_number_names(number: str, expected: str) -> None:
    """One person has one name, however the number was written; what is unsure or wrong names nobody."""
    assert person_of("resident_id", number, None) == expected


def test_a_passport_names_somebody_with_a_birth_date_only() -> None:
    """It has no check digit."""
    assert person_of("passport", "E12345678", None) == NOBODY
    assert person_of("passport", "E12345678", date(1990, 1, 1)) == "passport E12345678"


def test_a_credit_code_has_a_check_digit() -> None:
    """A code that is cut off or mistyped is none."""
    assert credit_code("91350100M000100Y43") == "91350100M000100Y43"
    assert credit_code("91350100M000100Y4") is None
    assert credit_code("91350100M000100Y44") is None


@pytest.mark.parametrize(
    "text", ["2022-03-07", "2022/3/7", "20220307", "2022-03-06T23:30Z", "2022-03-07T00:00:00.000+08:00"]
)
def test_days_are_chinas(text: str) -> None:
    """Whatever the notation, an instant is the day that it is in China."""
    assert read_day(text) == date(2022, 3, 7)


def test_what_is_no_day_is_none() -> None:
    """Nothing is made up."""
    assert read_day("9999-99-99") is None
    assert read_day("upon completion") is None
    assert instant(" ") is None


SPLIT, HOME = date(2022, 6, 1), "330604001001"


@pytest.mark.parametrize(
    ("code", "today", "written", "expected"),
    [
        pytest.param("330682", SPLIT, SPLIT, "330604", id="a code of before 2013"),
        pytest.param("330104", SPLIT, SPLIT, "3301", id="a county that was divided: its city"),
        pytest.param("三联村", SPLIT, SPLIT, None, id="a name"),
        pytest.param("330702", SPLIT, SPLIT, "330798", id="renamed today"),
        pytest.param("330702", date(2022, 5, 31), SPLIT, "330702", id="renamed tomorrow"),
        pytest.param("330703", SPLIT, SPLIT, "3307", id="what only a human can tell"),
    ],
)
def test_codes_are_taken_to_the_edition_of_the_day(
    code: str, today: date, written: date, expected: str | None
) -> None:
    """A code that changed is what it became; what cannot be told is cut back to what is known."""
    places = Places()
    places.announce("330702", "330798", None, "one_to_one", SPLIT)
    places.announce("330703", "330799", None, "manual", SPLIT)
    assert places.received(code, None, today, written) == expected


def test_a_township_that_went_elsewhere_takes_its_people_along() -> None:
    """Its codes are those of the county it went to; a bare county code of before may mean either part."""
    places = Places()
    township = next(code for code in places.names if len(code) == 9 and code.startswith("330604"))
    places.announce("330604", "330681", places.names[township], "by_township", SPLIT)
    found = places.received(township, None, SPLIT, SPLIT)
    assert found is not None
    assert found[:6] == "330681"
    assert places.received("330604", None, SPLIT, date(2022, 1, 1)) == "3306"
    assert places.received("330604", None, SPLIT, SPLIT) == "330604"


def test_it_reads_what_the_hub_writes() -> None:
    """Both codecs agree on the schema of a frame, and on what is in it; nobody guesses at anything else."""
    value = contracts.codec().encode("hub.tick", {"now": 5})
    found = Frames().decode(value)
    assert found is not None
    assert (found.type, found.body) == ("hub.tick", {"now": 5})
    assert Frames().decode(value[:2] + bytes(8) + value[10:]) is None
    cut = Frames().decode(value[:-1])
    assert cut is not None
    assert (cut.type, cut.body) == ("hub.tick", None)


@pytest.mark.parametrize(
    ("birth", "sex", "expected"),
    [
        (date(1990, 3, 7), "m", False), (None, "男", False), (None, None, False), (None, "f", True),
        (date(1990, 3, 8), "m", True),
    ],
)  # fmt: skip
def test_a_form_may_contradict_the_number(birth: date | None, sex: str | None, *, expected: bool) -> None:
    """The number says the birth date and the sex; what the form leaves out contradicts nothing."""
    assert contradicts(ANNA, birth, sex) is expected


def test_two_spellings_are_one_name() -> None:
    """Separators, width and traditional characters make no other name; a lost character makes none."""
    assert one_form("阿依古丽·買買提") == one_form(" 阿依古丽．买买提 ")
    assert one_form("王芳") != one_form("王方")
    assert lost("王?")
    assert not lost("王芳")
