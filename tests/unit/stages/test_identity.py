"""The identity stage: aliases, and the facts that wait for them."""

from __future__ import annotations

from typing import Any

import pytest

from hub import topics
from hub.core import assertion, erasure, merge
from hub.core.codes import Code
from hub.errors import StateError
from hub.stages.identity import PERSONS_LIMIT, WAITING_LIMIT, AliasState, decode
from hub.stages.memory import MemoryContext
from tests.unit.connectors.events import DAY, NOW, PROHIBITIONS, person
from tests.unit.stages.receiving import (
    BLIND,
    CODEC,
    asserted,
    decoded,
    facts_of,
    fed,
    identity,
    on,
    taken_in,
)

ISSUED = "training.certificate.issued.v1"
REVOKED = "training.certificate.revoked.v1"
MISSION = "rescue.mission.participated.v1"
LEFT = "rescue.member.left.v1"
INVITATION = "ab" * 16
ANNA, BEN = b"a" * 16, b"b" * 16
ZJ7 = BLIND.alias("cert_no", "zj7")
M1 = BLIND.alias("member_key", "m-1")
WAITING = "aliases_waiting|kind=cert_no"


def binding(who: bytes, alias: bytes = ZJ7, kind: str = "cert_no") -> bytes:
    """Return a record that binds an alias to a person."""
    stamp = merge.stamp(0, False, 0, b"")
    fields = {
        "alias": alias, "alias_kind": kind, "person": who, "facts": None, "event_id": "b", "stamp": stamp,
    }  # fmt: skip
    return CODEC.encode("hub.alias", fields)


def bringing(**changes: Any) -> bytes:
    """Return the binding of a certificate to whom it was issued, with what it says of them."""
    (emitted,) = taken_in(ISSUED, **changes).emitted
    assert emitted.value is not None
    return emitted.value


def waiting(ce_type: str, **changes: Any) -> bytes:
    """Return the record by which intake lets an event's facts wait."""
    (emitted,) = taken_in(ce_type, **changes).emitted
    assert emitted.value is not None
    return emitted.value


def mission(number: int) -> bytes:
    """Return the waiting facts of a mission."""
    return waiting(MISSION, mission_id=f"X{number}", envelope={"id": f"m{number}", "seq": number})


def run(*values: bytes, ctx: MemoryContext | None = None) -> MemoryContext:
    """Let the identity stage process records."""
    return fed(identity(), topics.IDENTITY, list(values), ctx=ctx)


def delivered(ctx: MemoryContext) -> list[tuple[bytes, dict[str, Any]]]:
    """Return person and fields of each facts record that was sent on."""
    return [(emitted.key or b"", decoded(emitted)[1]) for emitted in on(ctx, topics.FACTS)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["facts first", "binding first"])
def test_facts_meet_their_person_in_either_order(order: tuple[int, int]) -> None:
    """A revocation reaches the person whichever comes first, complete and once."""
    records = (waiting(REVOKED), binding(ANNA))
    ctx = run(*(records[at] for at in order))
    facts = facts_of(ctx)
    assert (facts["person"], facts["type"], facts["event_id"]) == (ANNA, REVOKED, "e-1")
    assert asserted(facts, "certificate") == {"revoked_on": DAY}
    sent = CODEC.decode(CODEC.decode(records[0])[1]["facts"])[1]
    assert {**facts, "person": b""} == {**sent, "assertions": assertion.decode(sent["assertions"])}
    assert ctx.counters.get(WAITING, 0) == 0


def test_what_waited_goes_before_what_a_binding_brings() -> None:
    """DOMAIN §7, no. 20: a revocation that came first is known before the certificate it revokes."""
    ctx = run(waiting(REVOKED), bringing())
    assert [facts["type"] for _, facts in delivered(ctx)] == [REVOKED, ISSUED]
    assert len({who for who, _ in delivered(ctx)}) == 1
    assert ctx.counters[WAITING] == 0


def test_what_a_binding_brings_is_its_persons_alone() -> None:
    """Facts that came with a binding go on as they are, are not kept, and are told to no second owner."""
    ctx = run(bringing())
    (emitted,) = on(ctx, topics.FACTS)
    assert emitted.value == CODEC.decode(bringing())[1]["facts"]
    assert ISSUED.encode() not in ctx.memory.data[ZJ7]
    run(binding(ANNA), ctx=ctx)
    assert [facts["type"] for who, facts in delivered(ctx) if who == ANNA] == ["hub.alias"]


def test_what_waits_is_counted() -> None:
    """An alias with facts and without a person counts as waiting, once, until it is bound."""
    ctx = run(waiting(REVOKED), waiting(REVOKED, envelope={"id": "e-2"}))
    assert ctx.counters == {WAITING: 1}
    run(binding(ANNA), ctx=ctx)
    assert ctx.counters == {WAITING: 0}
    assert len(delivered(ctx)) == 2


