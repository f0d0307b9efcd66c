"""The identity stage does not depend on order, repetition or how records are cut into batches."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import topics
from hub.stages.memory import MemoryContext
from tests.unit.connectors.events import BEATE, NOW, person
from tests.unit.stages.receiving import BLIND, decoded, fed, identity
from tests.unit.stages.test_identity import binding, bringing, mission, waiting

INVITATION = "ab" * 16
ALIASES = {
    "cert_no": BLIND.alias("cert_no", "zj7"),
    "member_key": BLIND.alias("member_key", "m-1"),
    "invitation_id": BLIND.alias("invitation_id", INVITATION),
    "card_no": BLIND.alias("card_no", "k1"),
}
RECORDS = [
    *(binding(who * 16, alias, kind) for who in (b"a", b"b", b"c") for kind, alias in ALIASES.items()),
    bringing(),
    bringing(person=person(doc_no=BEATE, birth_date=None, sex=None)),
    *(mission(number) for number in range(3)),
    waiting("training.certificate.revoked.v1"),
    waiting("training.certificate.renewed.v1", envelope={"id": "e-2"}),
    waiting("rescue.member.left.v1", envelope={"id": "e-3"}),
    waiting("member.admitted.v1", person=None, invitation_id=INVITATION, envelope={"id": "e-4"}),
    waiting("member.declined.v1", person=None, invitation_id=INVITATION, envelope={"id": "e-5"}),
    waiting("member.resigned.v1", envelope={"id": "e-6"}),
]


def outcome(ctx: MemoryContext) -> tuple[set[str], dict[str, int], dict[bytes, bytes]]:
    """Return the set of facts sent, what is counted, and what is stored."""
    facts = set()
    for emitted in ctx.emitted:
        if emitted.topic == topics.FACTS:
            fields: dict[str, Any] = {**decoded(emitted)[1], "origin": None}
            facts.add(repr(sorted(fields.items())))
    return facts, {name: count for name, count in ctx.counters.items() if count}, ctx.memory.data


def settled(values: list[bytes], cuts: int) -> MemoryContext:
    """Return the context after all values, and what they sent to the stage itself, are processed."""
    ctx = MemoryContext(NOW)
    todo = list(values)
    seen = 0
    while todo:
        part, todo = todo[:cuts], todo[cuts:]
        fed(identity(), topics.IDENTITY, list(part), ctx=ctx)
        todo += [e.value for e in ctx.emitted[seen:] if e.topic == topics.IDENTITY and e.value is not None]
        seen = len(ctx.emitted)
    return ctx


@given(data=st.data())
@settings(max_examples=500, deadline=None)
def test_any_order_and_repetition_gives_the_same_facts(data: st.DataObject) -> None:
    """Any permutation of bindings and facts, with repetitions, sends the same set of facts once each."""
    chosen = data.draw(st.lists(st.sampled_from(RECORDS), unique=True, max_size=len(RECORDS)))
    shuffled = data.draw(st.permutations(chosen))
    repeated = data.draw(st.lists(st.sampled_from(chosen), max_size=8)) if chosen else []
    mixed = data.draw(st.permutations([*shuffled, *repeated]))
    once = settled(chosen, data.draw(st.integers(1, 9)))
    again = settled(mixed, data.draw(st.integers(1, 9)))
    assert outcome(once) == outcome(again)
    sent = [(e.key, e.value) for e in once.emitted if e.topic == topics.FACTS]
    assert len(set(sent)) == len(sent)


@given(data=st.data())
@settings(max_examples=500, deadline=None)
def test_every_fact_reaches_every_person_of_its_alias(data: st.DataObject) -> None:
    """The facts sent are exactly the pairs of a fact and a person bound to its alias."""
    missions = data.draw(st.sets(st.integers(0, 5)))
    persons = data.draw(st.sets(st.sampled_from([b"a", b"b", b"c"])))
    records = [mission(number) for number in missions]
    records += [binding(who * 16, ALIASES["member_key"], "member_key") for who in persons]
    ctx = settled(data.draw(st.permutations(records)), 3)
    told = [(e.key, decoded(e)[1]) for e in ctx.emitted]
    pairs = sorted((key, fields["event_id"]) for key, fields in told if fields["type"] != "hub.alias")
    assert pairs == sorted((who * 16, f"m{number}") for who in persons for number in missions)
    marked = {key for key, fields in told if fields["type"] == "hub.alias"}
    assert marked == ({who * 16 for who in persons} if len(persons) > 1 else set())
