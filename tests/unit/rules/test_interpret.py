"""The interpreter: each comparison by itself."""

from __future__ import annotations

from typing import Any

import pytest

from hub.rules.days import Moment
from hub.rules.interpret import FactTrace, trace
from hub.rules.model import FactCondition, Leaf
from tests.unit.rules.facts import TODAY


def look(field: str, operator: str, value: Any, observed: Any, fact: str = "certificate") -> FactTrace:
    """Evaluate one leaf over one entry."""
    condition = FactCondition(fact=fact, where=(Leaf(field=field, operator=operator, value=value),))
    entry = {"key": b"k"} if observed is None else {"key": b"k", field: observed}
    found = trace(condition, {fact: [entry]}, TODAY)
    assert isinstance(found, FactTrace)
    return found


NOW, BACK = Moment(0, "days"), Moment(-365, "days")


@pytest.mark.parametrize(
    ("operator", "value", "observed", "holds", "until"),
    [
        pytest.param("on_or_before", NOW, TODAY, True, None, id="on-or-before-today"),
        pytest.param("on_or_before", NOW, TODAY + 1, False, None, id="on-or-before-tomorrow"),
        pytest.param("before", NOW, TODAY - 1, True, None, id="before-yesterday"),
        pytest.param("before", NOW, TODAY, False, None, id="before-today"),
        pytest.param("on_or_after", NOW, TODAY, True, TODAY, id="on-or-after-today"),
        pytest.param("on_or_after", NOW, TODAY - 1, False, None, id="on-or-after-yesterday"),
        pytest.param("after", NOW, TODAY + 1, True, TODAY, id="after-tomorrow"),
        pytest.param("after", NOW, TODAY, False, None, id="after-today"),
        pytest.param("after", BACK, TODAY - 364, True, TODAY, id="after-a-year-back"),
        pytest.param("after", BACK, TODAY - 365, False, None, id="after-a-year-back-exactly"),
        pytest.param("within_days", 30, TODAY - 30, True, TODAY, id="within-days-last"),
        pytest.param("within_days", 30, TODAY - 31, False, None, id="within-days-over"),
        pytest.param("within_days", 30, TODAY + 1, False, None, id="within-days-to-come"),
        pytest.param("within_months", 12, TODAY - 365, True, TODAY, id="within-months-last"),
        pytest.param("within_months", 12, TODAY - 366, False, None, id="within-months-over"),
        pytest.param("within_months", 12, TODAY + 1, False, None, id="within-months-to-come"),
        pytest.param("on_or_before", NOW, None, False, None, id="unknown"),
        pytest.param("present", True, TODAY, True, None, id="present"),
        pytest.param("absent", True, None, True, None, id="absent"),
        pytest.param("absent", True, TODAY, False, None, id="not-absent"),
    ],
)
def test_days(operator: str, value: Any, observed: Any, holds: bool, until: int | None) -> None:  # noqa: FBT001
    """A day is compared with today, and the leaf ends on its last day."""
    found = look("expires_on", operator, value, observed)
    assert (found.holds, found.until) == (holds, until)
    assert found.evidence == ((("certificate", b"k"),) if holds else ())


@pytest.mark.parametrize(
    ("path", "operator", "value", "observed", "holds"),
    [
        pytest.param("certificate.kind", "is", "trainer", "trainer", True, id="is"),
        pytest.param("certificate.kind", "is_not", "trainer", "cpr_aed", True, id="is-not"),
        pytest.param("certificate.kind", "is_not", "trainer", None, False, id="is-not-unknown"),
        pytest.param("certificate.kind", "in", ("trainer", "cpr_aed"), "cpr_aed", True, id="in"),
        pytest.param("certificate.kind", "present", True, "", False, id="empty-is-absent"),
        pytest.param("certificate.kind", "absent", True, "", True, id="empty-is-absent-too"),
        pytest.param("mission.hours", "at_least", 8, 8, True, id="at-least"),
        pytest.param("mission.hours", "at_most", 8, 8.5, False, id="at-most"),
        pytest.param("mission.hours", "is", 8, 8.0, True, id="numbers-are-equal"),
        pytest.param("party.student", "is", False, False, True, id="flag"),
        pytest.param("party.student", "is", False, None, False, id="unknown-is-not-false"),
        pytest.param("party.student", "is_not", True, None, False, id="unknown-is-not-not-true"),
        pytest.param("party.conflicts", "includes", "CONFLICT", ["CONFLICT"], True, id="includes"),
        pytest.param("party.conflicts", "includes", "CONFLICT", [], False, id="includes-nothing"),
    ],
)
def test_values(path: str, operator: str, value: Any, observed: Any, holds: bool) -> None:  # noqa: FBT001
    """Texts, numbers, flags and lists; what is unknown answers nothing but absent."""
    fact, field = path.split(".")
    found = look(field, operator, value, observed, fact)
    assert (found.holds, found.until) == (holds, None)


def test_every_leaf_is_seen() -> None:
    """The trace keeps every leaf with what was there, also those after the first that fails."""
    condition = FactCondition(
        fact="certificate",
        where=(
            Leaf(field="kind", operator="is", value="trainer"),
            Leaf(field="region", operator="present", value=True),
        ),
    )
    found = trace(condition, {"certificate": [{"key": b"k", "kind": "cpr_aed", "region": "330106"}]}, TODAY)
    assert isinstance(found, FactTrace)
    assert [(leaf.observed, leaf.holds) for leaf in found.entries[0].leaves] == [
        ("cpr_aed", False),
        ("330106", True),
    ]
