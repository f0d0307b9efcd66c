"""The places of one county, read from the packaged region table, and its organisations."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from hub.simulate.gazetteer import Gazetteer
from hub.simulate.identifiers import social_credit_code

__all__ = ("County", "Organisation", "Unit", "society")

_TOWNSHIPS_WITH_ORGANISATION: Final = 0.8
_VILLAGES_WITH_ORGANISATION: Final = 0.4  # the plan's target is 40 %
_SCHOOLS: Final = 18
_EMPLOYERS: Final = 50
_EMPLOYERS_WITH_ORGANISATION: Final = 0.3
_COMMUNITIES: Final = 200  # digits 10 to 12: below, a community; from there on, a village


@dataclass(slots=True, frozen=True)
class Organisation:
    """A Red Cross organisation as the directory announces it; ``on`` is the day it was founded."""

    org_id: str
    org_class: str
    name: str
    parent: str | None
    region: str
    host_unit: str | None
    on: int


@dataclass(slots=True, frozen=True)
class Unit:
    """A work unit or a school that people belong to, with or without an organisation."""

    code: str
    name: str
    township: str
    school: bool


class County:
    """Villages, townships, units and founding organisations of one county. The first one is its society."""

    def __init__(self, gazetteer: Gazetteer, code: str, rng: Random, founded: int, place: int = 0) -> None:
        """Make it up; ``place`` tells counties of one world apart. ValueError for an unknown county."""
        self.villages = gazetteer.villages(code)
        self.code = code
        self.name = gazetteer.names[code]
        self.townships = sorted({village[:9] for village in self.villages})
        self._named = gazetteer.names
        self.units = self._units(rng, place * (_SCHOOLS + _EMPLOYERS))
        self.organisations = self._organisations(rng, founded)

    @property
    def society(self) -> Organisation:
        """The county's society."""
        return self.organisations[0]

    def organisation_for(self, serial: int, region: str, on: int, parent: str | None) -> Organisation:
        """Return a new organisation of a village or community, to be founded on ``on``."""
        community = int(region[9:]) < _COMMUNITIES
        org_class = "community" if community else "village"
        org_id = f"RC{self.code}-V{serial:04}"
        return Organisation(org_id, org_class, self._title(region), parent, region, None, on)

    def _title(self, region: str) -> str:
        return f"（合成）{self._named[region]}红十字会"

    def _units(self, rng: Random, first: int) -> list[Unit]:
        units = []
        for serial in range(_SCHOOLS + _EMPLOYERS):
            school = serial < _SCHOOLS
            body = f"{'12' if school else '91'}339901SYN{first + serial:06}".replace("S", "M")
            name = f"（合成）{self.name}第{serial + 1}{'中学' if school else '公司'}"
            units.append(Unit(social_credit_code(body), name, rng.choice(self.townships), school))
        return units

    def _organisations(self, rng: Random, founded: int) -> list[Organisation]:
        made = [society(self.code, self.name, founded)]
        superior = made[0].org_id
        for serial, township in enumerate(self.townships):
            if rng.random() < _TOWNSHIPS_WITH_ORGANISATION:
                made.append(
                    Organisation(
                        f"RC{self.code}-T{serial:03}", "township", self._title(township), superior, township,
                        None, founded + rng.randrange(400),
                    )
                )  # fmt: skip
        parents = {organisation.region: organisation.org_id for organisation in made}
        for serial, village in enumerate(self.villages):
            if rng.random() < _VILLAGES_WITH_ORGANISATION:
                parent = parents.get(village[:9], superior)
                made.append(self.organisation_for(serial, village, founded + rng.randrange(800), parent))
        for serial, unit in enumerate(self.units):
            if unit.school or rng.random() < _EMPLOYERS_WITH_ORGANISATION:
                org_class = "school" if unit.school else "enterprise"
                org_id, name = f"RC{self.code}-U{serial:03}", f"{unit.name}红十字会"
                on = founded + rng.randrange(800)
                made.append(Organisation(org_id, org_class, name, superior, unit.township, unit.code, on))
        return made


def society(code: str, name: str, founded: int) -> Organisation:
    """Return the society of a county, a city or a province, below that of the next greater region."""
    parents = {len("330604"): code[:4], len("3306"): code[:2]}
    parent = parents.get(len(code))
    return Organisation(
        f"RC{code}-S", "society", f"（合成）{name}红十字会", f"RC{parent}-S" if parent else None, code, None,
        founded,
    )  # fmt: skip
