"""When a condition will hold by time alone, against the interpreter, day by day."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.core import dates
from hub.rules import interpret
from hub.rules.hit import Facts
from hub.rules.model import Condition, FactCondition, Leaf
from hub.rules.span import days, turn
from hub.rules.whynot import missing
from tests.properties.test_rules import CONDITIONS, DAYS, FACTS, TODAY, TODAYS

LOOKED_AT = st.one_of(TODAYS, DAYS, st.integers(TODAY - 1200, TODAY + 1200))


@given(condition=CONDITIONS, facts=FACTS, today=LOOKED_AT)
def test_the_days_of_a_condition_are_those_on_which_it_holds(
    condition: Condition, facts: Facts, today: int
) -> None:
    """A day lies in a span of the condition exactly when the interpreter says that it holds on that day."""
    held = any(first <= today <= last for first, last in days(condition, facts))
    assert held is interpret.trace(condition, facts, today).holds


@given(condition=CONDITIONS, facts=FACTS, today=TODAYS)
def test_a_date_is_the_first_day_of_the_other_answer(condition: Condition, facts: Facts, today: int) -> None:
    """On the day that is told the answer is another one, on the day before it is still today's."""
    found = turn(days(condition, facts), today)
    day = found.lapses_on if found.holds else found.met_on
    assert found.holds is interpret.trace(condition, facts, today).holds
    if day is None:
        for later in (1, 30, 400, 4000):
            assert interpret.trace(condition, facts, today + later).holds is found.holds
        return
    assert day > today
    assert interpret.trace(condition, facts, day).holds is not found.holds
    assert interpret.trace(condition, facts, day - 1).holds is found.holds


@given(condition=CONDITIONS, facts=FACTS, today=TODAYS)
def test_something_is_missing_exactly_where_it_does_not_hold(
    condition: Condition, facts: Facts, today: int
) -> None:
    """What is missing is empty for what holds, and each leaf that is named is not as it should be."""
    lacks = missing(condition, facts, today)
    assert bool(lacks) is not interpret.trace(condition, facts, today).holds
    for lack in lacks:
        entry: dict[str, Any] = {"key": b"", lack.leaf.field: lack.observed}
        asked = FactCondition(fact=lack.fact, where=(lack.leaf,))
        known = {lack.fact: [entry]} if lack.key is not None else {}
        assert interpret.trace(asked, known, today).holds is lack.against


@given(
    born=st.integers(TODAY - 20_000, TODAY - 100),
    years=st.integers(0, 60),
    operator=st.sampled_from(("at_least", "at_most", "is", "is_not")),
    after=st.integers(0, 9_000),
)
def test_an_age_turns_on_the_birthday(born: int, years: int, operator: str, after: int) -> None:
    """The days of a leaf about the age are those on which the age of that day answers it."""
    asked = FactCondition(fact="subject", where=(Leaf(field="age", operator=operator, value=years),))
    day = born + after
    today = {"subject": [{"key": b"", "age": dates.age(born, day)}]}
    held = any(first <= day <= last for first, last in days(asked, today, born))
    assert held is interpret.trace(asked, today, day).holds
