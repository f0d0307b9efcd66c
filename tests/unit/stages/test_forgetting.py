"""Erasure in the matching stage: what goes at once, what later, and what stays."""

from __future__ import annotations

from typing import Any

from hub import topics
from hub.core import erasure, merge
from hub.core.assertion import encode
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import RecipientSealer
from hub.privacy.suite import INTL
from hub.stages.contract import Batch, Record
from hub.stages.forgetting import ERASED
from hub.stages.matching import MatchingStage
from hub.stages.memory import MemoryContext
from tests.unit.core.asking import AskingBook
from tests.unit.core.people import CERTIFICATE, CONSENT, COURSE, PARTY, TODAY, assertion
from tests.unit.stages.matchmaking import (
    ANNA,
    BEN,
    CODEC,
    CONTACT,
    PUBLIC,
    SEALER,
    FakeTables,
    context,
    data,
    everything,
    facts,
    process,
    sent,
    state_of,
    stock,
    story,
    timers,
    until,
)

NOMINATED = {
    "council_org": "SOC", "term": "7", "session_on": TODAY + 60, "nominated_on": TODAY, "status": "nominated"
}  # fmt: skip


def request(who: bytes = ANNA, at: int = 100) -> bytes:
    """Return a request for erasure."""
    content = encode([assertion("party", {"erasure_on": TODAY})])
    record = CODEC.decode(facts(who, at))[1]
    return CODEC.encode(
        "hub.person_facts",
        {**record, "assertions": content, "stamp": merge.stamp(at, True, 0, content), "event_id": "erase-1"},
    )


def invited(tables: FakeTables | None = None, **kinds: Any) -> MemoryContext:
    """Return a context in which somebody has an open invitation, and what else the facts make."""
    ctx = context(tables=tables)
    process(ctx, everything(**kinds))
    return ctx


def tombstones(ctx: MemoryContext) -> list[tuple[str, bytes | None]]:
    """Return topic and key of what was tombstoned so far."""
    return [(each.topic, each.key) for each in ctx.emitted if each.value is None]


def test_a_stub_is_all_that_stays() -> None:
    """State, indexes, timer and figures go in the transaction that withdraws the invitation."""
    ctx = invited()
    process(ctx, request())
    assert story(ctx) == [("issued", None), ("withdrawn", "erasure")]
    assert list(data(ctx)) == [ERASED + ANNA, b"t"]
    assert list(timers(ctx)) == [ERASED + ANNA]
    assert stock(ctx) == {}
    last = sent(ctx, topics.INVITATIONS)[-1]
    assert (last["reason_en"], last["contact"]) == ("The person asked for erasure.", None)


def test_an_erasure_is_a_decision_that_says_nothing_of_the_person() -> None:
    """Code and day are kept for three years; what was sealed before cannot be opened any more."""
    ctx = invited()
    (before,) = sent(ctx, topics.DECISIONS)
    assert (before["organisation"], before["cause_event_id"], len(before["facts_used"])) == (
        "SOC",
        "event-1",
        1,
    )
    process(ctx, request())
    assert (topics.PERSON_KEYS, ANNA) in tombstones(ctx)
    kept = [
        CODEC.decode(each.value)[1] for each in ctx.emitted if each.topic == topics.DECISIONS and each.value
    ]
    assert [(each["outcome"], each["code"], each["change"]) for each in kept] == [
        ("invite", "", "issued"), ("stop", "erasure", "withdrawn"),
    ]  # fmt: skip
    for each in kept:
        assert each["facts_used"] == []
        assert {each[name] for name in ("organisation", "invitation_id", "cause_event_id")} == {None}
        assert all(rule["until"] is None for rule in each["rules"])


