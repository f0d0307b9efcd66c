"""What is read off conditions, against what they mean: the interpreter, on random facts and days."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.subject import READABLE_BY_NAME
from hub.rules import interpret
from hub.rules.coverage import distance
from hub.rules.days import Moment
from hub.rules.hit import Facts
from hub.rules.logic import contradiction, implies, impossible, redundant
from hub.rules.model import All, AnyOf, Condition, FactCondition, Leaf, NoneOf
from tests.properties.test_rules import CONDITIONS, FACTS, TODAYS

_ABOUT: Final[dict[str, tuple[Any, ...]]] = {
    "is": ("first_aider", "trainer"), "is_not": ("first_aider", "trainer"), "in": (("trainer", "cpr_aed"),),
    "present": (True,), "absent": (True,),
    **dict.fromkeys(
        ("on_or_before", "before", "on_or_after", "after"),
        (Moment(0, "days"), Moment(-1, "months"), Moment(-30, "days"), Moment(-12, "months")),
    ),
    "within_months": (1, 12), "within_days": (31, 366),
}  # fmt: skip
_FIELDS: Final = {"kind": ("is", "is_not", "in", "present", "absent")}


def _leaf(field: str, operator: str, value: Any) -> Leaf:
    return Leaf(field=field, operator=operator, value=value)


def _entries_on(fact: str, field: str, operators: tuple[str, ...]) -> st.SearchStrategy[FactCondition]:
    lines = st.one_of([
        st.sampled_from(_ABOUT[operator]).map(partial(_leaf, field, operator)) for operator in operators
    ])  # fmt: skip
    return st.lists(lines, min_size=1, max_size=3).map(
        lambda where: FactCondition(fact=fact, where=tuple(where))
    )


_DATED: Final = tuple(set(_ABOUT) - {"is", "is_not", "in"})
CLOSE: Final = (
    _entries_on("certificate", "kind", _FIELDS["kind"])
    | _entries_on("certificate", "expires_on", tuple(sorted(_DATED)))
    | st.lists(st.integers(0, 4).flatmap(
        lambda age: st.sampled_from(("at_least", "at_most", "is", "is_not")).map(
            lambda operator: _leaf("age", operator, age))), min_size=1, max_size=3,
    ).map(lambda where: FactCondition(fact="subject", where=tuple(where)))
)  # fmt: skip
"""Conditions about three fields only, so that they often contradict or imply one another."""
GROUPED: Final[st.SearchStrategy[Condition]] = st.recursive(
    CLOSE,
    lambda children: st.builds(
        lambda word, drawn: word(drawn),
        st.sampled_from((
            lambda drawn: All(all=drawn), lambda drawn: AnyOf(any=drawn), lambda drawn: NoneOf(none=drawn),
        )),
        st.lists(children, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=4,
)  # fmt: skip
ANY: Final = GROUPED | GROUPED | CONDITIONS


def _holds(condition: Condition, facts: Facts, today: int) -> bool:
    return interpret.trace(condition, facts, today).holds


def _one_subject(facts: Facts, age: int | None) -> Facts:
    """Return the facts with the one subject everybody has, of an age near those conditions ask for."""
    subject = {**facts["subject"][0]}
    subject.pop("age", None)
    return {**facts, "subject": [subject if age is None else {**subject, "age": age}]}


PEOPLE: Final = st.builds(_one_subject, FACTS, st.none() | st.integers(0, 5))


@settings(max_examples=500, deadline=None)
@given(GROUPED, PEOPLE, TODAYS)
def test_nobody_meets_what_is_impossible(condition: Condition, facts: Facts, today: int) -> None:
    """A condition that is called impossible holds for no facts on no day."""
    if impossible(condition):
        assert not _holds(condition, facts, today)


@settings(max_examples=600, deadline=None)
@given(GROUPED, GROUPED, PEOPLE, TODAYS)
def test_what_is_implied_follows(narrow: Condition, wide: Condition, facts: Facts, today: int) -> None:
    """Whoever meets a condition meets, on the same day, every condition it is said to imply."""
    for one, other in ((narrow, wide), (wide, narrow), (All(all=(narrow, wide)), wide)):
        if implies(one, other) and _holds(one, facts, today):
            assert _holds(other, facts, today)


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_a_condition_implies_itself_and_what_is_around_it(condition: Condition) -> None:
    """Parts and choices are seen whatever they are made of."""
    other = FactCondition(fact="course", where=(_leaf("hours", "at_least", 3),))
    assert implies(condition, condition)
    assert implies(All(all=(other, condition)), condition)
    assert implies(condition, AnyOf(any=(other, condition)))
    assert impossible(All(all=(condition, NoneOf(none=(condition,)))))


@settings(max_examples=400, deadline=None)
@given(CLOSE, PEOPLE, TODAYS)
def test_lines_said_to_exclude_or_contain_one_another_do(
    condition: FactCondition, facts: Facts, today: int
) -> None:
    """Two lines that contradict never hold for one entry; without a redundant line the same entries serve."""
    if contradiction(condition) is not None:
        assert not _holds(condition, facts, today)
    elif (found := redundant(condition)) is not None:
        kept = tuple(leaf for place, leaf in enumerate(condition.where) if place != found[0])
        without = condition.model_copy(update={"where": kept})
        assert _holds(without, facts, today) == _holds(condition, facts, today)


@settings(max_examples=300, deadline=None)
@given(ANY, PEOPLE, TODAYS)
def test_the_distance_is_nothing_where_a_condition_holds(
    condition: Condition, facts: Facts, today: int
) -> None:
    """No line need be otherwise where it holds, at least one where it does not; and the other way round."""
    seen = interpret.trace(condition, facts, today)
    assert (distance(seen) == 0) is seen.holds
    assert (distance(seen, wanted=False) == 0) is not seen.holds


def _at(operator: str, value: object) -> FactCondition:
    return FactCondition(fact="certificate", where=(_leaf("expires_on", operator, value),))


@pytest.mark.parametrize(
    ("chain"),
    [
        pytest.param(
            [_at("after", Moment(0, "days")), _at("on_or_after", Moment(0, "days")),
             _at("on_or_after", Moment(-11, "months")), _at("on_or_after", Moment(-365, "days")),
             _at("on_or_after", Moment(-366, "days")), _at("present", value=True)],
            id="later-than",
        ),
        pytest.param(
            [_at("before", Moment(-24, "months")), _at("on_or_before", Moment(-730, "days")),
             _at("before", Moment(-12, "months")), _at("on_or_before", Moment(0, "days"))], id="earlier-than",
        ),
        pytest.param(
            [_at("within_days", 27), _at("within_days", 28), _at("within_months", 1), _at("within_days", 31),
             _at("within_months", 12), _at("within_days", 366)], id="within",
        ),
    ],
)  # fmt: skip
def test_spans_of_days_and_months_are_compared_exactly(chain: list[FactCondition]) -> None:
    """Each span implies the next and not the other way round: months are counted in days, not guessed."""
    for narrow, wide in pairwise(chain):
        assert implies(narrow, wide)
        assert not implies(wide, narrow)


def test_every_value_ruled_out_is_impossible() -> None:
    """A field that can be one of three, and is none of them, can be nothing."""
    kinds = READABLE_BY_NAME["certificate"]
    assert kinds.field("kind") is not None
    lines = [_leaf("kind", "is_not", value) for value in ("first_aider", "cpr_aed", "trainer")]
    assert impossible(FactCondition(fact="certificate", where=tuple(lines)))
    assert not impossible(FactCondition(fact="certificate", where=tuple(lines[:2])))
    last = FactCondition(fact="certificate", where=(_leaf("kind", "is", "trainer"),))
    assert implies(FactCondition(fact="certificate", where=tuple(lines[:2])), last)
