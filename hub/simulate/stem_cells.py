"""Stem cells: registrations, and donations of which only the month is told. Class s."""

from __future__ import annotations

from random import Random
from typing import Final

from hub.simulate.calendar import iso, month_start
from hub.simulate.consents import terms, turning
from hub.simulate.happening import Effect
from hub.simulate.population import Person
from hub.simulate.secret import DISCLOSURE
from hub.simulate.world import World

__all__ = ("disclose", "story")

_REGISTERED, _GIVES = 0.015, 0.4
_CONSENTS: Final = 0.7
_SENSITIVE: Final = 0.85
_DISCLOSES: Final = 0.35
_YOUNGEST_DAYS: Final = 18 * 366


def story(world: World) -> None:
    """Plan registrations, and the donations of some of those who registered."""
    rng = world.rng("stem cells")
    for person in world.population.people:
        if rng.random() >= _REGISTERED or person.birth > world.first - _YOUNGEST_DAYS:
            continue
        on = world.first - rng.randrange(1, 2000)
        publish = world.first + rng.randrange(1, max(2, world.days // 2))
        consent = None
        if rng.random() < _DISCLOSES:  # only matters with a donation
            consent = terms(rng, person, publish, sensitive=True, purpose=DISCLOSURE)
        world.happen(
            "hsc.donor.registered.v1", on, person=person, publish=publish, full=rng.random() < 0.5,
            consent=consent, effect=turning(consent), fields={"registered_on": on},
        )  # fmt: skip
        if rng.random() < _GIVES:
            _give(world, rng, person, publish)


def _give(world: World, rng: Random, person: Person, after: int) -> None:
    day = after + rng.randrange(3, 200)
    if day > world.last:
        return
    consent = None
    if rng.random() < _CONSENTS:
        consent = terms(rng, person, day, sensitive=rng.random() < _SENSITIVE)
    month = month_start(day - rng.randrange(0, 400))
    world.happen(
        "hsc.donation.completed.v1", day, person=person, full=rng.random() < 0.6, consent=consent,
        effect=turning(consent),
        fields={"completed_month": iso(month)[:7]},
    )  # fmt: skip
    if rng.random() < _DISCLOSES:
        disclose(world, rng, person, day + rng.randrange(1, 60))


def disclose(world: World, rng: Random, person: Person, day: int) -> None:
    """Let somebody agree, through the consent service, to have their ground named; a few take it back."""
    if day > world.last:
        return
    consent = terms(rng, person, day, sensitive=True, purpose=DISCLOSURE)
    world.happen("consent.granted.v1", day, person=person, consent=consent, effect=turning(consent))
    back = day + rng.randrange(10, 90)
    if back <= world.last and rng.random() < 0.2:
        world.happen(
            "consent.withdrawn.v1", back, person=person, effect=Effect.TURNS,
            fields={"purpose": DISCLOSURE, "withdrawn_on": back},
        )  # fmt: skip
