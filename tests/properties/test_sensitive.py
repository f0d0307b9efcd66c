"""What the stage for class s tells: it betrays nothing, is never out of date, does not depend on order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import topics
from hub.core import dates, merge, sensitive
from hub.core.assertion import Assertion
from hub.core.merge import Facts, Stamps
from hub.stages.memory import MemoryContext
from hub.stages.vault import ERASED, PERSON
from tests.unit.core.donors import (
    BLOOD_DAYS,
    BLOOD_GIVEN,
    CONSENT,
    MAY_BE_NAMED,
    PARTY,
    RELATIVE,
    WILLING,
    DonorBook,
    said,
)
from tests.unit.core.people import TODAY
from tests.unit.stages.giving import (
    ANNA,
    CODEC,
    CONTACT,
    DonorTables,
    asserted,
    context,
    decisions,
    process,
    stage,
    state_of,
    told,
    until,
)

MONTH: Final = dates.parse_day("2022-03-01")
SPOKEN: Final = (
    *("S05", "S06", "S13", "S15", "S16"),
    *("blood", "hsc", "organ", "cell", "donat", "secret", "upstream", "spouse", "whole", "quiet"),
    *("捐", "献", "登记", "家属"),
)
"""What must not be read on hub.facts: rules, kinds, event types, sources, and words of theirs."""


def same_effect(effect: str, number: int, day: int) -> list[list[Assertion]]:
    """Return what may be said so that the same follows: on the same day of March, or none."""
    key = b"%d" % number
    early, late = MONTH + day, TODAY + 200
    family: dict[str, Any] = {**RELATIVE, "quiet_until_on": early - 1}
    return {
        "nothing": [
            [("organ_family", key, {**family, "released": False})],
            [("organ_family", key, {**family, "quiet_until_on": late})],
            [("hsc_donation", key, {"completed_on": late})],
            [("blood_donation", key, {**BLOOD_GIVEN, "donated_on": TODAY - BLOOD_DAYS - 1 - day})],
        ],
        "general": [
            [("hsc_registration", b"", {"registered_on": early})],
            [("organ_intent", b"", {**WILLING, "on": early})],
        ],
        "urgent": [
            [("hsc_donation", key, {"completed_on": MONTH})],
            [("organ_family", key, family)],
        ],
        "for-a-while": [
            [("blood_donation", key, {"kind": "whole", "donated_on": early, "count": 1})],
            [("blood_donation", key, {"kind": "platelet", "donated_on": early, "count": 12})],
        ],
    }[effect]


EFFECTS: Final = st.lists(
    st.tuples(st.sampled_from(("nothing", "general", "urgent", "for-a-while")), st.integers(0, 25)),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), effects=EFFECTS)
def test_what_is_told_does_not_betray(data: st.DataObject, effects: list[tuple[str, int]]) -> None:
    """Two lives with the same priorities and dates are told in the same bytes, but for what is sealed."""
    one, other = context(), context()
    for number, (effect, day) in enumerate(effects):
        ways = same_effect(effect, number, day)
        about = said(party=PARTY, consent=CONSENT)
        for ctx in (one, other):
            way = data.draw(st.sampled_from(ways))
            process(ctx, asserted(ANNA, number, [*about, *way], CONTACT))
    assert in_the_clear(one) == in_the_clear(other)
    text = repr(in_the_clear(one)) + "".join(spelt(one))
    assert [word for word in SPOKEN if word in text] == []
    assert bool(told(one)) == any(effect != "nothing" for effect, _ in effects)


def in_the_clear(ctx: MemoryContext) -> list[dict[str, Any]]:
    """Return the records on hub.facts with everything that can be read: of a sealed block the length."""
    return [{**each, "contact": each["contact"] and len(each["contact"])} for each in told(ctx)]


def spelt(ctx: MemoryContext) -> list[str]:
    """Return the bytes of the records on hub.facts, without the sealed blocks, as text."""
    found = []
    for each in ctx.emitted:
        if each.topic == topics.FACTS and each.value is not None:
            sealed = CODEC.decode(each.value)[1]["contact"] or b"none"
            found.append(each.value.replace(sealed, b"").decode("utf-8", "replace"))
    return found


def test_the_words_are_looked_for_in_the_right_place() -> None:
    """A ground that may be named is found by the same search: so it would find one that may not."""
    ctx = context()
    process(ctx, asserted(ANNA, 1, said(party=PARTY, blood_donation=BLOOD_GIVEN, disclosure=MAY_BE_NAMED)))
    text = repr(in_the_clear(ctx)) + "".join(spelt(ctx))
    assert [word for word in SPOKEN if word in text] == ["S13"]
    assert all("S13" in each for each in (repr(in_the_clear(ctx)), "".join(spelt(ctx))))


EVENTS: Final[list[Mapping[str, Mapping[str, Any]]]] = [
    {"blood_donation": BLOOD_GIVEN, "party": PARTY},
    {"blood_donation": {**BLOOD_GIVEN, "donated_on": TODAY - BLOOD_DAYS + 3}},
    {"hsc_donation": {"completed_on": TODAY + 5}, "consent": CONSENT},
    {"hsc_registration": {"registered_on": TODAY - 60}},
    {"organ_intent": WILLING},
    {"organ_intent": {**WILLING, "status": "revoked"}},
    {"organ_family": {**RELATIVE, "quiet_until_on": TODAY + 3, "released": False}},
    {"organ_family": RELATIVE},
    {"disclosure": {**MAY_BE_NAMED, "expires_on": TODAY + 4}},
    {"party": {**PARTY, "birth_day": dates.parse_day("2004-04-20")}},
    {"party": {"deceased_on": TODAY - 3}},
]
ERASURE: Final[Mapping[str, Mapping[str, Any]]] = {"party": {"erasure_on": TODAY}}
DAYS: Final = st.lists(st.lists(st.sampled_from(EVENTS), max_size=5), max_size=5)


def day_passes(ctx: MemoryContext, day: int, events: Sequence[Mapping[str, Mapping[str, Any]]]) -> None:
    """Let it be a day, and events come whose times are those of their places in EVENTS."""
    until(ctx, day)
    for each in events:
        at = EVENTS.index(each) if each in EVENTS else dates.midnight_ms(day)
        prohibits = "deceased_on" in each.get("party", {}) or each is ERASURE
        process(ctx, asserted(ANNA, at, said(**each), CONTACT, prohibits=prohibits))


def heard(ctx: MemoryContext) -> Facts:
    """Return what matching knows after all that was told."""
    known: Facts = {}
    stamps: Stamps = {}
    for each in told(ctx):
        merge.merge(known, stamps, each["stamp"], each["assertions"])
    return known


def claimed(known: Facts) -> dict[str, Any]:
    """Return the ground as matching knows it; one that does not hold is none."""
    ground = known["ground"][0] if "ground" in known else {}
    return {name: value for name, value in ground.items() if name != "key"} if ground.get("holds") else {}


@settings(max_examples=150, deadline=None)
@given(days=DAYS)
def test_matching_knows_what_follows_on_every_day(days: list[list[Mapping[str, Mapping[str, Any]]]]) -> None:
    """What was last told, the figures and the last decision are what the facts come to today."""
    ctx, book = context(), DonorBook()
    for today, events in enumerate(days, start=TODAY):
        day_passes(ctx, today, events)
        if ctx.state.get(PERSON + ANNA) is None:
            continue
        found = sensitive.assess(state_of(ctx).facts, book, today)
        _, _, fields = found.ground.assertion()
        expected = {name: value for name, value in fields.items() if value is not None}
        assert claimed(heard(ctx)) == (expected if found.ground.holds else {})
        assert {name: value for name, value in ctx.counters.items() if value} == dict.fromkeys(
            found.figures, 1
        )
        taken = decisions(ctx)
        if taken:
            assert (taken[-1].ground, taken[-1].codes) == (found.ground, found.codes)
        assert [each.number for each in taken] == list(range(1, len(taken) + 1))
        if found.ground.holds:
            assert heard(ctx).get("party") == _without_death(state_of(ctx).facts.get("party"))
    stamps = [
        each["stamp"] for each in told(ctx) if each["assertions"][:1] and each["assertions"][0][0] == "ground"
    ]
    assert stamps == sorted(set(stamps))


def _without_death(party: Any) -> Any:
    return (
        [{name: value for name, value in each.items() if name != "deceased_on"} for each in party]
        if party
        else party
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data(), days=DAYS)
def test_order_and_repetition_within_a_day_do_not_matter(
    data: st.DataObject, days: list[list[Mapping[str, Mapping[str, Any]]]]
) -> None:
    """The same facts, figures and ground; only how often it was told may differ."""
    one, other = context(), context()
    for today, events in enumerate(days, start=TODAY):
        day_passes(one, today, events)
        again = data.draw(st.lists(st.sampled_from(events), max_size=2)) if events else []
        day_passes(other, today, data.draw(st.permutations([*events, *again])))
        assert claimed(heard(one)) == claimed(heard(other))
        assert {k: v for k, v in one.counters.items() if v} == {k: v for k, v in other.counters.items() if v}
    if one.state.get(PERSON + ANNA) is not None:
        mine, theirs = state_of(one), state_of(other)
        assert (mine.facts, mine.stamps, mine.contact_stamp) == (
            theirs.facts,
            theirs.stamps,
            theirs.contact_stamp,
        )
        assert one.timers == other.timers


@settings(max_examples=200, deadline=None)
@given(
    events=st.lists(st.sampled_from(EVENTS), max_size=6), later=st.lists(st.sampled_from(EVENTS), max_size=3)
)
def test_erasure_leaves_nothing(
    events: list[Mapping[str, Mapping[str, Any]]], later: list[Mapping[str, Mapping[str, Any]]]
) -> None:
    """Whatever was known before, a stub alone remains, and what is older than it stays out."""
    ctx = context()
    day_passes(ctx, TODAY, [*events, ERASURE])
    day_passes(ctx, TODAY + 1, later)
    assert [key for key, _ in ctx.state.scan(b"")] == [ERASED + ANNA]
    assert ctx.timers == {}
    assert {name: value for name, value in ctx.counters.items() if value} == (
        {"flow.erased_facts_dropped": len(later)} if later else {}
    )


@settings(max_examples=150, deadline=None)
@given(events=st.lists(st.sampled_from(EVENTS), max_size=6), waited=st.integers(0, 40))
def test_nothing_changes_before_the_timer(events: list[Mapping[str, Mapping[str, Any]]], waited: int) -> None:
    """Until the next day to look again, a look would find the same; after a death for ever."""
    facts: Facts = {}
    stamps: Stamps = {}
    for at, each in enumerate(events):
        merge.merge(facts, stamps, merge.stamp(at, False, 0, b"%d" % at), said(**each))
    today = TODAY + waited
    book = DonorBook()
    now = sensitive.assess(facts, book, today)
    due = sensitive.next_day(facts, book, today)
    for day in range(today + 1, due if due is not None else today + 800):
        then = sensitive.assess(facts, book, day)
        assert (then.ground, then.rules, then.codes) == (now.ground, now.rules, now.codes)


@settings(max_examples=50, deadline=None)
@given(days=DAYS, split=st.integers(1, 3))
def test_a_sweep_changes_nothing_that_is_up_to_date(
    days: list[list[Mapping[str, Mapping[str, Any]]]], split: int
) -> None:
    """The same book again: nothing is told, decided, counted or stored."""
    ctx = context(tables=DonorTables())
    for today, events in enumerate(days, start=TODAY):
        day_passes(ctx, today, events)
    before = (len(ctx.emitted), dict(ctx.counters), dict(ctx.state.scan(b"")), dict(ctx.timers))
    after: bytes | None = b""
    while after is not None:
        after = stage().sweep(after, split, ctx)
    assert (len(ctx.emitted), dict(ctx.counters), dict(ctx.state.scan(b"")), dict(ctx.timers)) == before
