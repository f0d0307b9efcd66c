"""Identity, exact aliases: which person a source's own key belongs to, and what waits to know it.

Half of the events that end something name nobody, only a certificate, a member key, a card or an
invitation. For each such *alias* the stage keeps the persons bound to it and the facts that came
under it, and delivers every fact to every person once, whichever of the two came first: a fact that
is known before the person waits, and one that comes later goes straight through. Facts are kept
after delivery, since another person may be bound later: then the key is ambiguous, both get the facts
and both are marked ALIAS_CONFLICT for a human. All of this only ever grows, so the order does not
matter.

A binding may bring facts of its person. They go on behind what waited for it: a certificate that was
revoked before it came is known as revoked when it is first looked at. They are not kept here.

When a person is erased, matching names the keys of theirs that it knows. A key that is nobody else's
loses all that is under it but a stamp; what is not later than that is dropped, whoever tells it again.

State: the alias → a format byte and a msgpack array of :class:`AliasState`: ``[kind, [person…], [[stamp,
event id, facts]…], erased]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

import msgspec

from hub.core import assertion, erasure, merge
from hub.core.codes import Code
from hub.errors import DeadLetterError, StateError
from hub.schemas.codec import Codec
from hub.stages.assembly import LINK, PARKED
from hub.stages.contract import Batch, Context, Record, TableChange
from hub.stages.factform import FactForm, Framed
from hub.stages.factwriter import ALIAS, FACTS
from hub.topics import FACTS as FACTS_TOPIC
from hub.topics import IDENTITY

WAITING_LIMIT: Final = 64
"""Most ordinary facts kept of one alias: a member's missions of some years. Prohibitions come on top."""
PERSONS_LIMIT: Final = 64
"""Most persons kept of one alias. One that more share (a source wrote "none" for everybody) tells nothing."""
STOCK: Final = "aliases_waiting"
FORMAT: Final = b"\x01"
_LINK_TEXT: Final = LINK.encode()
"""What stands in the bytes of any facts with a link in them (and by chance in a few others)."""
_RESTRICTIVE_AT: Final = 8
"""Where a stamp says that the event is a prohibition: after the eight bytes of its time."""