def test_readers_see_the_withdrawal_before_the_tombstone() -> None:
    """What was open is tombstoned days later, what had ended at once; then the stub alone is left."""
    ctx = invited()
    process(ctx, facts(at=2, refusal={"declined_on": TODAY}))
    until(ctx, TODAY + 400)
    process(ctx, everything(at=3, certificate={**CERTIFICATE, "expires_on": TODAY + 900}))
    first, second = dict.fromkeys(each["invitation_id"] for each in sent(ctx, topics.INVITATIONS))
    process(ctx, request())
    assert tombstones(ctx) == [(topics.INVITATIONS, first.encode()), (topics.PERSON_KEYS, ANNA)]
    until(ctx, TODAY + 400 + 29)
    assert len(tombstones(ctx)) == 2
    until(ctx, TODAY + 400 + 30)
    assert tombstones(ctx)[2:] == [(topics.INVITATIONS, second.encode())]
    assert (timers(ctx), list(data(ctx))) == ({}, [ERASED + ANNA, b"t"])
    assert erasure.decode(data(ctx)[ERASED + ANNA]).buried == ()


def test_a_task_is_cancelled_and_tombstoned_likewise() -> None:
    """The council's organisation hears of it first."""
    ctx = invited(FakeTables(AskingBook()), candidacy=NOMINATED)
    process(ctx, request())
    opened, cancelled = sent(ctx, topics.TASKS)
    assert (opened["change"], cancelled["change"]) == ("opened", "cancelled")
    until(ctx, TODAY + 30)
    assert (topics.TASKS, opened["task_id"].encode()) in tombstones(ctx)


def test_identity_is_told_every_key_that_is_known() -> None:
    """Certificate, invitation, card and the others, with a stamp that covers how they were bound."""
    keyed: dict[str, Any] = {
        "rescue_member": {"status": "left"},
        "volunteer": {"level": "recorded"},
        "gift": {"region": "33"},
    }
    ctx = invited(org_gift={"region": "33"}, card={"issued_on": TODAY}, course=COURSE, **keyed)
    process(ctx, request())
    told = [each for each in sent(ctx, topics.IDENTITY) if each["erased"]]
    assert sorted(each["alias_kind"] for each in told) == [
        "card_no", "cert_no", "donation_no", "invitation_id", "member_key", "volunteer_key",
    ]  # fmt: skip
    assert {each["person"] for each in told} == {ANNA}
    (bound,) = (each for each in sent(ctx, topics.IDENTITY) if not each["erased"])
    (freed,) = (each for each in told if each["alias_kind"] == "invitation_id")
    assert freed["alias"] == bound["alias"]
    assert not erasure.later(bound["stamp"], freed["stamp"])


def test_what_is_older_stays_out() -> None:
    """Facts told again, the request itself included, are dropped and counted."""
    ctx = invited()
    process(ctx, request())
    seen = len(ctx.emitted)
    process(ctx, everything(), facts(at=100, consent=CONSENT), request(), facts(BEN, at=1, party=PARTY))
    assert ctx.counters[erasure.DROPPED] == 3
    (freed,) = ctx.emitted[seen:]  # the certificate's key, which may have been bound again meanwhile
    assert (freed.topic, sent(ctx, topics.IDENTITY)[-1]["erased"]) == (topics.IDENTITY, True)
    assert min(data(ctx)) == ERASED + ANNA
    assert b"p" + ANNA not in data(ctx)


def test_what_was_known_and_is_newer_than_the_request_goes_too_and_stays_out() -> None:
    """A request that comes late erases all that is known; telling that again does not bring it back."""
    ctx = context()
    newer = facts(at=500, party=PARTY, consent=CONSENT)
    process(ctx, everything(), newer, request(at=100), newer)
    assert list(data(ctx)) == [ERASED + ANNA, b"t"]
    assert ctx.counters[erasure.DROPPED] == 1


def test_who_is_unknown_leaves_a_stub_too() -> None:
    """What is older may still be on its way."""
    ctx = context()
    process(ctx, request(), everything())
    assert list(data(ctx)) == [ERASED + ANNA, b"t"]
    assert [(each["outcome"], each["code"]) for each in sent(ctx, topics.DECISIONS)] == [("stop", "erasure")]
    assert timers(ctx) == {}


