"""The directory: the organisations there are on the first day, those founded, moved, dissolved later."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from hub.simulate.county import County, Organisation
from hub.simulate.happening import Effect
from hub.simulate.world import World

__all__ = ("story",)

_CHANGES_PER_YEAR: Final = 50
_CHANGES_OF_EACH: Final = 12
"""At most one a day concerns routes: with many counties each has fewer."""
_POPULATION: Final = 780_000  # synthetic: only its being there matters
_NOTHING: Final[dict[str, Any]] = dict.fromkeys(("name", "org_class", "region", "parent", "host_unit"))


def story(world: World) -> None:
    """Announce everything on the first day, then about one change a week, some of them in advance."""
    rng = world.rng("directory")
    for organisation in world.societies():
        _establish(world, organisation, world.first)
    each = _CHANGES_PER_YEAR if len(world.counties) == 1 else _CHANGES_OF_EACH
    for county in world.counties:
        for organisation in county.organisations:
            _establish(world, organisation, world.first)
        world.happen(
            "population.published.v1", world.first, effect=Effect.TABLES, county=county,
            fields={"region": county.code, "year": 2021, "value": _POPULATION, "vintage": "synthetic"},
        )  # fmt: skip
        _County(world, county, rng).changes(round(each * world.days / 365))


class _County:
    """What changes in one county."""

    def __init__(self, world: World, county: County, rng: Random) -> None:
        self._world, self._county, self._rng = world, county, rng
        self._standing = list(county.organisations[1:])
        taken = {each.region for each in self._standing if each.org_class in {"village", "community"}}
        self._free = [village for village in county.villages if village not in taken]

    def changes(self, count: int) -> None:
        """Plan so many changes."""
        world, rng = self._world, self._rng
        for serial in range(count):
            day = world.first + 5 + rng.randrange(max(1, world.days - 5))
            on = day + (rng.randrange(1, 20) if rng.random() < 0.25 else 0)
            chance = rng.random()
            if chance < 0.1:
                self._rename(rng.choice(self._county.organisations), day, serial)
            elif chance < 0.25 and self._standing:
                self._move(rng.choice(self._standing), day, on)
            elif chance < 0.65 and self._free:
                village = self._free.pop(rng.randrange(len(self._free)))
                superior = self._county.society.org_id
                _establish(world, self._county.organisation_for(5000 + serial, village, on, superior), day)
            elif self._standing:
                gone = self._standing.pop(rng.randrange(len(self._standing)))
                fields: dict[str, Any] = {"org_id": gone.org_id, "on": on}
                fields |= {"region": gone.region, "host_unit": gone.host_unit}  # for the agenda only
                world.happen(
                    "org.dissolved.v1", day, fields=fields, effect=Effect.TABLES, county=self._county
                )

    def _rename(self, organisation: Organisation, day: int, serial: int) -> None:
        """Give an organisation another name: nobody's route changes."""
        name = f"{organisation.name}（{serial}）"
        self._moved(organisation, day, day, name=name)

    def _move(self, organisation: Organisation, day: int, on: int) -> None:
        """Let an organisation move: to another village, to another county if there is one, or host unit."""
        rng, world = self._rng, self._world
        if organisation.host_unit is None:
            if self._free and organisation.org_class != "township":
                self._moved(organisation, day, on, region=rng.choice(self._free))
            return
        others = [county for county in world.counties if county is not self._county]
        there = rng.choice(others) if others and rng.random() < 0.5 else self._county
        self._moved(
            organisation, day, on, region=rng.choice(there.townships), parent=there.society.org_id
        )  # fmt: skip

    def _moved(self, organisation: Organisation, day: int, on: int, **changes: Any) -> None:
        fields = {"org_id": organisation.org_id, **_NOTHING, **changes, "on": on}
        self._world.happen("org.moved.v1", day, fields=fields, effect=Effect.TABLES, county=self._county)


def _establish(world: World, organisation: Organisation, publish: int) -> None:
    fields = {name: getattr(organisation, name) for name in Organisation.__slots__}
    world.happen("org.established.v1", min(publish, organisation.on), fields=fields, publish=publish,
                 effect=Effect.TABLES)  # fmt: skip
