"""What the stories share: the counties, their people, the agenda, and how a happening is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hub.simulate.agenda import Agenda
from hub.simulate.calendar import HOUR_MS, china_ms
from hub.simulate.county import County, Organisation, society
from hub.simulate.gazetteer import Gazetteer
from hub.simulate.happening import Effect, Fate, Happening
from hub.simulate.population import Person, Population

__all__ = ("World",)

_WORKDAY_MS: Final = 9 * HOUR_MS
_STRIDE: Final = 7_919  # a prime: consecutive serials fall on instants far apart, and never on the same
_OPENING_MS: Final = 8 * HOUR_MS


@dataclass(slots=True)
class World:
    """Simulated counties in one year: ``first`` is the first day, ``last`` the last."""

    gazetteer: Gazetteer
    counties: tuple[County, ...]
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

    @property
    def county(self) -> County:
        """The first county: where there is only one, it."""
        return self.counties[0]

    @property
    def neighbour(self) -> str:
        """The county to which a township of the first one goes: another one of the world, or of the city."""
        if len(self.counties) > 1:
            return self.counties[1].code
        others = self.gazetteer.counties(self.county.code[:4]) + self.gazetteer.counties(self.county.code[:2])
        return next(code for code in others if code != self.county.code)

    def societies(self) -> list[Organisation]:
        """Return the societies above those of the counties, and that of the neighbour if it has no other."""
        founded, codes = self.county.society.on, {county.code for county in self.counties}
        above = {self.neighbour, *(code[:4] for code in {*codes, self.neighbour}), self.county.code[:2]}
        return [society(code, self.gazetteer.names[code], founded) for code in sorted(above - codes)]

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
        giver: str | None = None,
        county: County | None = None,
        forgotten: str = "",
    ) -> Happening:
        """Plan an event that occurs on ``day`` in office hours and is published on ``publish``.

        It is about ``person``, or about ``giver``, an organisation by its key; with ``forgotten`` (a flow)
        about nobody who is kept. ``county`` is the office's, if it is not the person's.
        """
        serial = self.agenda.next_serial()
        at = china_ms(day, _OPENING_MS + serial * _STRIDE % _WORKDAY_MS)
        keys: tuple[str, ...] = ()
        subject = None if forgotten else person.key if person is not None else giver
        if subject is not None:
            keys = (subject,)
            if alias is not None:
                self.owners[alias] = tuple(dict.fromkeys((*self.owners.get(alias, ()), subject)))
        if alias is not None and not forgotten:
            keys = tuple(dict.fromkeys((*keys, *self.owners.get(alias, ()))))
        happening = Happening(
            type=event_type,
            at=at,
            subject=subject,
            block=person.block(day, full=full) if person else None,
            fields=fields or {},
            alias=alias,
            consent=consent,
            keys=keys,
            effect=effect,
            serial=serial,
            fate=Fate.FORGOTTEN if forgotten else Fate.TAKEN,
            code=forgotten,
            county=(county or (person.county if person else self.county)).code,
        )
        return self.agenda.plan(day if publish is None else max(day, publish), happening)
