"""Eligibility: the book, the route and the guards put together."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import matching
from hub.core.organisation import Directory
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
