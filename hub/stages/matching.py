"""The matching stage: facts of a person in, invitations, decisions and figures out.

State of a task, one byte of key space each::

    p <person>                    the person: hub.core.person
    i <county, 6> <person>        looked up when an organisation or region changes there;
                                  the value is the residence, as far as it resolves
    h <host unit> NUL <person>    looked up when an organisation of that host unit changes
    o <organisation> NUL <person> has an open invitation to that organisation, is its member, or a task of its
    w <person>                    a task waits until there is an organisation to act
    e <person>                    was erased: hub.core.erasure
    v <person>                    what a rule book on trial said of them: hub.stages.shadowing
    t                             this task set the timers of what was announced before it began
    s                             cursor of the restatement that a region change started
    x                             what was counted last: hub.stages.orphans

The four indexes hold a person only while the directory has a say: :mod:`hub.stages.neighbourhood`. Timers
carry the same keys: ``p`` a person's next day, ``o`` an organisation's, ``r`` a region change's, ``s`` the
restatement's next step, ``e`` the day on which the records of somebody erased are tombstoned, ``x`` the
day on which orphans are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from hub import topics
from hub.core import assertion, dates, erasure, flow, ground, invitation, matching, merge, statistics, task
from hub.core.book import Book
from hub.core.person import PersonState
from hub.core.verdict import Verdict, verdict
from hub.errors import DeadLetterError
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import RecipientSealer, Sealer
from hub.schemas.codec import Codec
from hub.stages import neighbourhood, orphans, shadowing, tasks, waking
from hub.stages.acquaintance import Acquaintance, Acquainted
from hub.stages.announcement import NO_CONTACT, Announcer, Occasion
from hub.stages.contract import Batch, Context, TableChange
from hub.stages.factform import FactForm, Framed
from hub.stages.forgetting import ERASED, PERSON, Forgetting, newcomer
from hub.stages.scene import Scene
from hub.stages.tables import POPULATION
from hub.stages.waking import ORGANISATION_TIMER, REGION_TIMER, RESTATEMENT

__all__ = ("PERSON", "MatchingStage")

STARTED: Final = b"t"
_UP_TO_DATE: Final = b"\x03"
"""Value of ``t``: another one was written before orphans, or all figures that there are now, were counted."""
REVIEW: Final = "review"
"""Code of the guard that holds a person until a human has looked."""
RESTATEMENT_STEP: Final = 500
"""Persons re-evaluated per step after a region change: some 10 ms, so that other work goes on."""


class MatchingStage:
    """Merges facts, evaluates, moves invitations along, counts. See :class:`hub.stages.contract.Stage`."""

    name = "matching"
    topics: tuple[str, ...] = (topics.FACTS,)
    small_state = False

    def __init__(
        self,
        codec: Codec,
        blind_index: BlindIndex,
        sealer: Sealer,
        recipients: RecipientSealer,
        *,
        tombstone_days: int = 30,
        met: Acquainted | None = None,
        form: FactForm | None = None,
    ) -> None:
        """Take the codec, the blind index for ids, and the keys for contact blocks.

        ``tombstone_days`` after an erasure has withdrawn an invitation or a task its record is tombstoned.
        ``met``: how it comes by persons; None: encoded in the state, those met lately also as they are.
        ``form``: how facts travel; None: framed.
        """
        self._read = (Framed(codec) if form is None else form).read
        self._met: Acquainted = Acquaintance() if met is None else met
        self._announce = Announcer(codec, blind_index, sealer, recipients)
        self._forgetting = Forgetting(self._announce, tombstone_days)

    def process(self, batch: Batch, ctx: Context) -> None:
        """Merge each record's facts into its person, and evaluate whoever something new is known of."""
        scene = Scene.of(ctx)
        self._start(scene)
        state_of, read, recall = ctx.state.get, self._read, self._met.recall
        values = merge.Outcome.VALUES
        for record in batch.records:
            value = record.value
            if value is None:
                continue  # an erased person's tombstone
            try:
                who, event_id, stamp, asserted, contact = read(value)
                stored = state_of(PERSON + who)
                state = recall(who, stored) if stored is not None else newcomer(who, ctx)
                assertions = assertion.decode(asserted)
                if state.erased and self._forgetting.refuses(who, state, stamp, assertions, ctx):
                    continue
                if erasure.MARK in asserted and erasure.requested(assertions) is not None:
                    retracts = erasure.kind_of(assertions) == erasure.GROUND
                    self._erase(scene, who, state, (event_id, stamp, retracts))
                    continue
                outcome = merge.merge(state.facts, state.stamps, stamp, assertions)
            except DeadLetterError as error:
                ctx.dead_letter(record, error.code, error.field, error.message)
                self._restrain(scene, value)
                continue
            newer = contact is not None and stamp > state.contact_stamp
            if newer:
                state.contact, state.contact_stamp = contact, stamp
            if outcome is values or stored is None:
                self._settle(scene, who, state, event_id)
            elif newer or outcome:
                self._met.store(who, state, ctx)

    def _restrain(self, scene: Scene, value: bytes) -> None:
        """Hold for review whom a record that cannot be taken in restricts: it prohibits all the same."""
        ctx = scene.ctx
        try:
            who, event_id, stamp, _, _ = self._read(value)
        except DeadLetterError:
            return
        stored = ctx.state.get(PERSON + who)
        state = self._met.reread(who, stored) if stored is not None else newcomer(who, ctx)
        if merge.restricts(stamp) and not (state.erased and not erasure.later(stamp, state.erased)):
            merge.merge(state.facts, state.stamps, stamp, (assertion.UNREADABLE_PROHIBITION,))
            self._settle(scene, who, state, event_id)

    def on_timer(self, key: bytes, ctx: Context) -> None:
        """Evaluate a person whose day has come; wake those near an organisation or region whose day it is."""
        kind, name = key[:1], key[1:]
        scene = Scene.of(ctx)
        self._start(scene)  # a task of an earlier version may not see a record for long
        if kind == PERSON:
            self._evaluate_all((name,), scene, timer=True)
        elif kind == ORGANISATION_TIMER:
            waking.organisation_changed(name.decode(), ctx)
        elif kind == REGION_TIMER:
            waking.region_changed(name.decode(), ctx)
        elif kind == ERASED:
            self._forgetting.bury(name, ctx)
        elif kind == orphans.TIMER:
            orphans.on_timer(key, ctx, scene.tables)
        else:
            self._restate(ctx)

    def on_table(self, changes: Sequence[TableChange], ctx: Context) -> None:
        """Wake those whom changed organisations and regions concern, now and on the days to come."""
        organisations = {
            change.key.decode().partition("/")[0]
            for change in changes
            if change.topic == topics.ORGANISATIONS
        }
        for org_id in sorted(organisations):
            waking.organisation_changed(org_id, ctx)
        if organisations:
            orphans.soon(ctx)
        for change in changes:
            name = change.key.decode()
            if change.topic == topics.REGIONS and not name.startswith(POPULATION):
                waking.region_changed(name, ctx)

    def sweep(self, after: bytes, limit: int, ctx: Context) -> bytes | None:
        """Re-evaluate up to ``limit`` persons after the cursor; the cursor is a state key."""
        keys = [key for key, _ in islice(ctx.state.scan(PERSON, after), limit)]
        self._evaluate_all((key[1:] for key in keys), Scene.of(ctx))
        return keys[-1] if len(keys) == limit else None

    def next_key(self, after: bytes, ctx: Context) -> bytes | None:
        """Return the cursor of the first person after ``after``."""
        return next((key for key, _ in ctx.state.scan(PERSON, after)), None)

    def quarantine(self, key: bytes, ctx: Context) -> None:
        """Hold a person whose evaluation raised, until something new is known of them."""
        scene = Scene.of(ctx)
        if key[:1] == PERSON and scene.asked is not None:
            self._hold(scene, key[1:], scene.asked.world.book)

    def _start(self, scene: Scene) -> None:
        """Once per task: set the timers of what was announced for the days to come before it began.

        The task of an earlier version restates everybody, a step per cycle: it counted less.
        """
        ctx = scene.ctx
        started = ctx.state.get(STARTED)
        if started == _UP_TO_DATE:
            return
        ctx.state.put(STARTED, _UP_TO_DATE)
        if started is not None:
            waking.restate(ctx)
        orphans.soon(ctx)
        waking.set_timers(ctx)

    def _restate(self, ctx: Context) -> None:
        after = self.sweep(ctx.state.get(RESTATEMENT) or b"", RESTATEMENT_STEP, ctx)
        if after is None:
            ctx.state.delete(RESTATEMENT)
        else:
            ctx.state.put(RESTATEMENT, after)
            ctx.schedule(ctx.now, RESTATEMENT)

    def _evaluate_all(self, persons: Iterable[bytes], scene: Scene, *, timer: bool = False) -> None:
        """Evaluate persons whom time or a table concerns."""
        for who in persons:
            stored = scene.ctx.state.get(PERSON + who)
            if stored is not None:
                state = self._met.recall(who, stored)
                if timer:
                    state.due = 0
                self._settle(scene, who, state, None)

    def _settle(self, scene: Scene, who: bytes, state: PersonState, event_id: str | None) -> None:
        """Gather, decide, apply: evaluate a person whose facts are up to date, and store them."""
        ctx, today, asked = scene.ctx, scene.today, scene.asked
        if asked is None:  # before the first book: keep what is known, the sweep of its activation evaluates
            self._met.store(who, state, ctx)
            return
        world = asked.world
        found = verdict(
            state, asked, lambda: self._announce.invitation_id(who + state.erased, state.episode + 1)
        )
        eligible, outcome, code, change, now = found
        state.qualified_on = (state.qualified_on or today) if eligible.rules else 0
        if change is None:
            state.invitation = now  # it rests on this book from now on
        if (
            change is not None
            or outcome != state.outcome
            or code != state.code
            or eligible.rules != state.rules
        ):
            self._tell(Occasion(ctx, world.book, who, event_id), state, found, eligible.route.county)
        waiting = False
        if task.concerns(state.tasks, eligible.view):
            occasion = Occasion(ctx, world.book, who, event_id)
            waiting = tasks.settle(self._announce, occasion, state, eligible, asked)
        if scene.shadow is not None:
            shadowing.observe(scene.shadow, who, state, eligible, ctx, today)
        figures = statistics.Figures.of(found, state.tasks, scene.county_of)
        # What is to be kept up to date is compared here: for most events nothing of it changes.
        counted = statistics.contributions(state.facts, figures, today)
        if counted != state.counted:
            _count(state, counted, ctx)
        index = neighbourhood.entries(state, eligible, waiting=waiting)
        if index != state.index:
            neighbourhood.index(who, state, index, ctx)
        due = matching.next_day(eligible, now, world.book, today, state.tasks) or 0
        if due != state.due:
            waking.wake(who, state, due, ctx)
        self._met.store(who, state, ctx)

    def _tell(self, occasion: Occasion, state: PersonState, found: Verdict, county: str) -> None:
        """Announce a change and what was decided, count the change in the county, and remember it."""
        eligible, outcome, code, change, _ = found
        last = state.invitation
        if change is not None:
            made = change.invitation
            discloses = made.open and (
                last is None or made.id != last.id or made.organisation != last.organisation
            )
            named = (*made.rules, *eligible.public, *(last.rules if last is not None else ()))
            cause = ground.sayable(occasion.event_id, occasion.person, named, occasion.book)
            said = occasion._replace(event_id=cause)
            if not self._announce.invitation(said, change, eligible, state.contact, discloses=discloses):
                found = found._replace(code=code or NO_CONTACT)
            elif change.cause == invitation.RULE_WITHDRAWN:
                found = found._replace(code=change.cause)
            rules = ground.figured(made.rules, occasion.book)
            origin = flow.Origin(county, rules, state.qualified_on)
            for counter in flow.of_change(change, origin, state.facts, dates.day_of(occasion.ctx.now)):
                occasion.ctx.count(counter, 1)
            state.invitation, state.episode = made, made.episode
        state.decisions += 1
        self._announce.decision(occasion, state, found)
        state.outcome, state.code, state.rules = outcome, code, eligible.rules

    def _withdraw(self, occasion: Occasion, state: PersonState, outcome: str, code: str) -> None:
        """Withdraw and cancel what is open without evaluating; of who is held, admissions are blocked."""
        last, change = state.invitation, None
        if last is not None and last.ended_on is None:
            change = invitation.withdraw(last, code, dates.day_of(occasion.ctx.now))
        eligible = matching.unevaluated(outcome, code, last.kind if last is not None else "")
        ended = change.invitation if change is not None else last
        county = statistics.county(state.counted)
        self._tell(occasion, state, Verdict(eligible, outcome, code, change, ended), county)
        blocked_by = code if outcome == matching.HELD else ""
        tasks.stop(self._announce, occasion, state, eligible, blocked_by=blocked_by)

    def _erase(self, scene: Scene, who: bytes, state: PersonState, request: tuple[str, bytes, bool]) -> None:
        """Withdraw what is open, then forget the person: a stub alone stays.

        ``request``: event, stamp, and whether it takes a ground back.
        """
        event_id, mark, retracts = request
        running = self._forgetting.records(who, state)[1]
        if scene.asked is not None:
            occasion = Occasion(scene.ctx, scene.asked.world.book, who, event_id)
            self._withdraw(occasion, state, matching.STOP, erasure.CODE)
        _count(state, (), scene.ctx)
        shadowing.forget(scene.shadow, who, scene.ctx)
        self._forgetting.forget(who, state, (mark, retracts), running, scene.ctx)

    def _hold(self, scene: Scene, who: bytes, book: Book) -> None:
        """Withdraw what is open and hold for review, without evaluating: that is what failed."""
        ctx = scene.ctx
        stored = ctx.state.get(PERSON + who)
        if stored is None:
            return
        state = self._met.recall(who, stored)
        self._withdraw(Occasion(ctx, book, who, None), state, matching.HELD, REVIEW)
        _count(state, statistics.only_held(state.counted, REVIEW), ctx)
        state.due = 0
        ctx.cancel(PERSON + who)
        self._met.store(who, state, ctx)


def _count(state: PersonState, counted: tuple[str, ...], ctx: Context) -> None:
    """Restate what the person adds to the stock figures."""
    for counter, delta in statistics.difference(state.counted, counted):
        ctx.count(counter, delta)
    state.counted = counted
