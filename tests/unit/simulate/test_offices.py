"""The naive directory: who exists on a day, where, and who stands above."""

from __future__ import annotations

import pytest

from hub.simulate.offices import Office, Offices, Traits

VILLAGE = Traits("community", "S", "330604001001", None)


def directory() -> Offices:
    """Return a city's and a county's society, and a village's organisation that moves and then ends."""
    offices = Offices()
    for org_id, parent, region in (("C", "P", "3306"), ("S", "C", "330604"), ("P", None, "33")):
        offices.found(Office(org_id, Traits("society", parent, region, None), 10))
    village = Office("V", VILLAGE, 20)
    village.move(30, 1, {"region": "330604001002", "host_unit": "U"})
    village.move(30, 0, {"region": "330604001009"})  # announced earlier for the same day: it does not count
    village.dissolved_on = 40
    offices.found(village)
    return offices


@pytest.mark.parametrize(
    ("day", "region"),
    [(19, None), (20, "330604001001"), (30, "330604001002"), (39, "330604001002"), (40, None)],
)
def test_exists_from_its_founding_until_its_end(day: int, region: str | None) -> None:
    """An organisation is what was announced for the day, in its region alone, within its life."""
    offices = directory()
    found = offices.active("V", day)
    assert (found and found.region) == region
    for place in ("330604001001", "330604001002"):
        assert offices.at_place("village", place, day) == ("V" if place == region else None)
    assert offices.at_unit("U", day) == ("V" if day in {30, 39} else None)
    assert offices.gone("V", day) == (day == 40)


def test_superior_is_the_parent_or_the_next_society_above() -> None:
    """The parent if it is active; else the society of the city, else of the province, never itself."""
    offices = directory()
    assert [offices.superior(org_id, 45) for org_id in ("V", "S", "C", "P", "X")] == [
        "S",
        "C",
        "P",
        None,
        None,
    ]
    offices.by_id["S"].dissolved_on = 42
    assert offices.superior("V", 45) == "C"
    offices.by_id["C"].dissolved_on = 42
    assert offices.superior("V", 45) == "P"
