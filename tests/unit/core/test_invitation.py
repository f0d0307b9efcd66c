"""The life of an invitation: one case per line of docs/matching.md."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hub.core import dates, invitation, matching
from hub.core.invitation import Invitation, Terms
from tests.unit.core.people import (
    CERTIFICATE,
    CONSENT,
    COURSE,
    PARTY,
    SOCIETY,
    TODAY,
    VILLAGE,
    directory,
    organisation,
    somebody,
    tables,
)

TERMS = Terms(180, 180)
ISSUED_ON = TODAY - 20
CAP = ISSUED_ON + 180
INVITED = Invitation(
    id="ab", episode=1, status="issued", issued_on=ISSUED_ON, valid_until=CAP, priority=1, rules=("F1",),
    kind="adult", organisation="SOC", confirm_region=False, notice_version="2022", changed_on=ISSUED_ON,
)  # fmt: skip


def advanced(
    kinds: dict[str, Any], today: int = TODAY, last: Invitation = INVITED, **more: Any
) -> tuple[str | None, str | None, Invitation]:
    """Evaluate a person with an open invitation; return change, cause and the invitation afterwards."""
    state = somebody(**kinds)
    state.invitation = last
    eligible = matching.evaluate(state, tables(**more), today, running=True)
    change = invitation.advance(last, eligible, state.facts, TERMS, today)
    return (change.change, change.cause, change.invitation) if change is not None else (None, None, last)


NOW = dates.midnight_ms(TODAY)
BY_PRIORITY = (NOW + 1, NOW + 10, NOW + 20, NOW + 30)


@pytest.mark.parametrize(
    ("kinds", "had", "act_by"),
    [
        pytest.param({}, NOW + 15, NOW + 10, id="a better priority leaves less time"),
        pytest.param({}, NOW + 5, NOW + 5, id="and never more"),
        pytest.param({}, None, NOW + 10, id="written before there was one"),
        pytest.param(
            {"response": {"answer": "accepted", "on": TODAY}}, NOW + 15, NOW + 10, id="accepted too"
        ),
        pytest.param({"certificate": None, "course": COURSE}, NOW + 15, NOW + 15, id="the same priority"),
    ],
)
def test_how_long_an_organisation_has(kinds: dict[str, Any], had: int | None, act_by: int) -> None:
    """A raise gives the better priority's time from its tick on; no other change touches it."""
    last = replace(INVITED, priority=3, rules=("F9",), act_by=had)
    state = somebody(**kinds)
    eligible = matching.evaluate(state, tables(), TODAY, running=True)
    terms = TERMS._replace(act_by=BY_PRIORITY)
    change = invitation.advance(last, eligible, state.facts, terms, TODAY)
    assert change is not None
    assert change.invitation.act_by == act_by


@pytest.mark.parametrize(
    ("kinds", "act_by"),
    [
        pytest.param({}, NOW + 10, id="P1"),
        pytest.param({"certificate": None, "course": COURSE}, NOW + 30, id="P3"),
    ],
)
def test_an_invitation_is_to_be_acted_on_by_its_priority(kinds: dict[str, Any], act_by: int) -> None:
    """From the tick of issue on, by the priority it is issued with."""
    eligible = matching.evaluate(somebody(**kinds), tables(), TODAY, running=False)
    made = invitation.offer("ab", 1, eligible, TERMS._replace(act_by=BY_PRIORITY), TODAY).invitation
    assert (made.priority, made.act_by) == (1 if act_by == NOW + 10 else 3, act_by)


ACCEPTED, APPLIED = replace(INVITED, status="accepted"), replace(INVITED, status="applied")
DELIVERED = replace(INVITED, status="delivered")
SUBMITTED = {"status": "submitted", "on": TODAY}
YES = {"answer": "accepted", "on": TODAY}
THERE = {"on": TODAY}


