"""hub.rules.condition: what somebody must have for a condition to hold."""

from __future__ import annotations

import pytest

from hub.rules.condition import needs
from hub.rules.model import All, AnyOf, Condition, FactCondition, Leaf, NoneOf
from tests.unit.rules.test_compile import ACTIVE, RECENT

SUBJECT = FactCondition(fact="subject", where=(Leaf(field="age", operator="at_least", value=18),))


@pytest.mark.parametrize(
    ("condition", "kinds"),
    [
        pytest.param(RECENT, {"course"}, id="one-fact"),
        pytest.param(AnyOf(any=(RECENT, ACTIVE)), {"course", "rescue_member"}, id="any-of-two"),
        pytest.param(All(all=(SUBJECT, RECENT)), {"course"}, id="everybody-has-a-subject"),
        pytest.param(All(all=(AnyOf(any=(RECENT, SUBJECT)), ACTIVE)), {"rescue_member"}, id="the-fewest"),
        pytest.param(All(all=(RECENT, NoneOf(none=(ACTIVE,)))), {"course"}, id="none-needs-nothing"),
        pytest.param(NoneOf(none=(ACTIVE,)), None, id="holds-of-nobody-known"),
        pytest.param(AnyOf(any=(RECENT, NoneOf(none=(ACTIVE,)))), None, id="any-with-a-none"),
    ],
)
def test_what_a_rule_needs_to_be_looked_at(condition: Condition, kinds: set[str] | None) -> None:
    """Without an entry of one of these kinds a rule cannot hit; None: it can."""
    assert needs(condition) == kinds