class Waiting(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Facts that came under an alias: a framed ``hub.person_facts`` without a person."""

    stamp: bytes
    event_id: str
    facts: bytes

    @property
    def restrictive(self) -> bool:
        """Whether they come from a prohibition."""
        return self.stamp[_RESTRICTIVE_AT : _RESTRICTIVE_AT + 1] == b"\x01"


class AliasState(msgspec.Struct, array_like=True):
    """What is known of one alias."""

    kind: str
    persons: list[bytes] = []
    known: list[Waiting] = []
    erased: bytes = b""
    """Stamp of the erasure of whose it was; empty = there was none."""
    gone: list[tuple[bytes, bytes]] = []
    """Of persons who were erased and whose key it was besides others': a hash of theirs, and the stamp."""


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(AliasState)


def encode(state: AliasState) -> bytes:
    """Return the stored form."""
    return FORMAT + _ENCODER.encode(state)


def decode(stored: bytes) -> AliasState:
    """Return the state that was stored. Raise StateError for a format this version cannot read."""
    if stored[:1] != FORMAT:
        raise StateError(
            f"an alias has format {stored[:1].hex() or 'none'}, this version reads {FORMAT.hex()}",
            "state of identity",
            "run the version that wrote it, or delete the state directory and let it be rebuilt",
        )
    return _DECODER.decode(memoryview(stored)[1:])


class IdentityStage:
    """The second stage: see the module's text. One object serves all tasks of a worker."""

    name = "identity"
    topics: tuple[str, ...] = (IDENTITY,)
    small_state = False

    def __init__(self, codec: Codec, form: FactForm | None = None) -> None:
        """Take the codec; the stage needs no keys, it sees only blind indexes.

        ``form``: how facts travel; None: framed.
        """
        self._parked = codec.catalogue.by_type(PARKED).frame
        self._form: FactForm = Framed(codec) if form is None else form
        self._read_alias = self._form.read_alias
        self._write_alias = codec.writer(ALIAS)
        self._write_facts = codec.writer(FACTS)

    def process(self, batch: Batch, ctx: Context) -> None:
        """Take each record in. Parked events stay on the topic, for the search of probable persons."""
        for record in batch.records:
            value = record.value
            if value is None or value.startswith(self._parked):
                continue
            try:
                self._take(record, value, ctx)
            except DeadLetterError as error:
                ctx.dead_letter(record, error.code, error.field, error.message, event_type=ALIAS)

    def on_timer(self, key: bytes, ctx: Context) -> None:
        """Do nothing: what waits here waits for an event, not for a day."""

    def on_table(self, changes: Sequence[TableChange], ctx: Context) -> None:
        """Do nothing: no table is read here."""

    def sweep(self, after: bytes, limit: int, ctx: Context) -> bytes | None:
        """Return None: nothing here depends on the rule book."""
        return None

    def _take(self, record: Record, value: bytes, ctx: Context) -> None:
        """Bind a person to the alias and send on what the binding brings, or take facts in under it."""
        told = self._read_alias(value)
        alias: bytes = told["alias"]
        stored = ctx.state.get(alias)
        state = decode(stored) if stored is not None else AliasState(told["alias_kind"])
        if _is_older(state, told):
            ctx.count(erasure.DROPPED, 1)
            return
        was_waiting = _is_waiting(state)
        changed = False
        if told["erased"]:
            changed = _forget(state, alias, told["person"], told["stamp"])
        elif told["person"] is not None:
            changed = self._bind(state, told["person"], alias, record, ctx)
            if told["facts"] is not None:  # theirs already: they only come by, behind what was known here
                ctx.emit(FACTS_TOPIC, told["person"], told["facts"])
        elif told["facts"] is not None:
            told_facts = Waiting(told["stamp"], told["event_id"], told["facts"])
            changed = self._add(state, told_facts, ctx) or changed
        if not changed:
            return
        ctx.state.put(alias, encode(state))
        is_waiting = _is_waiting(state)
        if is_waiting is not was_waiting:
            ctx.count(f"{STOCK}|kind={state.kind}", 1 if is_waiting else -1)

    def _bind(self, state: AliasState, who: bytes, alias: bytes, record: Record, ctx: Context) -> bool:
        """Bind a person and deliver what is known; return whether that changed the state."""
        persons = state.persons
        if who in persons:
            return False
        for waiting in state.known:
            self._deliver(waiting, who, ctx)
        if len(persons) == 1:
            self._mark(persons[0], alias, record, ctx)
        if persons:
            self._mark(who, alias, record, ctx)
        if len(persons) >= PERSONS_LIMIT:
            return False  # marked for a human each time; nothing more can be known of such a key
        state.persons = sorted((*persons, who))
        return True

    def _add(self, state: AliasState, new: Waiting, ctx: Context) -> bool:
        """Take facts in and deliver them to whom they belong; return whether that changed the state.

        Raise DeadLetterError when too much waits already; never for a prohibition.
        """
        assertion.decode(self._form.read(new.facts)[3])  # refuses what could not be delivered
        if any(known.stamp == new.stamp and known.event_id == new.event_id for known in state.known):
            return False
        full = sum(not known.restrictive for known in state.known) >= WAITING_LIMIT and not new.restrictive
        if full and not state.persons:
            raise DeadLetterError(Code.ALIAS_OVERFLOW, "facts", "too many facts wait for this key")
        for who in state.persons:
            self._deliver(new, who, ctx)
        kept = sorted((*state.known, new), key=_order)
        if full:  # all are delivered; the oldest would only matter to a second person
            kept.remove(next(known for known in kept if not known.restrictive))
        state.known = kept
        return True

    def _deliver(self, waiting: Waiting, who: bytes, ctx: Context) -> None:
        """Send waiting facts on as the person's, and bind the other keys they name."""
        form = self._form
        if _LINK_TEXT not in waiting.facts:  # of ten waiting facts nine name no other key
            ctx.emit(FACTS_TOPIC, who, form.addressed(waiting.facts, who))
            return
        assertions = assertion.decode(form.read(waiting.facts)[3])
        own = [each for each in assertions if each[0] != LINK]
        if own:
            ctx.emit(FACTS_TOPIC, who, form.addressed(waiting.facts, who, assertion.encode(own)))
        for kind, key, fields in assertions:
            if kind == LINK:
                binding = {
                    "alias": key,
                    "alias_kind": fields["kind"],
                    "person": who,
                    "facts": None,
                    "event_id": waiting.event_id,
                    "stamp": waiting.stamp,
                }
                ctx.emit(IDENTITY, key, self._write_alias(binding))

    def _mark(self, who: bytes, alias: bytes, record: Record, ctx: Context) -> None:
        """Mark a person for review: one of their keys is also somebody else's."""
        content = assertion.encode([("party", b"", {"conflicts": [Code.ALIAS_CONFLICT.value]})])
        facts = {
            "person": who,
            "event_id": f"{alias.hex()}/{who.hex()}",
            "source": "hub",
            "type": ALIAS,
            "occurred_at": ctx.now,
            "received_at": ctx.now,
            "stamp": merge.stamp(ctx.now, True, 0, content),
            "assertions": content,
            "contact": None,
            "origin": {"topic": IDENTITY, "partition": ctx.partition, "offset": record.offset},
        }
        ctx.emit(FACTS_TOPIC, who, self._write_facts(facts))


def _is_older(state: AliasState, told: Mapping[str, Any]) -> bool:
    """Return whether a record is older than the erasure of whom it concerns."""
    if state.erased and not erasure.later(told["stamp"], state.erased):
        return True
    if not state.gone or told["person"] is None:
        return False
    tag = _tag(told["alias"], told["person"])
    return any(tag == gone and not erasure.later(told["stamp"], mark) for gone, mark in state.gone)


def _forget(state: AliasState, alias: bytes, who: bytes, mark: bytes) -> bool:
    """Forget that the key is a person's, and what is under it unless it is another one's too.

    Return whether that changed the state: it does, as it has to be known that the person was erased.
    """
    others = [person for person in state.persons if person != who]
    if others:
        tag = _tag(alias, who)
        state.persons = others
        state.gone = [*((gone, at) for gone, at in state.gone if gone != tag), (tag, mark)]
    else:
        state.erased = max(mark, *(each.stamp for each in state.known), b"")
        state.persons, state.known, state.gone = [], [], []
    return True


def _tag(alias: bytes, who: bytes) -> bytes:
    """Return by what a person is known under a key they do not have any more: it does not lead to them."""
    return blake2b(alias + who, digest_size=8).digest()


def _is_waiting(state: AliasState) -> bool:
    return bool(state.known) and not state.persons


def _order(waiting: Waiting) -> tuple[bytes, str]:
    return waiting.stamp, waiting.event_id