def test_repetitions_have_no_effect() -> None:
    """The same binding and the same facts again deliver nothing again."""
    ctx = run(waiting(REVOKED), binding(ANNA), waiting(REVOKED), binding(ANNA), binding(ANNA))
    assert len(delivered(ctx)) == 1


def test_an_alias_of_two_persons_is_a_conflict() -> None:
    """Facts go to both persons, both are marked, and the first owner is marked once."""
    ctx = run(binding(ANNA), waiting(REVOKED), binding(BEN), binding(ANNA))
    told = delivered(ctx)
    revoked = [who for who, facts in told if facts["type"] == REVOKED]
    marked = [who for who, facts in told if asserted_conflict(facts)]
    assert sorted(revoked) == sorted(marked) == [ANNA, BEN]


def asserted_conflict(facts: dict[str, Any]) -> bool:
    """Return whether a facts record marks an alias conflict."""
    return bool(facts["assertions"] == [("party", b"", {"conflicts": ["ALIAS_CONFLICT"]})])


def test_a_link_binds_the_other_key() -> None:
    """An admission by invitation binds the card, so that a later event by card finds the member."""
    admitted = waiting("member.admitted.v1", person=None, invitation_id=INVITATION)
    ctx = run(admitted, binding(ANNA, BLIND.alias("invitation_id", INVITATION), "invitation_id"))
    facts = facts_of(ctx)
    assert {kind for kind, _, _ in facts["assertions"]} == {
        "membership", "application", "membership_change", "card"
    }  # fmt: skip
    (link,) = on(ctx, topics.IDENTITY)
    fields = decoded(link)[1]
    assert link.key == fields["alias"] == BLIND.alias("card_no", "k1")
    assert (fields["alias_kind"], fields["person"], fields["facts"]) == ("card_no", ANNA, None)
    assert link.value is not None
    later = run(link.value, waiting("member.lapsed.v1"))
    assert facts_of(later)["person"] == ANNA


def test_what_waits_is_bounded() -> None:
    """More facts than the limit are dead letters while nobody is bound, but never a prohibition."""
    records = [mission(number) for number in range(WAITING_LIMIT + 2)]
    ctx = run(*records, waiting(LEFT))
    assert [letter.code for letter in ctx.dead_letters] == [Code.ALIAS_OVERFLOW.value] * 2
    run(binding(ANNA, M1, "member_key"), ctx=ctx)
    types = [facts["type"] for _, facts in delivered(ctx)]
    assert (types.count(MISSION), types.count(LEFT)) == (WAITING_LIMIT, 1)


def test_nothing_overflows_once_the_person_is_known() -> None:
    """Of a bound alias every fact is delivered, and the state stays bounded."""
    records = [mission(number) for number in range(WAITING_LIMIT + 9)]
    ctx = run(binding(ANNA, M1, "member_key"), *records, waiting(LEFT))
    assert ctx.dead_letters == []
    assert len(delivered(ctx)) == WAITING_LIMIT + 10
    run(binding(BEN, M1, "member_key"), ctx=ctx)
    to_ben = [facts["event_id"] for who, facts in delivered(ctx) if who == BEN and facts["type"] == MISSION]
    assert sorted(to_ben) == sorted(f"m{number}" for number in range(9, WAITING_LIMIT + 9))


def test_prohibitions_wait_without_a_limit() -> None:
    """However many prohibitions wait for a key, all of them are delivered."""
    records = [
        waiting(LEFT, envelope={"id": f"l{number}", "seq": number}) for number in range(WAITING_LIMIT + 5)
    ]
    ctx = run(*records, binding(ANNA, M1, "member_key"))
    assert len(delivered(ctx)) == WAITING_LIMIT + 5
    assert ctx.dead_letters == []
    assert LEFT in PROHIBITIONS


def test_a_key_that_everybody_has_marks_everybody() -> None:
    """A key that a source writes for everybody keeps marking, in a state that stays bounded."""
    persons = [bytes([number]) * 16 for number in range(PERSONS_LIMIT + 10)]
    ctx = run(*(binding(who) for who in persons))
    size = len(ctx.memory.data[ZJ7])
    assert {who for who, facts in delivered(ctx) if asserted_conflict(facts)} == set(persons)
    run(binding(b"z" * 16), ctx=ctx)
    assert len(ctx.memory.data[ZJ7]) == size


