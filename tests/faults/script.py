"""What is played: a small simulated county, made up once, with what must be seen after every day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hub import contracts
from hub.simulate.days import Day, Plan, Year
from hub.simulate.happening import Fate
from hub.simulate.regions import region_table
from hub.simulate.report import totals

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("LONG", "SHORT", "Script", "script")

LONG = Plan(people=600, days=60, seed=7, problems=0.1)
"""For faults that strike again and again."""
SHORT = Plan(people=400, days=16, seed=8, problems=0.1)
"""For faults that strike once."""


@dataclass(frozen=True, slots=True)
class Script:
    """The days of a plan, and the simulation's own expectation: ``totals`` at the end."""

    plan: Plan
    days: tuple[Day, ...]
    totals: Mapping[str, Any]
    identifiers: frozenset[str]
    """Everything that names a person: names, phones, numbers of documents, certificates, members, cards."""

    @property
    def erased(self) -> frozenset[str]:
        """Return the documents of who asked for erasure."""
        return frozenset(
            happening.subject
            for day in self.days
            for happening in day.happenings
            if happening.type == "subject.erasure.requested.v1" and happening.subject is not None
        )

    @property
    def last(self) -> int:
        """Return the last day's number."""
        return self.days[-1].number

    def active(self, organisation: str) -> bool:
        """Tell whether an organisation is active after the last day, by the directory's own events."""
        changes = [
            (happening.type, happening.fields["on"])
            for day in self.days
            for happening in day.happenings
            if happening.fate is Fate.TAKEN and happening.fields.get("org_id") == organisation
        ]
        came = any(kind == "org.established.v1" and on <= self.last for kind, on in changes)
        went = any(kind == "org.dissolved.v1" and on <= self.last for kind, on in changes)
        return came and not went


@lru_cache(maxsize=8)
def script(plan: Plan) -> Script:
    """Return the script of a plan; the same one for the same plan."""
    year = Year(plan, region_table(), contracts.codec().writer)
    days = tuple(year.days())
    return Script(plan, days, totals(year), frozenset(_identifiers(year, days)))


def _identifiers(year: Year, days: tuple[Day, ...]) -> set[str]:
    found: set[str] = set()
    told = {
        key
        for day in days
        for happening in day.happenings
        for key in (happening.subject, *happening.keys)
        if key is not None
    }
    for person in year.world.population.people:
        if person.key in told:
            found |= {person.number, person.phone, *(name for _, name in person.names)}
            if person.guardian is not None:
                found |= {person.guardian["name"], person.guardian["phone"]}
    for day in days:
        for happening in day.happenings:
            if happening.alias is not None and happening.alias[0] != "invitation_id":
                found.add(happening.alias[1])
    return found
