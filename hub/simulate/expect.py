"""What the hub must make of a simulated year: ``docs/matching.md``, evaluated naively day by day.

The expectation shares no code with the hub's core, rules, stages or connectors, and reads the
events as they were meant, not the bytes. It behaves as if everybody were evaluated at every tick;
in fact only those are who were touched that day, whom time touches, or whom a change of the directory
can concern. Persons are named by document (synthetic), organisations by their credit code, invitations
and tasks by no id at all.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from hub.simulate.confide import ask, concerns_all, confide, confidential
from hub.simulate.duties import duty_days, settle, views
from hub.simulate.eligibility import View, boundaries, path, view
from hub.simulate.happening import Fate, Happening
from hub.simulate.inviting import end, go_on, issue, pause
from hub.simulate.known import Known
from hub.simulate.learn import learn
from hub.simulate.neighbours import Neighbours
from hub.simulate.offices import Office, Offices, Traits
from hub.simulate.secret import codes, secret_days
from hub.simulate.stock import stock
from hub.simulate.territory import Territory
from hub.simulate.whereto import Where, World, route

__all__ = ("Expectation", "Tick")

MINIMUM_NOTICE: Final = "2021-11"
"""The oldest notice the rule book accepts; a test holds it against the packaged book."""


@dataclass(slots=True)
class Tick:
    """What must be seen after one day: what changed, and who is held and why.

    ``changes`` maps a document to its latest invitation as :meth:`Invitation.view` has it. The episode
    tells two invitations of a person apart; it is not an id. ``tasks`` maps a document to all its tasks,
    :meth:`Duty.view`, where the day changed one.
    """

    day: int
    changes: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, tuple[tuple[Any, ...], ...]] = field(default_factory=dict)


class Expectation:
    """Fed with events, day by day, it says what must come out."""

    def __init__(self, minimum_notice: str = MINIMUM_NOTICE) -> None:
        """Know nobody, and no organisation."""
        self.known: dict[str, Known] = {}
        self.offices = Offices()
        self.territory = Territory()
        self.neighbours = Neighbours(self.known, self.territory)
        self.dead_letters: Counter[str] = Counter()
        self.parked: Counter[str] = Counter()
        self.forgotten: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self.today = 0
        self._world = World(self.offices, self.territory)
        self._minimum = minimum_notice
        self._due: dict[int, set[str]] = {}
        self._turning: dict[int, list[Office | dict[str, Any]]] = {}
        self._touched: set[str] = set()
        self._tick = Tick(0)
        self._owners: dict[tuple[str, str], list[str]] = {}
        self._told: dict[tuple[str, str], list[Happening]] = {}
        self._gone: dict[tuple[str, str], int] = {}

    def begin(self, day: int) -> set[str]:
        """Start a day; return the documents for whom time alone has changed something."""
        passed = range(self.today + 1, day + 1) if self.today else range(0)
        self.today = day
        self._tick = Tick(day)
        due: set[str] = set()
        for past in passed:
            due |= self._due.pop(past, set())
            for turning in self._turning.pop(past, ()):
                due |= self._concerned(turning)
        for key in sorted(due):
            self._evaluate(key)
        told = {key for key in sorted(due) if self._hear(key)}
        for key in sorted(told):
            self._evaluate(key)
        return self._tick.changes.keys() | self._tick.tasks.keys() | told

    def take(self, happening: Happening) -> None:
        """Take one published event in."""
        if happening.fate is Fate.DEAD:
            self.dead_letters[happening.code] += 1
        elif happening.fate is Fate.PARKED:
            self.parked[happening.code] += 1
        elif happening.fate is Fate.FORGOTTEN:
            self.forgotten[happening.code] += 1
        elif happening.type.startswith(("org.", "region.", "population.")):
            self._directory(happening)
        elif happening.alias is not None and happening.at <= self._gone.get(happening.alias, 0):
            return  # of somebody who was erased
        elif happening.subject is not None:
            self._bind(happening)
            self._tell(happening.subject, happening)
        elif happening.alias is not None:
            self._told.setdefault(happening.alias, []).append(happening)
            for owner in list(self._owners.get(happening.alias, ())):
                self._tell(owner, happening)

    def finish(self) -> Tick:
        """End the day: evaluate whoever was touched, and say what must be seen."""
        for key in sorted(self._touched):
            self._hear(key)
            self._evaluate(key)
        self._touched = set()
        self._tick.held = {code: n for code, n in sorted(self.held.items()) if n}
        return self._tick

    def concerned(self, happening: Happening) -> set[str]:
        """Return the documents that an event of the directory can concern today."""
        office = self.offices.by_id.get(happening.fields["org_id"])
        known = self._concerned(office) if office is not None else self.neighbours.candidates
        return known | self.neighbours.near(self.places(happening), self.today)

    def leads_elsewhere(self, happening: Happening, keys: set[str]) -> bool:
        """Whether a change of the directory would lead one of these people elsewhere, or may move a task."""
        if any(self.known[key].duties or self.known[key].candidacies for key in keys):
            return True
        before, offices, org_id = self._routes(keys), self.offices.by_id, happening.fields["org_id"]
        real = offices.get(org_id)
        if real is not None:
            offices[org_id] = deepcopy(real)
        self._office(happening)
        after = self._routes(keys)
        del offices[org_id]
        if real is not None:
            offices[org_id] = real
        return before != after

    def places(self, happening: Happening) -> list[tuple[str, str | None]]:
        """Return the regions and units at which an event of the directory has a say."""
        fields = happening.fields
        office = self.offices.by_id.get(fields["org_id"])
        found = [(traits.region, traits.host_unit) for traits in office.ever()] if office else []
        return [*found, (fields.get("region") or "", fields.get("host_unit"))]

    def _routes(self, keys: set[str]) -> dict[str, Where]:
        return {key: self._where(key) for key in keys}

    def _where(self, key: str) -> Where:
        known = self.known[key]
        return route(known, self._world, self.today, path(known, self.today))

    def stock(self) -> dict[str, int]:
        """Return the stock counters of today, summed over counties: ``name|label=value`` → value."""
        return stock(self.known.values(), self.today)

    def _concerned(self, turning: Office | dict[str, Any]) -> set[str]:
        if isinstance(turning, Office):
            return self.neighbours.of_office(turning, self.today)
        return self.neighbours.of_codes(self.territory.places(turning))

    def _tell(self, key: str, happening: Happening) -> None:
        known = self.known.setdefault(key, Known())
        sensitive = confidential(happening)
        if sensitive or concerns_all(happening):
            confide(known, happening, self.territory, self.today)
        if not sensitive and known.keeps_out(happening.at):
            if happening.alias is not None and happening.alias not in known.aliases:
                self._forget(happening.alias, key, known.erased_at or 0)
            return
        if happening.type == "subject.erasure.requested.v1":
            self._erase(key, known, happening.at)
            return
        if not sensitive:
            learn(known, happening, self.territory, self.today)
        self._touched.add(key)
        old = happening.fields.get("old_document")
        if old is not None:
            other = self.known.setdefault(old, Known())
            if not other.keeps_out(happening.at):
                other.superseded = other.met = True
                self._touched.add(old)

    def _erase(self, key: str, known: Known, at: int) -> None:
        """Withdraw and cancel what is open, then forget everything but when that was."""
        if known.last is not None and known.last.open:
            end(known.last, "withdrawn", self.today, "erasure")
            self._tick.changes[key] = known.last.view()
        tasks = views(known)
        past = [*known.past, *(duty for duties in known.duties.values() for duty in duties)]
        for duty in past:
            if not duty.over:
                duty.status = "cancelled"
        if known.held:
            self.held[known.held] -= 1
        erased_at = max(at, known.newest or 0, known.erased_at or 0)
        fresh = self.known[key] = Known(secret=known.secret, past=past, erased_at=erased_at)
        if views(fresh) != tasks:
            self._tick.tasks[key] = views(fresh)
        for alias in known.aliases:
            self._forget(alias, key, erased_at)

    def _forget(self, alias: tuple[str, str], key: str, erased_at: int) -> None:
        """Forget that a source's key is somebody's, and what was told under it if it is nobody else's."""
        owners = self._owners.get(alias, [])
        if key in owners:
            owners.remove(key)
        if not owners:
            told = [happening.at for happening in self._told.pop(alias, [])]
            self._gone[alias] = max([erased_at, *told, self._gone.get(alias, 0)])

    def _bind(self, happening: Happening) -> None:
        alias = happening.alias
        if alias is None or happening.subject in self._owners.get(alias, ()):
            return
        owners = self._owners.setdefault(alias, [])
        owners.append(str(happening.subject))
        for told in self._told.get(alias, ()):
            self._tell(owners[-1], told)
        if len(owners) > 1:
            for owner in owners:
                known = self.known.setdefault(owner, Known())
                known.conflicts.add("ALIAS_CONFLICT")
                known.met = True
                self._touched.add(owner)

    def _directory(self, happening: Happening) -> None:
        fields = happening.fields
        if happening.type == "population.published.v1":
            return
        turning: Office | dict[str, Any] = fields
        day = fields["from_on"] if happening.type == "region.changed.v1" else fields["on"]
        if happening.type == "region.changed.v1":
            self.territory.announce(fields)
        else:
            turning = self._office(happening)
        self._touched |= self._concerned(turning)
        if day > self.today:
            self._turning.setdefault(day, []).append(turning)

    def _office(self, happening: Happening) -> Office:
        fields = happening.fields
        if happening.type == "org.established.v1":
            office = _founded(fields)
        else:
            office = self.offices.by_id[fields["org_id"]]
            if happening.type == "org.dissolved.v1":
                office.dissolved_on = fields["on"]
            else:
                office.move(fields["on"], happening.at, fields)
        self.offices.found(office)
        return office

    def _hear(self, key: str) -> bool:
        """Let matching be told of a ground; return whether it hears something new."""
        known = self.known[key]
        if known.secret is None:
            return False
        new = ask(known, self.today, self._minimum)
        known.codes = codes(known.secret, self.today)
        self._remind(key, secret_days(known.secret))
        return new

    def _evaluate(self, key: str) -> None:
        known = self.known[key]
        if not known.met:
            return
        known.review_on = (known.review_on or self.today) if known.review else None
        seen = view(known, self._world, self._minimum, self.today)
        before, tasks = known.last.view() if known.last else None, views(known)
        if known.last is not None and known.last.open:
            go_on(known, known.last, seen, self.offices, self.today)
        elif seen.grounds and seen.guard is None and pause(known, seen, self.today) is None:
            issue(known, seen, self.today)
        settle(known, seen, self.offices, self.today)
        if known.last is not None and known.last.view() != before:
            self._tick.changes[key] = known.last.view()
        if views(known) != tasks:
            self._tick.tasks[key] = views(known)
        self._hold(known, seen)
        self._remind(key, boundaries(known, self.today))
        self._remind(key, duty_days(known))
        self.neighbours.note(key)

    def _remind(self, key: str, days: Any) -> None:
        """Come back to somebody on days that lie ahead."""
        for day in days:
            if day > self.today:
                self._due.setdefault(day, set()).add(key)

    def _hold(self, known: Known, seen: View) -> None:
        code = None
        if seen.grounds and not (known.last is not None and known.last.open):
            code = seen.guard or pause(known, seen, self.today)
        if code != known.held:
            if known.held:
                self.held[known.held] -= 1
            if code:
                self.held[code] += 1
            known.held = code


def _founded(fields: dict[str, Any]) -> Office:
    traits = Traits(fields["org_class"], fields["parent"], fields["region"], fields["host_unit"])
    return Office(fields["org_id"], traits, fields["on"])
