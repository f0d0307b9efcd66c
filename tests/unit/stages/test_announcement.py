"""What is told outside, and that it betrays no ground that is not named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub import topics
from hub.stages.memory import MemoryContext
from tests.unit.core.asking import BOTH, GROUND, NAMED, AskingBook
from tests.unit.core.people import CERTIFICATE, CONSENT, COUNTY, COURSE, PARTY, TODAY
from tests.unit.stages.matchmaking import (
    ANNA,
    CODEC,
    CONTACT,
    REGISTRY,
    FakeTables,
    context,
    facts,
    process,
    sent,
    state_of,
    stock,
    story,
    until,
)

COVERED = {**CONSENT, "data_classes": BOTH}
GIFT = {"donated_on": TODAY - 9}


def told(*, weekday: int | None = None, **kinds: Any) -> MemoryContext:
    """Process the facts of somebody with a consent for class s; return the context."""
    ctx = context(tables=FakeTables(AskingBook(weekday=weekday)))
    process(ctx, facts(at=1, contact=CONTACT, **{"party": PARTY, "consent": COVERED, **kinds}))
    return ctx


def public(ctx: MemoryContext) -> dict[str, Any]:
    """Return of the one invitation what a reader sees, but for what is of one person or a sealing."""
    (record,) = sent(ctx, topics.INVITATIONS)
    plain = msgspec.msgpack.decode(REGISTRY.open(record["contact"], bytes.fromhex(record["invitation_id"])))
    own = ("envelope", "invitation_id", "person", "contact")
    return {**{name: value for name, value in record.items() if name not in own}, "opened": plain}


def test_an_unnamed_ground_and_a_gift_read_the_same() -> None:
    """Ids, reason, disclosure, term: no reader of invitations or figures tells one from the other."""
    cells, gift = told(ground={**GROUND, "priority": 3}), told(gift=GIFT)
    assert public(cells) == public(gift)
    assert (public(gift)["rule_ids"], public(gift)["reason_en"]) == (["F0"], "did good")
    assert stock(cells) == stock(gift)
    assert stock(gift)[f"qualified|county={COUNTY}|rule=F0"] == 1


@pytest.mark.parametrize(
    "said", [pytest.param(GROUND, id="not named"), pytest.param(NAMED, id="named to its organisation")]
)
def test_all_figures_of_an_unnamed_ground_and_a_gift_are_the_same(said: dict[str, Any]) -> None:
    """From issue to admission no flow figure, no channel and no rule in it tells one from the other."""
    cells, gift = told(ground={**said, "priority": 3}), told(gift=GIFT)
    for ctx in (cells, gift):
        process(ctx, facts(at=2, application={"status": "submitted", "on": TODAY + 1}))
        process(ctx, facts(at=3, membership={"status": "member", "kind": "adult", "since_on": TODAY + 2}))
        assert [change for change, _ in story(ctx)] == ["issued", "applied", "admitted"]
    assert cells.counters == gift.counters
    channels = {name.partition("channel=")[2].partition("|")[0] for name in cells.counters} - {""}
    assert channels == {"public_welfare"}
    assert not any("F5" in name or "F7" in name for name in cells.counters)


def in_clear(ctx: MemoryContext) -> dict[str, Any]:
    """Return of the one decision what whoever reads the topic sees, and how much there is that is sealed."""
    (value,) = (each.value for each in ctx.emitted if each.topic == topics.DECISIONS)
    assert value is not None
    record = CODEC.decode(value)[1]
    return {**record, "sealed": len(record["sealed"])}


@pytest.mark.parametrize(
    "beside", [pytest.param({}, id="alone"), pytest.param({"course": COURSE}, id="beside another")]
)
def test_a_decision_on_the_ground_reads_like_one_on_a_gift(beside: dict[str, Any]) -> None:
    """In clear both say the shared ground, and as much is sealed; both together say it once."""
    cells = in_clear(told(ground={**NAMED, "priority": 3}, **beside))
    gift = in_clear(told(gift=GIFT, **beside))
    both = in_clear(told(gift=GIFT, ground={**GROUND, "priority": 3}, **beside))
    assert cells == gift == both
    (rule,) = (rule for rule in gift["rules"] if rule["id"] != "F3")
    assert (rule["id"], rule["reason_en"]) == ("F0", "did good")


def test_who_may_open_a_decision_reads_the_gift_and_never_the_ground() -> None:
    """Inside, class p is named as it is; of the ground there is nothing but that it holds."""
    (cells,) = sent(told(ground={**NAMED, "until_on": TODAY + 9}), topics.DECISIONS)
    (gift,) = sent(told(gift=GIFT), topics.DECISIONS)
    assert [rule["id"] for rule in cells["rules"]] == ["F0"]
    assert [rule["id"] for rule in gift["rules"]] == ["F7"]
    assert [rule["reason_en"] for rule in gift["rules"]] == ["gave money"]
    assert cells["facts_used"] == [{"kind": "ground", "key": "", "fields": {}}]


def test_who_agreed_is_invited_for_it() -> None:
    """With a disclosure the invitation gives the rule's own id and reason; the figures do not."""
    ctx = told(ground=NAMED)
    assert (public(ctx)["rule_ids"], public(ctx)["reason_en"]) == (["F5"], "gave cells")
    assert public(ctx)["opened"] == {"name": CONTACT["name"]}
    assert stock(ctx)[f"qualified|county={COUNTY}|rule=F0"] == 1
    assert not any("F5" in name for name in stock(ctx))


