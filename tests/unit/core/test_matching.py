"""Eligibility: the book, the route and the guards put together."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hub.core import matching
from hub.core.invitation import Invitation
from hub.core.organisation import Directory
from tests.unit.core.asking import AskingBook, society
from tests.unit.core.people import (
    CERTIFICATE,
    CONSENT,
    COURSE,
    PARTY,
    TODAY,
    FakeBook,
    somebody,
    tables,
    told,
)

CHILD = {**PARTY, "birth_day": TODAY - 365 * 12}


@pytest.mark.parametrize(
    ("kinds", "outcome", "code"),
    [
        pytest.param({}, "invite", "", id="invite"),
        pytest.param({"certificate": None}, "none", "", id="no ground"),
        pytest.param({"certificate": None, "consent": None}, "none", "", id="no ground, so no guard is told"),
        pytest.param({"party": {**PARTY, "deceased_on": TODAY}}, "stop", "deceased", id="deceased"),
        pytest.param({"membership": {"status": "member"}}, "stop", "member", id="member"),
        pytest.param({"application": {"status": "submitted", "on": 1}}, "stop", "applied", id="applied"),
        pytest.param({"party": {**PARTY, "citizen": False}}, "stop", "not_citizen", id="not a citizen"),
        pytest.param(
            {"refusal": {"declined_on": TODAY - 364}}, "held", "cooldown", id="declined a year ago less a day"
        ),
        pytest.param({"refusal": {"declined_on": TODAY - 365}}, "invite", "", id="declined a year ago"),
        pytest.param({"party": {**PARTY, "name_forms": ["aa", "bb"]}}, "held", "review", id="two names"),
        pytest.param({"consent": None}, "held", "consent", id="no consent"),
        pytest.param({"consent": {**CONSENT, "recipients": ["3302"]}}, "held", "consent", id="others named"),
        pytest.param({"party": CHILD}, "held", "guardian", id="a child without a guardian's consent"),
        pytest.param({"party": CHILD, "consent": {**CONSENT, "guardian": True}}, "invite", "", id="with it"),
        pytest.param({"party": {**PARTY, "residence": "990101"}}, "held", "region", id="no route"),
        pytest.param(
            {"party": {**PARTY, "residence": "990101"}, "consent": {**CONSENT, "recipients": []}},
            "held",
            "region",
            id="no route: nobody has to be named yet",
        ),
    ],
)
def test_outcome(kinds: dict[str, Any], outcome: str, code: str) -> None:
    """No ground is none; the first guard stops or holds; else invite."""
    eligible = matching.evaluate(somebody(**kinds), tables(), TODAY, running=False)
    assert (eligible.outcome, eligible.code) == (outcome, code)


def test_an_invitation_needs_all_of_it() -> None:
    """Priority, rules, kind, organisation and end come from the hits, the path and the route."""
    eligible = matching.evaluate(somebody(course=COURSE), tables(), TODAY, running=False)
    assert eligible.priority == 1
    assert eligible.rules == ("F1", "F3")
    assert eligible.until == CERTIFICATE["expires_on"]
    assert (eligible.kind, eligible.organisation) == ("adult", "SOC")


def test_guards_are_not_asked_without_need() -> None:
    """Most people have no ground; for them the guards cost nothing. With an invitation open they matter."""
    book = FakeBook()
    matching.evaluate(somebody(certificate=None), tables(book=book), TODAY, running=False)
    assert book.asked == []
    eligible = matching.evaluate(
        somebody(certificate=None, consent=None), tables(book=book), TODAY, running=True
    )
    assert eligible.outcome == "none"
    assert eligible.hindrance is not None
    assert eligible.hindrance.code == "consent"


def test_an_application_does_not_hide_what_hinders() -> None:
    """The hindrance is the first guard with an application left out; the code is the first of all."""
    state = somebody(application={"status": "submitted", "on": TODAY}, consent=None)
    eligible = matching.evaluate(state, tables(), TODAY, running=True)
    assert eligible.code == "applied"
    assert eligible.hindrance is not None
    assert eligible.hindrance.code == "consent"
    assert eligible.view["subject"][0]["applied"] is True
    harmless = somebody(application={"status": "submitted", "on": TODAY})
    assert matching.evaluate(harmless, tables(), TODAY, running=True).hindrance is None


@pytest.mark.parametrize(
    ("kinds", "day"),
    [
        pytest.param({"certificate": None}, None, id="nothing ahead"),
        pytest.param({}, CERTIFICATE["expires_on"] + 1, id="a ground ends"),
        pytest.param({"consent": {**CONSENT, "expires_on": TODAY}}, TODAY + 1, id="the consent ends"),
        pytest.param({"consent": {**CONSENT, "granted_on": TODAY + 7}}, TODAY + 7, id="the consent begins"),
        pytest.param({"refusal": {"declined_on": TODAY - 300}}, TODAY + 65, id="the cool-down ends"),
        pytest.param(
            {"membership": {"status": "lapsed", "ended_on": TODAY - 300}},
            TODAY + 65,
            id="the cool-down of the lapsed",
        ),
        pytest.param({"party": {**PARTY, "birth_day": TODAY - 6570}}, TODAY + 4, id="of age"),
        pytest.param(
            {"certificate": {**CERTIFICATE, "issued_on": TODAY + 3}}, TODAY + 3, id="a certificate begins"
        ),
        pytest.param(
            {"certificate": {"issued_on": 1, "expires_on": TODAY + 4, "kind": "other", "revoked_on": 2}},
            None,
            id="a revoked certificate has no end",
        ),
        pytest.param({"course": {**COURSE, "completed_on": TODAY + 2}}, TODAY + 2, id="a course to come"),
        pytest.param({"rescue_member": {"joined_on": TODAY + 2}}, TODAY + 2, id="joins a team"),
    ],
)
def test_the_next_day_to_look_again(kinds: dict[str, Any], day: int | None) -> None:
    """Every day on which something turns by time alone is looked at."""
    state = somebody(**kinds)
    eligible = matching.evaluate(state, tables(), TODAY, running=False)
    assert matching.next_day(eligible, None, FakeBook(), TODAY) == day


def test_no_day_on_which_the_answer_changes_is_missed() -> None:
    """Evaluated day by day, the answer only changes on days that the timer had named."""
    state = told(
        somebody(consent={**CONSENT, "granted_on": TODAY + 3, "expires_on": TODAY + 90}, course=COURSE),
        2,
        refusal={"declined_on": TODAY - 340},
        certificate={"expires_on": TODAY + 60},
    )
    world = tables()
    answers: list[tuple[str, str, tuple[str, ...], int | None]] = []
    due: int | None = TODAY
    for today in range(TODAY, TODAY + 200):
        eligible = matching.evaluate(state, world, today, running=False)
        answer = (eligible.outcome, eligible.code, eligible.rules, eligible.until)
        if answers and answer != answers[-1]:
            assert due == today
        answers.append(answer)
        if due is not None and due <= today:
            due = matching.next_day(eligible, None, FakeBook(), today)
    assert len(set(answers)) > 3


def test_without_organisations_everybody_waits() -> None:
    """An empty directory holds, it does not stop."""
    eligible = matching.evaluate(somebody(), tables(Directory()), TODAY, running=False)
    assert (eligible.outcome, eligible.code, eligible.organisation) == ("held", "region", "")


def test_evaluation_leaves_the_facts_alone() -> None:
    """What is computed of a person never gets into what is stored."""
    state = somebody()
    matching.evaluate(state, tables(), TODAY, running=False)
    assert "subject" not in state.facts


ENDED = TODAY - 400
LEFT = {"status": "lapsed", "ended_on": ENDED}
OLD = {**CERTIFICATE, "issued_on": ENDED}


@pytest.mark.parametrize(
    ("kinds", "stale"),
    [
        pytest.param({"certificate": OLD, "membership": LEFT}, True, id="nothing since"),
        pytest.param(
            {"certificate": {**OLD, "issued_on": ENDED + 1}, "membership": LEFT}, False, id="the day after"
        ),
        pytest.param({"certificate": OLD, "membership": LEFT, "course": COURSE}, False, id="another ground"),
        pytest.param(
            {"certificate": OLD, "membership": LEFT, "rescue_member": {"joined_on": TODAY}},
            True,
            id="what no rule hits on is no ground",
        ),
        pytest.param(
            {"certificate": OLD, "membership": {**LEFT, "status": "member"}}, False, id="a member again"
        ),
        pytest.param(
            {"certificate": OLD, "membership": {"status": "lapsed"}}, False, id="its end is not known"
        ),
        pytest.param({"certificate": None, "membership": LEFT}, False, id="no ground at all"),
        pytest.param({"certificate": OLD}, False, id="never a member"),
    ],
)
def test_stale_grounds(kinds: dict[str, Any], *, stale: bool) -> None:
    """Who left is asked again on what is dated after the end of the membership, and on nothing else."""
    eligible = matching.evaluate(somebody(**kinds), tables(), TODAY, running=True)
    assert eligible.view["subject"][0]["stale_grounds"] is stale


def test_groups_need_neither_consent_nor_guardian() -> None:
    """An organisation is nobody's personal information, and no minor."""
    party = {"group": True, "residence": PARTY["residence"], "birth_day": TODAY - 9}
    me = matching.evaluate(somebody(party=party, consent=None), tables(), TODAY, running=False).view[
        "subject"
    ][0]
    assert (me["consent"], me["guardian_missing"]) == ("valid", False)


