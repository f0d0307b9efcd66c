"""Gifts of money: of people and organisations, some anonymous, some given back."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from hub.simulate.county import County
from hub.simulate.happening import Effect
from hub.simulate.identifiers import social_credit_code
from hub.simulate.population import ORGANISATION, Person, document_key
from hub.simulate.world import World

__all__ = ("story",)

_SHARE: Final = 0.04
_FIRMS_PER_THOUSAND: Final = 6
_TWICE: Final = 0.2
_ANONYMOUS: Final = 0.2
_EARLIER: Final = 0.35
_REFUNDED: Final = 0.05
FLOW: Final = "flow.anonymous"


def story(world: World) -> None:
    """Plan the gifts of people, then those of organisations."""
    gifts = _Gifts(world, world.rng("donations"))
    for person in world.population.people:
        if gifts.rng.random() < _SHARE:
            gifts.of_person(person)
    firms = max(2, round(len(world.population.people) * _FIRMS_PER_THOUSAND / 1000))
    for serial in range(firms):
        gifts.of_firm(serial, world.counties[serial % len(world.counties)])


class _Gifts:
    def __init__(self, world: World, rng: Random) -> None:
        self._world, self.rng = world, rng
        self._count = 0

    def of_person(self, person: Person) -> None:
        """Give once or twice; who gives anonymously may be named all the same, and must not be kept."""
        for _ in range(2 if self.rng.random() < _TWICE else 1):
            anonymous = self.rng.random() < _ANONYMOUS
            named = person if not anonymous or self.rng.random() < 0.5 else None
            self._give(
                {"donor_kind": "person", "anonymous": anonymous}, person.county, person=named,
                full=self.rng.random() < 0.6,
            )  # fmt: skip

    def of_firm(self, serial: int, county: County) -> None:
        """Give once or twice as a firm that nobody here works for."""
        code = social_credit_code(f"91339902MA{serial:07}")
        seat = self.rng.choice((*county.villages[:40], county.code, county.townships[0], None))
        donor = {
            "donor_kind": "org", "anonymous": False, "uscc": code, "org_name": f"（合成）爱心企业{serial}",
            "org_region": seat,
        }  # fmt: skip
        for _ in range(2 if self.rng.random() < _TWICE else 1):
            self._give(donor, county, giver=document_key(ORGANISATION, code))

    def _give(
        self,
        donor: dict[str, Any],
        county: County,
        *,
        person: Person | None = None,
        giver: str | None = None,
        full: bool = False,
    ) -> None:
        world, rng = self._world, self.rng
        self._count += 1
        on = publish = world.first + rng.randrange(1, max(2, world.days))
        if rng.random() < _EARLIER:
            on, publish = world.first - rng.randrange(5, 1000), world.first + rng.randrange(1, 15)
        number = f"SYN{county.code}-D{self._count:06}"
        alias = ("donation_no", number)
        fields = {
            "uscc": None, "org_name": None, "org_region": None, **donor,
            "amount": float(rng.randrange(10, 5000)), "project": rng.choice(("SYN-P1", None)),
            "publicity_ok": rng.choice((True, False, None)), "donation_no": number, "donated_on": on,
            "region": rng.choice((county.code, None)),
        }  # fmt: skip
        world.happen(
            "donation.money.received.v1", on, person=person, giver=giver, full=full, alias=alias,
            publish=publish, county=county, fields=fields, forgotten=FLOW if donor["anonymous"] else "",
        )  # fmt: skip
        back = publish + rng.randrange(-2, 90)
        if rng.random() < _REFUNDED and world.first < back <= world.last:
            world.happen(
                "donation.money.refunded.v1", max(back, on), alias=alias, publish=back, county=county,
                effect=Effect.TURNS, fields={"donation_no": number, "refunded_on": max(back, on)},
            )  # fmt: skip
