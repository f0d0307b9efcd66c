"""Training: classes of 30 to 60, their certificates, renewals, revocations, and what was there before."""

from __future__ import annotations

from random import Random
from typing import Any, Final, NamedTuple

from hub.simulate.calendar import add_months, iso
from hub.simulate.consents import suffices, terms
from hub.simulate.county import County
from hub.simulate.happening import Effect
from hub.simulate.population import Person
from hub.simulate.world import World

__all__ = ("story",)

_ATTENDANCES_PER_YEAR: Final = 0.75
"""Times a year that an inhabitant of the simulation sits in a class: gives about two events each."""
_CLASS: Final = (30, 60)
_BACKFILL: Final = 0.22
_BACKFILL_DAYS: Final = 20
_KINDS: Final = {"first_aider": 0.5, "cpr_aed": 0.27, "trainer": 0.03, "lecture": 0.2}
_PASS: Final = 0.9
_RENEWED: Final = 0.35
_REVOKED: Final = 0.015
_REVOKED_FIRST: Final = 0.02
_SHARED_NUMBER: Final = 0.0015
_LEADER_S_PHONE: Final = 0.1
"""Share of classes whose register has the class leader's phone for everybody (DOMAIN §7, no. 11)."""
_VALID_MONTHS: Final = 36


class _Class(NamedTuple):
    """One class, or (with no id) the register of earlier years; ``county`` is the trainer's."""

    kind: str
    class_id: str | None
    region: str
    county: County


def story(world: World) -> None:
    """Plan the backfill of older certificates and a year of classes."""
    training = _Training(world, world.rng("training"))
    training.backfill()
    training.classes()


class _Training:
    def __init__(self, world: World, rng: Random) -> None:
        self._world, self._rng = world, rng
        self._certificates = 0
        self._bound: list[tuple[int, str]] = []

    def backfill(self) -> None:
        """Publish, in the first weeks, certificates of the last four years: some have lapsed already."""
        world, rng = self._world, self._rng
        for person in world.population.people:
            if rng.random() < _BACKFILL:
                kind = rng.choices(("first_aider", "cpr_aed", "trainer"), (0.7, 0.25, 0.05))[0]
                issued = world.first - rng.randrange(1, 1500)
                publish = world.first + rng.randrange(1, _BACKFILL_DAYS)
                county = person.county
                self._issue(_Class(kind, None, county.code, county), person, issued, publish, None)

    def classes(self) -> None:
        """Hold as many classes as the counties' sizes ask for."""
        world, rng = self._world, self._rng
        serial = 0
        for county in world.counties:
            people = [person for person in world.population.people if person.county is county]
            left = round(len(people) * _ATTENDANCES_PER_YEAR * world.days / 365)
            while left > 0:
                size = min(rng.randint(*_CLASS), len(people))
                left -= size
                serial += 1
                kind = rng.choices(list(_KINDS), list(_KINDS.values()))[0]
                held = _Class(kind, f"SYN-C{serial:05}", rng.choice(county.townships), county)
                self._hold(held, rng.sample(people, size), world.first + rng.randrange(1, max(2, world.days)))

    def _hold(self, held: _Class, people: list[Person], day: int) -> None:
        """Hold one class: its register, and for those who pass a certificate within ten days."""
        world, rng = self._world, self._rng
        leader = people[0].phone if rng.random() < _LEADER_S_PHONE else None
        for person in people:
            consent = self._in_class(person, day)
            if held.kind == "lecture" or (held.kind == "first_aider" and rng.random() < 0.8):
                happening = world.happen(
                    "training.course.completed.v1", day, person=person, full=True, consent=consent,
                    publish=day + (rng.randrange(1, 4) if rng.random() < 0.1 else 0),
                    fields={"course_kind": held.kind, "course_id": held.class_id,
                            "hours": rng.choice((4, 16, 24)), "completed_on": day, "trainer_org": None,
                            "region": held.region},
                )  # fmt: skip
                if leader is not None and happening.block is not None:
                    happening.block["phone"] = leader
                consent = None
            if held.kind != "lecture" and rng.random() < _PASS:
                issued = day + rng.randrange(0, 3)
                self._issue(held, person, issued, issued + rng.randrange(0, 8), consent)

    def _in_class(self, person: Person, day: int) -> dict[str, Any] | None:
        if person.consents != "class" or self._rng.random() < 0.1:
            return None
        grant = terms(self._rng, person, day)
        return grant if suffices(grant) else None

    def _issue(
        self, held: _Class, person: Person, issued: int, publish: int, consent: dict[str, Any] | None
    ) -> None:
        world, rng = self._world, self._rng
        self._certificates += 1
        until = add_months(issued, _VALID_MONTHS) - 1
        number = f"SYN{held.county.code}{iso(issued)[:4]}{self._certificates:07}"
        revoked_first = person.consents == "never" and rng.random() < _REVOKED_FIRST
        publish += 6 if revoked_first else 0
        wrong = self._wrong_number(publish) if person.consents == "never" else None
        if publish > world.last:
            return
        world.happen(
            "training.certificate.issued.v1", issued, person=person, full=True, consent=consent,
            publish=publish, alias=("cert_no", wrong or number),
            effect=Effect.TURNS if wrong else Effect.OPENS,
            fields={"cert_kind": held.kind, "cert_no": wrong or number, "issued_on": issued,
                    "expires_on": until if rng.random() < 0.6 else None, "issuer_org": None,
                    "class_id": held.class_id, "region": held.region},
        )  # fmt: skip
        if wrong is None:
            self._bound.append((publish, number))
            self._afterwards(number, until, publish, revoked_first=revoked_first)

    def _wrong_number(self, publish: int) -> str | None:
        """Return, rarely, a number that somebody else's certificate has: a clerk's mistake."""
        if not self._bound or self._rng.random() >= _SHARED_NUMBER:
            return None
        bound, number = self._rng.choice(self._bound)
        return number if bound + _BACKFILL_DAYS < publish else None

    def _afterwards(self, number: str, until: int, publish: int, *, revoked_first: bool) -> None:
        world, rng = self._world, self._rng
        alias = ("cert_no", number)
        if revoked_first or rng.random() < _REVOKED:
            day = publish - 3 if revoked_first else publish + rng.randrange(12, 90)
            if world.first < day <= world.last:
                world.happen(
                    "training.certificate.revoked.v1", day, alias=alias, effect=Effect.TURNS,
                    fields={"cert_no": number, "reason": "register error", "revoked_on": day},
                )  # fmt: skip
        if until <= world.last + 30 and rng.random() < _RENEWED:
            day = until + rng.randrange(-25, 25)
            if publish + 3 < day <= world.last:
                world.happen(
                    "training.certificate.renewed.v1", day, alias=alias,
                    fields={"cert_no": number, "retraining_date": day,
                            "new_expires_on": add_months(until, _VALID_MONTHS)},
                )  # fmt: skip
