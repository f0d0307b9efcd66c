"""What a person adds to the figures."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hub.core import statistics
from hub.core.invitation import Invitation
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
    assert statistics.only_held(("1:p", "1:cx", "1:oadult/1"), "review") == ("1:p", "1:cx", "1:hreview")
    assert statistics.only_held(("1:p", "1:hconsent"), "review") == ("1:p", "1:hreview")
    assert statistics.only_held(("1:p", "1:tadmission"), "review") == ("1:p", "1:hreview")
    assert statistics.only_held((), "review") == ("unknown:hreview",)
