"""Rescue teams."""

from __future__ import annotations

import pytest

from hub.connectors.draft import Alias, Claim, Fields, Hashed
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, drafted

REGISTERED = "rescue.member.registered.v1"
MISSION = "rescue.mission.participated.v1"
M1 = Alias("member_key", "m-1")


def test_a_registration_opens_a_membership() -> None:
    """A registration asserts an active membership and binds the member key."""
    draft = drafted(REGISTERED, role="leader")
    fields: Fields = {
        "team_id": "T1",
        "team_kind": "search",
        "joined_on": DAY,
        "status": "active",
        "role": "leader",
        "region": "330106",
    }
    assert draft.claims == [Claim("rescue_member", M1, fields)]
    assert draft.binds == (M1,)


@pytest.mark.parametrize(
    ("ce_type", "fields"),
    [
        ("rescue.member.graded.v1", {"grade": "backbone"}),
        ("rescue.member.left.v1", {"status": "left", "left_on": DAY}),
    ],
)
def test_grades_and_leavings_touch_nothing_else(ce_type: str, fields: Fields) -> None:
    """A grade and a leaving assert only what they say, under the member key alone."""
    draft = drafted(ce_type)
    assert draft.alias == M1
    assert draft.claims == [Claim("rescue_member", M1, fields)]


def test_a_mission_is_keyed_by_mission_and_member() -> None:
    """A mission keeps its last day and its hours, rounded."""
    draft = drafted(MISSION)
    assert draft.alias == M1
    assert draft.claims == [Claim("mission", Hashed("mission", "X1|m-1"), {"until_on": DAY, "hours": 8})]


@pytest.mark.parametrize("hours", [-0.5, float("nan"), float("inf"), 1e300])
def test_absurd_hours_are_refused(hours: float) -> None:
    """Hours that cannot be hours are a dead letter, never a crash of the encoder."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(MISSION, hours=hours)
    assert caught.value.code == Code.VALUE_INVALID
