"""What a change of an invitation adds to the flow figures."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hub.core import flow
from hub.core.invitation import Change, Invitation
from tests.unit.core.people import TODAY

ISSUED_ON = TODAY - 20
INVITED = Invitation(
    id="ab", episode=1, status="issued", issued_on=ISSUED_ON, valid_until=TODAY, priority=1, rules=("F1",),
    kind="adult", organisation="SOC", confirm_region=False, notice_version="2022", channel="training",
)  # fmt: skip
ORIGIN = flow.Origin("330106", ("F1", "G00"), TODAY - 3)


def counted(change: str, made: Invitation = INVITED, origin: flow.Origin = ORIGIN, **facts: Any) -> list[str]:
    """Return the counters of a change made today; facts are of one entry each."""
    known = {kind: [fields] for kind, fields in facts.items()}
    return list(flow.of_change(Change(made, change), origin, known, TODAY))


def test_a_change_counts_once_and_once_for_each_rule() -> None:
    """By change, channel, county, kind, priority; and by each rule that is named."""
    labels = "channel=training|county=330106|kind=adult|month=2022-04|priority=1"
    assert counted("revised") == [
        f"flow.invitations|change=revised|{labels}",
        "flow.invitations_by_rule|change=revised|month=2022-04|rule=F1",
        "flow.invitations_by_rule|change=revised|month=2022-04|rule=G00",
    ]


def test_what_is_not_known_is_said_to_be() -> None:
    """An invitation of before there were channels, of somebody without a county."""
    (first, *_) = counted("expired", replace(INVITED, channel=""), ORIGIN._replace(county=""))
    assert "|channel=unknown|county=unknown|" in first


APPLIED = replace(INVITED, applied_on=ISSUED_ON + 8)


@pytest.mark.parametrize(
    ("change", "made", "facts", "steps"),
    [
        pytest.param("issued", INVITED, {}, {"qualified_invited": ("3", "2022-04")}, id="issued"),
        pytest.param("applied", APPLIED, {}, {"invited_applied": ("14", "2022-04")}, id="applied"),
        pytest.param(
            "admitted", APPLIED, {"membership": {"since_on": ISSUED_ON + 100}},
            {"applied_admitted": ("180", "2022-07"), "invited_admitted": ("180", "2022-07")}, id="admitted",
        ),
        pytest.param(
            "admitted", INVITED, {"membership": {}}, {"invited_admitted": ("30", "2022-04")},
            id="without an application or a date",
        ),
        pytest.param(
            "admitted", INVITED, {"membership": {"since_on": ISSUED_ON - 9}},
            {"invited_admitted": ("0", "2022-03")}, id="dated before it was issued",
        ),
        pytest.param(
            "admitted", INVITED, {"membership": {"since_on": ISSUED_ON + 366}},
            {"invited_admitted": ("inf", "2023-03")}, id="longer than the last bound",
        ),
        pytest.param("withdrawn", APPLIED, {}, {}, id="another end"),
    ],
)  # fmt: skip
def test_how_long_the_steps_took(
    change: str, made: Invitation, facts: dict[str, Any], steps: dict[str, tuple[str, str]]
) -> None:
    """Each step that a change completes is in the bucket of its days, in the month in which it ended."""
    found = [name for name in counted(change, made, **facts) if name.startswith("flow.days|")]
    assert found == [
        f"flow.days|bucket={bucket}|channel=training|month={month}|priority=1|step={step}"
        for step, (bucket, month) in steps.items()
    ]
