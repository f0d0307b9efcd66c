"""T11: counties that lag behind. Their city has to look after them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hub.core.dates import add_months, iso, parse_day
from hub.core.figure import CITY, COUNTY, NONE, PROVINCE, TARGET, Figure, Key, quarter_of
from hub.core.scene import Scene
from hub.core.shape import NET


class Quarters(NamedTuple):
    """The two last full quarters."""

    begin: int
    """Their first day."""
    end: int
    """Their last day."""
    names: tuple[str, str]


def full_quarters(today: int) -> Quarters:
    """Return the two quarters before the running one.

    >>> full_quarters(parse_day("2022-05-03")).names
    ('2021-Q4', '2022-Q1')
    """
    text = iso(today)
    running = parse_day(f"{text[:4]}-{(int(text[5:7]) - 1) // 3 * 3 + 1:02}-01")
    first, second = add_months(running, -6), add_months(running, -3)
    return Quarters(first, running - 1, (quarter_of(iso(first)), quarter_of(iso(second))))


def weak(scene: Scene, now: Mapping[Key, Figure]) -> Iterator[Figure]:
    """Yield 1 for each weak county with what it lags in, and how many there are in each city.

    Weak: its T1 or T3 is below half of the province's, or in the two last full quarters neither its members
    nor its villages with an organisation became more. The last is asked once members are known that long.
    """
    mean = {goal: _value(now, goal, scene.targets.province, PROVINCE) for goal in ("T1", "T3")}
    quarters = full_quarters(scene.today)
    months = [key.period for key in scene.rollup.of(NET) if len(key.period) == 7 and "Q" not in key.period]
    known = bool(months) and min(months) <= iso(quarters.begin)[:7]
    count: Counter[str] = Counter()
    for county, level in scene.regions(COUNTY):
        lags = [
            goal
            for goal, whole in mean.items()
            if whole and (own := _value(now, goal, county, level)) is not None and own < whole / 2
        ]
        grown = sum(scene.rollup.value(NET, "", county, level, quarter) for quarter in quarters.names)
        if known and grown <= 0 and scene.villages_more[county] <= 0:
            lags.append("growth")
        note = f"weak: {', '.join(lags)}" if lags else None
        yield Figure(Key("T11", "", county, level), TARGET, NONE, int(bool(lags)), note=note)
        count.update([county[:4], county[:2]] if lags else [])
    for region, level in scene.regions(CITY, PROVINCE):
        yield Figure(Key("T11", "", region, level), TARGET, NONE, count[region])


def _value(now: Mapping[Key, Figure], goal: str, region: str, level: str) -> float | None:
    figure = now.get(Key(goal, "", region, level))
    return figure.value if figure is not None else None
