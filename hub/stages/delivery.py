"""The ends to which intake brings what it could read: a person, an alias, the parking place, everybody."""

from __future__ import annotations

from typing import NamedTuple

from hub import topics
from hub.connectors.catalogue import Connect, Forget
from hub.connectors.draft import Alias, Broadcast, Draft, Organisation, Person
from hub.connectors.places import Places
from hub.connectors.reading import Reading
from hub.core import assertion
from hub.core.document import Document
from hub.stages.assembly import Assembly, Told
from hub.stages.confidential import Confidential
from hub.stages.contract import Context, Record


class Plan(NamedTuple):
    """What is known of one type of event before any has come."""

    ce_type: str
    system: str
    restrictive: bool
    connect: Connect
    received: dict[int, str]
    """Day → the name of its counter: saves 0.8 µs an event."""
    forget: Forget | None = None
    sensitive: bool = False
    """Of class s: sealed whole, for a sure person only, and never on a topic of the others."""


class Case(NamedTuple):
    """One event that was read."""

    record: Record
    plan: Plan
    reading: Reading
    draft: Draft


class Desk(NamedTuple):
    """What the records of one batch share."""

    ctx: Context
    topic: str
    partition: int
    places: Places
    tally: dict[str, int]

    def add(self, counter: str) -> None:
        """Count one."""
        self.tally[counter] = self.tally.get(counter, 0) + 1


class Delivery:
    """Emits the records of one event. Stateless but for the keys of its assembly."""

    def __init__(self, assembly: Assembly, confidential: Confidential) -> None:
        """Take what makes the records, and what makes those of class s."""
        self._make = assembly
        self._confide = confidential

    def announce(self, broadcast: Broadcast, case: Case, desk: Desk) -> None:
        """Tell every worker."""
        desk.ctx.emit(*self._make.announcement(broadcast, case.reading))

    def to_person(self, person: Person, document: Document, case: Case, desk: Desk) -> None:
        """Emit the facts of a sure person, and bind the source's keys to them."""
        make, emit, reading, draft = self._make, desk.ctx.emit, case.reading, case.draft
        told = _told(case, desk)
        who = make.person(document)
        content = assertion.encode(make.assertions(draft, reading))
        stamp = make.stamp(reading, content)
        emit(topics.FACTS, who, make.facts(who, told, content, stamp, make.contact(person.contact, who)))
        for alias in draft.binds:
            index = make.alias(alias)
            emit(topics.IDENTITY, index, make.binding(index, alias.kind, who, reading.event_id, stamp))
        if draft.everywhere:
            secret = make.secret_stamp(reading, content)
            emit(topics.FACTS_SENSITIVE, who, self._confide.facts(who, told, content, secret, person.contact))
        if draft.superseded is not None:
            self._mark_superseded(draft.superseded, told, draft.superseded_on, desk)

    def to_confidants(self, person: Person, document: Document, case: Case, desk: Desk) -> None:
        """Emit an event of class s about a sure person: one sealed record, and no binding."""
        make, reading = self._make, case.reading
        who = make.person(document)
        content = assertion.encode(make.assertions(case.draft, reading))
        stamp = make.secret_stamp(reading, content)
        facts = self._confide.facts(who, _told(case, desk), content, stamp, person.contact)
        desk.ctx.emit(topics.FACTS_SENSITIVE, who, facts)

    def to_organisation(self, organisation: Organisation, case: Case, desk: Desk) -> None:
        """Emit the facts of an organisation, and bind the source's keys to it."""
        make, emit, reading = self._make, desk.ctx.emit, case.reading
        who = make.organisation(organisation.uscc)
        content = assertion.encode(make.assertions(case.draft, reading))
        stamp = make.stamp(reading, content)
        contact = make.contact(organisation.contact, who)
        emit(topics.FACTS, who, make.facts(who, _told(case, desk), content, stamp, contact))
        for alias in case.draft.binds:
            index = make.alias(alias)
            emit(topics.IDENTITY, index, make.binding(index, alias.kind, who, reading.event_id, stamp))

    def to_alias(self, alias: Alias, case: Case, desk: Desk) -> None:
        """Emit facts that wait for the person to whom the source's key belongs."""
        make, reading = self._make, case.reading
        assertions = make.assertions(case.draft, reading)
        assertions += make.links([other for other in case.draft.binds if other != alias])
        content = assertion.encode(assertions)
        stamp = make.stamp(reading, content)
        facts = make.facts(b"", _told(case, desk), content, stamp, None)
        index = make.alias(alias)
        desk.ctx.emit(topics.IDENTITY, index, make.waiting(index, alias.kind, facts, reading.event_id, stamp))

    def park(self, reason: str, case: Case, desk: Desk) -> None:
        """Emit the event, sealed, for the search of probable persons."""
        key = self._make.event_key(case.reading)
        parked = self._make.parked(key, _told(case, desk), reason, case.record.value or b"")
        desk.ctx.emit(topics.IDENTITY, key, parked)

    def _mark_superseded(self, document: Document, told: Told, on: int, desk: Desk) -> None:
        """Tell the person of a document that was corrected away."""
        who = self._make.person(document)
        marked = assertion.encode([("party", b"", {"superseded_on": on})])
        stamp = self._make.stamp(told.reading, marked)
        desk.ctx.emit(topics.FACTS, who, self._make.facts(who, told, marked, stamp, None))


def _told(case: Case, desk: Desk) -> Told:
    origin = {"topic": desk.topic, "partition": desk.partition, "offset": case.record.offset}
    return Told(case.reading, case.plan.ce_type, origin)
