"""Residents by vintage."""

from __future__ import annotations

import pytest

from hub import data
from hub.core.residents import Population, Residents, parse, published


@pytest.mark.parametrize(
    ("year", "value"), [(2019, None), (2020, 100), (2021, 100), (2022, 120), (2030, 120)]
)
def test_the_newest_year_not_after_the_figures_counts(year: int, value: int | None) -> None:
    """A figure rests on the newest population of its year or before, and on none before the first."""
    population = Population([Residents("33", 2022, 120, "b"), Residents("33", 2020, 100, "a")])
    found = population.at("33", year)
    assert (found.value if found is not None else None) == value


def test_of_two_editions_of_a_year_the_greater_name_counts_in_any_order() -> None:
    """The choice does not depend on which was heard of first."""
    editions = [Residents("33", 2020, 1, "census"), Residents("33", 2020, 2, "yearbook")]
    for order in (editions, editions[::-1]):
        found = Population(order).at("33", 2020)
        assert found is not None
        assert found.told == "2020 yearbook"


def test_records_of_the_topic_and_the_file_are_read_alike() -> None:
    """A published population is the same as a packaged one."""
    record = {"region": "330106", "year": 2022, "value": 5, "vintage": "x"}
    assert published([record]) == parse("# 注\nregion,year,value,vintage\n330106,2022,5,x\n")


def test_the_cities_of_the_census_add_up_to_the_province() -> None:
    """The packaged census is whole: eleven cities, 64,567,588 residents."""
    census = {each.region: each.value for each in data.residents() if each.vintage == "census"}
    assert sum(value for region, value in census.items() if len(region) == 4) == census["33"] == 64_567_588
    assert len(census) == 12


@pytest.mark.parametrize(
    ("year", "wanted"), [(2018, 1_147_400), (2020, 1_293_600), (2022, 1_315_400), (2023, 1_325_400)]
)
def test_two_per_cent_of_the_residents(year: int, wanted: int) -> None:
    """Two per cent of the packaged population are what the plan's papers say."""
    found = Population(data.residents()).at("33", year)
    assert found is not None
    assert found.value * 2 == wanted * 100
