"""Tasks in the matching stage: what is told of them, to whom, when, and what is kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub import topics
from hub.core import dates
from hub.stages import matching, neighbourhood
from hub.stages.memory import MemoryContext
from tests.unit.core.asking import ABOVE, CANDIDACY, AskingBook
from tests.unit.core.people import CONSENT, COUNTY, PARTY, TODAY, VILLAGE, organisation
from tests.unit.stages.matchmaking import (
    ANNA,
    CONTACT,
    REGISTRY,
    FakeTables,
    announce,
    context,
    data,
    dissolved,
    facts,
    process,
    sent,
    stage,
    state_of,
    stock,
    story,
    tell,
    timers,
    until,
)

SESSION = TODAY + 60
HOUR_MS = 3_600_000
MEMBER = {"status": "member", "kind": "adult", "organisation": "SOC9"}


def asked(**societies: dict[str, Any]) -> tuple[MemoryContext, FakeTables]:
    """Return a context whose book asks organisations to act, with the societies of two counties."""
    tables = FakeTables(AskingBook())
    for org_id, announced in {**ABOVE, **societies}.items():
        announce(tables, org_id, {**announced, "stamp": b"3"})
    return context(tables=tables), tables


def nominated(**more: Any) -> bytes:
    """Return the nomination of somebody with a consent and a contact block."""
    return facts(
        at=1, contact=CONTACT, **{"party": PARTY, "consent": CONSENT, "candidacy": CANDIDACY, **more}
    )


def changes(ctx: MemoryContext) -> list[str]:
    """Return the changes of tasks so far."""
    return [each["change"] for each in sent(ctx, topics.TASKS)]


def test_a_nomination_is_a_task_of_the_society() -> None:
    """One record, sealed for the registry; no invitation, no decision; the figures say the same."""
    ctx, _ = asked()
    process(ctx, nominated())
    (told,) = sent(ctx, topics.TASKS)
    (record,) = (each for each in ctx.emitted if each.topic == topics.TASKS)
    assert (told["kind"], told["change"], told["status"]) == ("admission", "opened", "open")
    assert (told["organisation"], told["target"], told["escalated_to"]) == ("SOC", "", None)
    assert (told["session_on"], told["due_on"], told["term"]) == (SESSION, SESSION - 14, "7")
    assert told["act_by"] == ctx.now + 24 * HOUR_MS
    assert (told["rule_id"], told["book"], told["reason_en"]) == ("F10", "fake@1", "stands for the council")
    assert (told["person"], told["tick"], told["cause_event_id"]) == (ANNA, ctx.now, "event-1")
    assert (record.key, len(bytes.fromhex(told["task_id"]))) == (told["task_id"].encode(), 16)
    assert dict(record.headers or ())["ce_id"] == f"{told['task_id']}/0".encode()
    plain = REGISTRY.open(told["contact"], bytes.fromhex(told["task_id"]))
    assert msgspec.msgpack.decode(plain) == {"name": CONTACT["name"], "phone": CONTACT["phone"]}
    assert told["disclosed"] == ["name", "phone"]
    candidates = f"candidates|council=SOC|member=no|session={dates.iso(SESSION)}"
    assert stock(ctx) == {
        f"persons|county={COUNTY}": 1, f"tasks_open|county={COUNTY}|kind=admission": 1, candidates: 1
    }  # fmt: skip
    assert ctx.counters["flow.tasks|change=opened|kind=admission|month=2022-04"] == 1
    assert story(ctx) == []
    assert {each.topic for each in ctx.emitted} == {topics.TASKS}


@pytest.mark.parametrize(
    "consent",
    [
        pytest.param({**CONSENT, "status": "withdrawn"}, id="withdrawn"),
        pytest.param({**CONSENT, "recipients": ["3302"]}, id="for others"),
    ],
)
def test_without_consent_nobody_is_told_who_it_is(consent: dict[str, Any]) -> None:
    """The task stands, the contact block stays here."""
    ctx, _ = asked()
    process(ctx, nominated(consent=consent))
    (told,) = sent(ctx, topics.TASKS)
    assert (told["change"], told["contact"], told["disclosed"]) == ("opened", None, [])


@pytest.mark.parametrize("guardian", [False, True])
def test_of_a_minor_nobody_is_told_without_a_guardian(*, guardian: bool) -> None:
    """Their own consent is not enough for a task either; whose guardian agreed is told of."""
    ctx, _ = asked()
    young = {**PARTY, "birth_day": TODAY - 17 * 365}
    process(ctx, nominated(party=young, consent={**CONSENT, "guardian": guardian}))
    (told,) = sent(ctx, topics.TASKS)
    assert (told["change"], told["contact"] is not None) == ("opened", guardian)


def test_time_escalates_and_misses() -> None:
    """The timer fires the day after it was due, and the day after the session."""
    ctx, _ = asked()
    process(ctx, nominated())
    until(ctx, SESSION - 14)
    assert changes(ctx) == ["opened"]
    until(ctx, SESSION - 13)
    late = sent(ctx, topics.TASKS)[-1]
    assert (late["change"], late["organisation"], late["escalated_to"]) == ("escalated", "SOC", "CITY")
    assert (late["contact"], late["reason_en"]) == (None, "stands for the council")
    until(ctx, SESSION)
    assert len(changes(ctx)) == 2
    until(ctx, SESSION + 1)
    missed = sent(ctx, topics.TASKS)[-1]
    assert (missed["change"], missed["status"], missed["revision"]) == ("missed", "missed", 2)
    assert missed["reason_zh"]
    assert not any(name.startswith("tasks_open") for name in stock(ctx))


def test_admitted_is_done() -> None:
    """The registry's event ends it; a second one changes nothing."""
    ctx, _ = asked()
    process(ctx, nominated(), facts(at=2, membership={**MEMBER, "organisation": "SOC"}))
    process(ctx, facts(at=3, membership={**MEMBER, "organisation": "SOC"}))
    assert changes(ctx) == ["opened", "done"]