SECRET_EVENT = f"{ANNA.hex()}/00000001/00"
"""An event of the stage that keeps class s."""


def caused(event_id: str, at: int, **kinds: Any) -> bytes:
    """Return facts that some event tells."""
    return CODEC.encode("hub.person_facts", {**CODEC.decode(facts(at=at, **kinds))[1], "event_id": event_id})


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        pytest.param({"gift": GIFT}, {"delivery": {"on": TODAY}}, [None, None], id="named"),
        pytest.param({"certificate": CERTIFICATE}, {"gift": GIFT}, ["event-1", None], id="named later"),
        pytest.param(
            {"certificate": CERTIFICATE, "ground": GROUND}, {"ground": {"holds": False}}, [None, None],
            id="no longer named",
        ),
        pytest.param(
            {"certificate": CERTIFICATE}, {"delivery": {"on": TODAY}}, ["event-1", "event-2"], id="never"
        ),
    ],
)  # fmt: skip
def test_where_the_unnamed_ground_is_named_no_event_is(
    first: dict[str, Any], second: dict[str, Any], shown: list[str | None]
) -> None:
    """Also of a gift, before and after: who is shown no event is not thereby somebody of class s."""
    ctx = told(**first)
    process(ctx, facts(at=2, **second))
    assert [each["cause_event_id"] for each in sent(ctx, topics.INVITATIONS)] == shown


def test_an_event_of_class_s_is_never_shown() -> None:
    """Neither by the ground nor by what came along with it and led to something else."""
    ctx = context(tables=FakeTables(AskingBook()))
    process(ctx, facts(at=1, contact=CONTACT, party=PARTY, certificate=CERTIFICATE))
    process(ctx, caused(SECRET_EVENT, 2, consent=COVERED), caused(SECRET_EVENT, 3, ground=GROUND))
    process(ctx, caused(SECRET_EVENT, 4, ground={"holds": False}))
    changes = sent(ctx, topics.INVITATIONS)
    assert [(each["change"], each["cause_event_id"]) for each in changes] == [
        ("issued", None), ("revised", None), ("revised", None),
    ]  # fmt: skip
    (binding,) = sent(ctx, topics.IDENTITY)
    assert binding["event_id"] != SECRET_EVENT


def test_a_disclosure_that_comes_later_revises() -> None:
    """The terms of an open invitation follow what may be told."""
    ctx = told(ground=GROUND)
    process(ctx, facts(at=2, ground={"disclosed": ["F5"], "recipients": ["33"]}))
    assert [each["rule_ids"] for each in sent(ctx, topics.INVITATIONS)] == [["F0"], ["F5"]]
    assert story(ctx)[-1] == ("revised", None)


