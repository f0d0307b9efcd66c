"""What the stories share: the county, its people, the agenda, and how a happening is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hub.simulate.agenda import Agenda
from hub.simulate.calendar import HOUR_MS, china_ms
from hub.simulate.county import County
from hub.simulate.happening import Effect, Happening
from hub.simulate.population import Person, Population

__all__ = ("World",)

_WORKDAY_MS: Final = 9 * HOUR_MS
_STRIDE: Final = 7_919  # a prime: consecutive serials fall on instants far apart, and never on the same
_OPENING_MS: Final = 8 * HOUR_MS


@dataclass(slots=True)
class World:
    """One simulated county in one year: ``first`` is the first day, ``last`` the last."""

    county: County
    population: Population
    agenda: Agenda
    seed: int
    first: int
    last: int
    owners: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """Number of days."""
        return self.last - self.first + 1

    def rng(self, story: str) -> Random:
        """Return the generator of one story: stories do not disturb each other."""
        return Random(f"{self.seed}/{story}")  # noqa: S311 - a simulation, not a secret

    def happen(
        self,
        event_type: str,
        day: int,
        *,
        person: Person | None = None,
        full: bool = False,
        fields: dict[str, Any] | None = None,
        alias: tuple[str, str] | None = None,
        effect: Effect = Effect.OPENS,
        consent: dict[str, Any] | None = None,
        publish: int | None = None,
    ) -> Happening:
        """Plan an event that occurs on ``day`` in office hours and is published on ``publish``."""
        serial = self.agenda.next_serial()
        at = china_ms(day, _OPENING_MS + serial * _STRIDE % _WORKDAY_MS)
        keys: tuple[str, ...] = ()
        if person is not None:
            keys = (person.key,)
            if alias is not None:
                self.owners[alias] = tuple(dict.fromkeys((*self.owners.get(alias, ()), person.key)))
        if alias is not None:
            keys = tuple(dict.fromkeys((*keys, *self.owners.get(alias, ()))))
        happening = Happening(
            type=event_type,
            at=at,
            subject=person.key if person else None,
            block=person.block(day, full=full) if person else None,
            fields=fields or {},
            alias=alias,
            consent=consent,
            keys=keys,
            effect=effect,
            serial=serial,
        )
        return self.agenda.plan(day if publish is None else max(day, publish), happening)
