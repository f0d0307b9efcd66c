"""A simulated year, day by day: what is published, and what must be seen after the day's tick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from hub.simulate import (
    blood,
    consents,
    councils,
    directory,
    donations,
    life,
    organs,
    projects,
    reforms,
    rescue,
    stem_cells,
    training,
    volunteers,
)
from hub.simulate.agenda import Agenda
from hub.simulate.calendar import TICK_MS, china_ms, day_number
from hub.simulate.county import County
from hub.simulate.expect import Expectation, Tick
from hub.simulate.gazetteer import Gazetteer
from hub.simulate.happening import Effect, Fate, Happening
from hub.simulate.population import Population
from hub.simulate.problems import Planter
from hub.simulate.registry import Registry
from hub.simulate.wire import Encoder, Message, Writers
from hub.simulate.world import World

__all__ = ("Day", "Plan", "Year")

_FOUNDED_BEFORE: Final = 1_200
_DUPLICATES: Final = 0.012
_SENT_AGAIN: Final = 0.006
_LATEST_REPETITION: Final = 25
_PUT_OFF: Final = 10
"""Days by which a repetition may come later than planned."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate. ``problems`` is the share of events with a data-quality problem (0 to 1).

    With ``counties`` above one, so many cities have one county each in it, ``county`` first; ``reforms``
    says whether region codes change during the year.
    """

    people: int = 20_000
    days: int = 365
    seed: int = 1
    county: str = "330604"
    problems: float = 0.03
    start: str = "2022-01-01"
    counties: int = 1
    reforms: bool = True


@dataclass(slots=True)
class Day:
    """One logical day: publish ``messages`` after its tick, then expect ``expected``."""

    number: int
    tick: int
    messages: list[Message] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    expected: Tick = field(default_factory=lambda: Tick(0))


_STORIES: Final = (
    directory.story, training.story, rescue.story, volunteers.story, donations.story, projects.story,
    councils.story, blood.story, stem_cells.story, organs.story, consents.story, life.story,
)  # fmt: skip


class Year:
    """Everything that happens, from one seed. Iterate over :meth:`days` once."""

    def __init__(self, plan: Plan, region_table: str, writers: Writers) -> None:
        """Make the county up from the CSV ``region_table``; events are encoded with ``writers``."""
        self.plan = plan
        self.expectation = Expectation()
        self.systems: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        first = day_number(plan.start)
        rng = Random(f"{plan.seed}/county")  # noqa: S311 - a simulation, not a secret
        gazetteer = Gazetteer(region_table)
        codes = _codes(plan, gazetteer)
        counties = tuple(
            County(gazetteer, code, rng, first - _FOUNDED_BEFORE, place) for place, code in enumerate(codes)
        )
        rng = Random(f"{plan.seed}/people")  # noqa: S311
        people = Population(rng, counties, gazetteer.elsewhere(codes), plan.people, first)
        planter = Planter(Random(f"{plan.seed}/problems"), plan.problems)  # noqa: S311
        self.world = World(
            gazetteer, counties, people, Agenda(planter), plan.seed, first, first + plan.days - 1
        )
        self._encoder = Encoder(writers, plan.seed)
        self._registry = Registry(self.world)
        self._rng = self.world.rng("days")
        self._reformed: set[int] = set()

    def days(self) -> Iterator[Day]:
        """Yield the days in order."""
        world = self.world
        consents.decide(world)
        life.prepare(world)
        for story in _STORIES:
            story(world)
        if self.plan.reforms:
            self._reformed = reforms.story(world)
        self._registry.story()
        for number in range(world.first, world.last + 1):
            yield self._day(number)

    def _day(self, number: int) -> Day:
        expectation, agenda = self.expectation, self.world.agenda
        quiet = expectation.begin(number)
        happenings = agenda.draw(number, expectation, quiet)
        self._rng.shuffle(happenings)
        day = Day(number, china_ms(number, TICK_MS), [], happenings)
        for happening in happenings:
            day.messages.append(self._encoder.message(happening, number))
            self.systems[happening.system] += 1
            if happening.problem:
                self.problems[happening.problem] += 1
        for happening in happenings:
            expectation.take(happening)
        self._repeat(number, happenings)
        day.expected = expectation.finish()
        self._registry.answer(day.expected)
        return day

    def _repeat(self, number: int, happenings: list[Happening]) -> None:
        """Plan repetitions: the very same record again, or the same fact under a new event id."""
        for happening in happenings:
            chance = self._rng.random()
            if chance >= _DUPLICATES + _SENT_AGAIN or happening.fate is not Fate.TAKEN:
                continue
            later = number + self._rng.randrange(_LATEST_REPETITION)
            if happening.effect is Effect.TABLES or later > self.world.last:
                continue
            if any(number < day <= later + _PUT_OFF for day in self._reformed):
                continue  # the same words would mean another place
            if later == number:
                later += 1
            if chance < _DUPLICATES:
                self.world.agenda.repeat(later, happening)
            elif not happening.problem:
                self.world.agenda.send_again(later, happening)


def _codes(plan: Plan, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Return the counties to play: the plan's, then one of each of the other cities."""
    gazetteer.villages(plan.county)  # refuses what is no county
    others = [city for city in gazetteer.cities(plan.county[:2]) if city != plan.county[:4]]
    if plan.counties > len(others) + 1:
        message = f"there are {len(others) + 1} cities: at most so many counties can be played"
        raise ValueError(message)
    return (plan.county, *(gazetteer.counties(city)[0] for city in others[: plan.counties - 1]))
