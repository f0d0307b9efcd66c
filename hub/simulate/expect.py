"""What the hub must make of a simulated year: ``docs/matching.md``, evaluated naively day by day.

The expectation shares no code with the hub's core, rules, stages or connectors, and reads the
events as they were meant, not the bytes. It behaves as if everybody were evaluated at every tick;
in fact only those are who were touched that day, whom time touches, or whose route a directory
change can concern. Persons are named by document (synthetic), invitations by no id at all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from hub.simulate.eligibility import Office, Offices, View, boundaries, grounds, lives_there, view
from hub.simulate.happening import Fate, Happening
from hub.simulate.known import Invitation, Known, learn

__all__ = ("Expectation", "Tick")

_CAP_DAYS: Final = 180
MINIMUM_NOTICE: Final = "2021-11"
"""The oldest notice the rule book accepts; a test holds it against the packaged book."""


@dataclass(slots=True)
class Tick:
    """What must be seen after one day: the invitations that changed, and who is held and why.

    ``changes`` maps a document to (episode, status, cause, priority, rules, kind, organisation,
    valid until). The episode tells two invitations of a person apart; it is not an id.
    """

    day: int
    changes: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)


class Expectation:
    """Fed with events, day by day, it says what must come out."""

    def __init__(self, minimum_notice: str = MINIMUM_NOTICE) -> None:
        """Know nobody, and no organisation."""
        self.known: dict[str, Known] = {}
        self.offices = Offices()
        self.dead_letters: Counter[str] = Counter()
        self.parked: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self.today = 0
        self._minimum = minimum_notice
        self._due: dict[int, set[str]] = {}
        self._turning: dict[int, list[Office]] = {}
        self._touched: set[str] = set()
        self._changes: dict[str, tuple[Any, ...]] = {}
        self._owners: dict[tuple[str, str], list[str]] = {}
        self._told: dict[tuple[str, str], list[Happening]] = {}

    def begin(self, day: int) -> set[str]:
        """Start a day; return the documents whose invitation time alone has changed."""
        passed = range(self.today + 1, day + 1) if self.today else range(0)
        self.today = day
        self._changes = {}
        due: set[str] = set()
        for past in passed:
            due |= self._due.pop(past, set())
            for office in self._turning.pop(past, ()):
                due |= self.concerned(office.region, office.host_unit)
        for key in sorted(due):
            self._evaluate(key)
        return set(self._changes)

    def take(self, happening: Happening) -> None:
        """Take one published event in."""
        if happening.fate is Fate.DEAD:
            self.dead_letters[happening.code] += 1
        elif happening.fate is Fate.PARKED:
            self.parked[happening.code] += 1
        elif happening.type.startswith(("org.", "region.", "population.")):
            self._directory(happening)
        elif happening.subject is not None:
            self._tell(happening.subject, happening)
            self._bind(happening)
        elif happening.alias is not None:
            self._told.setdefault(happening.alias, []).append(happening)
            for owner in self._owners.get(happening.alias, ()):
                self._tell(owner, happening)

    def finish(self) -> Tick:
        """End the day: evaluate whoever was touched, and say what must be seen."""
        for key in sorted(self._touched):
            self._evaluate(key)
        self._touched = set()
        return Tick(self.today, self._changes, {code: n for code, n in sorted(self.held.items()) if n})

    def concerned(self, region: str, unit: str | None) -> set[str]:
        """Return the documents whose route an organisation of this place or unit can concern."""
        return {
            key
            for key, known in self.known.items()
            if lives_there(known.party.get("residence"), region)
            or (unit is not None and known.party.get("host_unit") == unit)
        }

    def stock(self) -> dict[str, int]:
        """Return the stock counters of today, summed over counties: ``name|label=value`` → value."""
        totals: Counter[str] = Counter(persons=len(self.known))
        for known in self.known.values():
            for number, entry in known.certificates.items():
                if "issued_on" in entry and number not in known.revoked:
                    totals[f"certificates_valid|kind={entry['kind']}"] += (
                        entry["issued_on"] <= self.today <= entry["expires_on"]
                    )
            for ground in grounds(known, self.today):
                totals[f"qualified|rule={ground.rule}"] += 1
            if known.membership.get("status") == "member":
                totals[f"members|kind={known.membership['kind']}"] += 1
            if known.last is not None and known.last.open:
                totals[f"invitations_open|kind={known.last.kind}|priority={known.last.priority}"] += 1
        totals.update({f"held|code={code}": count for code, count in self.held.items()})
        return {name: count for name, count in sorted(totals.items()) if count}

    def _tell(self, key: str, happening: Happening) -> None:
        known = self.known.setdefault(key, Known())
        learn(known, happening)
        self._touched.add(key)
        old = happening.fields.get("old_document")
        if old is not None:
            self.known.setdefault(old, Known()).superseded = True
            self._touched.add(old)

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
                self.known[owner].conflicts.add("ALIAS_CONFLICT")
                self._touched.add(owner)

    def _directory(self, happening: Happening) -> None:
        fields = happening.fields
        if happening.type == "org.established.v1":
            office = Office(
                fields["org_id"], fields["org_class"], fields["region"], fields["host_unit"], fields["on"]
            )
            self.offices.found(office)
        elif happening.type == "org.dissolved.v1":
            office = self.offices.by_id[fields["org_id"]]
            office.dissolved_on = fields["on"]
        else:
            return
        self._touched |= self.concerned(office.region, office.host_unit)
        if fields["on"] > self.today:
            self._turning.setdefault(fields["on"], []).append(office)

    def _evaluate(self, key: str) -> None:
        known = self.known[key]
        seen = view(known, self.offices, self._minimum, self.today)
        before = known.last.view() if known.last else None
        if known.last is not None and known.last.open:
            _live(known, known.last, seen, self.offices, self.today)
        elif seen.grounds and seen.guard is None and not _resting(known, self.today):
            known.last = _issue(known, seen, self.today)
        if known.last is not None and known.last.view() != before:
            self._changes[key] = known.last.view()
        self._hold(known, seen)
        for day in boundaries(known):
            if day > self.today:
                self._due.setdefault(day, set()).add(key)

    def _hold(self, known: Known, seen: View) -> None:
        code = None
        if seen.grounds and not (known.last is not None and known.last.open):
            code = seen.guard or ("cooldown" if _resting(known, self.today) else None)
        if code != known.held:
            if known.held:
                self.held[known.held] -= 1
            if code:
                self.held[code] += 1
            known.held = code


def _resting(known: Known, today: int) -> bool:
    last = known.last
    return (
        last is not None
        and last.status == "expired"
        and last.ended_on is not None
        and today < last.ended_on + _CAP_DAYS
    )


def _until(issued_on: int, seen: View) -> int:
    cap = issued_on + _CAP_DAYS
    return cap if seen.until is None else min(cap, seen.until)


def _issue(known: Known, seen: View, today: int) -> Invitation:
    episode = known.last.episode + 1 if known.last else 1
    return Invitation(
        episode, today, "issued", seen.priority, seen.rules, seen.kind, str(seen.organisation),
        _until(today, seen),
    )  # fmt: skip


def _end(invitation: Invitation, status: str, today: int, cause: str | None = None) -> None:
    invitation.status, invitation.cause, invitation.ended_on = status, cause, today


def _live(known: Known, invitation: Invitation, seen: View, offices: Offices, today: int) -> None:
    """Move an open invitation along: the numbered list of "The life of an invitation"."""
    since = invitation.issued_on
    if known.membership.get("status") == "member":
        if invitation.status == "issued":
            _end(invitation, "withdrawn", today, "member")
        else:
            _end(invitation, "admitted", today)
    elif known.never or (known.declined_on is not None and known.declined_on >= since):
        _end(invitation, "declined", today)
    elif seen.guard_but_applied is not None:
        _end(invitation, "withdrawn", today, seen.guard_but_applied)
    elif known.application.get("status") == "submitted" and known.application["on"] >= since:
        _apply(invitation, seen, offices, today)
    elif not seen.grounds:
        if today > invitation.valid_until:
            _end(invitation, "expired", today)
        else:
            _end(invitation, "withdrawn", today, "ground")
    elif today > since + _CAP_DAYS:
        _end(invitation, "expired", today)
    else:
        _revise(known, invitation, seen)


def _apply(invitation: Invitation, seen: View, offices: Offices, today: int) -> None:
    """Wait for the application; only a dissolved organisation is replaced."""
    invitation.status = "applied"
    if not offices.by_id[invitation.organisation].active(today):
        invitation.organisation = str(seen.organisation)


def _revise(known: Known, invitation: Invitation, seen: View) -> None:
    """Take an acceptance and the present terms in."""
    since = invitation.issued_on
    accepted = known.response.get("answer") == "accepted" and known.response["on"] >= since
    if accepted and invitation.status == "issued":
        invitation.status = "accepted"
    invitation.priority, invitation.rules, invitation.kind = seen.priority, seen.rules, seen.kind
    invitation.organisation = str(seen.organisation)
    invitation.valid_until = _until(since, seen)
