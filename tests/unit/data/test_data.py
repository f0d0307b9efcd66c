"""The regions that ship with the hub."""

from __future__ import annotations

import pytest

from hub import data
from hub.core.codes import Code
from hub.core.region import is_village


def test_the_edition_is_complete() -> None:
    """11 cities, 90 counties, 1,387 townships, 25,424 real villages and communities, 123 stand-ins."""
    table = data.regions()
    levels = ("province", "city", "county", "township", "village")
    counts = [len(list(table.codes(level))) for level in levels]
    assert counts == [1, 11, 90, 1387, 25547]
    assert sum(map(is_village, table.codes("village"))) == 25424
    assert all(table.exists(parent) for code in table.names if (parent := table.parent(code)))


def test_longgang_has_a_stand_in_township() -> None:
    """龙港 has no townships: its villages hang under one that exists in the codes only."""
    table = data.regions()
    assert list(table.codes("township", "330383")) == ["330383198"]
    assert len(list(table.codes("village", "330383198"))) > 50


def test_every_change_leads_to_the_edition() -> None:
    """New counties exist, and every township a row names is found in the county it leads to."""
    table = data.regions()
    for change in data.crosswalk().changes:
        assert table.exists(change.new), change
        if change.township and change.new != "330383":
            assert table.township(change.new, change.township), change


@pytest.mark.parametrize("county", ["330113", "330114"])
def test_new_counties_are_covered_township_by_township(county: str) -> None:
    """Each township of 临平 and 钱塘 is reached from the county it came from."""
    table = data.regions()
    covered = {table.township(c.new, c.township) for c in data.crosswalk().changes if c.new == county}
    assert covered == set(table.codes("township", county))


@pytest.mark.parametrize(
    ("code", "township", "expected"),
    [
        ("330104", "白杨街道", "330114"),
        ("330104", "下沙街道", "330114"),
        ("330104", "九堡镇", "330102"),
        ("330104", None, Code.REGION_AMBIGUOUS),
        ("330103", None, "330105"),
        ("330110", "临平街道", "330113"),
        ("330109", "义蓬街道", "330114"),
        ("330327", "龙港镇", "330383"),
        ("330621", None, "330603"),
        ("330682", None, "330604"),
        ("331021", None, "331083"),
        ("331021003", None, "331083003"),
        ("330204", None, "330212"),
        ("330212", "古林镇", "330203"),
        ("三联村", None, Code.REGION_AMBIGUOUS),
    ],
)
def test_old_codes_of_zhejiang(code: str, township: str | None, expected: str | Code) -> None:
    """The changes since 2013 are known."""
    found = data.crosswalk().resolve(code, township)
    assert (found.problem or found.code) == expected
