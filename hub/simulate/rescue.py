"""Rescue teams: registrations, grades, missions, leavings."""

from __future__ import annotations

from random import Random
from typing import Final

from hub.simulate.happening import Effect
from hub.simulate.population import Person
from hub.simulate.world import World

__all__ = ("story",)

_KINDS: Final = ("relief", "medical", "water", "sanitation", "psychology", "search", "water_rescue")
_SHARE: Final = 0.03
_TEAMS: Final = 12
_NEW: Final = 0.45
_BACKBONE: Final = 0.4
_DOWNGRADED: Final = 0.1
_LEFT: Final = 0.2
_MISSIONS: Final = 5


def story(world: World) -> None:
    """Plan the year of everybody in a rescue team."""
    rng = world.rng("rescue")
    for serial, person in enumerate(world.population.people):
        if rng.random() < _SHARE and person.guardian is None:
            _member(world, rng, person, f"SYN{person.county.code}-M{serial:06}")


def _member(world: World, rng: Random, person: Person, key: str) -> None:
    alias = ("member_key", key)
    if rng.random() < _NEW:
        joined = world.first + rng.randrange(1, max(2, world.days))
        publish = joined
    else:
        joined = world.first - rng.randrange(30, 2000)
        publish = world.first + rng.randrange(1, 12)
    if publish > world.last:
        return
    team = rng.randrange(_TEAMS)
    world.happen(
        "rescue.member.registered.v1", joined, person=person, full=True, alias=alias, publish=publish,
        fields={"member_key": key, "team_id": f"SYN-T{team:02}", "team_kind": _KINDS[team % len(_KINDS)],
                "role": rng.choice(("member", "leader", None)), "joined_on": joined,
                "region": person.county.code},
    )  # fmt: skip
    if rng.random() < _BACKBONE:
        # A grade may be published before the registration: its key is not known yet.
        day = max(joined, publish - 2) if rng.random() < 0.1 else publish + rng.randrange(0, 60)
        _grade(world, key, "backbone", day, Effect.OPENS)
        if rng.random() < _DOWNGRADED:
            _grade(world, key, "regular", day + rng.randrange(20, 150), Effect.TURNS)
    for mission in range(rng.randrange(_MISSIONS)):
        _mission(world, rng, key, mission, publish)
    if rng.random() < _LEFT:
        day = publish + rng.randrange(20, 300)
        if day <= world.last:
            world.happen(
                "rescue.member.left.v1", day, alias=alias, effect=Effect.TURNS,
                fields={"member_key": key, "left_on": day, "reason": None},
            )  # fmt: skip


def _grade(world: World, key: str, grade: str, day: int, effect: Effect) -> None:
    if world.first < day <= world.last:
        world.happen(
            "rescue.member.graded.v1", day, alias=("member_key", key), effect=effect,
            fields={"member_key": key, "grade": grade, "from_on": day},
        )  # fmt: skip


def _mission(world: World, rng: Random, key: str, serial: int, publish: int) -> None:
    day = publish + rng.randrange(5, 200)
    if day <= world.last:
        world.happen(
            "rescue.mission.participated.v1", day, alias=("member_key", key),
            fields={"member_key": key, "mission_id": f"SYN-X{day:05}-{serial}",
                    "hours": float(rng.randrange(2, 60)), "from_on": day - 1, "to_on": day},
        )  # fmt: skip
