"""Blood: donations that qualified. Class s, and no ground as long as the rule is off."""

from __future__ import annotations

from typing import Final

from hub.simulate.consents import terms, turning
from hub.simulate.world import World

__all__ = ("story",)

_SHARE: Final = 0.03
_CONSENTS: Final = 0.2
_YOUNGEST_DAYS: Final = 18 * 366


def story(world: World) -> None:
    """Plan one to three donations of everybody who gives blood."""
    rng = world.rng("blood")
    for person in world.population.people:
        if rng.random() >= _SHARE or person.birth > world.first - _YOUNGEST_DAYS:
            continue
        day = world.first + rng.randrange(1, max(2, world.days))
        for count in range(1, rng.randrange(2, 5)):
            if day > world.last:
                break
            consents = person.consents != "never" and rng.random() < _CONSENTS
            consent = terms(rng, person, day, sensitive=True) if consents else None
            world.happen(
                "blood.donation.qualified.v1", day, person=person, consent=consent, effect=turning(consent),
                fields={"kind": rng.choice(("whole", "platelet")), "donated_on": day,
                        "count_to_date": rng.choice((count, None))},
            )  # fmt: skip
            day += rng.randrange(15, 200)
