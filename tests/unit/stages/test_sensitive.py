"""The stage for class s: what it tells, records, counts, schedules, keeps and forgets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub import topics
from hub.core import assertion, dates, merge
from hub.core.merge import Facts, Stamps
from hub.data import crosswalk, regions
from hub.errors import KeyRingError, StateError
from hub.privacy.key_ring import KeyRing
from hub.privacy.padding import pad
from hub.privacy.sealing import Sealer, SealError, SealingKey
from hub.privacy.suite import INTL
from hub.stages.contract import Batch, Quarantine, Record, Stage
from hub.stages.intake import IntakeStage
from hub.stages.pipeline import MemoryPipeline
from hub.stages.sensitive import SensitiveStage
from hub.stages.sensitivedecision import open_decision
from hub.stages.vault import BLOCK_BYTES, ERASED, PERSON
from tests.unit.connectors.events import NOW as UPSTREAM_NOW
from tests.unit.connectors.events import event
from tests.unit.core.donors import (
    BLOOD_DAYS,
    BLOOD_GIVEN,
    CELLS_GIVEN,
    CONSENT,
    MAY_BE_NAMED,
    PARTY,
    RELATIVE,
    WILLING,
    DonorBook,
)
from tests.unit.core.people import TODAY
from tests.unit.stages.giving import (
    ANNA,
    BEN,
    CODEC,
    CONTACT,
    SEALER,
    SECRET,
    DonorTables,
    asserted,
    context,
    data,
    decisions,
    facts,
    framed,
    grounds,
    noon,
    process,
    stage,
    state_of,
    stock,
    told,
    until,
)

NOW = noon(TODAY)
GAVE: dict[str, Any] = {"party": PARTY, "consent": CONSENT, "blood_donation": BLOOD_GIVEN}
ENDS = BLOOD_GIVEN["donated_on"] + BLOOD_DAYS


def blood(who: bytes = ANNA, at: int = 1, **kinds: Any) -> bytes:
    """Return that somebody gave blood, with all that is needed to invite them."""
    return facts(who, at, CONTACT, **{**GAVE, **kinds})


def family(at: int = 1, **changed: Any) -> bytes:
    """Return that somebody's relative gave organs."""
    return facts(ANNA, at, CONTACT, party=PARTY, consent=CONSENT, organ_family={**RELATIVE, **changed})


def at_matching(*contexts: Any) -> tuple[Facts, list[bytes]]:
    """Return what matching makes of everything told: the facts, and the contact blocks."""
    known: Facts = {}
    stamps: Stamps = {}
    blocks = []
    for ctx in contexts:
        for each in told(ctx):
            merge.merge(known, stamps, each["stamp"], each["assertions"])
            if each["contact"] is not None:
                blocks.append(each["contact"])
    return known, blocks


def test_it_is_a_stage() -> None:
    """The engine finds every method it may call."""
    made: Stage = stage()
    assert isinstance(made, Quarantine)
    assert (made.name, made.topics) == ("sensitive", (topics.FACTS_SENSITIVE,))


# --- telling


def test_a_ground_is_told_with_all_that_an_invitation_needs() -> None:
    """First who it is, as of the event's time, then the ground, as of the tick; the block is as intake's."""
    ctx = context()
    process(ctx, blood(at=5))
    background, ground = told(ctx)
    assert {kind: fields for kind, _, fields in background["assertions"]} == {
        "party": PARTY,
        "consent": CONSENT,
    }
    assert merge.occurred_at(background["stamp"]) == background["occurred_at"] == 5
    assert msgspec.msgpack.decode(SEALER.open(background["contact"], ANNA)) == CONTACT
    assert grounds(ctx) == [
        {"holds": True, "priority": 3, "since_on": dates.parse_day("2022-01-01"), "until_on": ENDS}
    ]
    assert (ground["contact"], ground["occurred_at"], ground["received_at"]) == (None, NOW, NOW)
    assert merge.occurred_at(ground["stamp"]) == NOW
    for each in (background, ground):
        assert (each["person"], each["source"], each["type"]) == (
            ANNA,
            "/redcross/33/hub/sensitive",
            "hub.ground",
        )
    assert {each.key for each in ctx.emitted} == {ANNA}


