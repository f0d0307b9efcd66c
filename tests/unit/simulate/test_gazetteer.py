"""The region table, read with the simulation's own eyes."""

from __future__ import annotations

import pytest

from hub.simulate.gazetteer import Gazetteer
from hub.simulate.regions import region_table


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """Return the packaged table."""
    return Gazetteer(region_table())


def test_province_has_eleven_cities(gazetteer: Gazetteer) -> None:
    """Each city of the province has a county that can be played."""
    cities = gazetteer.cities("33")
    assert cities == [f"33{number:02}" for number in range(1, 12)]
    assert all(gazetteer.counties(city) for city in cities)


def test_villages_lie_in_their_county(gazetteer: Gazetteer) -> None:
    """A county's villages begin with its code; what is no county is refused."""
    villages = gazetteer.villages("330604")
    assert len(villages) > 100
    assert all(village.startswith("330604") and len(village) == 12 for village in villages)
    with pytest.raises(ValueError, match="six digits"):
        gazetteer.villages("3306")


def test_elsewhere_is_outside(gazetteer: Gazetteer) -> None:
    """Elsewhere lies in the same province and in none of the counties played."""
    found = gazetteer.elsewhere(("330604", "330106"))
    assert {code[:2] for code in found} == {"33"}
    assert not {code[:6] for code in found} & {"330604", "330106"}


def test_namesake_of_a_township(gazetteer: Gazetteer) -> None:
    """A township is found by its name in its own county, and not in one that has none of that name."""
    township = next(code for code in gazetteer.names if len(code) == 9 and code.startswith("330604"))
    assert gazetteer.namesake(township, "330604") == township
    assert gazetteer.namesake(township, "331102") is None
