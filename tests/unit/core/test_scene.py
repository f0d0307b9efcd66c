"""A scene's regions, and the range of a number that is in doubt."""

from __future__ import annotations

from hub.core.scene import UPPER, spread
from tests.unit.core.scenes import scene


def test_regions_are_those_of_the_province_down_to_the_level() -> None:
    """Figures of persons are asked for the province, its cities and its counties."""
    assert [region for region, _ in scene().regions(*UPPER)] == [
        "33",
        "3301",
        "3302",
        "330101",
        "330102",
        "330201",
    ]


def test_the_year_is_todays() -> None:
    """The year decides which population counts."""
    assert scene(day="2021-12-31").year == 2021


def test_a_range_spans_those_under_review() -> None:
    """Everybody under review may be one more or one less; without any there is no range."""
    assert spread(10, 3) == (7, 13)
    assert spread(2, 3) == (0, 5)
    assert spread(10, 0) == (None, None)