@pytest.mark.parametrize(
    ("residence", "moved"), [(PARTY["residence"], True), ("330109", False)], ids=["elsewhere", "at home"]
)
def test_only_members_move(residence: str, *, moved: bool) -> None:
    """A member whose route leads to another county; who is none has moved nowhere."""
    known = society()
    for status, expected in (("member", moved), ("resigned", False)):
        state = somebody(
            party={**PARTY, "residence": residence}, membership={"status": status, "organisation": "SOC9"}
        )
        me = matching.evaluate(state, tables(known), TODAY, running=False).view["subject"][0]
        assert me["moved"] is expected


INVITED = Invitation(
    id="ab", episode=1, status="delivered", issued_on=TODAY - 9, valid_until=TODAY + 171, priority=1,
    rules=("F1",), kind="adult", organisation="SOC", confirm_region=False, notice_version="2022",
    changed_on=TODAY - 9,
)  # fmt: skip


@pytest.mark.parametrize(
    ("last", "kinds", "day"),
    [
        pytest.param(INVITED, {}, TODAY + 21, id="a reminder"),
        pytest.param(
            replace(INVITED, issued_on=TODAY - 30, valid_until=TODAY + 150, changed_on=TODAY),
            {},
            TODAY + 1,
            id="a reminder that something else was told before",
        ),
        pytest.param(replace(INVITED, reminded_on=TODAY), {}, TODAY + 172, id="reminded: its end"),
        pytest.param(replace(INVITED, status="accepted"), {}, TODAY + 172, id="accepted: its end"),
        pytest.param(
            INVITED, {"response": {"answer": "unreachable", "on": TODAY}}, TODAY + 172, id="answered: its end"
        ),
    ],
)
def test_the_next_day_of_an_open_invitation(last: Invitation, kinds: dict[str, Any], day: int) -> None:
    """The reminder while it is due, else the day after the last day."""
    state = somebody(**kinds)
    state.invitation = last
    eligible = matching.evaluate(state, tables(), TODAY, running=True)
    assert matching.next_day(eligible, last, FakeBook(), TODAY) == day


@pytest.mark.parametrize(
    ("last", "day"),
    [
        pytest.param(None, TODAY + 3, id="the next Thursday"),
        pytest.param(
            replace(INVITED, status="expired", ended_on=TODAY - 100), TODAY + 80, id="the cool-down first"
        ),
        pytest.param(replace(INVITED, status="withdrawn", ended_on=TODAY - 1), TODAY + 3, id="no cool-down"),
    ],
)
def test_the_next_day_of_whom_the_batch_holds(last: Invitation | None, day: int) -> None:
    """The day of the week of the priority, once nothing else holds."""
    book = AskingBook(weekday=3)
    eligible = matching.evaluate(
        somebody(certificate=None, course=COURSE), tables(book=book), TODAY, running=False
    )
    assert matching.next_day(eligible, last, book, TODAY) == day
