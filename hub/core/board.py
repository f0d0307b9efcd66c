"""All figures of the province, kept up to date: totals and tables in, the figures they change out.

What it says depends on the newest totals, the tables and the day alone, and not on the order in which they
came. What is computed anew, and when, is in ``_GROUPS``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple

from hub.core import census, completeness, funnel, plan, weak
from hub.core.dates import day_of, midnight_ms, parse_day
from hub.core.edition import Edition
from hub.core.figure import PERSONS, TARGET, Figure, Key
from hub.core.organisation import Directory
from hub.core.region import RegionTable
from hub.core.residents import Population, Residents, published
from hub.core.rollup import Cell, Rollup
from hub.core.scene import UPPER, Scene, spread
from hub.core.shape import unit_of
from hub.core.targets import Targets
from hub.core.totals import Total
from hub.core.veil import Veil, system_in

RECEIVED: Final = "flow.received"
_NOT_PERSONS_OF: Final = frozenset({"under_review", "T13.review_backlog", completeness.DECIDED})
"""These are the doubt, or what became of it; they have none."""


class World(NamedTuple):
    """The tables that figures are joined with; the same object is changed in place, and ``version`` rises."""

    version: int
    organisations: Directory
    regions: Edition
    populations: Mapping[str, Mapping[str, Any]]


class Dated(NamedTuple):
    """A figure, and the newest tick that is counted in it."""

    figure: Figure
    as_of: int


class Board:
    """Every figure. Mutable."""

    def __init__(self, targets: Targets, table: RegionTable, residents: Iterable[Residents]) -> None:
        """Start empty, with the plan, an edition of the region codes, and the packaged population."""
        self.targets = targets
        self.table = table
        self.rollup = Rollup(targets.province)
        self._residents = tuple(residents)
        self._denominators = census.denominators(table)
        self._versions: dict[str, int] = {}
        self._heard: dict[str, int] = {}
        self._touched: set[Key] = set()
        self._stale: set[str] = set(_GROUPS)
        self._shown: set[Key] = set()
        self._figures: dict[str, dict[Key, Figure]] = {group: {} for group in _GROUPS}
        self._counted: tuple[int, int] | None = None
        self._census = census.census((), table, str)
        self._more: Counter[str] = Counter()
        self._population = Population(self._residents)
        self._silent: frozenset[str] = frozenset()
        self._veil = Veil()

    def apply(self, total: Total) -> bool:
        """Take a total in; return whether it is newer than what was known. ValueError: it is no counter."""
        if total.version <= self._versions.get(total.counter, -1):
            return False
        if not self._veil.holds(total):
            self._take(total)
        self._versions[total.counter] = total.version
        return True

    def _take(self, total: Total) -> None:
        """Add a total to the sums it is part of."""
        touched = self.rollup.take(total.counter, total.kind, total.value, total.tick)
        self._touched.update(touched)
        for key in touched:
            if key.figure == RECEIVED and len(key.period) == 10 and total.value > 0:
                system, day = key.label("system"), parse_day(key.period)
                self._heard[system] = max(day, self._heard.get(system, day))

    def resume(self) -> None:
        """Say everything again: of the totals meanwhile only the newest of each counter came here."""
        self._veil.resume()
        self._touched.update(self.rollup.keys())
        self._stale.update(_GROUPS)

    def remember(self, key: Key) -> None:
        """Take note that a figure was published before: one that may vanish is not to stand for ever."""
        if key.figure in plan.VANISHING:
            self._shown.add(key)

    def changes(self, now_ms: int, world: World) -> Iterator[Dated]:
        """Yield the figures that may have changed since this was last called, as they are at ``now_ms``."""
        today = day_of(now_ms)
        for total in self._veil.lifted(today):
            self._take(total)
        self._recount(today, world)
        scene = self._scene(today)
        silent = completeness.silent_systems(scene)
        touched = self._touched
        if silent != self._silent:
            self._silent, touched = silent, set(self.rollup.keys())
            self._stale.update(_GROUPS)
        figures = {key.figure for key in touched}
        self._stale.update(group for group, (reads, _) in _GROUPS.items() if figures & reads)
        for key in [key for key in touched if key.figure == "under_review" and key.level in UPPER]:
            touched |= self.rollup.in_region(key.region)
        self._touched = set()
        as_of = self.rollup.tick or now_ms
        told = chain(
            [self._sum(key) for key in sorted(touched)],
            [Dated(self._told(figure), as_of) for figure in self._computed(scene)],
        )
        return self._unveiled(told, today)

    def _unveiled(self, told: Iterable[Dated], today: int) -> Iterator[Dated]:
        """Yield figures, those that name a system of class s as of the beginning of today."""
        begins = midnight_ms(today)
        for dated in told:
            if not system_in(dated.figure.key.labels):
                yield dated
            elif not self._veil.hides(dated.figure.key):
                yield dated._replace(as_of=min(dated.as_of, begins))

    def _scene(self, today: int) -> Scene:
        return Scene(
            today, self.rollup, self.targets, self.table, self._population, self._census,
            self._denominators, self._more, self._heard,
        )  # fmt: skip

    def _recount(self, today: int, world: World) -> None:
        """Count the organisations of the day anew when the day or the tables have changed."""
        if self._counted == (today, world.version):
            return
        if self._counted is None or self._counted[0] != today:
            self._touched.update(self.rollup.keys() if self._counted is not None else ())
        self._counted = (today, world.version)
        quarters = weak.full_quarters(today)
        resolve: Callable[[str], str] = lambda code: world.regions.resolve(code, today)  # noqa: E731
        self._census = census.census(world.organisations.on(today), self.table, resolve)
        self._more, before = (
            census.census(world.organisations.on(day), self.table, resolve).villages
            for day in (quarters.end, quarters.begin - 1)
        )
        self._more.subtract(before)
        self._population = Population((*self._residents, *published(world.populations.values())))
        self._stale.update(_GROUPS)

    def _computed(self, scene: Scene) -> list[Figure]:
        """Return the figures of the groups that are stale."""
        found: list[Figure] = []
        for group in [group for group in _GROUPS if group in self._stale]:
            compute = _GROUPS[group][1]
            if compute is None:
                now = {**self._figures["people"], **self._figures["places"]}
                fresh = {each.key: each for each in _NEEDS_OTHERS[group](scene, now)}
            else:
                fresh = {each.key: each for each in compute(scene)}
            self._figures[group] = fresh
            found += fresh.values()
            found += self._gone(group, scene)
        self._stale.clear()
        return found

    def _gone(self, group: str, scene: Scene) -> Iterator[Figure]:
        """Yield what is to be said of the group's figures that were shown and of which nothing is left."""
        fresh, names = self._figures[group], {name for name, of in plan.VANISHING.items() if of == group}
        for key in sorted(key for key in self._shown - fresh.keys() if key.figure in names):
            yield plan.vanished(scene, key)
        self._shown.update(key for key in fresh if key.figure in names)

    def _sum(self, key: Key) -> Dated:
        """Return a sum of counters as a figure."""
        cell = self.rollup.cell(key)
        assert cell is not None  # it was touched
        unit = unit_of(key.figure)
        low, high = self._range(key, cell, unit)
        kind = TARGET if key.figure[:2] in {"T8", "T9"} or key.figure.startswith("T1") else cell.kind
        figure = Figure(key, kind, unit, cell.value, low, high, restated=cell.restated(key.period))
        return Dated(self._told(figure), cell.tick)

    def _range(self, key: Key, cell: Cell, unit: str) -> tuple[float | None, float | None]:
        if unit != PERSONS or key.period or key.level not in UPPER or key.figure in _NOT_PERSONS_OF:
            return None, None
        return spread(cell.value, self.rollup.value("under_review", "", key.region, key.level))

    def _told(self, figure: Figure) -> Figure:
        """Return a figure that says which of the systems it rests on are silent."""
        silent = tuple(sorted(self._silent.intersection(completeness.rests_on(figure.key))))
        return figure._replace(silent=silent) if silent else figure