def test_of_somebody_without_a_ground_nothing_is_told() -> None:
    """Neither who it is nor that anything is known."""
    ctx = context()
    process(ctx, facts(contact=CONTACT, party=PARTY, consent=CONSENT), family(released=False))
    assert told(ctx) == []


def test_a_ground_that_ends_is_taken_back_by_time() -> None:
    """On the day after its last, restrictively, and with nothing else."""
    ctx = context()
    process(ctx, blood())
    until(ctx, ENDS)
    assert len(grounds(ctx)) == 1
    until(ctx, ENDS + 1)
    assert grounds(ctx)[1:] == [{"holds": False}]
    assert merge.restricts(told(ctx)[-1]["stamp"])
    assert [kind for kind, _, _ in told(ctx)[-1]["assertions"]] == ["ground"]
    assert at_matching(ctx)[0]["ground"] == [{"key": b"", "holds": False}]


def test_the_same_again_tells_nothing() -> None:
    """A duplicate leaves no trace; another donation moves the end."""
    ctx = context()
    process(ctx, blood())
    before, stored = len(ctx.emitted), data(ctx)
    process(ctx, blood())
    assert (len(ctx.emitted), data(ctx)) == (before, stored)
    later = asserted(ANNA, 2, [("blood_donation", b"b2", {**BLOOD_GIVEN, "donated_on": TODAY})])
    process(ctx, later)
    assert [each["until_on"] for each in grounds(ctx)] == [ENDS, TODAY + BLOOD_DAYS]


def test_what_changes_within_a_tick_ends_as_it_is() -> None:
    """Matching keeps the last word, though what restricts would win at the same time."""
    ctx = context()
    for at, status in enumerate(("registered", "revoked", "registered"), start=1):
        process(ctx, facts(at=at, party=PARTY, organ_intent={**WILLING, "status": status}))
    assert [each["holds"] for each in grounds(ctx)] == [True, False, True]
    assert at_matching(ctx)[0]["ground"][0]["holds"] is True
    stamps = [each["stamp"] for each in told(ctx) if each["assertions"][0][0] == "ground"]
    assert stamps == sorted(stamps)


def test_a_new_address_follows_a_ground_that_holds() -> None:
    """The ground is not said again, and the block is sealed anew."""
    ctx = context()
    process(ctx, blood(at=5))
    process(ctx, facts(at=9, contact={"name": "新"}, party={"residence": "330106"}))
    assert len(grounds(ctx)) == 1
    known, blocks = at_matching(ctx)
    assert known["party"][0]["residence"] == "330106"
    assert msgspec.msgpack.decode(SEALER.open(blocks[-1], ANNA)) == {"name": "新"}


def test_an_old_event_does_not_bring_back_what_was_withdrawn() -> None:
    """A ground that comes to hold today tells the consent of its event as of then, not as of today."""
    book = DonorBook(off=frozenset({"S13"}))
    ctx = context(tables=DonorTables(book))
    process(ctx, blood(at=5))
    assert told(ctx) == []
    ctx.tables = DonorTables()
    stage().sweep(b"", 10, ctx)
    known: Facts = {}
    stamps: Stamps = {}
    merge.merge(
        known,
        stamps,
        merge.stamp(7, True, 0, b""),
        [("consent", b"membership_invitation", {"status": "withdrawn"})],
    )
    for each in told(ctx):
        merge.merge(known, stamps, each["stamp"], each["assertions"])
    assert known["consent"][0]["status"] == "withdrawn"
    assert known["ground"][0]["holds"] is True


def test_a_rule_is_named_only_with_consent() -> None:
    """Once the consent to disclosure ends, matching knows no id any more."""
    ctx = context()
    process(ctx, blood(disclosure={**MAY_BE_NAMED, "expires_on": TODAY + 5}))
    assert grounds(ctx)[0]["disclosed"] == ["S13"]
    until(ctx, TODAY + 6)
    assert grounds(ctx)[0]["recipients"] == ["33"]
    own = {"disclosed", "recipients"}
    assert grounds(ctx)[1] == {name: value for name, value in grounds(ctx)[0].items() if name not in own}
    assert not own & set(at_matching(ctx)[0]["ground"][0])


