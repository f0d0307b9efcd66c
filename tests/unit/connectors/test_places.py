"""What is known of a region code."""

from __future__ import annotations

import pytest

from hub import data
from hub.connectors.places import Places
from hub.core.codes import Code
from tests.unit.connectors.events import TODAY


def test_answers_are_for_one_day_and_one_crosswalk() -> None:
    """Places stay the same object until the day or the crosswalk changes."""
    crosswalk = data.crosswalk()
    places = Places(data.regions(), crosswalk, TODAY)
    assert places.on(TODAY, crosswalk) is places
    assert places.on(TODAY + 1, crosswalk).today == TODAY + 1
    renamed = crosswalk.with_change("330106", "330199", None, "one_to_one", TODAY - 1)
    assert places.residence("330106", None, TODAY) == "330106"
    assert places.on(TODAY, renamed).residence("330106", None, TODAY - 9) == "330199"


def test_what_is_remembered_never_crosses_a_change_of_codes() -> None:
    """As of any day, written on any day: who was asked on other days before answers like who was not."""
    regions = data.regions()
    turn = TODAY + 10
    crosswalk = data.crosswalk().with_change("330106", "330199", None, "one_to_one", turn)
    starts = sorted({change.from_on for change in crosswalk.changes})
    days = [day + near for day in starts for near in (-1, 0, 1)]
    asked = [("330106", None), ("330104", None), ("330104", "白杨街道"), ("330103", None)]
    places, answers = Places(regions, crosswalk, TODAY), set()
    for today in days:
        places = places.on(today, crosswalk)
        for written_on in days:
            anew = Places(regions, crosswalk, today)
            for code, township in asked:
                found = places.residence(code, township, written_on)
                assert found == anew.residence(code, township, written_on)
                assert places.office(code, written_on) == anew.office(code, written_on)
                answers.add((code, found))
    assert {("330106", "330106"), ("330106", "330199")} <= answers


@pytest.mark.parametrize(
    ("code", "township", "problem"),
    [
        pytest.param("330104", None, Code.REGION_AMBIGUOUS, id="divided"),
        pytest.param("330104", "白杨街道", None, id="divided, with a township"),
        pytest.param("三联村", None, Code.REGION_AMBIGUOUS, id="a name of several"),
        pytest.param("339901", None, Code.REGION_UNKNOWN, id="in no edition"),
        pytest.param("3301", None, None, id="no county was said"),
        pytest.param("330106", None, None, id="current"),
    ],
)
def test_a_county_that_is_not_known_has_a_reason(
    code: str, township: str | None, problem: Code | None
) -> None:
    """Ambiguous and unknown codes are told apart; a code without a county has no problem."""
    assert Places(data.regions(), data.crosswalk(), TODAY).problem(code, township, TODAY) is problem


def test_an_office_is_known_by_its_county_or_not_at_all() -> None:
    """Of an office a city is not enough."""
    places = Places(data.regions(), data.crosswalk(), TODAY)
    assert places.office("330104", TODAY) is None
    assert places.residence("330104", None, TODAY) == "3301"
    assert places.office("330106", TODAY) == "330106"
