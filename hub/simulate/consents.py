"""Consents: in the class register, before anything, afterwards, never; withdrawn, given again."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from hub.simulate.happening import Effect
from hub.simulate.population import Person
from hub.simulate.world import World

__all__ = ("CURRENT_NOTICE", "PURPOSE", "decide", "story", "suffices", "terms", "turning")

CURRENT_NOTICE: Final = "2022-01"
_OLD_NOTICE: Final = "2020-06"
PURPOSE: Final = "membership_invitation"
_PLANS: Final = {"class": 0.42, "early": 0.14, "late": 0.22, "never": 0.22}
_WITHDRAWN: Final = 0.06
_AGAIN: Final = 0.35
_OTHER_PURPOSE: Final = 0.02


def decide(world: World) -> None:
    """Decide for everybody when they consent: in class, early, late or never."""
    rng = world.rng("consents/plans")
    names, weights = list(_PLANS), list(_PLANS.values())
    for person in world.population.people:
        person.consents = rng.choices(names, weights)[0]


def terms(
    rng: Random, person: Person, day: int, *, sensitive: bool = False, purpose: str = PURPOSE
) -> dict[str, Any]:
    """Return one consent, as meant; a few do not suffice (old notice, wrong class, other recipients).

    With ``sensitive`` it covers class s too.
    """
    county = person.county.code
    society = person.county.society.org_id
    flaw = rng.random()
    recipients = [county]
    if flaw < 0.10:
        recipients = [county[:2]]
    elif flaw < 0.14:
        recipients = [society, county[:4]]
    elif flaw < 0.17:
        recipients = [society]  # does not cover a village's organisation
    elif flaw < 0.18:
        recipients = ["11"]  # another province
    expires = day + rng.randrange(60, 700) if rng.random() < 0.2 else None
    return {
        "purpose": purpose,
        "recipients": recipients,
        "data_classes": ["s"] if flaw > 0.99 else ["p", "s"] if sensitive else ["p"],
        "notice_version": _OLD_NOTICE if 0.97 < flaw <= 0.99 else CURRENT_NOTICE,
        "granted_on": day,
        "expires_on": expires,
        "guardian": person.guardian is not None and rng.random() < 0.85,
    }


def story(world: World) -> None:
    """Plan the separate consents, the withdrawals and the second thoughts."""
    rng = world.rng("consents")
    for person in world.population.people:
        granted = None
        if person.consents == "early":
            granted = world.first + rng.randrange(1, 25)
        elif person.consents == "late":
            granted = world.first + rng.randrange(25, max(26, world.days))
        if granted is not None and granted <= world.last:
            _grant(world, rng, person, granted)
        if person.consents != "never" and rng.random() < _WITHDRAWN:
            _withdraw(world, rng, person)


def _grant(world: World, rng: Random, person: Person, day: int) -> None:
    late = day + rng.randrange(1, 9) if rng.random() < 0.03 else day
    grant = terms(rng, person, day)
    if rng.random() < _OTHER_PURPOSE:
        grant["purpose"] = "publicity"
    world.happen(
        "consent.granted.v1", day, person=person, consent=grant, publish=late,
        effect=turning(grant),
    )  # fmt: skip


def suffices(grant: dict[str, Any]) -> bool:
    """Whether a consent is current and covers personal data."""
    return "p" in grant["data_classes"] and grant["notice_version"] == CURRENT_NOTICE


def turning(grant: dict[str, Any] | None) -> Effect:
    """Return what an event with this consent, or none, does to a path."""
    return Effect.OPENS if grant is None or suffices(grant) else Effect.TURNS


def _withdraw(world: World, rng: Random, person: Person) -> None:
    day = world.first + rng.randrange(30, max(31, world.days))
    if day > world.last:
        return
    world.happen(
        "consent.withdrawn.v1", day, person=person, effect=Effect.TURNS,
        fields={"purpose": PURPOSE, "withdrawn_on": day},
    )  # fmt: skip
    again = day + rng.randrange(3, 90)
    if again <= world.last and rng.random() < _AGAIN:
        _grant(world, rng, person, again)
