"""Volunteers: recorded, registered, hours and stars, leavings."""

from __future__ import annotations

from random import Random
from typing import Final

from hub.simulate.consents import suffices, terms
from hub.simulate.happening import Effect
from hub.simulate.population import Person
from hub.simulate.world import World

__all__ = ("story",)

_SHARE: Final = 0.07
_NEW: Final = 0.5
_RECORDED: Final = 0.35
_REGISTERS_LATER: Final = 0.4
_MOST_REPORTS: Final = 4
_LEFT: Final = 0.08
_COMES_BACK: Final = 0.3
_CONSENTS: Final = 0.4
_STARS: Final = (100, 300, 600, 1000, 1500)  # hours served in all


def story(world: World) -> None:
    """Plan the year of everybody who serves."""
    rng = world.rng("volunteers")
    for serial, person in enumerate(world.population.people):
        if rng.random() < _SHARE:
            _Volunteer(world, rng, person, f"SYN{person.county.code}-V{serial:06}").serve()


class _Volunteer:
    def __init__(self, world: World, rng: Random, person: Person, key: str) -> None:
        self._world, self._rng, self._person = world, rng, person
        self._key, self._alias = key, ("volunteer_key", key)

    def serve(self) -> None:
        """Register, serve, and perhaps leave."""
        world, rng = self._world, self._rng
        on = publish = world.first + rng.randrange(1, max(2, world.days))
        if rng.random() >= _NEW:
            on, publish = world.first - rng.randrange(20, 1500), world.first + rng.randrange(1, 12)
        recorded = rng.random() < _RECORDED
        self._register("recorded" if recorded else "registered", on, publish)
        if recorded and rng.random() < _REGISTERS_LATER:
            later = publish + rng.randrange(20, 120)
            self._register("registered", later, later)
        hours = float(rng.choice((0, 0, 40, 150, 280, 320, 700, 1200)))
        # A report may come before the registration: whose key it names is not known yet.
        day = publish + (-3 if rng.random() < 0.05 else rng.randrange(0, 40))
        for _ in range(rng.randrange(_MOST_REPORTS + 1)):
            served = float(rng.randrange(1, 30))
            hours += served
            self._report(served, hours, day - rng.randrange(4), day)
            day += rng.randrange(7, 90)
        if rng.random() < _LEFT:
            self._leave(publish + rng.randrange(20, 300))

    def _register(self, level: str, on: int, publish: int) -> None:
        world, rng, person = self._world, self._rng, self._person
        if publish > world.last:
            return
        consent = None
        if person.consents == "class" and rng.random() < _CONSENTS:
            grant = terms(rng, person, publish)
            consent = grant if suffices(grant) else None
        world.happen(
            "volunteer.registered.v1", on, person=person, full=True, alias=self._alias, publish=publish,
            consent=consent,
            fields={"volunteer_key": self._key, "level": level, "team": rng.choice(("SYN-V-TEAM", None)),
                    "on": on, "region": rng.choice((person.county.code, None))},
        )  # fmt: skip

    def _report(self, served: float, hours: float, on: int, publish: int) -> None:
        world, county = self._world, self._person.county
        if world.first < publish <= world.last:
            star = sum(hours >= least for least in _STARS)
            world.happen(
                "volunteer.hours.accrued.v1", on, alias=self._alias, publish=publish, county=county,
                fields={"volunteer_key": self._key, "hours": served, "total_hours": hours,
                        "star": star or None, "on": on},
            )  # fmt: skip

    def _leave(self, day: int) -> None:
        if day <= self._world.last:
            self._world.happen(
                "volunteer.left.v1", day, alias=self._alias, effect=Effect.TURNS, county=self._person.county,
                fields={"volunteer_key": self._key, "on": day},
            )  # fmt: skip
            if self._rng.random() < _COMES_BACK:
                again = day + self._rng.randrange(10, 60)
                self._register("registered", again, again)