def test_from_upstream_to_hub_facts(tmp_path: Path) -> None:
    """Intake and this stage agree on what is sealed: in the whole flow in memory, with a ring of keys."""
    ring = KeyRing.create(tmp_path / "keys")
    secret = ring.sensitive_sealer()
    stages = (
        IntakeStage(CODEC, ring.blind_index(), ring.sealer(), regions(), crosswalk(), sensitive=secret),
        SensitiveStage(CODEC, ring.sealer(), secret),
    )
    flow = MemoryPipeline(stages, DonorTables, partitions=3)
    for ce_type in ("blood.donation.qualified.v1", "hsc.donor.registered.v1", "consent.withdrawn.v1"):
        schema = CODEC.catalogue.by_type(ce_type)
        flow.publish(schema.topic, b"x", CODEC.encode(ce_type, event(ce_type)))
    flow.tick(UPSTREAM_NOW)
    told = [
        assertion.decode(CODEC.decode(value or b"")[1]["assertions"])
        for _, value in flow.emitted(topics.FACTS)
    ]
    kinds = {kind for assertions in told for kind, _, _ in assertions}
    assert kinds == {"ground", "party", "consent"}
    keys = {key for topic in (topics.FACTS, topics.DECISIONS_SENSITIVE) for key, _ in flow.emitted(topic)}
    assert len(keys) == 1
    (decision, *_) = [CODEC.decode(value or b"")[1] for _, value in flow.emitted(topics.DECISIONS_SENSITIVE)]
    opened = open_decision(decision["person"], decision["sealed"], ring.sensitive_sealer())
    assert [rule.id for rule in opened.rules] in (["S13"], ["S15"], ["S13", "S15"])
    assert flow.counters()["sensitive_grounds"] == 1


# --- families


def test_a_family_is_told_of_when_time_and_coordinator_allow() -> None:
    """Held and counted until then, and nothing on hub.facts."""
    ctx = context()
    process(ctx, family(quiet_until_on=TODAY + 40, released=False))
    assert (told(ctx), stock(ctx)) == ([], {"sensitive_held|code=quiet": 1})
    until(ctx, TODAY + 41)
    assert (told(ctx), stock(ctx)) == ([], {"sensitive_held|code=release": 1})
    process(ctx, family(at=2, quiet_until_on=TODAY + 40))
    assert [each["priority"] for each in grounds(ctx)] == [2]
    assert stock(ctx) == {"sensitive_grounds": 1}
    assert [each.codes for each in decisions(ctx)] == [("quiet",), ("release",), ()]


# --- decisions


def test_a_decision_says_everything_to_who_has_the_key() -> None:
    """Rules with their text, facts used, the ground, the book and the cause."""
    ctx = context()
    process(ctx, blood())
    (decision,) = decisions(ctx)
    (rule,) = decision.rules
    assert (rule.id, rule.version, rule.priority, rule.reason_en, rule.until) == (
        "S13",
        1,
        3,
        "gave blood",
        ENDS,
    )
    (used,) = decision.facts_used
    assert (used.kind, used.key) == ("blood_donation", b"b1".hex())
    assert used.fields == {"kind": "whole", "donated_on": dates.iso(TODAY - 100), "count": "3"}
    assert (decision.number, decision.book, decision.cause_event_id) == (1, "donors@1", "upstream-1")
    assert (decision.ground.holds, decision.ground.until_on) == (True, ENDS)


