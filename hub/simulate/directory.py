"""The directory: the organisations there are on the first day, those founded and dissolved later."""

from __future__ import annotations

from typing import Any, Final

from hub.simulate.county import Organisation
from hub.simulate.happening import Effect
from hub.simulate.world import World

__all__ = ("story",)

_CHANGES_PER_YEAR: Final = 50
_POPULATION: Final = 780_000  # synthetic: only its being there matters


def story(world: World) -> None:
    """Announce everything on the first day, then about one change a week, some of them in advance."""
    rng = world.rng("directory")
    for organisation in world.county.organisations:
        _establish(world, organisation, world.first)
    world.happen(
        "population.published.v1", world.first, effect=Effect.TABLES,
        fields={"region": world.county.code, "year": 2021, "value": _POPULATION, "vintage": "synthetic"},
    )  # fmt: skip
    dissolvable = list(world.county.organisations[1:])
    taken = {
        organisation.region
        for organisation in dissolvable
        if organisation.org_class in {"village", "community"}
    }
    free = [village for village in world.county.villages if village not in taken]
    for serial in range(round(_CHANGES_PER_YEAR * world.days / 365)):
        day = world.first + 5 + rng.randrange(max(1, world.days - 5))
        on = day + (rng.randrange(1, 20) if rng.random() < 0.25 else 0)
        chance = rng.random()
        if chance < 0.1:
            _rename(world, rng.choice(world.county.organisations), day, serial)
        elif chance < 0.6 and free:
            village = free.pop(rng.randrange(len(free)))
            founded = world.county.organisation_for(
                5000 + serial, village, on, world.county.organisations[0].org_id
            )
            _establish(world, founded, day)
        elif dissolvable:
            gone = dissolvable.pop(rng.randrange(len(dissolvable)))
            fields: dict[str, Any] = {"org_id": gone.org_id, "on": on}
            fields |= {"region": gone.region, "host_unit": gone.host_unit}  # for the agenda; not published
            world.happen("org.dissolved.v1", day, fields=fields, effect=Effect.TABLES)


def _rename(world: World, organisation: Organisation, day: int, serial: int) -> None:
    """Give an organisation another name: nobody's route changes."""
    fields = {"org_id": organisation.org_id, "name": f"{organisation.name}（{serial}）", "org_class": None,
              "region": None, "parent": None, "host_unit": None, "on": day}  # fmt: skip
    world.happen("org.moved.v1", day, fields=fields, effect=Effect.TABLES)


def _establish(world: World, organisation: Organisation, publish: int) -> None:
    fields = {name: getattr(organisation, name) for name in Organisation.__slots__}
    world.happen("org.established.v1", min(publish, organisation.on), fields=fields, publish=publish,
                 effect=Effect.TABLES)  # fmt: skip
