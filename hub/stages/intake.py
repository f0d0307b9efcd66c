"""Intake: upstream events in, pseudonymous facts out. After this stage nobody sees a name or a number.

Every record comes to exactly one of these ends:

- facts of a sure person → ``hub.facts``; where the source has a key of theirs, that is bound on
  ``hub.identity`` and brings the facts along, unless they are a prohibition's;
- an event of class s about a sure person → ``hub.facts.sensitive``, sealed whole; about somebody unsure
  → a dead letter, or, if it is a prohibition, its source stops;
- facts of somebody known by a source's key alone → ``hub.identity``, where they wait for the binding;
- an event about somebody unsure → parked, sealed, on ``hub.identity``;
- facts of an organisation → ``hub.facts``, under a key of its own;
- an event about somebody who must stay unknown (an anonymous giver, somebody who is aided) → counted,
  and nothing of it is kept;
- a record of the directory → ``hub.organisations`` or ``hub.regions``;
- unreadable or unlawful → a dead letter with a code and the path of the field;
- a prohibition of which not even the person can be read → its source stops, until an operator
  releases the record on ``hub.controls``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from hub.connectors.catalogue import BY_TYPE, FORGETTING, Connect
from hub.connectors.places import Places
from hub.connectors.reading import Event, Limits, Reading
from hub.core import dates
from hub.core.codes import TEXTS, Code
from hub.core.edition import Edition
from hub.core.region import Crosswalk, RegionTable
from hub.errors import DeadLetterError
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import Sealer
from hub.schemas.catalogue import Schema, personal_fields
from hub.schemas.codec import Codec
from hub.stages.assembly import Assembly
from hub.stages.confidential import Confidential
from hub.stages.contacts import Contacts
from hub.stages.contract import CLASS_S, Batch, Context, Record, TableChange
from hub.stages.delivery import Case, Deed, Delivery, Desk, Opened, Plan
from hub.stages.factform import FactForm
from hub.stages.salvage import Salvage
from hub.topics import SENSITIVE, UPSTREAM, system_of

RECEIVED: Final = "flow.received"
REJECTED: Final = "flow.rejected"
PARKED: Final = "flow.parked"
UNREADABLE: Final = "flow.prohibitions_unreadable"
TYPE_HEADER: Final = "ce_type"
UNCLEAR: Final = "flow.regions_unclear"
"""People whose county cannot be told from what their source wrote."""
TOGETHER: Final = 64
"""Records that go through the steps together: what is made of them stays in the processor's cache. Measured
in turns: of 256 an event costs 5 % more, as the steps' data no longer do; of 16 no less."""
UNKNOWN: Final = "unknown"
"""Stands for the type of a record that cannot be decoded."""
_MISTYPED: Final = "the type is not the one of the schema"
_NOBODY: Final = "the prohibition does not say readably whom it is about"


