"""What the matching stage does to forget a person: docs/matching.md, "Erasure".

The state, its index entries and its timer go in the transaction that withdraws what was open, and the
key that sealed the person's decisions is tombstoned. Of the records on compacted topics, those that had
ended are tombstoned at once; those that were open some days later, by a timer of the stub, so that
everybody who reads them has seen the withdrawal before. The identity stage is told each alias.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from hub import topics
from hub.core import dates, erasure, ground, merge
from hub.core.assertion import Assertion
from hub.core.erasure import Stub
from hub.core.merge import NO_STAMP
from hub.core.person import PersonState

if TYPE_CHECKING:
    from hub.stages.announcement import Announcer
    from hub.stages.contract import Context

PERSON: Final = b"p"
ERASED: Final = b"e"
INVITATION_ID: Final = "invitation_id"
"""Kind of the alias that every invitation makes."""
ALIASES: Final = {
    "certificate": "cert_no",
    "rescue_member": "member_key",
    "volunteer": "volunteer_key",
    "gift": "donation_no",
    "org_gift": "donation_no",
    "card": "card_no",
}
"""Kinds of facts whose key is the blind index of a source's own key, and the kind of that alias."""


def stub_of(who: bytes, ctx: Context) -> Stub | None:
    """Return what is left of a person who was erased, or None."""
    stored = ctx.state.get(ERASED + who)
    return erasure.decode(stored) if stored is not None else None


def newcomer(who: bytes, ctx: Context) -> PersonState:
    """Return the state of somebody of whom nothing is known, or nothing any more."""
    stub = stub_of(who, ctx)
    if stub is None:
        return PersonState({}, {})
    return PersonState({}, {}, decisions=stub.decisions, erased=stub.erased or stub.ground)


class Forgetting:
    """Forgets persons. Stateless but for the announcer's writers and keys."""

    def __init__(self, announce: Announcer, tombstone_days: int) -> None:
        """Take the announcer, and the days from a withdrawal to the tombstone of what was withdrawn."""
        self._announce = announce
        self._days = tombstone_days

    def records(self, who: bytes, state: PersonState) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Return (topic, key) of a person's records on compacted topics: those that ended, those that run."""
        name = who + state.erased
        ended: list[tuple[str, str]] = []
        running: list[tuple[str, str]] = []
        last = state.invitation
        for episode in range(1, state.episode + 1):
            number = self._announce.invitation_id(name, episode)
            still = last is not None and last.open and last.id == number
            (running if still else ended).append((topics.INVITATIONS, number))
        for task in state.tasks:
            for count in range(1, task.number + 1):
                number = self._announce.task_id(name, task.kind, task.key, count)
                (running if task.running and task.id == number else ended).append((topics.TASKS, number))
        return ended, running

    def forget(
        self,
        who: bytes,
        state: PersonState,
        request: tuple[bytes, bool],
        running: list[tuple[str, str]],
        ctx: Context,
    ) -> None:
        """Leave nothing of a person but a stub.

        ``state`` is as after the withdrawals, ``running`` what was open. ``request``: its stamp, and whether
        it takes a ground back: the stamp is then a tick, and says nothing of when the person asked.
        """
        mark, retracts = request
        before = stub_of(who, ctx) or Stub(NO_STAMP)
        own, asked = (mark, NO_STAMP) if retracts else (NO_STAMP, mark)
        erased = erasure.newest(state.stamps, state.contact_stamp, asked, before.erased)
        grounds = erasure.newest({"": state.stamps.get(ground.KIND, [])}, own, before.ground)
        for prefix, _ in state.index:
            ctx.state.delete(prefix + who)
        ctx.cancel(PERSON + who)
        ctx.state.delete(PERSON + who)
        for kind, alias in sorted(set(self._aliases(who, state))):
            # Our own was bound as of a tick, which may be later than the request.
            until = stamped_now(erased, ctx.now) if kind == INVITATION_ID else erased
            self._announce.alias_erased(who, kind, alias, until, ctx)
        for topic, number in self.records(who, state)[0]:
            if (topic, number) not in running:
                ctx.emit(topic, number.encode(), None)
        if state.key:
            ctx.emit(topics.PERSON_KEYS, who, None)
        stub = Stub(erased, state.decisions, (*before.buried, *running), grounds, ctx.now)
        ctx.state.put(ERASED + who, erasure.encode(stub))
        if running:
            ctx.schedule(dates.midnight_ms(dates.day_of(ctx.now) + self._days), ERASED + who)

    def refuses(
        self, who: bytes, state: PersonState, mark: bytes, asserted: Sequence[Assertion], ctx: Context
    ) -> bool:
        """Return whether facts are older than an erasure, and so dropped.

        The keys that came with them are forgotten too. Somebody who came back may have the same key again,
        by something newer: then it stays.
        """
        stub = stub_of(who, ctx)
        if stub is None:
            return False
        # Of somebody who has not come back a conflict is no news: it is told of a key that is forgotten.
        unknown = not state.facts and erasure.kind_of(asserted) == erasure.CONFLICT
        if not unknown and not erasure.drops(stub, mark, asserted):
            return False
        ctx.count(erasure.DROPPED, 1)
        theirs = {alias for _, alias in self._aliases(who, state)}
        for kind, key, _ in asserted:
            if kind in ALIASES and key not in theirs:
                self._announce.alias_erased(who, ALIASES[kind], key, stub.erased, ctx)
        return True

    def bury(self, who: bytes, ctx: Context) -> None:
        """Tombstone what was open until the person was erased: everybody has seen its end by now."""
        stub = stub_of(who, ctx)
        if stub is None:
            return
        for topic, number in stub.buried:
            ctx.emit(topic, number.encode(), None)
        ctx.state.put(ERASED + who, erasure.encode(msgspec.structs.replace(stub, buried=())))

    def _aliases(self, who: bytes, state: PersonState) -> Iterator[tuple[str, bytes]]:
        """Yield kind and blind index of every key that some source has for the person, as far as is known."""
        for kind, alias_kind in ALIASES.items():
            for entry in state.facts.get(kind, ()):
                yield alias_kind, entry["key"]
        for episode in range(1, state.episode + 1):
            number = self._announce.invitation_id(who + state.erased, episode)
            yield INVITATION_ID, self._announce.alias(number)


def stamped_now(erased: bytes, now: int) -> bytes:
    """Return the later one of an erasure and of this instant: what the hub itself told is as of its tick."""
    return max(erased, merge.stamp(now, True, 0, b""))