@pytest.mark.parametrize(
    ("kinds", "last", "change", "cause"),
    [
        pytest.param({}, INVITED, None, None, id="nothing new"),
        pytest.param(
            {"membership": {"status": "member"}}, INVITED, "withdrawn", "member", id="1 member unasked"
        ),
        pytest.param(
            {"membership": {"status": "member"}}, DELIVERED, "withdrawn", "member", id="1 delivered is no yes"
        ),
        pytest.param(
            {"membership": {"status": "member"}}, ACCEPTED, "admitted", None, id="1 member after accepting"
        ),
        pytest.param(
            {"membership": {"status": "member"}}, APPLIED, "admitted", None, id="1 member after applying"
        ),
        pytest.param(
            {"membership": {"status": "member"}, "party": {**PARTY, "deceased_on": 1}},
            APPLIED,
            "admitted",
            None,
            id="1 before 3",
        ),
        pytest.param({"refusal": {"never_on": 1}}, INVITED, "declined", None, id="2 never"),
        pytest.param(
            {"refusal": {"declined_on": ISSUED_ON}}, INVITED, "declined", None, id="2 declined that day"
        ),
        pytest.param(
            {"refusal": {"declined_on": ISSUED_ON}},
            APPLIED,
            "declined",
            None,
            id="2 declined by the organisation",
        ),
        pytest.param(
            {"refusal": {"declined_on": ISSUED_ON - 1}},
            INVITED,
            "withdrawn",
            "cooldown",
            id="3 declined before",
        ),
        pytest.param(
            {"party": {**PARTY, "deceased_on": 1}}, INVITED, "withdrawn", "deceased", id="3 deceased"
        ),
        pytest.param(
            {"consent": {**CONSENT, "status": "withdrawn"}}, INVITED, "withdrawn", "consent", id="3 consent"
        ),
        pytest.param(
            {"consent": {**CONSENT, "status": "withdrawn"}, "application": SUBMITTED},
            APPLIED,
            "withdrawn",
            "consent",
            id="3 consent withdrawn while applying",
        ),
        pytest.param(
            {"party": {**PARTY, "residence": "990101"}}, INVITED, "withdrawn", "region", id="3 no route"
        ),
        pytest.param({"application": SUBMITTED}, INVITED, "applied", None, id="4 applied"),
        pytest.param({"application": SUBMITTED}, ACCEPTED, "applied", None, id="4 applied after accepting"),
        pytest.param({"application": SUBMITTED}, APPLIED, None, None, id="4 nothing below while it runs"),
        pytest.param(
            {"application": SUBMITTED, "certificate": None},
            APPLIED,
            None,
            None,
            id="4 not even without a ground",
        ),
        pytest.param(
            {"application": {"status": "submitted", "on": ISSUED_ON - 1}},
            INVITED,
            None,
            None,
            id="4 not one from before",
        ),
        pytest.param({"certificate": None}, INVITED, "withdrawn", "ground", id="5 the ground is gone"),
        pytest.param(
            {"certificate": None},
            replace(INVITED, valid_until=TODAY - 1),
            "expired",
            None,
            id="5 after its time",
        ),
        pytest.param(
            {"certificate": None},
            replace(INVITED, valid_until=TODAY),
            "withdrawn",
            "ground",
            id="5 on its last day",
        ),
        pytest.param({"response": YES}, INVITED, "accepted", None, id="7 accepted"),
        pytest.param({"response": YES}, ACCEPTED, None, None, id="7 only once"),
        pytest.param({"response": YES}, DELIVERED, "accepted", None, id="7 accepted after delivery"),
        pytest.param({"delivery": THERE}, INVITED, "delivered", None, id="7 delivered"),
        pytest.param({"delivery": {"on": ISSUED_ON}}, INVITED, "delivered", None, id="7 delivered that day"),
        pytest.param({"delivery": {"on": ISSUED_ON - 1}}, INVITED, None, None, id="7 an older delivery"),
        pytest.param({"delivery": THERE}, DELIVERED, None, None, id="7 delivered only once"),
        pytest.param(
            {"delivery": THERE}, ACCEPTED, None, None, id="7 delivered after accepting says nothing"
        ),
        pytest.param({"delivery": THERE, "response": YES}, INVITED, "accepted", None, id="7 accepted wins"),
        pytest.param(
            {"delivery": THERE, "application": SUBMITTED}, INVITED, "applied", None, id="7 not while applying"
        ),
        pytest.param(
            {"delivery": THERE, "course": COURSE}, INVITED, "delivered", None, id="7 and 8: delivered"
        ),
        pytest.param(
            {"response": {"answer": "accepted", "on": ISSUED_ON - 1}},
            INVITED,
            None,
            None,
            id="7 an older answer",
        ),
        pytest.param(
            {"response": {"answer": "unreachable", "on": TODAY}}, INVITED, None, None, id="7 unreachable"
        ),
        pytest.param({}, replace(INVITED, priority=3, rules=("F3",)), "raised", None, id="8 raised"),
        pytest.param({}, replace(INVITED, organisation="OLD"), "rerouted", None, id="8 rerouted"),
        pytest.param(
            {}, replace(INVITED, priority=3, organisation="OLD"), "raised", None, id="8 raised and rerouted"
        ),
        pytest.param({"course": COURSE}, INVITED, "revised", None, id="8 one more rule"),
        pytest.param({}, replace(INVITED, priority=0), "revised", None, id="8 a worse priority"),
        pytest.param({}, replace(INVITED, kind="youth"), "revised", None, id="8 of age"),
        pytest.param({}, replace(INVITED, valid_until=TODAY + 1), "revised", None, id="8 a later end"),
        pytest.param({"response": YES, "course": COURSE}, INVITED, "accepted", None, id="7 and 8 in one"),
    ],
)
def test_the_first_that_applies(
    kinds: dict[str, Any], last: Invitation, change: str | None, cause: str | None
) -> None:
    """An open invitation moves as the page says, one change at a time, and only withdrawals have a cause."""
    assert advanced(kinds, last=last)[:2] == (change, cause)


