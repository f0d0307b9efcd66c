"""The plan's shares and numbers: T1 to T7, as pure functions of a scene; docs/statistics.md says how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Final

from hub.core.census import SCHOOL
from hub.core.dates import parse_day
from hub.core.figure import NONE, ORGANISATIONS, PERSONS, POINTS, SHARE, TARGET, TOWNSHIP, Figure, Key
from hub.core.organisation import COMMUNITY, VILLAGE
from hub.core.organisation import TOWNSHIP as TOWNSHIP_CLASS
from hub.core.region import LEVELS
from hub.core.residents import Residents
from hub.core.scene import UPPER, Scene, spread
from hub.core.targets import reached
from hub.core.totals import STOCK

ADULT: Final = "kind=adult"
NO_POPULATION: Final = "population unknown"
NO_BASELINE: Final = "baseline unknown"
NO_SCHOOLS: Final = "number of schools unknown"
NO_PLACES: Final = "there are none"
VANISHING: Final[Mapping[str, str]] = {"organisations": "places", "T6": "places", "population": "people"}
"""Figures that there are only while something is known, and the group of the board that they are of."""
_OWN_CLASSES: Final = frozenset({VILLAGE, COMMUNITY, TOWNSHIP_CLASS, SCHOOL})
"""Classes that T3 and T5 are about; T6 is about the others."""


def adults(scene: Scene) -> Iterator[Figure]:
    """Yield T1 and T2, and the residents they rest on."""
    year = scene.year
    for region, level in scene.regions(*UPPER):
        count = scene.rollup.value("members", ADULT, region, level)
        doubt = scene.rollup.value("under_review", "", region, level)
        people = scene.population.at(region, year)
        if people is not None:
            yield Figure(
                Key("population", "", region, level), TARGET, PERSONS, people.value, vintage=people.told
            )
        yield _share(scene, Key("T1", "", region, level), count, doubt, people)
        yield _number(scene, Key("T2", "", region, level), count, doubt, people)


def _share(scene: Scene, key: Key, count: int, doubt: int, people: Residents | None) -> Figure:
    target = scene.targets.target("T1")
    milestone = scene.targets.milestone("T1", key.region, scene.today, target)
    if people is None:  # what is asked for is known all the same
        return Figure(key, TARGET, SHARE, None, target=target, milestone=milestone, note=NO_POPULATION)
    value = count / people.value
    low, high = spread(count, doubt)
    return Figure(
        key, TARGET, SHARE, value,
        None if low is None else low / people.value, None if high is None else high / people.value,
        target, milestone, reached(value, milestone), people.told,
        note=NO_BASELINE if milestone is None else None,
    )  # fmt: skip


def _number(scene: Scene, key: Key, count: int, doubt: int, people: Residents | None) -> Figure:
    target = adults_wanted(scene, key.region, people)
    low, high = spread(count, doubt)
    milestone = scene.targets.milestone("T2", key.region, scene.today, target)
    note = NO_POPULATION if target is None else NO_BASELINE if milestone is None else None
    return Figure(
        key, TARGET, PERSONS, count, low, high, target, milestone, reached(count, milestone),
        people.told if people is not None else None, note=note,
    )  # fmt: skip


def adults_wanted(scene: Scene, region: str, people: Residents | None) -> float | None:
    """Return the number of adult members asked of a region: its share, in the province a number at least."""
    share = scene.targets.target("T1")
    wanted = ceil(round(share * people.value, 6)) if people is not None and share is not None else None
    least = scene.targets.target("T2") if region == scene.targets.province else None
    found = [each for each in (wanted, least) if each is not None]
    return max(found) if found else None


def rate(part: int, whole: int) -> float | None:
    """Return a share, None of nothing."""
    return part / whole if whole else None


def villages(scene: Scene) -> Iterator[Figure]:
    """Yield T3 and T4: villages and communities with an organisation."""
    target, rise = scene.targets.target("T3"), scene.targets.target("T4")
    for region, level in scene.regions(*UPPER, TOWNSHIP):
        have, there = scene.census.villages[region], scene.denominators.villages[region]
        value = rate(have, there)
        milestone = scene.targets.milestone("T3", region, scene.today, target)
        note = NO_PLACES if value is None else NO_BASELINE if milestone is None else None
        key = Key("T3", "", region, level)
        yield Figure(
            key, TARGET, SHARE, value, target=target, milestone=milestone,
            on_track=reached(value, milestone), note=note,
        )  # fmt: skip
        yield Figure(key._replace(figure="T3.organised"), TARGET, ORGANISATIONS, have)
        yield Figure(key._replace(figure="T3.villages"), TARGET, NONE, there)
        if level in UPPER:
            yield _risen(scene, Key("T4", "", region, level), value, rise)


def _risen(scene: Scene, key: Key, value: float | None, rise: float | None) -> Figure:
    before = scene.targets.baseline("T3", key.region)
    milestone = scene.targets.milestone("T4", key.region, scene.today, rise)
    if value is None or before is None:
        return Figure(key, TARGET, POINTS, None, target=rise, milestone=milestone, note=NO_BASELINE)
    points = 100 * (value - before)
    return Figure(
        key, TARGET, POINTS, points, target=rise, milestone=milestone, on_track=reached(points, milestone)
    )


def townships_and_schools(scene: Scene) -> Iterator[Figure]:
    """Yield T5: townships and schools with an organisation; neither may fall below where it began."""
    for region, level in scene.regions(*UPPER):
        have, there = scene.census.townships[region], scene.denominators.townships[region]
        schools = scene.census.classes[SCHOOL, region]
        key = Key("T5.township_rate", "", region, level)
        yield _not_falling(scene, key, SHARE, rate(have, there))
        yield Figure(key._replace(figure="T5.townships_organised"), TARGET, ORGANISATIONS, have)
        yield Figure(key._replace(figure="T5.townships"), TARGET, NONE, there)
        yield _not_falling(scene, key._replace(figure="T5.schools"), ORGANISATIONS, schools)
        all_schools = scene.targets.schools.get(region)
        share = rate(schools, all_schools) if all_schools is not None else None
        note = NO_SCHOOLS if share is None else None
        yield Figure(key._replace(figure="T5.school_rate"), TARGET, SHARE, share, note=note)


def others(scene: Scene) -> Iterator[Figure]:
    """Yield the active organisations by class, and T6: those of other classes than T3 and T5 are about."""
    classes = scene.census.classes
    for (org_class, region), count in classes.items():
        yield Figure(
            Key("organisations", f"class={org_class}", region, LEVELS[len(region)]),
            STOCK,
            ORGANISATIONS,
            count,
        )
    # A class that had some when the plan began, and has none, has fallen.
    for org_class, region in classes.keys() | scene.targets.classes():
        level = LEVELS[len(region)]
        if org_class not in _OWN_CLASSES and level in UPPER:
            yield _of_class(scene, Key("T6", f"class={org_class}", region, level))


def _of_class(scene: Scene, key: Key) -> Figure:
    """Return T6 of a class in a region."""
    org_class = key.label("class")
    count = scene.census.classes[org_class, key.region]
    return _not_falling(scene, key, ORGANISATIONS, count, f"T6/{org_class}")


def vanished(scene: Scene, key: Key) -> Figure:
    """Return what is said of a figure that was published, and of which there is nothing any more."""
    if key.figure == "T6":
        return _of_class(scene, key)
    if key.figure == "population":
        return Figure(key, TARGET, PERSONS, None, note=NO_POPULATION)
    return Figure(key, STOCK, ORGANISATIONS, 0)


def _not_falling(scene: Scene, key: Key, unit: str, value: float | None, goal: str = "") -> Figure:
    """Return a figure that is to be no less than on the day the plan began."""
    before = scene.targets.baseline(goal or key.figure, key.region)
    note = NO_PLACES if value is None else NO_BASELINE if before is None else None
    return Figure(
        key, TARGET, unit, value, target=before, milestone=before, on_track=reached(value, before), note=note
    )


def milestones(scene: Scene, now: dict[Key, Figure]) -> Iterator[Figure]:
    """Yield T7: what each year's end asks for of T1 to T4, beside where they are ``now``."""
    this_year = scene.year
    for goal in ("T1", "T2", "T3", "T4"):
        for region, level in scene.regions(*UPPER):
            current = now.get(Key(goal, "", region, level))
            if current is None:
                continue
            for year in scene.targets.years():
                end = scene.targets.milestone(goal, region, parse_day(f"{year}-12-31"), current.target)
                key = Key("T7", f"of={goal}", region, level, str(year))
                if year == this_year:
                    note = current.note or (NO_BASELINE if end is None else None)
                    yield current._replace(
                        key=key, target=end, note=note, low=None, high=None, vintage=current.vintage
                    )
                else:
                    note = "over" if year < this_year else "ahead"
                    yield Figure(key, TARGET, current.unit, None, target=end, milestone=end, note=note)