def test_nominated_again_is_another_task() -> None:
    """A withdrawn nomination that comes back: another id."""
    ctx, _ = asked()
    process(ctx, nominated(), facts(at=2, candidacy={"status": "withdrawn"}))
    process(ctx, facts(at=3, candidacy={"status": "nominated"}))
    first, ended, second = sent(ctx, topics.TASKS)
    assert changes(ctx) == ["opened", "cancelled", "opened"]
    assert first["task_id"] == ended["task_id"] != second["task_id"]
    assert len(state_of(ctx).tasks) == 1


def test_a_member_who_moved_is_handed_over() -> None:
    """A residence in another county opens a transfer, back again ends it; nobody is invited."""
    ctx, _ = asked()
    there = {**PARTY, "residence": "330109"}
    process(ctx, facts(at=1, contact=CONTACT, party=there, consent=CONSENT, membership=MEMBER))
    assert changes(ctx) == []
    process(ctx, facts(at=2, party={"residence": VILLAGE}))
    (told,) = sent(ctx, topics.TASKS)
    assert (told["kind"], told["organisation"], told["target"]) == ("transfer", "SOC9", "SOC")
    assert (told["due_on"], told["session_on"], told["term"], told["reason_en"]) == (
        None,
        None,
        None,
        "has moved",
    )
    assert told["act_by"] == ctx.now + 168 * HOUR_MS
    assert stock(ctx)[f"tasks_open|county={COUNTY}|kind=transfer"] == 1
    process(ctx, facts(at=3, membership={"organisation": "SOC"}))
    assert changes(ctx) == ["opened", "done"]
    assert story(ctx) == []


def test_a_member_whose_organisation_is_dissolved_is_handed_over_that_day() -> None:
    """Members are found by their organisation, on the day it is no more."""
    ctx, tables = asked(VILL=organisation("village", VILLAGE))
    process(ctx, facts(at=1, party=PARTY, membership={**MEMBER, "organisation": "VILL"}))
    tell(ctx, announce(tables, "VILL", dissolved(TODAY + 5), "dissolved"))
    assert changes(ctx) == []
    until(ctx, TODAY + 5)
    (told,) = sent(ctx, topics.TASKS)
    assert (told["change"], told["organisation"], told["target"]) == ("opened", "SOC", "SOC")


