"""Organisations counted by class and region."""

from __future__ import annotations

from hub import data
from hub.core.census import census, denominators
from tests.unit.core.scenes import TABLE, organisation


def test_the_packaged_regions_have_25424_villages_and_communities() -> None:
    """The denominators are those of the plan, for the province and for each of its parts."""
    found = denominators(data.regions())
    assert found.villages["33"] == 25_424
    assert found.townships["33"] == 488 + 619 + 258 - 1  # the one that stands in for townships in 330383
    cities = [code for code in found.villages if len(code) == 4]
    assert sum(found.villages[code] for code in cities) == 25_424


def test_stand_ins_are_in_no_denominator() -> None:
    """A farm is no village, a development zone no township."""
    found = denominators(TABLE)
    assert found.villages["33"] == 10
    assert found.townships["33"] == 4


def test_two_organisations_of_one_village_count_once_in_the_rate() -> None:
    """Villages are counted, not their organisations; both count in their class."""
    found = census(
        [organisation("village", "330101001201", "a"), organisation("village", "330101001201", "b"),
         organisation("community", "330101001001"), organisation("township", "330101001")], TABLE, str,
    )  # fmt: skip
    assert found.villages["33"] == found.villages["330101001"] == 2
    assert found.townships["3301"] == 1
    assert found.classes["village", "3301"] == 2


def test_an_unknown_or_coarse_code_is_in_no_rate() -> None:
    """An organisation whose code the edition lacks, or is no village's, is counted in its class only."""
    found = census(
        [
            organisation("village", "330101001399"),
            organisation("village", "330101001500"),
            organisation("village", "330101"),
        ],
        TABLE,
        str,
    )
    assert not found.villages
    assert found.classes["village", "33"] == 3


def test_codes_are_taken_to_the_edition() -> None:
    """An organisation under an old code counts where that place is now."""
    found = census(
        [organisation("village", "330199001201")], TABLE, {"330199001201": "330101001201"}.__getitem__
    )
    assert found.villages["330101"] == 1