def test_who_comes_back_without_a_consent_is_left_alone() -> None:
    """Newer facts start anew; nobody is invited of them, and nobody asked to act."""
    ctx = invited(FakeTables(AskingBook()))
    process(ctx, request())
    process(ctx, facts(at=200, party=PARTY, certificate=CERTIFICATE, candidacy=NOMINATED))
    assert (state_of(ctx).outcome, state_of(ctx).code) == ("stop", "erasure")
    assert [change for change, _ in story(ctx)] == ["issued", "withdrawn"]
    (told,) = sent(ctx, topics.TASKS)
    assert (told["status"], told["blocked_by"], told["organisation"]) == ("blocked", "erasure", "")
    assert told["contact"] is None


def test_who_comes_back_with_a_consent_is_somebody_new() -> None:
    """They are invited again, under ids that nobody had before: no tombstone of before can hit them."""
    ctx = invited(FakeTables(AskingBook()), candidacy=NOMINATED)
    process(ctx, request())
    process(ctx, everything(at=200, candidacy=NOMINATED))
    before, after = {}, {}
    for topic, name in ((topics.INVITATIONS, "invitation_id"), (topics.TASKS, "task_id")):
        before[topic], after[topic] = dict.fromkeys(each[name] for each in sent(ctx, topic))
    ids = [dict(each.headers or ())["ce_id"] for each in ctx.emitted if each.topic == topics.DECISIONS]
    assert len(set(ids)) == len(ids)
    assert sent(ctx, topics.INVITATIONS)[-1]["episode"] == 1
    until(ctx, TODAY + 30)
    buried = {key.decode() for _, key in tombstones(ctx) if key is not None and len(key) > 16}
    assert buried == set(before.values())
    assert state_of(ctx).invitation is not None


def test_who_is_erased_twice_is_buried_twice() -> None:
    """What was open at either request is tombstoned."""
    ctx = invited()
    process(ctx, request())
    process(ctx, everything(at=200), request(at=300))
    until(ctx, TODAY + 30)
    ids = {each["invitation_id"].encode() for each in sent(ctx, topics.INVITATIONS)}
    assert {key for topic, key in tombstones(ctx) if topic == topics.INVITATIONS} == ids
    assert len(ids) == 2


def test_before_the_first_book_nothing_is_open() -> None:
    """The person is forgotten all the same; nothing is decided without a rule book."""
    tables = FakeTables()
    tables.book = None
    ctx = context(tables=tables)
    process(ctx, everything(), request())
    assert list(data(ctx)) == [ERASED + ANNA, b"t"]
    assert sent(ctx, topics.DECISIONS) == []


def test_the_days_until_the_tombstone_are_a_setting() -> None:
    """A stage with two days buries after two."""
    ctx = invited()
    hasty = MatchingStage(
        CODEC,
        BlindIndex(b"p" * 32, INTL),
        SEALER,
        RecipientSealer({"registry": PUBLIC}, INTL),
        tombstone_days=2,
    )
    hasty.process(Batch(topics.FACTS, 0, [Record(0, None, request())]), ctx)
    until(ctx, TODAY + 1)
    assert len([each for each in tombstones(ctx) if each[0] == topics.INVITATIONS]) == 0
    until(ctx, TODAY + 2)
    assert len([each for each in tombstones(ctx) if each[0] == topics.INVITATIONS]) == 1


def test_only_the_one_who_asked_is_forgotten() -> None:
    """Everybody else keeps what they had."""
    ctx = invited()
    process(ctx, facts(BEN, 1, CONTACT, party=PARTY, consent=CONSENT, certificate=CERTIFICATE))
    before = data(ctx)[b"p" + BEN]
    process(ctx, request())
    assert data(ctx)[b"p" + BEN] == before
    assert stock(ctx) != {}