class IntakeStage:
    """The first stage: see the module's text. One object serves all tasks of a worker."""

    name = "intake"
    topics: tuple[str, ...] = UPSTREAM
    small_state = True

    def __init__(
        self,
        codec: Codec,
        blind_index: BlindIndex,
        sealer: Sealer,
        regions: RegionTable,
        crosswalk: Crosswalk,
        *,
        sensitive: Sealer,
        future_days: int = 2,
        valid_months: Mapping[str, int] | None = None,
        organ_quiet_days: int = 180,
        form: FactForm | None = None,
        contacts: Contacts | None = None,
    ) -> None:
        """Take keys (``sensitive`` is class s's) and tables; sources' clocks may be ``future_days`` ahead.

        ``form``: how facts travel; None: framed. ``contacts``: how contacts do; None: sealed.
        """
        self._codec = codec
        assembly = Assembly(codec, blind_index, sealer, form, contacts)
        self._delivery = Delivery(assembly, Confidential(codec, sensitive))
        self._salvage = Salvage(codec)
        self._limits = Limits(future_days, dict(valid_months or {}), organ_quiet_days)
        self._crosswalk = crosswalk
        self._places = Places(regions, crosswalk, 0)
        self._plans = {
            ce_type: _planned(codec.catalogue.by_type(ce_type), connect)
            for ce_type, connect in BY_TYPE.items()
        }

    def process(self, batch: Batch, ctx: Context) -> None:
        """Bring each record to its end."""
        desk = Desk(ctx, batch.topic, batch.partition, self._places_now(ctx), [], Counter())
        for start in range(0, len(batch.records), TOGETHER):
            self._take(batch.records[start : start + TOGETHER], desk)
        for (system, ce_type, day), times in Counter(desk.received).items():
            ctx.count(f"{RECEIVED}|day={dates.iso(day)}|system={system}|type={ce_type}", times)
        for counter, times in desk.tally.items():
            ctx.count(counter, times)

    def on_timer(self, key: bytes, ctx: Context) -> None:
        """Do nothing: intake sets no timers."""

    def on_table(self, changes: Sequence[TableChange], ctx: Context) -> None:
        """Do nothing: what intake reads of the tables, it reads anew for every batch."""

    def sweep(self, after: bytes, limit: int, ctx: Context) -> bytes | None:
        """Return None: intake knows no persons."""
        return None

    def _places_now(self, ctx: Context) -> Places:
        """Return the region codes as of the tick, with the changes published so far."""
        edition = getattr(ctx.tables, "regions", None)
        crosswalk = edition.crosswalk if isinstance(edition, Edition) else self._crosswalk
        self._places = self._places.on(dates.day_of(ctx.now), crosswalk)
        return self._places

    # --- reading records

    def _take(self, records: Sequence[Record], desk: Desk) -> None:
        """Bring records to their ends: each step for all of them, then the next.

        That alone takes a third off an event (96 instead of 143 µs): the processor has the code of one
        step at hand, which it cannot have of all. Nothing is to be seen outside before the last step,
        and that goes by the order of arrival, so the outcome is that of one record after the other.
        """
        # 1. Decode.
        decoded = self._decoded(records)
        # 2. Read the envelopes.
        opened = [self._opened(record, found, desk) for record, found in zip(records, decoded, strict=True)]
        # 3. Let the connectors read the rest.
        ends = [self._read(each, desk) if type(each) is Opened else each for each in opened]
        # 4. Make the records about sure persons: pseudonyms, stamps, seals.
        self._delivery.prepare([end for end in ends if type(end) is Case], desk)
        # 5. In the order of arrival, emit, reject or stop.
        for end in ends:
            if type(end) is Case:
                self._deliver(end, desk)
            else:
                end()  # type: ignore[operator]  # no Case, so what is to be done instead of one

    def _decoded(self, records: Sequence[Record]) -> list[tuple[Schema, Event] | DeadLetterError]:
        """Return each record's schema and event, or why there is none."""
        decode = self._codec.decode
        found: list[tuple[Schema, Event] | DeadLetterError] = []
        for record in records:
            try:
                found.append(decode(record.value or b""))
            except DeadLetterError as error:
                found.append(error)
        return found

    def _opened(
        self, record: Record, found: tuple[Schema, Event] | DeadLetterError, desk: Desk
    ) -> Opened | Deed:
        """Read the record's envelope; return what its connector shall read, or what to do instead."""
        if isinstance(found, DeadLetterError):
            return partial(self._undecodable, record, found, desk)
        schema, event = found
        plan = self._plans.get(schema.ce_type)
        if plan is None:
            error = DeadLetterError(Code.SCHEMA_UNKNOWN, "", "the type is not for intake")
            return partial(self._reject, record, error, desk)
        claimed = event["envelope"]["type"]
        if claimed != plan.ce_type and not plan.restrictive and self._is_prohibition(claimed):
            return partial(self._stop, record, Code.PROHIBITION_UNREADABLE, _MISTYPED, plan, desk)
        if plan.forget is not None and (flow := plan.forget(event)):
            return partial(self._forget, flow, event, plan, desk)
        reading: Reading | None = None
        try:
            reading = self._reading(event, plan, desk)
            if claimed != plan.ce_type:
                reading.fail(Code.ENVELOPE_INVALID, "envelope.type", _MISTYPED)
        except DeadLetterError as refused:
            return partial(self._reject, record, refused, desk, plan, reading)
        except Exception:
            if not plan.restrictive:
                raise  # the engine isolates the record and says where
            return self._failed(record, plan, desk)
        return Opened(record, plan, reading, event)

    def _read(self, opened: Opened, desk: Desk) -> Case | Deed:
        """Let the record's connector read it; return what is to be delivered, or done instead."""
        record, plan, reading = opened.record, opened.plan, opened.reading
        try:
            return Case(record, plan, reading, plan.connect(opened.event, reading))
        except DeadLetterError as refused:
            return partial(self._reject, record, refused, desk, plan, reading)
        except Exception:
            if not plan.restrictive:
                raise  # the engine isolates the record and says where
            return self._failed(record, plan, desk)

    def _failed(self, record: Record, plan: Plan, desk: Desk) -> Deed:
        """Return the stop of the source of a prohibition that the hub failed on."""
        return partial(self._stop, record, Code.STAGE_FAILED, "the hub failed on a prohibition", plan, desk)

    def _reading(self, event: Event, plan: Plan, desk: Desk) -> Reading:
        return Reading(event["envelope"], plan.restrictive, desk.ctx.now, desk.places, self._limits)

    def _undecodable(self, record: Record, error: DeadLetterError, desk: Desk) -> None:
        """Rescue what can be of a prohibition, or stop its source; anything else is a dead letter."""
        schema = self._schema_of(record)
        plan = self._plans.get(schema.ce_type) if schema is not None else None
        if plan is not None and plan.restrictive:
            if not self._rescued(record, plan, schema, desk):
                self._stop(record, Code.PROHIBITION_UNREADABLE, _NOBODY, plan, desk)
            return
        header = dict(record.headers or ()).get(TYPE_HEADER, b"").decode("ascii", "replace")
        if self._is_prohibition(header):
            self._stop(record, Code.PROHIBITION_UNREADABLE, _NOBODY, self._plans[header], desk)
            return
        self._reject(record, error, desk, plan)

    def _rescued(self, record: Record, plan: Plan, schema: Schema | None, desk: Desk) -> bool:
        """Deliver a damaged prohibition if a sure person can be read of it; return whether one could."""
        salvaged = self._salvage.read(schema, record.value) if schema is not None and record.value else None
        if salvaged is None:
            return False
        reading = self._reading(salvaged.fields, plan, desk)
        reading.problems.append(salvaged.unread)
        draft = plan.connect(salvaged.fields, reading)
        if draft.person is None or draft.person.document is None:
            return False
        case = Case(record, plan, reading, draft)
        self._delivery.prepare([case], desk)
        self._deliver(case, desk)
        return True

    def _schema_of(self, record: Record) -> Schema | None:
        """Return the schema that the frame names, or None."""
        try:
            return self._codec.schema_of(record.value) if record.value else None
        except DeadLetterError:
            return None

    def _is_prohibition(self, ce_type: str) -> bool:
        plan = self._plans.get(ce_type)
        return plan is not None and plan.restrictive

    # --- the ends

    def _deliver(self, case: Case, desk: Desk) -> None:
        """Send what was read to where it belongs."""
        plan, draft = case.plan, case.draft
        person = draft.person
        if draft.broadcast is not None:
            self._delivery.announce(draft.broadcast, case, desk)
        elif person is not None and person.document is not None:
            if plan.sensitive:
                self._delivery.to_confidants(person, person.document, case, desk)
            else:
                self._delivery.to_person(case, desk)
        elif plan.sensitive:
            self._unsure(case, desk)
            return
        elif draft.alias is not None:
            self._delivery.to_alias(draft.alias, case, desk)
        elif draft.organisation is not None:
            self._delivery.to_organisation(draft.organisation, case, desk)
        elif plan.restrictive:  # parked, it would hold nobody
            self._stop(case.record, Code.PROHIBITION_UNREADABLE, _NOBODY, plan, desk)
            return
        elif person is not None and person.named:
            self._delivery.park(person.doubt, case, desk)
            desk.tally[f"{PARKED}|reason={person.doubt}|system={plan.system}"] += 1
        else:
            error = DeadLetterError(Code.FIELD_MISSING, "person.doc_no", "nothing says whom it is about")
            self._reject(case.record, error, desk, plan, case.reading)
            return
        desk.received.append((plan.system, plan.ce_type, case.reading.occurred_on))
        if case.reading.problems:
            desk.tally[f"{UNREADABLE}|system={plan.system}"] += 1
        if case.reading.unclear is not None:
            desk.tally[f"{UNCLEAR}|code={case.reading.unclear}|system={plan.system}"] += 1

    def _unsure(self, case: Case, desk: Desk) -> None:
        """Refuse an event of class s that names nobody for sure: it waits nowhere and is scored by nobody."""
        if case.plan.restrictive:
            self._stop(case.record, Code.PROHIBITION_UNREADABLE, _NOBODY, case.plan, desk)
            return
        error = DeadLetterError(Code.SENSITIVE_UNSURE, "person.doc_no", TEXTS[Code.SENSITIVE_UNSURE].en)
        self._reject(case.record, error, desk, case.plan, case.reading)

    def _forget(self, flow: str, event: Event, plan: Plan, desk: Desk) -> None:
        """Count the event and keep nothing of it, not even as a dead letter when it is wrong."""
        try:
            day = self._reading(event, plan, desk).occurred_on
        except DeadLetterError:
            day = dates.day_of(desk.ctx.now)
        desk.received.append((plan.system, plan.ce_type, day))
        desk.tally[f"{flow}|system={plan.system}"] += 1

    def _reject(
        self,
        record: Record,
        error: DeadLetterError,
        desk: Desk,
        plan: Plan | None = None,
        reading: Reading | None = None,
    ) -> None:
        """Send the record to the dead letters."""
        ce_type = plan.ce_type if plan is not None else ""
        shown = CLASS_S if plan is not None and plan.sensitive else ce_type
        desk.ctx.dead_letter(record, error.code, error.field, error.message, event_type=shown)
        day = reading.occurred_on if reading is not None else dates.day_of(desk.ctx.now)
        system = plan.system if plan is not None else system_of(desk.topic)
        desk.received.append((system, ce_type or UNKNOWN, day))
        desk.tally[f"{REJECTED}|code={error.code}|system={system}"] += 1

    def _stop(self, record: Record, code: Code, message: str, plan: Plan, desk: Desk) -> None:
        """Stop the source before the record. That returns only for a released one, now a dead letter."""
        desk.ctx.stop_source(record, code.value, message)
        desk.received.append((plan.system, plan.ce_type, dates.day_of(desk.ctx.now)))
        desk.tally[f"{REJECTED}|code={code.value}|system={plan.system}"] += 1


def _planned(schema: Schema, connect: Connect) -> Plan:
    forget = FORGETTING.get(schema.ce_type)
    sensitive = schema.topic in SENSITIVE or "s" in personal_fields(schema.type).values()
    return Plan(schema.ce_type, schema.source, schema.prohibition, connect, forget, sensitive)
