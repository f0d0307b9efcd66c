"""Councils: who is nominated for which session, postponed sessions, withdrawn candidacies."""

from __future__ import annotations

from random import Random
from typing import Final

from hub.simulate.happening import Effect
from hub.simulate.population import Person
from hub.simulate.world import World

__all__ = ("story",)

_SESSIONS: Final = 2
_LEAST, _PER_THOUSAND = 8, 4
_OTHERS: Final = 0.15
_WITHDRAWN: Final = 0.1
_AGAIN: Final = 0.3
_POSTPONED: Final = 0.15
_AHEAD: Final = (5, 70)  # days before the session: some come after admission was due
_YOUNGEST_DAYS: Final = 18 * 366


def story(world: World) -> None:
    """Hold some sessions in each county, and one of the society above them."""
    rng = world.rng("councils")
    above = world.societies()[0].org_id
    for county in world.counties:
        people = [
            person
            for person in world.population.people
            if person.county is county and person.birth < world.first - _YOUNGEST_DAYS
        ]
        size = min(len(people), _LEAST + len(people) * _PER_THOUSAND // 1000)
        for serial in range(_SESSIONS):
            session = world.first + round(world.days * rng.uniform(0.25, 0.95))
            others = [*(organisation.org_id for organisation in county.organisations[1:]), above]
            for person in rng.sample(people, size):
                council = rng.choice(others) if rng.random() < _OTHERS else county.society.org_id
                _Candidate(world, rng, person, council, f"SYN-{serial + 1}").stand(session)


class _Candidate:
    def __init__(self, world: World, rng: Random, person: Person, council: str, term: str) -> None:
        self._world, self._rng, self._person = world, rng, person
        self._council, self._term = council, term

    def stand(self, session: int) -> None:
        """Be nominated; perhaps the session is postponed, or the candidacy withdrawn."""
        rng = self._rng
        day = max(self._world.first + 1, session - rng.randrange(*_AHEAD))
        self._nominate(day, session)
        if rng.random() < _POSTPONED:
            self._nominate(day + rng.randrange(2, 12), session + rng.randrange(7, 40))
        if rng.random() < _WITHDRAWN:
            gone = day + rng.randrange(-1, 25)
            self._happen("council.candidate.withdrawn.v1", gone, {"on": gone}, Effect.TURNS)
            if rng.random() < _AGAIN:
                self._nominate(gone + rng.randrange(2, 10), session)

    def _nominate(self, day: int, session: int) -> None:
        fields = {"session_on": session, "nominated_by": "SYN", "on": day}
        self._happen("council.candidate.nominated.v1", day, fields, Effect.TURNS)

    def _happen(self, event_type: str, day: int, fields: dict[str, object], effect: Effect) -> None:
        if self._world.first < day <= self._world.last:
            said = {"council_org": self._council, "term": self._term, **fields}
            self._world.happen(event_type, day, person=self._person, fields=said, effect=effect)
