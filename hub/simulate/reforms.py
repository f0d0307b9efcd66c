"""Region codes that change while the year runs: a township changes county, two counties their codes.

All are announced some days ahead, as such reforms are: what is published changes nothing before its day.
"""

from __future__ import annotations

from typing import Any, Final

from hub.simulate.county import society
from hub.simulate.happening import Effect
from hub.simulate.world import World

__all__ = ("story",)

_AHEAD: Final = (4, 16)
"""Days between announcement and effect."""
_WHEN: Final = {"split": 0.45, "manual": 0.55, "renamed": 0.65}
"""Shares of the year that have passed at the announcement."""
_NEW_CODE: Final = "98"
"""Ends the code of a county that the packaged table does not know."""


def story(world: World) -> set[int]:
    """Split one township off, divide a county so that only a human can tell, rename another one.

    Return the days from which codes mean something else.
    """
    rng = world.rng("reforms")
    starts = {name: world.first + round(world.days * share) for name, share in _WHEN.items()}
    days = {name: (day, day + rng.randrange(*_AHEAD)) for name, day in starts.items()}
    _change(world, days["split"], _split(world, rng.choice(world.county.townships[1:])))
    outside = world.gazetteer.counties(world.county.code[:2])
    inside = {world.neighbour, *(county.code for county in world.counties)}
    homes = {person.homes[0][1] for person in world.population.people}
    lived_in = [
        code for code in outside if code not in inside and any(h and h.startswith(code) for h in homes)
    ]
    if len(lived_in) > 1:
        divided, renamed = rng.sample(lived_in, 2)
        other = next(code for code in outside if code not in {divided, renamed, *inside})
        _change(world, days["manual"], {"old_code": divided, "new_code": other, "rule": "manual"})
        new = renamed[:4] + _NEW_CODE
        _change(world, days["renamed"], {"old_code": renamed, "new_code": new, "rule": "one_to_one"})
        day, on = days["renamed"]
        founded = society(new, f"{world.gazetteer.names[renamed]}（新）", on)
        fields = {name: getattr(founded, name) for name in founded.__slots__}
        world.happen("org.established.v1", day, fields=fields, effect=Effect.TABLES)
    return {on for _, on in days.values()}


def _split(world: World, township: str) -> dict[str, Any]:
    """Return the change by which a township goes to the neighbouring county."""
    lands_in = world.gazetteer.namesake(township, world.neighbour) or world.neighbour
    return {
        "old_code": township[:6], "new_code": world.neighbour, "rule": "by_township",
        "township": world.gazetteer.names[township],
        "township_code": township, "lands_in": lands_in,  # for the expectation; not published
    }  # fmt: skip


def _change(world: World, days: tuple[int, int], change: dict[str, Any]) -> None:
    day, from_on = days
    if from_on <= world.last:
        fields = {"township": None, **change, "from_on": from_on}
        world.happen("region.changed.v1", day, fields=fields, effect=Effect.TABLES)