@pytest.mark.parametrize(
    ("today", "change"), [(CAP, None), (CAP + 1, "expired")], ids=["last day", "the day after"]
)
def test_nothing_runs_longer_than_the_cap(today: int, change: str | None) -> None:
    """6: an invitation ends 180 days after it was issued, however long the ground holds."""
    assert advanced({}, today, replace(INVITED, reminded_on=ISSUED_ON + 30))[0] == change


def test_an_end_keeps_what_it_ended_with() -> None:
    """Priority, rules, kind, organisation and end of validity stay as they were; the day is noted."""
    _, _, ended = advanced({"certificate": None, "course": COURSE, "consent": None})
    assert ended == replace(INVITED, status="withdrawn", ended_on=TODAY, revision=1, changed_on=TODAY)
    assert not ended.open


def test_accepting_takes_new_terms_in() -> None:
    """7 and 8 in one evaluation: one record, with the new values."""
    _, _, now = advanced({"response": YES, "course": COURSE})
    assert (now.status, now.rules, now.revision) == ("accepted", ("F1", "F3"), 1)


def test_the_end_follows_the_ground() -> None:
    """An invitation holds no longer than what it rests on, and no longer than the cap."""
    short = {"certificate": {**CERTIFICATE, "expires_on": TODAY + 9}}
    assert advanced(short)[2].valid_until == TODAY + 9
    assert advanced({}, last=replace(INVITED, valid_until=TODAY + 9))[2].valid_until == CAP


def test_it_moves_to_the_nearest_organisation() -> None:
    """A village organisation that opens takes over from the society, under the same id."""
    known = directory(**SOCIETY, VILL=organisation("village", VILLAGE))
    change, _, now = advanced({}, known=known)
    assert (change, now.organisation, now.id) == ("rerouted", "VILL", INVITED.id)


def test_a_new_one_is_capped() -> None:
    """An offer runs to the end of the ground, at most 180 days, under the consent's notice."""
    eligible = matching.evaluate(somebody(), tables(), TODAY, running=False)
    made, change, cause = invitation.offer("cd", 2, eligible, TERMS, TODAY)
    assert (change, cause, made.status, made.episode, made.open) == ("issued", None, "issued", 2, True)
    assert (made.issued_on, made.valid_until, made.notice_version) == (TODAY, TODAY + 180, "2022")
    short = matching.evaluate(
        somebody(certificate={**CERTIFICATE, "expires_on": TODAY + 9}), tables(), TODAY, running=False
    )
    assert invitation.offer("cd", 2, short, TERMS, TODAY).invitation.valid_until == TODAY + 9


REMINDER = ISSUED_ON + 30


