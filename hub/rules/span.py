"""On which days a condition holds by time alone: facts stay as they are, only *today* moves on.

Every comparison turns on a fixed day that follows from the fact alone (:mod:`hub.rules.days`), so the days
on which a leaf holds are one *span*, and those of a condition a few of them. What matching computes anew
every day (``subject``) is taken as it is, but for the age, where the birth day is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from hub.core.dates import birthday
from hub.rules import interpret
from hub.rules.condition import SUBJECT_KIND, children_of
from hub.rules.days import FAR, Moment, later
from hub.rules.hit import Facts
from hub.rules.model import All, AnyOf, Condition, FactCondition, Leaf
from hub.rules.operators import DATED, known

_EARLIEST: Final = -719_162
"""0001-01-01: nothing is asked of days before."""
_AGE: Final = "age"


class Span(NamedTuple):
    """Days from the first to the last one, both included."""

    first: int
    last: int


Days = tuple[Span, ...]
"""Spans in order; between two of them lies at least one day."""
ALWAYS: Final[Days] = (Span(_EARLIEST, FAR),)
NEVER: Final[Days] = ()


class Turn(NamedTuple):
    """What time alone will do to a condition after today; None = nothing, ever."""

    holds: bool
    """Whether it holds today."""
    met_on: int | None
    """The first day to come on which it holds, of one that does not hold today."""
    lapses_on: int | None
    """The first day to come on which it does not hold, of one that holds today."""


def turn(days: Days, today: int) -> Turn:
    """Return how today stands to the days on which something holds.

    >>> turn((Span(3, 5), Span(9, 9)), 4)
    Turn(holds=True, met_on=None, lapses_on=6)
    >>> turn((Span(3, 5), Span(9, 9)), 6)
    Turn(holds=False, met_on=9, lapses_on=None)
    """
    for first, last in days:
        if first <= today <= last:
            return Turn(True, None, None if last >= FAR else last + 1)
        if first > today:
            return Turn(False, first, None)
    return Turn(False, None, None)


def leaf_days(leaf: Leaf, entry: Mapping[str, Any], birth_day: int | None = None) -> Days:
    """Return the days on which a leaf about an entry holds; ``birth_day`` where the entry is a subject."""
    observed = entry.get(leaf.field)
    if birth_day is not None and leaf.field == _AGE and known(observed):
        return _age_days(leaf, birth_day)
    if leaf.operator not in DATED or not known(observed):
        holds = interpret.leaf_holds(leaf, observed)
        return ALWAYS if holds else NEVER
    value: Any = leaf.value
    day: int = observed  # type: ignore[assignment]  # operators on days are for days
    if isinstance(value, Moment):
        pivot = value.pivot(day)
        return {
            "on_or_before": _span(pivot, FAR),
            "before": _span(pivot + 1, FAR),
            "on_or_after": _span(_EARLIEST, pivot),
            "after": _span(_EARLIEST, pivot - 1),
        }[leaf.operator]
    return _span(day, later(day, value, "months" if leaf.operator == "within_months" else "days"))


def days(condition: Condition, facts: Facts, birth_day: int | None = None) -> Days:
    """Return the days on which a condition holds, facts being what they are."""
    if isinstance(condition, FactCondition):
        return _fact_days(condition, facts, birth_day)
    parts = [days(child, facts, birth_day) for child in children_of(condition)]
    if isinstance(condition, All):
        return _every(parts)
    found = _some(parts)
    return found if isinstance(condition, AnyOf) else _complement(found)


def _fact_days(condition: FactCondition, facts: Facts, birth_day: int | None) -> Days:
    born = birth_day if condition.fact == SUBJECT_KIND else None
    return _some([
        _every([leaf_days(leaf, entry, born) for leaf in condition.where])
        for entry in facts.get(condition.fact, ())
    ])  # fmt: skip


def _age_days(leaf: Leaf, born: int) -> Days:
    value: Any = leaf.value
    match leaf.operator:
        case "at_least":
            return _span(birthday(born, int(-(-value // 1))), FAR)
        case "at_most":
            return _span(_EARLIEST, birthday(born, int(value // 1) + 1) - 1)
        case "present":
            return ALWAYS
        case "absent":
            return NEVER
    same = _span(birthday(born, value), birthday(born, value + 1) - 1) if value == int(value) else NEVER
    return same if leaf.operator == "is" else _complement(same)


def _span(first: int, last: int) -> Days:
    return (Span(max(first, _EARLIEST), min(last, FAR)),) if first <= last else NEVER


def _every(parts: list[Days]) -> Days:
    """Return the days that are in all of them."""
    found = ALWAYS
    for part in parts:
        found = tuple(
            Span(max(one.first, other.first), min(one.last, other.last))
            for one in found
            for other in part
            if one.first <= other.last and other.first <= one.last
        )
    return found


def _some(parts: list[Days]) -> Days:
    """Return the days that are in any of them."""
    found: list[Span] = []
    for each in sorted(span for part in parts for span in part):
        if found and each.first <= found[-1].last + 1:
            found[-1] = Span(found[-1].first, max(found[-1].last, each.last))
        else:
            found.append(each)
    return tuple(found)


def _complement(part: Days) -> Days:
    found: list[Span] = []
    free = _EARLIEST
    for first, last in part:
        found += _span(free, first - 1)
        free = last + 1
    return (*found, *_span(free, FAR))
