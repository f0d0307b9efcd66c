"""Intake: upstream events in, pseudonymous facts out. After this stage nobody sees a name or a number.

Every record comes to exactly one of these ends:

- facts of a sure person → ``hub.facts``, and their source keys as bindings → ``hub.identity``;
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

from collections.abc import Mapping, Sequence
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
from hub.stages.contract import CLASS_S, Batch, Context, Record, TableChange
from hub.stages.delivery import Case, Delivery, Desk, Plan
from hub.stages.salvage import Salvage
from hub.topics import SENSITIVE, UPSTREAM

RECEIVED: Final = "flow.received"
REJECTED: Final = "flow.rejected"
PARKED: Final = "flow.parked"
UNREADABLE: Final = "flow.prohibitions_unreadable"
TYPE_HEADER: Final = "ce_type"
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
    ) -> None:
        """Take keys (``sensitive`` is class s's) and tables; sources' clocks may be ``future_days`` ahead."""
        self._codec = codec
        self._delivery = Delivery(Assembly(codec, blind_index, sealer), Confidential(codec, sensitive))
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
        desk = Desk(ctx, batch.topic, batch.partition, self._places_now(ctx), {})
        for record in batch.records:
            self._take(record, desk)
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

    # --- reading one record

    def _take(self, record: Record, desk: Desk) -> None:
        """Decode one record, let its connector read it, deliver what comes of it."""
        try:
            schema, event = self._codec.decode(record.value or b"")
        except DeadLetterError as error:
            self._undecodable(record, error, desk)
            return
        plan = self._plans.get(schema.ce_type)
        if plan is None:
            self._reject(record, DeadLetterError(Code.SCHEMA_UNKNOWN, "", "the type is not for intake"), desk)
            return
        claimed = event["envelope"]["type"]
        if claimed != plan.ce_type and not plan.restrictive and self._is_prohibition(claimed):
            self._stop(record, Code.PROHIBITION_UNREADABLE, _MISTYPED, plan, desk)
            return
        if plan.forget is not None and (flow := plan.forget(event)):
            self._forget(flow, event, plan, desk)
            return
        reading: Reading | None = None
        try:
            reading = self._reading(event, plan, desk)
            if claimed != plan.ce_type:
                reading.fail(Code.ENVELOPE_INVALID, "envelope.type", _MISTYPED)
            draft = plan.connect(event, reading)
        except DeadLetterError as error:
            self._reject(record, error, desk, plan, reading)
        except Exception:
            if not plan.restrictive:
                raise  # the engine isolates the record and says where
            self._stop(record, Code.STAGE_FAILED, "the hub failed on a prohibition", plan, desk)
        else:
            self._deliver(Case(record, plan, reading, draft), desk)

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
        self._deliver(Case(record, plan, reading, draft), desk)
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
            deliver = self._delivery.to_confidants if plan.sensitive else self._delivery.to_person
            deliver(person, person.document, case, desk)
        elif plan.sensitive:
            self._unsure(case, desk)
            return
        elif draft.alias is not None:
            self._delivery.to_alias(draft.alias, case, desk)
        elif draft.organisation is not None:
            self._delivery.to_organisation(draft.organisation, case, desk)
        elif person is not None and person.named:
            self._delivery.park(person.doubt, case, desk)
            desk.add(f"{PARKED}|reason={person.doubt}|system={plan.system}")
        elif plan.restrictive:
            self._stop(case.record, Code.PROHIBITION_UNREADABLE, _NOBODY, plan, desk)
            return
        else:
            error = DeadLetterError(Code.FIELD_MISSING, "person.doc_no", "nothing says whom it is about")
            self._reject(case.record, error, desk, plan, case.reading)
            return
        _received(plan.received, plan.system, plan.ce_type, case.reading.occurred_on, desk)
        if case.reading.problems:
            desk.add(f"{UNREADABLE}|system={plan.system}")

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
        _received(plan.received, plan.system, plan.ce_type, day, desk)
        desk.add(f"{flow}|system={plan.system}")

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
        system = plan.system if plan is not None else _system_of(desk.topic)
        _received({}, system, ce_type or UNKNOWN, day, desk)
        desk.add(f"{REJECTED}|code={error.code}|system={system}")

    def _stop(self, record: Record, code: Code, message: str, plan: Plan, desk: Desk) -> None:
        """Stop the source before the record. That returns only for a released one, now a dead letter."""
        desk.ctx.stop_source(record, code.value, message)
        _received(plan.received, plan.system, plan.ce_type, dates.day_of(desk.ctx.now), desk)
        desk.add(f"{REJECTED}|code={code.value}|system={plan.system}")


def _received(names: dict[int, str], system: str, ce_type: str, day: int, desk: Desk) -> None:
    """Count a record as received on the day it occurred; ``names`` keeps the counters' names."""
    counter = names.get(day)
    if counter is None:
        counter = names[day] = f"{RECEIVED}|day={dates.iso(day)}|system={system}|type={ce_type}"
    desk.tally[counter] = desk.tally.get(counter, 0) + 1


def _planned(schema: Schema, connect: Connect) -> Plan:
    forget = FORGETTING.get(schema.ce_type)
    sensitive = schema.topic in SENSITIVE or "s" in personal_fields(schema.type).values()
    return Plan(schema.ce_type, schema.source, schema.prohibition, connect, {}, forget, sensitive)


def _system_of(topic: str) -> str:
    """Return ``training`` for ``redcross.training.events``."""
    return topic.removeprefix("redcross.").removesuffix(".events")