def test_a_decision_shows_nothing_to_who_has_not() -> None:
    """Whom and when; one length whatever it says; the headers repeat the envelope."""
    records = []
    for value in (blood(), family(released=False), facts(party=PARTY, hsc_donation=CELLS_GIVEN)):
        ctx = context()
        process(ctx, value)
        records += [each for each in ctx.emitted if each.topic == topics.DECISIONS_SENSITIVE]
    assert len({len(each.value or b"") for each in records}) == 1
    for each in records:
        assert each.value is not None
        record = CODEC.decode(each.value)[1]
        assert (record["person"], record["tick"], each.key) == (ANNA, NOW, ANNA)
        assert dict(each.headers or ())["ce_id"] == record["envelope"]["id"].encode()
        assert not any(
            word in each.value for word in (b"S13", b"S06", b"S05", b"blood", b"quiet", b"upstream")
        )


def test_what_changes_nothing_is_not_decided() -> None:
    """Neither a birthday nor a new address nor the first of a month."""
    ctx = context()
    process(ctx, blood(), facts(at=2, party={"residence": "330106"}))
    until(ctx, TODAY + 400)
    assert len(decisions(ctx)) == 1


def test_only_the_right_key_opens_a_decision() -> None:
    """Not the one for contact blocks, not for another person, and nothing else that is sealed with it."""
    ctx = context()
    process(ctx, blood())
    (record,) = [CODEC.decode(each.value or b"")[1] for each in ctx.emitted if "decisions" in each.topic]
    assert open_decision(ANNA, record["sealed"], SECRET).number == 1
    with pytest.raises(KeyRingError):
        open_decision(ANNA, record["sealed"], SEALER)
    with pytest.raises(SealError):
        open_decision(BEN, record["sealed"], SECRET)
    for other in (b"short", pad(b"no msgpack", 64)):
        with pytest.raises(SealError, match="no decision"):
            open_decision(ANNA, SECRET.seal(other, ANNA), SECRET)


# --- what is kept


def test_what_is_kept_cannot_be_read() -> None:
    """Every value is sealed, bound to its key and of one length; a timer is within the month."""
    ctx = context()
    process(ctx, blood(), blood(BEN, hsc_donation=CELLS_GIVEN, disclosure=MAY_BE_NAMED))
    one, other = data(ctx)[PERSON + ANNA], data(ctx)[PERSON + BEN]
    assert len(one) == len(other) == BLOCK_BYTES + len(SECRET.seal(b""))
    for word in (b"blood", b"donated_on", b"S13", "测试".encode(), b"330106"):
        assert word not in one + other
    assert set(ctx.timers.values()) == {dates.midnight_ms(dates.parse_day("2022-05-01"))}
    ctx.state.put(PERSON + BEN, one)
    with pytest.raises(StateError, match="another key"):
        stage().on_timer(PERSON + BEN, ctx)


def test_a_look_that_finds_nothing_new_writes_nothing() -> None:
    """The first of every month passes without a trace in the changelog, but for the next timer."""
    ctx = context()
    process(ctx, blood())
    stored = data(ctx)
    until(ctx, TODAY + 100)
    assert data(ctx) == stored
    assert len(ctx.timers) == 1


def test_before_the_first_book_facts_are_only_kept() -> None:
    """The sweep of its activation evaluates them."""
    ctx = context()
    ctx.tables = DonorTables()
    ctx.tables.book = None
    process(ctx, blood(), blood(BEN))
    assert (ctx.emitted, ctx.timers) == ([], {})
    ctx.tables = DonorTables()
    cursor = stage().sweep(b"", 1, ctx)
    assert (cursor, len(grounds(ctx))) == (PERSON + ANNA, 1)
    assert stage().next_key(cursor or b"", ctx) == PERSON + BEN
    assert stage().sweep(cursor or b"", 2, ctx) is None
    assert (len(grounds(ctx)), stage().next_key(PERSON + BEN, ctx)) == (2, None)


def test_another_book_takes_grounds_back() -> None:
    """A rule that is switched off speaks of nobody any more."""
    ctx = context()
    process(ctx, blood())
    ctx.tables = DonorTables(DonorBook(off=frozenset({"S13"})))
    stage().sweep(b"", 10, ctx)
    assert grounds(ctx)[1:] == [{"holds": False}]
    assert stock(ctx) == {}