@pytest.mark.parametrize(
    ("kinds", "today", "last", "change"),
    [
        pytest.param({}, REMINDER - 1, INVITED, None, id="not before its day"),
        pytest.param({}, REMINDER, INVITED, "reminded", id="on its day"),
        pytest.param({}, REMINDER + 9, DELIVERED, "reminded", id="later, delivered"),
        pytest.param({}, REMINDER, ACCEPTED, None, id="not who accepted"),
        pytest.param({}, REMINDER, replace(INVITED, reminded_on=REMINDER - 1), None, id="once"),
        pytest.param(
            {"response": {"answer": "unreachable", "on": TODAY}},
            REMINDER,
            INVITED,
            None,
            id="not who answered",
        ),
        pytest.param(
            {"response": {"answer": "accepted", "on": ISSUED_ON - 1}},
            REMINDER,
            INVITED,
            "reminded",
            id="an answer to an earlier one does not count",
        ),
        pytest.param({"course": COURSE}, REMINDER, INVITED, "revised", id="something else first"),
        pytest.param(
            {}, REMINDER, replace(INVITED, changed_on=REMINDER), None, id="not on a day with another change"
        ),
        pytest.param(
            {}, REMINDER + 1, replace(INVITED, changed_on=REMINDER), "reminded", id="but on the next"
        ),
        pytest.param({"application": SUBMITTED}, REMINDER, APPLIED, None, id="not while applying"),
    ],
)
def test_a_reminder(kinds: dict[str, Any], today: int, last: Invitation, change: str | None) -> None:
    """9: once, thirty days after the issue, to whom has said nothing, and never beside another change."""
    assert advanced(kinds, today, last)[0] == change


def test_a_reminder_changes_nothing_else() -> None:
    """Only its day is noted, with the record's number."""
    _, _, now = advanced({}, REMINDER)
    assert now == replace(INVITED, reminded_on=REMINDER, changed_on=REMINDER, revision=1)


EXPIRED = replace(INVITED, status="expired", ended_on=TODAY - 10)


@pytest.mark.parametrize(
    ("last", "weekday", "code"),
    [
        pytest.param(None, None, "", id="any day"),
        pytest.param(None, 0, "", id="its day: a Monday"),
        pytest.param(None, 1, "batch", id="another day"),
        pytest.param(EXPIRED, 1, "cooldown", id="the cool-down is named first"),
        pytest.param(replace(EXPIRED, ended_on=TODAY - 180), 0, "", id="after both"),
        pytest.param(replace(EXPIRED, status="withdrawn"), 1, "batch", id="a withdrawal does not cool"),
    ],
)
def test_why_nothing_is_offered_today(last: Invitation | None, weekday: int | None, code: str) -> None:
    """The cool-down after an expiry, then the day of the week of the priority."""
    assert dates.iso(TODAY) == "2022-04-18", "a Monday"
    assert invitation.pause(last, weekday, TERMS, TODAY) == code


@pytest.mark.parametrize(
    ("last", "cooling"),
    [
        pytest.param(None, False, id="never invited"),
        pytest.param(replace(INVITED, status="expired", ended_on=TODAY - 179), True, id="expired lately"),
        pytest.param(
            replace(INVITED, status="expired", ended_on=TODAY - 180), False, id="expired half a year ago"
        ),
        pytest.param(replace(INVITED, status="withdrawn", ended_on=TODAY), False, id="withdrawn"),
        pytest.param(INVITED, False, id="open"),
    ],
)
def test_nobody_is_asked_again_soon_after_an_expiry(last: Invitation | None, *, cooling: bool) -> None:
    """The cool-down after an expiry is counted from the day it ended."""
    assert invitation.cooling(last, TERMS, TODAY) is cooling


@pytest.mark.parametrize(
    ("last", "change"),
    [
        pytest.param(ACCEPTED, "applied", id="becomes applied"),
        pytest.param(APPLIED, "rerouted", id="is applied"),
    ],
)
def test_an_application_moves_only_when_its_organisation_is_gone(last: Invitation, change: str) -> None:
    """4: while it runs a nearer organisation changes nothing; a dissolved one must not keep it."""
    known = directory(**SOCIETY, VILL=organisation("village", VILLAGE))
    kinds = {"application": SUBMITTED, "course": COURSE}
    assert advanced(kinds, last=APPLIED, known=known)[0] is None
    gone = replace(last, organisation="GONE")
    told, _, now = advanced(kinds, last=gone, known=known)
    assert told == change
    on = SUBMITTED["on"]
    assert now == replace(
        gone, status="applied", organisation="VILL", revision=1, changed_on=TODAY, applied_on=on
    )
