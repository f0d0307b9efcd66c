"""The volunteer service."""

from __future__ import annotations

from typing import Any

import pytest

from hub.connectors.draft import Alias, Claim, Fields
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, drafted

REGISTERED = "volunteer.registered.v1"
ACCRUED = "volunteer.hours.accrued.v1"
LEFT = "volunteer.left.v1"
V1 = Alias("volunteer_key", "v1")


@pytest.mark.parametrize("level", ["recorded", "registered"])
def test_a_registration_makes_an_active_volunteer(level: str) -> None:
    """A registration asserts level, day, team and office, and binds the volunteer's key."""
    draft = drafted(REGISTERED, level=f" {level.title()}", team="T9")
    fields: Fields = {
        "level": level,
        "registered_on": DAY,
        "status": "active",
        "team": "T9",
        "region": "330106",
    }
    assert draft.claims == [Claim("volunteer", V1, fields)]
    assert draft.binds == (V1,)


def test_hours_are_a_running_total() -> None:
    """Hours assert the total, rounded, the star and the last day, under the key alone."""
    draft = drafted(ACCRUED)
    assert draft.alias == V1
    assert draft.claims == [Claim("volunteer", V1, {"total_hours": 321, "active_on": DAY, "star": 3})]
    assert "star" not in drafted(ACCRUED, star=None).claims[0].fields


def test_a_leaving_ends_the_service_and_nothing_else() -> None:
    """A leaving asserts the status and its day, under the key alone."""
    draft = drafted(LEFT)
    assert draft.alias == V1
    assert draft.claims == [Claim("volunteer", V1, {"status": "left", "left_on": DAY})]


@pytest.mark.parametrize(
    ("ce_type", "changes", "code", "path"),
    [
        pytest.param(REGISTERED, {"level": "gold"}, Code.VALUE_INVALID, "level", id="level"),
        pytest.param(REGISTERED, {"volunteer_key": " "}, Code.FIELD_MISSING, "volunteer_key", id="no-key"),
        pytest.param(REGISTERED, {"on": "soon"}, Code.DATE_INVALID, "on", id="date"),
        pytest.param(ACCRUED, {"hours": -1.0}, Code.VALUE_INVALID, "hours", id="hours"),
        pytest.param(ACCRUED, {"total_hours": float("nan")}, Code.VALUE_INVALID, "total_hours", id="total"),
        pytest.param(ACCRUED, {"star": -1}, Code.VALUE_INVALID, "star", id="star"),
        pytest.param(LEFT, {"volunteer_key": ""}, Code.FIELD_MISSING, "volunteer_key", id="nobody-left"),
    ],
)
def test_what_cannot_be_read_is_refused(ce_type: str, changes: dict[str, Any], code: Code, path: str) -> None:
    """A volunteer event with a field that is none is a dead letter with the field's path."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(ce_type, **changes)
    assert (caught.value.code, caught.value.field) == (code, path)
