"""Aid projects: who helps. Who is aided is counted and must not be kept."""

from __future__ import annotations

from typing import Final

from hub.simulate.world import World

__all__ = ("story",)

_HELPERS, _AIDED = 0.02, 0.015
_PROJECTS: Final = 30
FLOW: Final = "flow.beneficiaries"


def story(world: World) -> None:
    """Plan who takes part."""
    rng = world.rng("projects")
    for person in world.population.people:
        chance = rng.random()
        if chance >= _HELPERS + _AIDED:
            continue
        aided = chance >= _HELPERS
        on = publish = world.first + rng.randrange(1, max(2, world.days))
        if rng.random() < 0.3:
            on, publish = world.first - rng.randrange(1, 500), world.first + rng.randrange(1, 15)
        region = rng.choice((rng.choice(person.county.townships), None))
        world.happen(
            "project.participant.enrolled.v1", on, person=person, full=rng.random() < 0.7, publish=publish,
            fields={"project_id": f"SYN-P{rng.randrange(_PROJECTS):02}", "on": on, "region": region,
                    "role": "beneficiary" if aided else "helper"},
            forgotten=FLOW if aided else "",
        )  # fmt: skip