def test_parked_events_stay_on_the_topic() -> None:
    """A parked event and a tombstone change nothing here."""
    (emitted,) = taken_in(ISSUED, person=person(doc_no=None)).emitted
    ctx = fed(identity(), topics.IDENTITY, [emitted.value, None])
    assert (ctx.emitted, ctx.dead_letters, ctx.memory.data, ctx.counters) == ([], [], {}, {})


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"garbage", Code.FRAME_UNKNOWN),
        (CODEC.encode("hub.tick", {"now": 1}), Code.SCHEMA_MISMATCH),
        (binding(ANNA)[:-3], Code.SCHEMA_MISMATCH),
        (
            CODEC.encode(
                "hub.alias",
                {
                    "alias": ZJ7, "alias_kind": "cert_no", "person": None, "facts": b"?", "event_id": "e",
                    "stamp": bytes(25),
                },
            ),
            Code.FRAME_UNKNOWN,
        ),
    ],
    ids=["garbage", "another record", "cut off", "garbage inside"],
)  # fmt: skip
def test_what_is_no_alias_is_a_dead_letter(value: bytes, code: Code) -> None:
    """An unreadable record is a dead letter, and leaves no trace in the state."""
    ctx = run(value)
    assert [letter.code for letter in ctx.dead_letters] == [code.value]
    assert ctx.memory.data == {}


def test_a_state_of_another_format_is_refused() -> None:
    """A state that this version cannot read stops the stage instead of being guessed at."""
    ctx = MemoryContext(NOW)
    ctx.memory.data[ZJ7] = b"\x09what"
    with pytest.raises(StateError):
        run(binding(ANNA), ctx=ctx)


def test_identity_has_neither_timers_nor_sweeps() -> None:
    """What waits here waits for an event, not for a day, a table or a rule book."""
    ctx = run(waiting(REVOKED))
    identity().on_timer(ZJ7, ctx)
    identity().on_table((), ctx)
    assert identity().sweep(b"", 10, ctx) is None
    assert (ctx.emitted, ctx.timers) == ([], {})


# --- erasure


def erased(who: bytes, alias: bytes = ZJ7, at: int = NOW + 1) -> bytes:
    """Return what matching tells of a key of somebody who was erased."""
    fields = CODEC.decode(binding(who, alias))[1]
    return CODEC.encode("hub.alias", {**fields, "erased": True, "stamp": merge.stamp(at, True, 0, b"")})


def kept(ctx: MemoryContext, alias: bytes = ZJ7) -> AliasState:
    """Return what is kept of an alias."""
    stored = ctx.state.get(alias)
    assert stored is not None
    return decode(stored)


def test_of_a_key_of_somebody_erased_a_stamp_stays() -> None:
    """Neither the person nor what was said under the key is there any more, and none of it comes back."""
    told = (waiting(REVOKED), binding(ANNA))
    ctx = run(*told)
    run(erased(ANNA), ctx=ctx)
    assert kept(ctx) == AliasState("cert_no", [], [], merge.stamp(NOW + 1, True, 0, b""))
    assert ANNA not in (ctx.state.get(ZJ7) or b"")
    seen = len(ctx.emitted)
    run(*told, *reversed(told), erased(ANNA), ctx=ctx)
    assert (len(ctx.emitted), kept(ctx).persons, kept(ctx).known) == (seen, [], [])
    assert ctx.counters[erasure.DROPPED] == 5
    assert not ctx.counters.get(WAITING)


def test_a_key_that_was_never_heard_of_is_erased_too() -> None:
    """What comes later and is older is dropped; what waited for nobody waits no more."""
    ctx = run(erased(ANNA), binding(ANNA), waiting(REVOKED))
    assert (kept(ctx).persons, kept(ctx).known, on(ctx, topics.FACTS)) == ([], [], [])
    waited = run(waiting(REVOKED), erased(ANNA))
    assert (kept(waited).known, waited.counters[WAITING]) == ([], 0)


def test_what_is_newer_than_the_erasure_binds_again() -> None:
    """Who comes back is found under the key as before; that erasure told again does not undo it."""
    ctx = run(binding(ANNA), erased(ANNA, at=-1), binding(BEN), waiting(REVOKED), erased(ANNA, at=-1))
    assert kept(ctx).persons == [BEN]
    assert [who for who, _ in delivered(ctx)] == [BEN]


def test_a_key_that_is_also_somebody_elses_keeps_what_is_theirs() -> None:
    """Only the binding to who was erased goes."""
    ctx = run(waiting(REVOKED), binding(ANNA), binding(BEN), erased(ANNA))
    assert (kept(ctx).persons, len(kept(ctx).known), kept(ctx).erased) == ([BEN], 1, b"")
    assert ANNA not in (ctx.state.get(ZJ7) or b"")
    before, seen = dict(ctx.memory.data), len(ctx.emitted)
    run(erased(ANNA), binding(ANNA), waiting(REVOKED), binding(BEN), ctx=ctx)
    assert (ctx.memory.data, len(ctx.emitted)) == (before, seen)
    run(erased(BEN), ctx=ctx)
    assert (kept(ctx).persons, kept(ctx).known, kept(ctx).gone) == ([], [], [])
