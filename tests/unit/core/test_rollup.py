"""Totals rolled up."""

from __future__ import annotations

import pytest

from hub.core.dates import midnight_ms, parse_day
from hub.core.figure import Key
from hub.core.rollup import Rollup
from tests.unit.core.scenes import rolled


def test_counties_add_up_to_cities_and_the_province() -> None:
    """The province is the sum of its cities and of what is of no known county."""
    found = rolled(
        {
            "persons|county=330101": 2,
            "persons|county=330102": 3,
            "persons|county=330201": 5,
            "persons|county=unknown": 7,
        }
    )
    assert found.value("persons", "", "3301", "city") == 5
    assert found.value("persons", "", "33", "province") == 17
    assert found.value("persons", "", "unknown", "none") == 7


def test_a_new_value_replaces_the_old() -> None:
    """A total is a value and no difference: taking it twice changes nothing."""
    found = Rollup("33")
    for value in (5, 5, 2):
        found.take("persons|county=330101", "stock", value, 1)
    assert found.value("persons", "", "33", "province") == 2
    assert len(found) == 1


@pytest.mark.parametrize(("counted", "restated"), [("2022-05-31", False), ("2022-06-01", True)])
def test_a_period_that_was_over_is_restated(counted: str, restated: bool) -> None:  # noqa: FBT001 - a case
    """A value counted after its period was over restates it; one of the period's last day does not."""
    found = Rollup("33")
    found.take("flow.x|month=2022-05", "flow", 1, midnight_ms(parse_day(counted)))
    cell = found.cell(Key("flow.x", "", "", "none", "2022-05"))
    assert cell is not None
    assert cell.restated("2022-05") is restated
    assert not cell.restated("")


def test_what_is_no_counter_is_refused_and_leaves_no_trace() -> None:
    """A name without labels where labels should be is an error, and nothing is counted."""
    found = Rollup("33")
    with pytest.raises(ValueError, match="label"):
        found.take("a|b", "stock", 1, 1)
    assert len(found) == 0
    assert list(found.keys()) == []