def test_a_ground_that_ends_takes_its_invitation_along() -> None:
    """Consent for class s withdrawn: held for consent; the ground gone: withdrawn for it."""
    ctx = told(ground=GROUND)
    process(ctx, facts(at=2, consent={"data_classes": ["p"]}))
    assert story(ctx)[-1] == ("withdrawn", "consent")
    assert stock(ctx)[f"held|code=consent|county={COUNTY}"] == 1
    ctx = told(ground=GROUND)
    process(ctx, facts(at=2, ground={"holds": False}))
    assert story(ctx)[-1] == ("withdrawn", "ground")


@pytest.mark.parametrize(
    ("kinds", "change", "status", "reason"),
    [
        pytest.param({"delivery": {"on": TODAY}}, "delivered", "delivered", "did good", id="delivered"),
        pytest.param(
            {"delivery": {"on": TODAY}, "certificate": CERTIFICATE},
            "delivered",
            "delivered",
            "reason",
            id="delivered with a better rule",
        ),
    ],
)
def test_a_delivery_is_told(kinds: dict[str, Any], change: str, status: str, reason: str) -> None:
    """The registry's word that it arrived is a record of its own, with the new terms."""
    ctx = told(ground=GROUND)
    process(ctx, facts(at=2, **kinds))
    record = sent(ctx, topics.INVITATIONS)[-1]
    assert (record["change"], record["status"], record["reason_en"]) == (change, status, reason)


def test_a_reminder_is_told_once() -> None:
    """Thirty days after the issue one record asks the registry to remind; no contact is sent again."""
    ctx = told(ground=GROUND)
    until(ctx, TODAY + 29)
    assert [change for change, _ in story(ctx)] == ["issued"]
    until(ctx, TODAY + 30)
    record = sent(ctx, topics.INVITATIONS)[-1]
    assert (record["change"], record["status"], record["reminded_on"]) == ("reminded", "issued", TODAY + 30)
    assert (record["contact"], record["reason_en"]) == (None, "did good")
    until(ctx, TODAY + 100)
    assert [change for change, _ in story(ctx)] == ["issued", "reminded"]
    labels = f"channel=public_welfare|county={COUNTY}|kind=adult|month=2022-05|priority=2"
    assert ctx.counters[f"flow.invitations|change=reminded|{labels}"] == 1


def test_the_batch_waits_for_its_day() -> None:
    """P3 on Thursdays: held until then, visible; a better ground does not wait."""
    ctx = told(weekday=3, course=COURSE)
    assert story(ctx) == []
    assert stock(ctx)[f"held|code=batch|county={COUNTY}"] == 1
    (decision,) = sent(ctx, topics.DECISIONS)
    assert (decision["outcome"], decision["code"]) == ("held", "batch")
    until(ctx, TODAY + 2)
    assert story(ctx) == []
    until(ctx, TODAY + 3)
    assert sent(ctx, topics.INVITATIONS)[0]["issued_on"] == TODAY + 3
    assert f"held|code=batch|county={COUNTY}" not in stock(ctx)
    hurried = told(weekday=3, course=COURSE)
    process(hurried, facts(at=2, certificate=CERTIFICATE))
    assert [each["priority"] for each in sent(hurried, topics.INVITATIONS)] == [1]


def test_a_group_is_invited_by_the_county_without_a_consent() -> None:
    """An organisation that gave is a lead for the county's society, counted as a group."""
    ctx = told(party={"group": True, "residence": COUNTY, "host_unit": "X"}, consent={}, gift=GIFT)
    (record,) = sent(ctx, topics.INVITATIONS)
    assert (record["kind"], record["organisation"]) == ("group", "SOC")
    assert stock(ctx)[f"groups|county={COUNTY}"] == 1
    assert not any(name.startswith("persons|") for name in stock(ctx))


def test_a_former_member_needs_a_new_ground() -> None:
    """After the cool-down an old ground holds nobody's interest: stale, until something new happens."""
    left = {"status": "lapsed", "ended_on": TODAY - 400}
    ctx = told(certificate={**CERTIFICATE, "issued_on": TODAY - 500}, membership=left)
    assert (story(ctx), state_of(ctx).code) == ([], "stale_grounds")
    process(ctx, facts(at=2, course=COURSE))
    assert story(ctx) == [("issued", None)]
