"""What the plan asks for: targets at its end, baselines at its start, and milestones between them.

Between two known points the milestone runs straight, by days. Where nobody knows the baseline and no yearly
milestone is given, nothing is asked before the end of the plan: a milestone is never made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from hub.core.dates import iso, parse_day

IN_TIME: Mapping[str, int] = {"0": 1, "1": 1, "2": 3, "3": 7}
"""Priority to the days within which somebody who qualifies is to be invited, when the plan says nothing."""


class Goal(NamedTuple):
    """What is asked of one figure."""

    target: float | None = None
    baselines: Mapping[str, float] = {}
    """Region to the value on the day the plan begins, where somebody knows it."""
    milestones: Mapping[str, Mapping[int, float]] = {}
    """Region to year to what is asked at the end of that year, where it is given."""


class Targets(NamedTuple):
    """A plan."""

    plan: str
    starts: int
    """The day the baselines are of."""
    ends: int
    """The day by which the targets are to be reached."""
    province: str
    goals: Mapping[str, Goal]
    schools: Mapping[str, int]
    """Region to the number of schools, where somebody knows it."""
    rhythms: Mapping[str, int]
    """System to the days within which something is to be heard of it."""
    in_time: Mapping[str, int] = IN_TIME

    def baseline(self, goal: str, region: str) -> float | None:
        """Return the value on the day the plan begins, None when nobody knows it."""
        found = self.goals.get(goal)
        return found.baselines.get(region) if found is not None else None

    def classes(self) -> set[tuple[str, str]]:
        """Return class and region of the organisations whose number is known of the day the plan begins."""
        return {
            (name.removeprefix("T6/"), region)
            for name, goal in self.goals.items()
            if name.startswith("T6/")
            for region in goal.baselines
        }

    def target(self, goal: str) -> float | None:
        """Return what is asked at the end, the same for all regions; None for nothing."""
        found = self.goals.get(goal)
        return found.target if found is not None else None

    def milestone(self, goal: str, region: str, day: int, target: float | None) -> float | None:
        """Return what is asked on a day; ``target`` is the region's own. None: nothing is asked."""
        found = self.goals.get(goal, Goal())
        points = {
            parse_day(f"{year}-12-31"): value for year, value in found.milestones.get(region, {}).items()
        }
        if region in found.baselines:
            points[self.starts] = found.baselines[region]
        if target is not None:
            points[self.ends] = target
        known = sorted(points.items())
        if not known or day < known[0][0]:
            return None
        for (begins, low), (ends, high) in pairwise(known):
            if day < ends:
                return low + (high - low) * (day - begins) / (ends - begins)
        return known[-1][1]

    def years(self) -> range:
        """Return the years of the plan that have a milestone at their end."""
        return range(int(iso(self.starts + 1)[:4]), int(iso(self.ends)[:4]) + 1)


def reached(value: float | None, milestone: float | None) -> bool | None:
    """Return whether a value reaches what is asked; None when either is not known."""
    if value is None or milestone is None:
        return None
    return value >= milestone
