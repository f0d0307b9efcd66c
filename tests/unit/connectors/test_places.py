"""What is known of a region code."""

from __future__ import annotations

from hub import data
from hub.connectors.places import Places
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


def test_an_office_is_known_by_its_county_or_not_at_all() -> None:
    """Of an office a city is not enough."""
    places = Places(data.regions(), data.crosswalk(), TODAY)
    assert places.office("330104", TODAY) is None
    assert places.residence("330104", None, TODAY) == "3301"
    assert places.office("330106", TODAY) == "330106"