def test_tables_do_not_matter() -> None:
    """No organisation and no region has a say."""
    ctx = context()
    process(ctx, blood())
    seen = len(ctx.emitted)
    stage().on_table([], ctx)
    assert len(ctx.emitted) == seen


# --- prohibitions


@pytest.mark.parametrize("first", ["death", "donation"])
def test_of_the_dead_nothing_is_said(first: str) -> None:
    """Whichever was heard of first; no timer wakes them."""
    death = facts(at=9, prohibits=True, party={"deceased_on": TODAY})
    ctx = context()
    process(ctx, *((death, blood()) if first == "death" else (blood(), death)))
    assert grounds(ctx)[-1:] in ([], [{"holds": False}])
    assert (len(grounds(ctx)), ctx.timers) == (0 if first == "death" else 2, {})
    assert decisions(ctx)[-1].codes == ("deceased",)
    assert stock(ctx) == {"sensitive_held|code=deceased": 1}


def test_the_death_of_somebody_unknown_is_kept_and_not_recorded() -> None:
    """There is nothing to decide on, yet."""
    ctx = context()
    process(ctx, facts(prohibits=True, party={"deceased_on": TODAY}))
    assert (ctx.emitted, stock(ctx), list(data(ctx))) == ([], {}, [PERSON + ANNA])


def test_erasure_leaves_a_stub_that_drops_what_is_older() -> None:
    """State, timer and figures go; the request is matching's business, so nothing is told."""
    ctx = context()
    process(ctx, blood(at=5))
    seen = len(ctx.emitted)
    process(ctx, facts(at=NOW + 1, prohibits=True, party={"erasure_on": TODAY}))
    assert (len(ctx.emitted), ctx.timers, stock(ctx)) == (seen, {}, {})
    assert list(data(ctx)) == [ERASED + ANNA]
    process(ctx, blood(at=7), blood(at=NOW))
    assert (len(ctx.emitted), list(data(ctx))) == (seen, [ERASED + ANNA])
    assert stock(ctx) == {"flow.erased_facts_dropped": 2}


def test_what_was_told_after_the_request_is_retracted() -> None:
    """The request took its time: matching may have heard of the ground after it had forgotten the person."""
    ctx = context()
    process(ctx, blood(at=5))
    process(ctx, facts(at=NOW - 1, prohibits=True, party={"erasure_on": TODAY}))
    last = told(ctx)[-1]
    assert [(kind, fields) for kind, _, fields in last["assertions"] if kind == "party"] == [
        ("party", {"erasure_on": TODAY})
    ]
    assert last["stamp"] > max(each["stamp"] for each in told(ctx)[:-1])
    assert grounds(ctx)[-1] == {"holds": False}


def test_who_comes_back_after_erasure_is_new() -> None:
    """Newer facts start a new person, of whom is told what is new to matching; no id is used twice."""
    ctx = context()
    process(ctx, blood(at=5), facts(at=NOW - 1, prohibits=True, party={"erasure_on": TODAY}))
    retraction = told(ctx)[-1]["stamp"]
    process(ctx, blood(at=NOW))
    assert state_of(ctx).decisions == 2
    assert [decision.number for decision in decisions(ctx)] == [1, 2]
    assert grounds(ctx)[-1]["holds"] is True
    assert told(ctx)[-1]["stamp"] > retraction
    process(ctx, facts(at=NOW + 5, prohibits=True, party={"erasure_on": TODAY}))
    assert list(data(ctx)) == [ERASED + ANNA]


def test_erasure_of_somebody_unknown_leaves_a_stub_too() -> None:
    """What is older may still be on its way."""
    ctx = context()
    process(ctx, facts(at=9, prohibits=True, party={"erasure_on": TODAY}), blood(at=5))
    assert (list(data(ctx)), told(ctx)) == ([ERASED + ANNA], [])


# --- what cannot be read


def sealed_whole(plain: bytes) -> bytes:
    """Return some bytes sealed for Anna as a content is."""
    return SECRET.seal(pad(plain, 1024), ANNA)