def test_a_transfer_follows_the_route() -> None:
    """A nearer organisation opens: the target is another one, and nobody is told anew who it is."""
    ctx, tables = asked()
    process(ctx, facts(at=1, contact=CONTACT, party=PARTY, consent=CONSENT, membership=MEMBER))
    tell(ctx, announce(tables, "VILL", organisation("village", VILLAGE)))
    opened, redirected = sent(ctx, topics.TASKS)
    assert (redirected["change"], redirected["target"]) == ("redirected", "VILL")
    assert (opened["contact"] is not None, redirected["contact"]) == (True, None)


def test_a_task_goes_to_whoever_can_act() -> None:
    """A society that is dissolved hands its candidates to the one above, with the contact block."""
    ctx, tables = asked()
    process(ctx, nominated())
    tell(ctx, announce(tables, "SOC", dissolved(TODAY), "dissolved"))
    _, redirected = sent(ctx, topics.TASKS)
    assert (redirected["change"], redirected["organisation"]) == ("redirected", "CITY")
    assert redirected["contact"] is not None
    tell(ctx, announce(tables, "CITY", dissolved(TODAY), "dissolved"))
    assert sent(ctx, topics.TASKS)[-1]["organisation"] == "PROV"


def test_a_candidate_of_an_unknown_society_waits_for_it() -> None:
    """Whoever is nominated before the directory arrives is found when it does."""
    ctx, tables = asked()
    process(ctx, nominated(candidacy={**CANDIDACY, "council_org": "LATER"}))
    (waits,) = sent(ctx, topics.TASKS)
    assert (waits["status"], waits["blocked_by"], waits["council"]) == ("blocked", "no_organisation", "LATER")
    assert neighbourhood.WAITING + ANNA in data(ctx)
    tell(ctx, announce(tables, "LATER", organisation("society", "330281")))
    told = sent(ctx, topics.TASKS)[-1]
    assert (told["change"], told["organisation"], told["blocked_by"]) == ("opened", "LATER", None)
    assert told["contact"] is not None
    assert told["act_by"] == ctx.now + 24 * HOUR_MS
    assert neighbourhood.WAITING + ANNA not in data(ctx)


def test_a_candidate_under_review_is_told_to_nobody() -> None:
    """A conflict blocks the task without a word of who it is; solved, the same task goes out again."""
    ctx, _ = asked()
    process(ctx, nominated(party={**PARTY, "conflicts": ["ID_REUSED"]}))
    (told,) = sent(ctx, topics.TASKS)
    assert (told["change"], told["status"], told["blocked_by"]) == ("blocked", "blocked", "review")
    assert (told["organisation"], told["contact"], told["disclosed"]) == ("", None, [])
    assert (told["council"], told["session_on"]) == ("SOC", SESSION)
    assert told["reason_zh"]
    assert told["act_by"] is None
    assert not any(name.startswith("tasks_open") for name in stock(ctx)), "nobody acts on it"
    process(ctx, facts(at=2, party={"citizen": False}))
    assert sent(ctx, topics.TASKS)[-1]["blocked_by"] == "not_citizen"
    assert {each["task_id"] for each in sent(ctx, topics.TASKS)} == {told["task_id"]}


def test_who_cannot_be_evaluated_keeps_no_task() -> None:
    """A quarantined candidate's task is blocked with a reason, and told once."""
    ctx, _ = asked()
    process(ctx, nominated())
    stage().quarantine(matching.PERSON + ANNA, ctx)
    last = sent(ctx, topics.TASKS)[-1]
    assert (last["change"], last["status"], last["blocked_by"]) == ("blocked", "blocked", "review")
    assert last["reason_en"]
    assert not any(name.startswith("tasks_open") for name in stock(ctx))
    stage().quarantine(matching.PERSON + ANNA, ctx)
    assert changes(ctx) == ["opened", "blocked"]


def test_most_people_are_in_no_index_for_it() -> None:
    """Who has no task and is no member is looked up as before: not at all without a ground."""
    ctx, _ = asked()
    process(ctx, facts(at=1, party=PARTY, consent=CONSENT))
    assert state_of(ctx).index == ()
    assert timers(ctx) == {}


def test_a_task_sets_the_timer() -> None:
    """A person's one timer is the earliest of all: here the day after the task is due."""
    ctx, _ = asked()
    process(ctx, nominated())
    assert timers(ctx) == {matching.PERSON + ANNA: dates.midnight_ms(SESSION - 13)}
