"""Whom a change of the directory or of the region codes can concern: more people rather than fewer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hub.simulate.known import Known
from hub.simulate.offices import Office
from hub.simulate.territory import Territory
from hub.simulate.whereto import lives_there

__all__ = ("Neighbours",)

_COUNTY: Final = 6


class Neighbours:
    """Documents by the homes they were ever said to have, by unit, by the organisation they belong to."""

    def __init__(self, known: dict[str, Known], territory: Territory) -> None:
        """Look people up in ``known``; whoever is new or has changed has to be noted."""
        self._known = known
        self._territory = territory
        self._by_home: dict[str | None, set[str]] = {}
        self._by_unit: dict[str, set[str]] = {}
        self._by_organisation: dict[str, set[str]] = {}
        self.candidates: set[str] = set()
        """Who was ever nominated: their tasks depend on superiors."""

    def note(self, key: str) -> None:
        """Remember where somebody is to be found."""
        known = self._known[key]
        self._by_home.setdefault(known.party.get("residence"), set()).add(key)
        unit = known.party.get("host_unit")
        if unit:
            self._by_unit.setdefault(unit, set()).add(key)
        theirs = known.membership.get("organisation")
        if theirs:
            self._by_organisation.setdefault(theirs, set()).add(key)
        if known.candidacies:
            self.candidates.add(key)

    def of_office(self, office: Office, today: int) -> set[str]:
        """Return whom an organisation can concern, whatever it was, is or will be."""
        found = self.candidates | self._by_organisation.get(office.org_id, set())
        found |= self._by_unit.get(office.org_id, set())
        found |= self.near(((traits.region, traits.host_unit) for traits in office.ever()), today)
        return found

    def near(self, places: Iterable[tuple[str, str | None]], today: int) -> set[str]:
        """Return who lives in one of the regions or nobody knows where, or belongs to one of the units."""
        found: set[str] = set()
        for region, unit in set(places):
            found |= self._by_unit.get(unit or "", set())
            if len(region) < _COUNTY:  # a city's or a province's: nobody is sent there
                continue
            for home, keys in self._by_home.items():
                if lives_there(home if home is None else self._territory.current(home, today), region):
                    found |= keys
        return found

    def of_codes(self, beginnings: Iterable[str]) -> set[str]:
        """Return who lives where codes begin like that, or lives nobody knows where."""
        begun = tuple(beginnings)
        found: set[str] = set()
        for home, keys in self._by_home.items():
            if home is None or home.startswith(begun) or any(start.startswith(home) for start in begun):
                found |= keys
        return found