DAMAGED = [
    pytest.param(lambda: sealed_whole(b"no msgpack"), id="no-content"),
    pytest.param(lambda: sealed_whole(msgspec.msgpack.encode({"type": "t"})), id="half-a-content"),
    pytest.param(
        lambda: SECRET.seal(
            msgspec.msgpack.encode(
                {
                    "type": "t", "source": "s", "origin": ("t", 0, 0), "contact": None,
                    "assertions": assertion.encode([]),
                }
            ),
            ANNA,
        ),
        id="not-padded",
    ),
    pytest.param(lambda: SECRET.seal(b"", BEN), id="of-another-person"),
    pytest.param(lambda: b"short", id="not-sealed"),
    pytest.param(
        lambda: sealed_whole(
            msgspec.msgpack.encode(
                {"type": "t", "source": "s", "origin": ("t", 0, 0), "assertions": b"\xff", "contact": None}
            )
        ),
        id="no-assertions",
    ),
    pytest.param(
        lambda: sealed_whole(
            msgspec.msgpack.encode(
                {
                    "type": "t", "source": "s", "origin": ("t", 0, 0), "contact": None,
                    "assertions": assertion.encode([("no_such_kind", b"", {})]),
                }
            )
        ),
        id="unknown-kind",
    ),
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED)
@pytest.mark.parametrize("prohibits", [True, False], ids=["prohibition", "no-prohibition"])
def test_what_cannot_be_read_is_a_dead_letter(damage: Any, *, prohibits: bool) -> None:
    """A prohibition among it still prohibits: its person is held for review."""
    ctx = context()
    process(ctx, blood(), framed(ANNA, 2, damage(), merge.stamp(2, prohibits, 0, b"")))
    (letter,) = ctx.dead_letters
    assert (letter.record.offset, letter.event_type) == (1, "")
    assert letter.code in {"SCHEMA_MISMATCH", "FACT_UNKNOWN"}
    held = {"sensitive_held|code=review": 1}
    assert stock(ctx) == (held if prohibits else {"sensitive_grounds": 1})
    assert len(grounds(ctx)) == (2 if prohibits else 1)


def test_a_record_in_no_known_schema_is_a_dead_letter() -> None:
    """The others of its batch take effect; a tombstone says nothing."""
    ctx = context()
    process(ctx, b"nonsense", None, blood())
    assert [letter.record.offset for letter in ctx.dead_letters] == [0]
    assert len(grounds(ctx)) == 1


def test_without_the_key_the_worker_stops() -> None:
    """A ring that lacks the key would turn everything into dead letters."""
    other = Sealer(SealingKey.of(b"x" * INTL.key_bytes, INTL))
    ctx = context()
    made = SensitiveStage(CODEC, SEALER, other)
    with pytest.raises(KeyRingError):
        made.process(Batch(topics.FACTS_SENSITIVE, 0, [Record(0, None, blood())]), ctx)


# --- quarantine


def test_who_cannot_be_evaluated_is_held_until_something_new_is_known() -> None:
    """The ground is taken back, the figures say review, the timer is gone."""
    ctx = context()
    process(ctx, blood())
    ctx.tables = DonorTables(DonorBook(raises=True))
    with pytest.raises(ZeroDivisionError):
        stage().on_timer(PERSON + ANNA, ctx)
    stage().quarantine(PERSON + ANNA, ctx)
    assert (grounds(ctx)[-1], ctx.timers) == ({"holds": False}, {})
    assert stock(ctx) == {"sensitive_held|code=review": 1}
    assert decisions(ctx)[-1].codes == ("review",)
    ctx.tables = DonorTables()
    process(ctx, facts(at=2, party={"residence": "330106"}))
    assert (grounds(ctx)[-1]["holds"], stock(ctx)) == (True, {"sensitive_grounds": 1})


def test_a_quarantine_of_nobody_does_nothing() -> None:
    """A cursor may point at somebody who was erased meanwhile."""
    ctx = context()
    stage().quarantine(PERSON + ANNA, ctx)
    assert (ctx.emitted, data(ctx)) == ([], {})
