"""Organs: wishes, and relatives of those whose organs were given. Class s."""

from __future__ import annotations

from random import Random
from typing import Final

from hub.simulate.consents import terms, turning
from hub.simulate.happening import Effect
from hub.simulate.population import Person
from hub.simulate.stem_cells import disclose
from hub.simulate.world import World

__all__ = ("story",)

_WISHES, _REVOKED = 0.01, 0.25
_FAMILIES: Final = 0.006
_RELEASED_LATER: Final = 0.7
_CONSENTS, _DISCLOSES = 0.8, 0.25
_RELATIONS: Final = ("spouse", "parent", "child")
_YOUNGEST_DAYS: Final = 18 * 366


def story(world: World) -> None:
    """Plan wishes and their revocations, and families: in their quiet period, released or not yet."""
    rng = world.rng("organs")
    for serial, person in enumerate(world.population.people):
        if rng.random() < _WISHES and person.birth < world.first - _YOUNGEST_DAYS:
            _wish(world, rng, person)
        if rng.random() < _FAMILIES:
            _family(world, rng, person, f"SYN-R{serial:06}")


def _wish(world: World, rng: Random, person: Person) -> None:
    day = world.first + rng.randrange(1, max(2, world.days))
    world.happen(
        "organ.intent.registered.v1", day, person=person, fields={"scope": "organs", "on": day},
    )  # fmt: skip
    back = day + rng.randrange(5, 200)
    if rng.random() < _REVOKED and back <= world.last:
        world.happen("organ.intent.revoked.v1", back, person=person, fields={"on": back}, effect=Effect.TURNS)


def _family(world: World, rng: Random, person: Person, donor: str) -> None:
    """Tell of a relative; the coordinator may release them later. Some quiet periods are over already."""
    day = world.first + rng.randrange(1, max(2, world.days * 2 // 3))
    late = rng.random() < 0.5
    occurs = day - rng.randrange(100, 300) if late else day
    quiet = rng.choice((None, occurs + 180, occurs + rng.randrange(10, 120)))
    released = rng.random() < 0.4
    consent = terms(rng, person, day, sensitive=rng.random() < 0.9) if rng.random() < _CONSENTS else None
    fields = {
        "relation": rng.choice(_RELATIONS), "donor_ref": donor, "quiet_until": quiet,
        "coordinator_id": "SYN-K1", "released": released,
    }  # fmt: skip
    world.happen(
        "organ.family.contactable.v1", occurs, person=person, full=rng.random() < 0.5, publish=day,
        consent=consent, effect=turning(consent), fields=fields,
    )  # fmt: skip
    again = day + rng.randrange(5, 150)
    if again <= world.last and (released or rng.random() < _RELEASED_LATER):
        later = fields | {"released": not released or rng.random() < 0.7, "quiet_until": quiet}
        if quiet is None:
            later["quiet_until"] = occurs + 180
        world.happen("organ.family.contactable.v1", again, person=person, fields=later)
    if rng.random() < _DISCLOSES:
        disclose(world, rng, person, day + rng.randrange(1, 60))
