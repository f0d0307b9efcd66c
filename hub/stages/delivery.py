"""The ends to which intake brings what it could read: a person, an alias, the parking place, everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec

from hub import topics
from hub.connectors.catalogue import Connect, Forget
from hub.connectors.draft import Alias, Broadcast, Draft, Organisation, Person
from hub.connectors.places import Places
from hub.connectors.reading import Event, Reading
from hub.core import assertion
from hub.core.assertion import Assertion
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
    forget: Forget | None = None
    sensitive: bool = False
    """Of class s: sealed whole, for a sure person only, and never on a topic of the others."""


Output: TypeAlias = tuple[str, bytes, bytes]
"""Topic, key and value of a record to emit."""
Deed: TypeAlias = Callable[[], None]
"""What is to be done about a record that no case came of, when its turn comes."""


class Opened(msgspec.Struct, frozen=True, gc=False):
    """One event whose envelope was read."""

    record: Record
    plan: Plan
    reading: Reading
    event: Event


class Case(msgspec.Struct, gc=False):
    """One event that was read. A struct, as one is made per event: 0.15 µs, a named tuple 1.0."""

    record: Record
    plan: Plan
    reading: Reading
    draft: Draft
    made: Sequence[Output] = ()
    """What :meth:`Delivery.prepare` has made of it."""


class Desk(NamedTuple):
    """What the records of one batch share."""

    ctx: Context
    topic: str
    partition: int
    places: Places
    received: list[tuple[str, str, int]]
    """System, type and day of each record: counted when the batch is done, saves 1.3 µs a record."""
    tally: Counter[str]


class Delivery:
    """Emits the records of one event. Stateless but for the keys of its assembly."""

    def __init__(self, assembly: Assembly, confidential: Confidential) -> None:
        """Take what makes the records, and what makes those of class s."""
        self._make = assembly
        self._confide = confidential

    def announce(self, broadcast: Broadcast, case: Case, desk: Desk) -> None:
        """Tell every worker."""
        desk.ctx.emit(*self._make.announcement(broadcast, case.reading))

    def prepare(self, cases: Sequence[Case], desk: Desk) -> None:
        """Make the records of the events about sure persons: their facts, and the bindings of their keys.

        With a key the facts go by way of it, behind what already waits there: a certificate whose
        revocation came first must invite nobody, not even for a moment. A prohibition goes straight.
        Nothing is emitted yet. Each step is done for all events before the next, see :class:`IntakeStage`.
        Of an event that says nothing but what is confided no ordinary facts are made. Events of class s are
        few, and go another way: :meth:`to_confidants`.
        """
        make = self._make
        cases = [case for case in cases if not case.plan.sensitive and _document(case) is not None]
        persons: list[Any] = [case.draft.person for case in cases]
        # 1. Pseudonyms of the persons, of their keys and names.
        keys = [make.person(person.document) for person in persons]
        asserted = [(make.assertions(case.draft, case.reading), self._indexes(case.draft)) for case in cases]
        # 2. What the events assert, and the stamps over it.
        contents = [assertion.encode(assertions) for assertions, _ in asserted]
        stamps = [make.stamp(case.reading, content) for case, content in zip(cases, contents, strict=True)]
        # 3. Seals.
        contacts = [make.contact(person.contact, key) for person, key in zip(persons, keys, strict=True)]
        # 4. Frames.
        for case, key, (assertions, indexes), content, stamp, contact in zip(
            cases, keys, asserted, contents, stamps, contacts, strict=True
        ):
            told = _told(case, desk)
            facts: bytes | None = make.facts(key, told, content, stamp, contact)
            made = []
            confided = case.draft.confided
            if (case.reading.restrictive or not indexes) and (assertions or not confided):
                made.append((topics.FACTS, key, facts))
                facts = None
            for alias, index in indexes:
                binding = make.binding(index, alias.kind, key, case.reading.event_id, stamp, facts)
                made.append((topics.IDENTITY, index, binding))
                facts = None  # the first of the keys brings them
            if case.draft.everywhere or confided:
                made.append(self._confided(case.draft, key, told, assertions))
            if case.draft.superseded is not None:
                made.append(self._superseded(case.draft.superseded, told, case.draft.superseded_on))
            case.made = made

    def to_person(self, case: Case, desk: Desk) -> None:
        """Emit what was prepared: the facts of a sure person, and the source's keys bound to them."""
        for topic, key, value in case.made:
            desk.ctx.emit(topic, key, value)

    def to_confidants(self, person: Person, document: Document, case: Case, desk: Desk) -> None:
        """Emit an event of class s about a sure person: one sealed record, and no binding."""
        make, reading = self._make, case.reading
        who = make.person(document)
        content = assertion.encode([*make.assertions(case.draft, reading), *make.confided(case.draft)])
        stamp = make.secret_stamp(reading, content)
        facts = self._confide.facts(who, _told(case, desk), content, stamp, person.contact)
        desk.ctx.emit(topics.FACTS_SENSITIVE, who, facts)

    def to_organisation(self, organisation: Organisation, case: Case, desk: Desk) -> None:
        """Emit the facts of an organisation, and bind the source's keys to it, as to a person."""
        make, emit, reading = self._make, desk.ctx.emit, case.reading
        who = make.organisation(organisation.uscc)
        content = assertion.encode(make.assertions(case.draft, reading))
        stamp = make.stamp(reading, content)
        contact = make.contact(organisation.contact, who)
        facts = make.facts(who, _told(case, desk), content, stamp, contact)
        if not case.draft.binds:
            emit(topics.FACTS, who, facts)
        for at, alias in enumerate(case.draft.binds):
            index, brought = make.alias(alias), facts if at == 0 else None
            emit(
                topics.IDENTITY, index, make.binding(index, alias.kind, who, reading.event_id, stamp, brought)
            )

    def to_alias(self, alias: Alias, case: Case, desk: Desk) -> None:
        """Emit facts that wait for the person to whom the source's key belongs, nothing that is confided."""
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

    def _indexes(self, draft: Draft) -> list[tuple[Alias, bytes]]:
        """Return the source's keys of the person, each with its blind index."""
        return [(alias, self._make.alias(alias)) for alias in draft.binds]

    def _confided(self, draft: Draft, who: bytes, told: Told, assertions: Sequence[Assertion]) -> Output:
        """Return what an event that is not of class s tells the stage for it: all, or what is confided.

        With that goes who it is, since the age of somebody says what their consent is worth.
        """
        kept = assertions if draft.everywhere else [each for each in assertions if each[0] == "party"]
        content = assertion.encode([*kept, *self._make.confided(draft)])
        stamp = self._make.secret_stamp(told.reading, content)
        contact = draft.person.contact if draft.person is not None else None
        return topics.FACTS_SENSITIVE, who, self._confide.facts(who, told, content, stamp, contact)

    def _superseded(self, document: Document, told: Told, on: int) -> Output:
        """Return what tells the person of a document that was corrected away."""
        who = self._make.person(document)
        marked = assertion.encode([("party", b"", {"superseded_on": on})])
        stamp = self._make.stamp(told.reading, marked)
        return topics.FACTS, who, self._make.facts(who, told, marked, stamp, None)


def _document(case: Case) -> Document | None:
    """Return the sure document of whom the event is about."""
    return case.draft.person.document if case.draft.person is not None else None


def _told(case: Case, desk: Desk) -> Told:
    return Told(case.reading, case.plan.ce_type, (desk.topic, desk.partition, case.record.offset))
