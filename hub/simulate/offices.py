"""The directory as the expectation knows it: organisations by id, by host unit and by place, on a day."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

__all__ = ("Office", "Offices", "Traits", "level_of")

_CITY, _PROVINCE = 4, 2
_TRAITS: Final = ("org_class", "parent", "region", "host_unit")


class Traits(NamedTuple):
    """What an organisation is on a day."""

    org_class: str
    parent: str | None
    region: str
    host_unit: str | None


class Office:
    """An organisation that may receive an invitation: its founding, its moves, its end."""

    __slots__ = ("_moves", "dissolved_on", "established_on", "org_id", "traits")

    def __init__(self, org_id: str, traits: Traits, on: int) -> None:
        """Found it on day ``on``."""
        self.org_id, self.traits, self.established_on = org_id, traits, on
        self.dissolved_on: int | None = None
        self._moves: dict[int, tuple[int, dict[str, Any]]] = {}

    def move(self, on: int, at: int, changes: dict[str, Any]) -> None:
        """Change it from ``on``; of two announcements for one day the later one (``at``) counts."""
        said = {name: changes[name] for name in _TRAITS if changes.get(name) is not None}
        if on not in self._moves or at > self._moves[on][0]:
            self._moves[on] = (at, said)

    def on(self, day: int) -> Traits | None:
        """Return what it is on a day, or None while it does not exist."""
        gone = self.dissolved_on is not None and self.dissolved_on <= day
        return None if gone or day < self.established_on else self._as_of(day)

    def last_known(self, day: int) -> Traits:
        """Return what it is, or was last, or will be first."""
        if self.dissolved_on is not None:
            day = min(day, self.dissolved_on - 1)
        return self._as_of(max(day, self.established_on))

    def ever(self) -> list[Traits]:
        """Return all that it was or will be."""
        return [self.traits, *(self._as_of(day) for day in sorted(self._moves))]

    def _as_of(self, day: int) -> Traits:
        if not self._moves:
            return self.traits
        now = self.traits
        for on in sorted(self._moves):
            if on <= day:
                now = now._replace(**self._moves[on][1])
        return now


class Offices:
    """All organisations."""

    def __init__(self) -> None:
        """Start empty."""
        self.by_id: dict[str, Office] = {}
        self._by_unit: dict[str, set[str]] = {}
        self._by_place: dict[tuple[str, str], set[str]] = {}

    def found(self, office: Office) -> None:
        """Add an organisation, or take a move of it in."""
        self.by_id[office.org_id] = office
        for traits in office.ever():
            self._by_place.setdefault((level_of(traits.org_class), traits.region), set()).add(office.org_id)
            if traits.host_unit:
                self._by_unit.setdefault(traits.host_unit, set()).add(office.org_id)

    def active(self, org_id: str, day: int) -> Traits | None:
        """Return what an organisation is on a day; None while it does not exist, or is not known."""
        office = self.by_id.get(org_id)
        return office.on(day) if office is not None else None

    def gone(self, org_id: str, day: int) -> bool:
        """Whether an organisation was active once and is no longer."""
        office = self.by_id.get(org_id)
        return office is not None and office.established_on <= day and office.on(day) is None

    def at_unit(self, unit: str, day: int) -> str | None:
        """Return the organisation of a work unit or school, or the one whose id that is."""
        found = [unit] if self.active(unit, day) else []
        for org_id in self._by_unit.get(unit, ()):
            traits = self.active(org_id, day)
            if traits is not None and traits.host_unit == unit:
                found.append(org_id)
        return min(found, default=None)

    def at_place(self, level: str, code: str, day: int) -> str | None:
        """Return the organisation of a village, a township, or of a county, city or province (society)."""
        found = []
        for org_id in self._by_place.get((level, code), ()):
            traits = self.active(org_id, day)
            if traits is not None and (level_of(traits.org_class), traits.region) == (level, code):
                found.append(org_id)
        return min(found, default=None)

    def superior(self, org_id: str, day: int) -> str | None:
        """Return the parent, if active; else the society of the city, else of the province."""
        office = self.by_id.get(org_id)
        if office is None:
            return None
        last = office.last_known(day)
        if last.parent and last.parent != org_id and self.active(last.parent, day):
            return last.parent
        for digits in (_CITY, _PROVINCE):
            found = self.at_place("society", last.region[:digits], day)
            if found is not None and found != org_id:
                return found
        return None


def level_of(org_class: str) -> str:
    """Return at which level a class is looked for: a community's organisation is like a village's."""
    return "village" if org_class == "community" else org_class
