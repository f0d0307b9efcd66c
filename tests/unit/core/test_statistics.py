"""What a person adds to the figures."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hub.core import statistics
from hub.core.dates import iso
from hub.core.invitation import Invitation
from hub.core.resident_number import check_digit
from hub.core.task import Task
from tests.unit.core.people import CERTIFICATE, TODAY, somebody

OPEN = Invitation(
    id="ab", episode=1, status="issued", issued_on=TODAY, valid_until=TODAY, priority=1, rules=("F1",),
    kind="adult", organisation="SOC", confirm_region=False, notice_version="2022",
)  # fmt: skip


TASK = Task(
    id="ab", kind="admission", key=b"k", number=1, status="escalated", organisation="SOC", target="",
    rule="F0",
)  # fmt: skip


def counters(kinds: dict[str, Any], **more: Any) -> list[str]:
    """Return the counters of a person in county 330106, without the count of persons itself."""
    figures = statistics.Figures(**{"county": "330106", "rules": (), "held": "", "invitation": None, **more})
    counted = statistics.contributions(somebody(**kinds).facts, figures, TODAY)
    assert statistics.counter(counted[0]).startswith("persons|county=")
    return [statistics.counter(short) for short in counted[1:]]


@pytest.mark.parametrize(
    ("certificate", "valid"),
    [
        pytest.param({}, True, id="valid"),
        pytest.param({"issued_on": TODAY, "expires_on": TODAY}, True, id="valid for a day"),
        pytest.param({"expires_on": TODAY - 1}, False, id="expired"),
        pytest.param({"issued_on": TODAY + 1}, False, id="to come"),
        pytest.param({"revoked_on": TODAY + 9}, False, id="revoked"),
        pytest.param({"expires_on": None}, False, id="end unknown"),
    ],
)
def test_valid_certificates(certificate: dict[str, Any], *, valid: bool) -> None:
    """A certificate counts while it is valid, under its kind."""
    fields = {name: value for name, value in {**CERTIFICATE, **certificate}.items() if value is not None}
    expected = ["certificates_valid|county=330106|kind=good"] if valid else []
    assert counters({"certificate": fields}) == expected


@pytest.mark.parametrize(
    ("kinds", "more", "counter"),
    [
        pytest.param({}, {"rules": ("R01",)}, "qualified|county=330106|rule=R01", id="qualified"),
        pytest.param({}, {"held": "consent"}, "held|code=consent|county=330106", id="held"),
        pytest.param(
            {}, {"invitation": OPEN}, "invitations_open|county=330106|kind=adult|priority=1", id="open"
        ),
        pytest.param({}, {"tasks": (TASK,)}, "tasks_open|county=330106|kind=admission", id="a task"),
        pytest.param(
            {"membership": {"status": "member", "kind": "youth"}},
            {},
            "members|county=330106|kind=youth",
            id="member",
        ),
        pytest.param(
            {"membership": {"status": "member"}},
            {"county": ""},
            "members|county=unknown|kind=unknown",
            id="unknown",
        ),
        pytest.param(
            {"certificate": {**CERTIFICATE, "kind": "a|b=c"}},
            {},
            "certificates_valid|county=330106|kind=other",
            id="no label",
        ),
        pytest.param(
            {"membership": {"status": "member", "kind": "王小明"}},
            {},
            "members|county=330106|kind=other",
            id="a name",
        ),
        pytest.param(
            {"membership": {"status": "member", "kind": "x13800000000"}},
            {},
            "members|county=330106|kind=other",
            id="a telephone number",
        ),
        pytest.param(
            {"membership": {"status": "member", "kind": "a" * 33}},
            {},
            "members|county=330106|kind=other",
            id="without end",
        ),
    ],
)
def test_each_figure_has_its_labels_in_order(
    kinds: dict[str, Any], more: dict[str, Any], counter: str
) -> None:
    """The name of a counter is its figure and its labels, sorted; a source cannot forge one."""
    assert counter in counters({"certificate": None, **kinds}, **more)


def test_a_former_member_and_an_ended_invitation_do_not_count() -> None:
    """Stock figures are about now."""
    ended = Invitation(**{name: getattr(OPEN, name) for name in OPEN.__struct_fields__} | {"ended_on": TODAY})
    assert counters({"certificate": None, "membership": {"status": "lapsed"}}, invitation=ended) == []


def test_an_ended_task_does_not_count() -> None:
    """What was done needs nobody."""
    assert counters({"certificate": None}, tasks=(replace(TASK, status="done"),)) == []


def test_an_organisation_is_no_person() -> None:
    """A group is counted as one, not among the persons."""
    figures = statistics.Figures("330106", (), "", None)
    counted = statistics.contributions(
        somebody(party={"group": True}, certificate=None).facts, figures, TODAY
    )
    assert [statistics.counter(short) for short in counted] == ["groups|county=330106"]


FIRST_AIDER = {**CERTIFICATE, "kind": "first_aider"}
BACKBONE = {"status": "active", "grade": "backbone"}
MEMBER = {"status": "member", "kind": "adult"}


@pytest.mark.parametrize(
    ("kinds", "grounds"),
    [
        pytest.param({"certificate": FIRST_AIDER}, ["first_aider"], id="a valid certificate"),
        pytest.param({"certificate": {**FIRST_AIDER, "expires_on": TODAY - 1}}, [], id="an expired one"),
        pytest.param({"rescue_member": BACKBONE}, ["backbone"], id="a backbone rescuer"),
        pytest.param({"rescue_member": {**BACKBONE, "status": "left"}}, [], id="who left"),
        pytest.param({"rescue_member": {"status": "active"}}, [], id="a rescuer"),
        pytest.param(
            {"certificate": FIRST_AIDER, "rescue_member": BACKBONE}, ["first_aider", "backbone"], id="both"
        ),
        pytest.param({"certificate": FIRST_AIDER, "membership": MEMBER}, [], id="a member"),
        pytest.param(
            {"certificate": FIRST_AIDER, "membership": {**MEMBER, "status": "lapsed"}}, ["first_aider"],
            id="who was a member",
        ),
        pytest.param({"certificate": FIRST_AIDER, "party": {"deceased_on": TODAY}}, [], id="who died"),
        pytest.param({"rescue_member": BACKBONE, "party": {"group": True}}, [], id="an organisation"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("last", "invited"), [(None, "no"), (replace(OPEN, ended_on=TODAY), "yes")])
def test_who_is_to_be_reached_with_priority(
    kinds: dict[str, Any], grounds: list[str], last: Invitation | None, invited: str
) -> None:
    """First aiders and backbone rescuers who are no members, by whether they were ever invited."""
    found = [name for name in contributed(kinds, invitation=last) if name.startswith("priority_reach")]
    assert found == [f"priority_reach|county=330106|ground={each}|invited={invited}" for each in grounds]


def contributed(kinds: dict[str, Any], **more: Any) -> list[str]:
    """Return all the counters of a person in county 330106, or of an organisation."""
    figures = statistics.Figures(**{"county": "330106", "rules": (), "held": "", "invitation": None, **more})
    facts = somebody(**{"certificate": None, **kinds}).facts
    return [statistics.counter(short) for short in statistics.contributions(facts, figures, TODAY)]


CANDIDACY = {"council_org": "RC-7", "session_on": TODAY, "status": "nominated"}


@pytest.mark.parametrize(
    ("kinds", "counter"),
    [
        pytest.param({}, "candidates|council=RC-7|member=no|session=2022-04-18", id="no member"),
        pytest.param(
            {"membership": MEMBER}, "candidates|council=RC-7|member=yes|session=2022-04-18", id="a member"
        ),
        pytest.param(
            {"candidacy": {**CANDIDACY, "council_org": "a|b", "session_on": None}},
            "candidates|council=other|member=no|session=unknown", id="what is no label",
        ),
        *(
            pytest.param(
                {"candidacy": {**CANDIDACY, "council_org": personal, "session_on": None}},
                "candidates|council=other|member=no|session=unknown", id=name,
            )
            for name, personal in (
                ("a person's number", f"33990019900101123{check_digit('33990019900101123')}"),
                ("a telephone number", "13800000000"),
            )
        ),
        pytest.param({"candidacy": {**CANDIDACY, "status": "withdrawn"}}, None, id="withdrawn"),
    ],
)  # fmt: skip
def test_candidates_count_by_session(kinds: dict[str, Any], counter: str | None) -> None:
    """A nomination counts where its council is, by whether the candidate is a member; without a county."""
    found = [name for name in contributed({"candidacy": CANDIDACY, **kinds}) if name.startswith("candidates")]
    assert found == ([counter] if counter else [])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            {"move": "admitted", "on": TODAY, "channel": "rescue"},
            ["members_moved|county=330106|month=2022-04|move=admitted",
             "members_admitted|channel=rescue|county=330106|month=2022-04"],
            id="admitted",
        ),
        pytest.param(
            {"move": "expelled", "on": TODAY - 30},
            ["members_moved|county=330106|month=2022-03|move=expelled"],
            id="expelled",
        ),
        pytest.param(
            {"move": "transferred", "on": TODAY, "from_organisation": "A", "to_organisation": "B"},
            ["members_moved|county=330109|month=2022-04|move=transferred_out",
             "members_moved|county=unknown|month=2022-04|move=transferred_in"],
            id="transferred",
        ),
        pytest.param(
            {"move": "transferred", "to_organisation": "A"},
            ["members_moved|county=unknown|month=unknown|move=transferred_out",
             "members_moved|county=330109|month=unknown|move=transferred_in"],
            id="from nobody knows where",
        ),
    ],
)  # fmt: skip
def test_a_change_of_membership_counts_in_its_own_month(change: dict[str, Any], expected: list[str]) -> None:
    """Where the person counts; a transfer where the organisations are that were left and joined."""
    where = {"A": "330109"}
    found = contributed({"membership_change": change}, county_of=lambda org_id: where.get(org_id, ""))
    assert found == ["persons|county=330106", *expected]


def test_a_member_who_died_is_one_no_more_since_then() -> None:
    """The death of a member is a change of membership, in the month of the death; no member is left."""
    dead = {"membership": MEMBER, "party": {"deceased_on": TODAY - 30}}
    assert contributed(dead) == [
        "persons|county=330106", "members_moved|county=330106|month=2022-03|move=deceased"
    ]  # fmt: skip
    lapsed = {**dead, "membership": {**MEMBER, "status": "lapsed"}}
    assert contributed(lapsed) == ["persons|county=330106"]


def test_whose_identity_is_under_review_counts_besides() -> None:
    """How many could turn out to be others: the range of the figures."""
    assert contributed({}, review_on=TODAY - 30) == [
        "persons|county=330106", "under_review|county=330106", "reviews_open|day=2022-03-19"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("party", "verdict"),
    [
        pytest.param({"name_forms": ["a", "b"], "names_accepted": ["a", "b"]}, "confirmed", id="one person"),
        pytest.param({"name_forms": ["a", "b"]}, None, id="open"),
        pytest.param({"name_forms": ["a", "b", "c"], "names_accepted": ["a", "b"]}, None, id="open again"),
        pytest.param({"name_forms": ["a"], "names_accepted": ["a", "b"]}, None, id="nothing to decide"),
        pytest.param(
            {"name_forms": ["a", "b"], "names_accepted": ["a", "b"], "conflicts": ["CONFLICT"]}, None,
            id="something else is open",
        ),
        pytest.param({"superseded_on": TODAY}, "refuted", id="somebody else's document"),
    ],
)  # fmt: skip
def test_what_was_decided_by_hand_counts(party: dict[str, Any], verdict: str | None) -> None:
    """Several names that a correction made one are confirmed, a document that it took away is refuted."""
    expected = [f"identities_decided|county=330106|verdict={verdict}"] if verdict else []
    assert contributed({"party": party}) == ["persons|county=330106", *expected]


def test_changes_are_after_minus_before() -> None:
    """A move from one county to another takes one off and adds one; what stays is not told."""
    before, after = ("1:p", "1:cx", "1:cx", "1:qR01"), ("2:p", "1:cx", "1:qR01")
    assert statistics.changes(before, after) == {
        "persons|county=1": -1,
        "persons|county=2": 1,
        "certificates_valid|county=1|kind=x": -1,
    }
    assert statistics.changes(before, before) == {}


def test_a_quarantined_person_is_only_held() -> None:
    """What is open or was held otherwise goes, what is known stays."""
    today = f":w{iso(TODAY)}"
    held = ("1:p", "1:hreview", "1:u", today)
    assert statistics.only_held(("1:p", "1:cx", "1:oadult/1"), "review", TODAY) == ("1:p", "1:cx", *held[1:])
    assert statistics.only_held(("1:p", "1:hconsent"), "review", TODAY) == held
    before = ("1:p", "1:tadmission", "1:u", ":w2022-01-02")
    assert statistics.only_held(before, "review", TODAY) == (*held[:-1], ":w2022-01-02")
    assert statistics.only_held((), "review", TODAY) == ("unknown:hreview", "unknown:u", today)
