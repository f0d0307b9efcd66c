"""The people of the simulation: names, documents, homes, units, guardians. All made up.

A person is what the world knows; what a system tells of them is a *block* (:meth:`Person.block`),
as of a day, because people move and change their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hub.simulate.calendar import age_on, birthday
from hub.simulate.county import County, Unit
from hub.simulate.identifiers import Numbers
from hub.simulate.names import draw

__all__ = ("ORGANISATION", "Person", "Population", "document_key")

_YOUNGEST_DAYS, _MODE_DAYS, _OLDEST_DAYS = 9 * 365, 24 * 365, 85 * 365
_SCHOOL_AGES: Final = range(6, 22)
_OLDEST_STUDENT: Final = 22
_HOME_AT_TOWNSHIP, _HOME_AT_COUNTY, _HOME_ELSEWHERE, _HOME_UNKNOWN = 0.08, 0.05, 0.03, 0.04
_FOREIGN, _HMT = 0.004, 0.004
_IN_SCHOOL, _EMPLOYED = 0.8, 0.3
_TO_ANOTHER_COUNTY = 0.4


ORGANISATION: Final = "organisation"
"""What stands for the kind of document in the key of an organisation: ``organisation 91…``."""


def document_key(kind: str, number: str) -> str:
    """Return the name under which the expectation knows a document: ``kind number``."""
    return f"{kind} {number}"


@dataclass(slots=True)
class Person:
    """One made-up person. ``homes`` and ``names`` are (from day, value), oldest first."""

    kind: str
    number: str
    birth: int
    sex: str
    phone: str
    nationality: str
    names: list[tuple[int, str]]
    homes: list[tuple[int, str | None]]
    unit: Unit | None
    student: bool
    guardian: dict[str, str] | None
    county: County
    """Where the systems know them; they may have moved away since."""
    consents: str = "never"
    certificates: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The person's document key."""
        return document_key(self.kind, self.number)

    @property
    def citizen(self) -> bool:
        """Whether the law counts them as a citizen (HK, MO and TW people are)."""
        return self.kind != "foreign_permanent_resident"

    def name_on(self, day: int) -> str:
        """Return the name borne on a day."""
        return [name for start, name in self.names if start <= day][-1]

    def home_on(self, day: int) -> str | None:
        """Return the residence code on a day, or None when none is ever declared."""
        return [home for start, home in self.homes if start <= day][-1]

    def block(self, day: int, *, full: bool) -> dict[str, Any]:
        """Return what an event of ``day`` says of the person, as meant (before it is spoilt).

        ``full`` blocks come from class and team registers; the others only identify.
        """
        said: dict[str, Any] = {
            "name": self.name_on(day),
            "doc_kind": self.kind,
            "doc_no": self.number,
            "birth": self.birth,
            "sex": self.sex,
            "citizen": self.citizen,
        }
        if full:
            said["phone"] = self.phone
            said["nationality"] = self.nationality
            said["residence"] = self.home_on(day)
            said["host_unit"] = self.unit.code if self.unit else None
            said["student"] = self.student
            said["guardian"] = self.guardian
        return said


class Population:
    """``count`` people of some counties, the same for the same generator."""

    def __init__(
        self, rng: Random, counties: Sequence[County], elsewhere: Sequence[str], count: int, first_day: int
    ) -> None:
        """Make everybody up as of ``first_day``, each county in turn; some live ``elsewhere`` (villages)."""
        self._rng = rng
        self._counties = counties
        self._elsewhere = elsewhere
        self._numbers = Numbers(rng)
        self._units = [
            [[unit for unit in county.units if unit.school is school] for school in (False, True)]
            for county in counties
        ]
        self.people = [self._person(serial, first_day) for serial in range(count)]
        self.by_key = {person.key: person for person in self.people}

    def another_number(self, person: Person) -> str:
        """Return another valid number with the same birth date and sex: a wrong one, for a correction."""
        return self._numbers.resident(person.birth, person.sex)

    def home(self, county: County) -> str | None:
        """Draw a residence code as registers declare it: village, township, county, elsewhere, none."""
        draw_ = self._rng.random()
        village = self._rng.choice(county.villages)
        if draw_ < _HOME_UNKNOWN:
            return None
        if draw_ < _HOME_UNKNOWN + _HOME_ELSEWHERE:
            return self._rng.choice(self._elsewhere)
        draw_ -= _HOME_UNKNOWN + _HOME_ELSEWHERE
        if draw_ < _HOME_AT_COUNTY:
            return village[:6]
        return village[:9] if draw_ < _HOME_AT_COUNTY + _HOME_AT_TOWNSHIP else village

    def another_county(self, county: County) -> County:
        """Draw a county to move to: now and then another one, if there is any."""
        if len(self._counties) == 1 or self._rng.random() >= _TO_ANOTHER_COUNTY:
            return county
        return self._rng.choice([other for other in self._counties if other is not county])

    def _person(self, serial: int, first_day: int) -> Person:
        rng, county = self._rng, self._counties[serial % len(self._counties)]
        birth = first_day - int(rng.triangular(_YOUNGEST_DAYS, _OLDEST_DAYS, _MODE_DAYS))
        sex = rng.choice("mf")
        kind, number, nationality = self._document(birth, sex)
        age = age_on(birth, first_day)
        student = age in _SCHOOL_AGES or (age <= _OLDEST_STUDENT and rng.random() < 0.5)
        minor = birthday(birth, 18) > first_day
        guardian = None
        phone = f"199000{serial % 100_000:05}"
        if minor:
            guardian = {"name": draw(rng), "phone": phone, "relation": "parent"}
        name = draw(rng)
        return Person(
            kind, number, birth, sex, phone, nationality, [(-100_000, name)], [(-100_000, self.home(county))],
            self._unit(serial % len(self._counties), student=student), student, guardian, county,
        )  # fmt: skip

    def _document(self, birth: int, sex: str) -> tuple[str, str, str]:
        kind = self._rng.random()
        if kind < _FOREIGN:
            return "foreign_permanent_resident", self._numbers.foreign(birth, sex), "XXX"
        if kind < _FOREIGN + _HMT:
            return "hmt_permit", self._numbers.hmt(birth, sex), "CHN"
        return "resident_id", self._numbers.resident(birth, sex), "CHN"

    def _unit(self, place: int, *, student: bool) -> Unit | None:
        share = _IN_SCHOOL if student else _EMPLOYED
        return self._rng.choice(self._units[place][student]) if self._rng.random() < share else None
