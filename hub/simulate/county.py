"""The places of one county, read from the packaged region table, and its organisations."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

from hub.simulate.identifiers import social_credit_code

__all__ = ("County", "Organisation", "Unit")

_TOWNSHIPS_WITH_ORGANISATION: Final = 0.8
_VILLAGES_WITH_ORGANISATION: Final = 0.4  # the plan's target is 40 %
_SCHOOLS: Final = 18
_EMPLOYERS: Final = 50
_EMPLOYERS_WITH_ORGANISATION: Final = 0.3
_REAL_VILLAGE: Final = 400  # digits 10 to 12: below, a community or a village; above, something like one


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
    """Villages, townships, units and founding organisations of one county."""

    def __init__(self, table: str, code: str, rng: Random, founded: int) -> None:
        """Read the CSV ``table`` (code, name, parent, level); ValueError for a county not in it."""
        rows = list(csv.DictReader(io.StringIO(table)))
        named = {row["code"]: row["name"] for row in rows}
        if len(code) != len("330604") or code not in named:
            message = f"no county {code} in the region table: give six digits, such as 330604"
            raise ValueError(message)
        self.code = code
        self.name = named[code]
        self.villages = _places(rows, code, "village")
        self.townships = sorted({village[:9] for village in self.villages})
        self.elsewhere = [
            village for village in _places(rows, code[:2], "village") if village[:6] != code
        ][:: 97]  # fmt: skip
        self._named = named
        self.units = self._units(rng)
        self.organisations = self._organisations(rng, founded)

    def organisation_for(self, serial: int, region: str, on: int, parent: str | None) -> Organisation:
        """Return a new organisation of a village or community, to be founded on ``on``."""
        community = int(region[9:]) < 200
        org_class = "community" if community else "village"
        org_id = f"RC{self.code}-V{serial:04}"
        return Organisation(org_id, org_class, self._title(region), parent, region, None, on)

    def _title(self, region: str) -> str:
        return f"（合成）{self._named[region]}红十字会"

    def _units(self, rng: Random) -> list[Unit]:
        units = []
        for serial in range(_SCHOOLS + _EMPLOYERS):
            school = serial < _SCHOOLS
            body = f"{'12' if school else '91'}339901SYN{serial:06}".replace("S", "M")
            name = f"（合成）{self.name}第{serial + 1}{'中学' if school else '公司'}"
            units.append(Unit(social_credit_code(body), name, rng.choice(self.townships), school))
        return units

    def _organisations(self, rng: Random, founded: int) -> list[Organisation]:
        society = f"RC{self.code}-S"
        made = [
            Organisation(society, "society", f"（合成）{self.name}红十字会", None, self.code, None, founded)
        ]
        for serial, township in enumerate(self.townships):
            if rng.random() < _TOWNSHIPS_WITH_ORGANISATION:
                made.append(
                    Organisation(
                        f"RC{self.code}-T{serial:03}", "township", self._title(township), society, township,
                        None, founded + rng.randrange(400),
                    )
                )  # fmt: skip
        parents = {organisation.region: organisation.org_id for organisation in made}
        for serial, village in enumerate(self.villages):
            if rng.random() < _VILLAGES_WITH_ORGANISATION:
                parent = parents.get(village[:9], society)
                made.append(self.organisation_for(serial, village, founded + rng.randrange(800), parent))
        for serial, unit in enumerate(self.units):
            if unit.school or rng.random() < _EMPLOYERS_WITH_ORGANISATION:
                org_class = "school" if unit.school else "enterprise"
                org_id, name = f"RC{self.code}-U{serial:03}", f"{unit.name}红十字会"
                on = founded + rng.randrange(800)
                made.append(Organisation(org_id, org_class, name, society, unit.township, unit.code, on))
        return made


def _places(rows: Iterable[dict[str, str]], prefix: str, level: str) -> list[str]:
    return sorted(
        row["code"]
        for row in rows
        if row["level"] == level and row["code"].startswith(prefix) and int(row["code"][9:]) < _REAL_VILLAGE
    )
