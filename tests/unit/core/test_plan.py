"""T1 to T7."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import plan
from hub.core.figure import Figure
from hub.core.residents import Population
from tests.unit.core.scenes import TARGETS, found, organisation, scene

ADULTS = {
    "members|county=330101|kind=adult": 300,
    "members|county=330201|kind=adult": 800,
    "members|county=330101|kind=youth": 5,
}


def figure(text: str, counters: Any = ADULTS, **changed: Any) -> Figure:
    """Return a figure of T1 or T2."""
    return found(plan.adults(scene(counters, **changed)), text)


def test_t1_divides_adult_members_by_the_vintage_of_the_year() -> None:
    """Youth members do not count, and the figure says which population it rests on."""
    province = figure("T1|region=33")
    assert province.value == pytest.approx(1100 / 110_000)
    assert (province.target, province.vintage, province.on_track) == (0.02, "2022 bulletin", False)
    assert figure("T1|region=33", day="2021-12-31").value == pytest.approx(1100 / 100_000)
    assert figure("T1|region=330101").value == pytest.approx(300 / 20_000)


def test_t1_without_a_population_has_no_value_and_says_why() -> None:
    """A county whose residents nobody knows has no share, it is not zero; what is asked for is known."""
    county = figure("T1|region=330201")
    assert (county.value, county.note, county.on_track) == (None, "population unknown", None)
    last = figure("T1|region=330201", day="2022-12-31")
    assert (last.value, last.target, last.milestone, last.on_track) == (None, 0.02, 0.02, None)


def test_t1_on_track() -> None:
    """The share is held against the milestone of the day."""
    assert figure("T1|region=33", {"members|county=330101|kind=adult": 2199}).on_track is True


def test_the_range_of_t1_and_t2_is_that_of_the_people_under_review() -> None:
    """While identities are under review both figures have a range."""
    counters = {**ADULTS, "under_review|county=330101": 100}
    assert (figure("T2|region=33", counters).low, figure("T2|region=33", counters).high) == (1000, 1200)
    low = figure("T1|region=33", counters).low
    assert low == pytest.approx(1000 / 110_000)
    assert figure("T1|region=3302", counters).low is None


def test_t2_asks_for_a_number_at_least_and_for_two_per_cent_if_that_is_more() -> None:
    """The province's target is the greater of both; a city's is its two per cent, rounded up."""
    assert figure("T2|region=33").target == 2200
    few = scene(ADULTS, population=Population([]))
    assert found(plan.adults(few), "T2|region=33").target == 1000
    assert figure("T2|region=3301").target == 1200
    assert (figure("T2|region=330102").target, figure("T2|region=330102").note) == (
        None,
        "population unknown",
    )


def test_population_is_a_figure() -> None:
    """What the shares are divided by is published with its edition."""
    assert (figure("population|region=3301").value, figure("population|region=3301").vintage) == (
        60_000,
        "2020 census",
    )


def places(**changed: Any) -> list[Figure]:
    """Return T3 to T6 of three villages, a township, a school and a hospital."""
    made = scene(
        {},
        [
            organisation("village", "330101001201"), organisation("community", "330101001001"),
            organisation("village", "330201001201"), organisation("township", "330101001"),
            organisation("school", "330101001"), organisation("hospital", "330101"),
        ],
        **changed,
    )  # fmt: skip
    return [*plan.villages(made), *plan.townships_and_schools(made), *plan.others(made)]


def test_t3_is_the_rate_of_villages_down_to_the_township() -> None:
    """Three of ten villages have an organisation; every township has its own rate."""
    assert found(places(), "T3|region=33").value == pytest.approx(0.3)
    assert found(places(), "T3|region=330101001").value == 1
    assert found(places(), "T3|region=330102").value == 0
    assert found(places(), "T3.organised|region=33").value == 3
    assert found(places(), "T3.villages|region=33").value == 10


def test_t4_counts_points_from_the_baseline() -> None:
    """From 10 % to 30 % are twenty points; where nobody knows the baseline, there is no value."""
    province = found(places(), "T4|region=33")
    assert province.value == pytest.approx(20)
    assert province.on_track is True
    city = found(places(), "T4|region=3301")
    assert (city.value, city.note) == (None, "baseline unknown")


def test_t5_is_not_to_fall() -> None:
    """The rate of townships and schools is held against where it began."""
    townships = found(places(), "T5.township_rate|region=33")
    assert (townships.value, townships.target, townships.on_track) == (0.25, 0.5, False)
    schools = found(places(), "T5.schools|region=33")
    assert (schools.value, schools.on_track, schools.note) == (1, None, "baseline unknown")
    assert found(places(), "T5.school_rate|region=33").value == 0.1
    assert found(places(), "T5.school_rate|region=3301").note == "number of schools unknown"


def test_t6_counts_the_other_classes() -> None:
    """Hospitals are in T6 with their baseline, villages are not; both are among the organisations."""
    hospitals = found(places(), "T6|class=hospital|region=33")
    assert (hospitals.value, hospitals.target, hospitals.on_track) == (1, 1, True)
    assert not [each for each in places() if each.key.figure == "T6" and "village" in each.key.labels]
    assert found(places(), "organisations|class=village|region=3301").value == 1


def test_t7_has_a_figure_for_every_year_of_the_plan() -> None:
    """Each year's end asks for its milestone; this year's is shown beside the value of now."""
    made = scene(ADULTS)
    now = {each.key: each for each in plan.adults(made)}
    years = [
        found(plan.milestones(made, now), f"T7|of=T1|period={year}|region=33") for year in (2020, 2021, 2022)
    ]
    assert [year.target for year in years] == pytest.approx(
        [0.01 + 0.01 * 366 / 1096, 0.01 + 0.01 * 731 / 1096, 0.02]
    )
    assert [year.value for year in years] == [None, None, pytest.approx(0.01)]
    assert [year.note for year in years] == ["over", "over", None]
    ahead = scene(ADULTS, day="2020-06-01")
    first = {each.key: each for each in plan.adults(ahead)}
    assert found(plan.milestones(ahead, first), "T7|of=T2|period=2022|region=33").note == "ahead"


def test_a_goal_that_the_plan_lacks_asks_for_nothing() -> None:
    """Without goals there are values, and no targets."""
    bare = scene(ADULTS, targets=TARGETS._replace(goals={}))
    assert found(plan.adults(bare), "T1|region=33").target is None
    assert found(plan.adults(bare), "T2|region=33").target is None
