"""The stage for class s: facts of blood, stem cells and organs in, grounds without a name out.

State of a task, one byte of key space each, every value sealed (:mod:`hub.stages.vault`)::

    p <person>    the person: hub.core.sensitive
    e <person>    was erased: what is not newer than the request is dropped

A timer carries the key ``p <person>``. It is never further away than the first of the next month.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple, cast

import msgspec

from hub import topics
from hub.core import assertion, background, dates, erasure, merge, sensitive
from hub.core.assertion import UNREADABLE_PROHIBITION, Assertion
from hub.core.codes import Code
from hub.core.sensitive import NO_GROUND, Assessment, SensitiveBook, SensitiveState, Stub
from hub.errors import DeadLetterError
from hub.privacy.sealing import Sealer, SealError
from hub.schemas.codec import Codec
from hub.stages.confidential import open_content
from hub.stages.contract import Batch, Context, Record, TableChange
from hub.stages.groundteller import GroundTeller
from hub.stages.sensitivedecision import DecisionSealer, decided
from hub.stages.tables import HubTables
from hub.stages.vault import PERSON, Vault


class SensitiveStage:
    """Merges facts of class s, evaluates, tells matching and records why. See :class:`Stage`."""

    name = "sensitive"
    topics: tuple[str, ...] = (topics.FACTS_SENSITIVE,)
    small_state = False

    def __init__(self, codec: Codec, sealer: Sealer, sensitive_sealer: Sealer) -> None:
        """Take the codec, the sealer for contact blocks, and the one under the sensitive key."""
        self._read = codec.reader("hub.sensitive_facts", ("person", "event_id", "stamp", "sealed"))
        self._sealer = sensitive_sealer
        self._vault = Vault(sensitive_sealer)
        self._teller = GroundTeller(codec, sealer)
        self._decisions = DecisionSealer(codec, sensitive_sealer)

    def process(self, batch: Batch, ctx: Context) -> None:
        """Merge each record's facts into its person, and evaluate whoever something new is known of."""
        scene = _Scene.of(ctx)
        for record in batch.records:
            if record.value is None:
                continue
            try:
                self._take(record, self._read(record.value), scene)
            except DeadLetterError as error:
                ctx.dead_letter(record, error.code, error.field, error.message)

    def on_timer(self, key: bytes, ctx: Context) -> None:
        """Evaluate a person whose day has come."""
        self._evaluate_all((key[len(PERSON) :],), _Scene.of(ctx))

    def on_table(self, changes: Sequence[TableChange], ctx: Context) -> None:
        """Do nothing: no organisation and no region has a say here, and a rule book is swept for."""

    def sweep(self, after: bytes, limit: int, ctx: Context) -> bytes | None:
        """Re-evaluate up to ``limit`` persons after the cursor; the cursor is a state key."""
        keys = [key for key, _ in islice(ctx.state.scan(PERSON, after), limit)]
        self._evaluate_all((key[len(PERSON) :] for key in keys), _Scene.of(ctx))
        return keys[-1] if len(keys) == limit else None

    def next_key(self, after: bytes, ctx: Context) -> bytes | None:
        """Return the cursor of the first person after ``after``."""
        return next((key for key, _ in ctx.state.scan(PERSON, after)), None)

    def quarantine(self, key: bytes, ctx: Context) -> None:
        """Hold a person whose evaluation raised, until something new is known of them."""
        scene, who = _Scene.of(ctx), key[len(PERSON) :]
        state = self._vault.person(who, ctx)
        if state is None or scene.book is None:
            return
        self._conclude(scene, who, state, Assessment(NO_GROUND, (), (sensitive.REVIEW,), {}), None)
        ctx.cancel(PERSON + who)
        self._vault.keep(who, state, ctx)

    # --- one record

    def _take(self, record: Record, told: dict[str, Any], scene: _Scene) -> None:
        """Merge what a record says, unless the person was erased since; erase, if it says that."""
        ctx, who, stamp = scene.ctx, told["person"], told["stamp"]
        stub = self._vault.stub(who, ctx)
        if stub is not None and not erasure.later(stamp, stub.erased):
            ctx.count(erasure.DROPPED, 1)
            return
        try:
            assertions, contact = self._opened(who, told["sealed"])
            erasure_on = erasure.requested(assertions)
            if erasure_on is None:
                self._merge(told, assertions, contact, scene)
            else:
                self._erase(who, stamp, erasure_on, ctx)
        except DeadLetterError as error:
            ctx.dead_letter(record, error.code, error.field, error.message)
            if merge.restricts(stamp):  # it prohibits all the same
                self._merge(told, (UNREADABLE_PROHIBITION,), None, scene)

    def _opened(self, who: bytes, sealed: bytes) -> tuple[Sequence[Assertion], bytes | None]:
        """Return the assertions and the contact block of a record. Raise DeadLetterError."""
        try:
            content = open_content(who, sealed, self._sealer)
        except SealError:
            message = "what was sealed is damaged or in no known form"
            raise DeadLetterError(Code.SCHEMA_MISMATCH, "sealed", message) from None
        contact = msgspec.msgpack.encode(content.contact) if content.contact is not None else None
        return assertion.decode(content.assertions), contact

    def _merge(
        self, told: dict[str, Any], assertions: Sequence[Assertion], contact: bytes | None, scene: _Scene
    ) -> None:
        """Merge what was said into the person, and evaluate if it says anything new."""
        ctx, who, stamp = scene.ctx, told["person"], told["stamp"]
        known = self._vault.person(who, ctx)
        state = known if known is not None else _newcomer(self._vault.stub(who, ctx))
        outcome = merge.merge(state.facts, state.stamps, stamp, assertions)
        newer = contact is not None and stamp > state.contact_stamp
        if newer:
            state.contact, state.contact_stamp = contact, stamp
        # Also when only the time of something is newer: it may have to be told as of that time.
        if newer or outcome != merge.Outcome.NOTHING or known is None:
            self._evaluate(scene, who, state, told["event_id"])
            self._vault.keep(who, state, ctx)

    def _erase(self, who: bytes, stamp: bytes, erasure_on: int, ctx: Context) -> None:
        """Forget a person. Matching hears of the request itself; what was told after it is retracted."""
        stub = self._vault.stub(who, ctx)
        known = self._vault.person(who, ctx)
        state = known if known is not None else _newcomer(stub)
        if known is not None:
            if state.tellings and state.told_at > merge.occurred_at(stamp):
                self._teller.retract(who, state, erasure_on, ctx)
            _count(state, (), ctx)
            ctx.cancel(PERSON + who)
        erased = erasure.newest(state.stamps, state.contact_stamp, stamp, stub.erased if stub else b"")
        self._vault.erase(who, Stub(erased, state.told_at, state.tellings, state.decisions), ctx)

    # --- one evaluation

    def _evaluate_all(self, persons: Iterable[bytes], scene: _Scene) -> None:
        """Evaluate persons whom time or a rule book concerns. Mostly nothing comes of it."""
        for who in persons:
            state = self._vault.person(who, scene.ctx)
            if state is not None:
                before = sensitive.encode(state)
                self._evaluate(scene, who, state, None)
                if sensitive.encode(state) != before:
                    self._vault.keep(who, state, scene.ctx)

    def _evaluate(self, scene: _Scene, who: bytes, state: SensitiveState, event_id: str | None) -> None:
        """Evaluate a person whose facts are up to date, and set the timer."""
        ctx, book, today = scene.ctx, scene.book, scene.today
        if book is None:  # before the first one: the sweep of its activation evaluates
            return
        self._conclude(scene, who, state, sensitive.assess(state.facts, book, today), event_id)
        day = sensitive.next_day(state.facts, book, today)
        if day is None:
            ctx.cancel(PERSON + who)
        else:
            ctx.schedule(dates.midnight_ms(day), PERSON + who)

    def _conclude(
        self, scene: _Scene, who: bytes, state: SensitiveState, found: Assessment, event_id: str | None
    ) -> None:
        """Record a decision that changed something, tell what is new, count."""
        ctx, ground = scene.ctx, found.ground
        changed = ground != state.told
        if changed or (found.rules, found.codes) != (state.rules, state.codes):
            assert scene.book is not None  # nothing is assessed without one
            state.decisions += 1
            self._decisions.emit(who, decided(state.decisions, found, scene.book.id, event_id), ctx)
            state.rules, state.codes = found.rules, found.codes
        said, mark = [], state.told_background
        if ground.holds:
            said = background.background(state)
            mark = background.digest(said, state.contact)
        if changed or mark != state.told_background:
            said = said if mark != state.told_background else []
            self._teller.tell(who, state, said, ground if changed else None, ctx)
            state.told, state.told_background = ground, mark
        _count(state, found.figures, ctx)


class _Scene(NamedTuple):
    """What all evaluations of one call have in common."""

    ctx: Context
    book: SensitiveBook | None
    """None before the first one."""
    today: int

    @classmethod
    def of(cls, ctx: Context) -> _Scene:
        """Return the scene of the running transaction."""
        tables = ctx.tables
        assert isinstance(tables, HubTables)  # build_stages pairs this stage with these tables
        return cls(ctx, cast("SensitiveBook | None", tables.book), dates.day_of(ctx.now))


def _newcomer(stub: Stub | None) -> SensitiveState:
    """Return the state of somebody of whom nothing is known, or nothing any more."""
    if stub is None:
        return SensitiveState({}, {})
    return SensitiveState({}, {}, told_at=stub.told_at, tellings=stub.tellings, decisions=stub.decisions)


def _count(state: SensitiveState, counted: tuple[str, ...], ctx: Context) -> None:
    """Restate what the person adds to the stock figures."""
    if counted != state.counted:
        for counter in state.counted:
            ctx.count(counter, -1)
        for counter in counted:
            ctx.count(counter, 1)
        state.counted = counted