_Compute = Callable[[Scene], Iterable[Figure]]


def _people(scene: Scene) -> Iterator[Figure]:
    return chain(plan.adults(scene), funnel.councils(scene), funnel.reach(scene))


def _places(scene: Scene) -> Iterator[Figure]:
    return chain(plan.villages(scene), plan.townships_and_schools(scene), plan.others(scene))


def _sources(scene: Scene) -> Iterator[Figure]:
    return chain(completeness.sources(scene), completeness.quality(scene))


_MEMBERS: Final = frozenset({"members", "under_review", "T12"})
_GROUPS: Final[Mapping[str, tuple[frozenset[str], _Compute | None]]] = {
    "people": (frozenset({"members", "under_review", "priority_reach", "candidates"}), _people),
    "places": (frozenset(), _places),
    "durations": (frozenset({funnel.DURATIONS}), funnel.durations),
    "sources": (frozenset({RECEIVED, "flow.rejected", "flow.parked"}), _sources),
    "reviews": (frozenset({completeness.OPEN, completeness.DECIDED}), completeness.reviews),
    "milestones": (_MEMBERS, None),
    "weak": (_MEMBERS, None),
}
"""Group of computed figures to the sums it reads, and how it is computed; in this order."""
_NEEDS_OTHERS: Final[Mapping[str, Callable[[Scene, dict[Key, Figure]], Iterable[Figure]]]] = {
    "milestones": plan.milestones,
    "weak": weak.weak,
}
"""Groups that are computed from figures of others."""
