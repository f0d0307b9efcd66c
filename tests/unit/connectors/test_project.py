"""The aid projects."""

from __future__ import annotations

import pytest

from hub.connectors import project
from hub.connectors.draft import Claim
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, drafted, event

ENROLLED = "project.participant.enrolled.v1"


def test_a_helper_is_a_fact_of_the_project() -> None:
    """A helper's enrolment asserts role, day and region, keyed by the project."""
    (claim,) = drafted(ENROLLED, role="Helper ").claims
    assert claim == Claim("project", "P1", {"role": "helper", "enrolled_on": DAY, "region": "330106"})


@pytest.mark.parametrize(
    ("role", "flow"),
    [("beneficiary", "flow.beneficiaries"), (" Beneficiary", "flow.beneficiaries"), ("helper", ""), ("", "")],
)
def test_only_a_beneficiary_is_counted_and_forgotten(role: str, flow: str) -> None:
    """The role decides before anything else is read."""
    assert project.beneficiary(event(ENROLLED, role=role)) == flow


@pytest.mark.parametrize(
    ("role", "code"), [("", Code.FIELD_MISSING), ("donor", Code.VALUE_INVALID)], ids=["none", "another"]
)
def test_a_role_is_one_of_two(role: str, code: Code) -> None:
    """Another role is a mistake of the source."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(ENROLLED, role=role)
    assert (caught.value.code, caught.value.field) == (code, "role")
