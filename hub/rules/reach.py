"""What the lines about one field leave open to it: nothing, when they contradict one another.

A line says that a field is unknown, or that it is known and lies within something: some values, a span of
numbers, a span of days. Lines about one field of one entry are taken together by narrowing that. Days are
compared through the first and the last *today* on which a line holds, each a distance from the fact's day
(:mod:`hub.rules.days`); how far two distances in months lie apart at least is counted over the 400 years
after which the calendar repeats. So what is said here is true for every day from the year 1 to 9000.

Found: two values, a value that is ruled out, every known value ruled out, an empty span of numbers or days,
unknown and something else. Not found: what only the facts know (that a certificate expires after it was
issued), and spans of days that are empty although each two of their lines overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import inf
from typing import Any, Final, NamedTuple

from hub.core.dates import add_months
from hub.core.fact import FieldType
from hub.core.subject import READABLE_BY_NAME
from hub.rules.days import Moment
from hub.rules.model import Leaf
from hub.rules.operators import WITHIN_OPERATORS
from hub.rules.vocabulary import values_of

_CYCLE_MONTHS: Final = 4_800
_CYCLE_START: Final = 10_957
"""2000-01-01: the calendar repeats every 400 years."""
_FAR_MONTHS: Final = 12_000
"""A thousand years: farther away nothing is said, the calendar ends."""
_DAYS_PER_MONTH: Final = 146_097 / _CYCLE_MONTHS
_UNEVEN_DAYS: Final = 4
"""By more days than that no number of months differs from the mean; over the cycle it is 2.7 at most."""
_CLAMPED: Final = (0, 28, 29, 30)
"""Days of a month, from 0, to look at: the first 28 all move alike, only the last three are clamped."""


class Turn(NamedTuple):
    """A day as a distance from the fact's day: months first, then days."""

    months: int
    days: int


class Reach(NamedTuple):
    """What some lines leave open to the field they are about."""

    absent: bool = False
    known: bool = False
    values: frozenset[Any] | None = None
    """The only values left; None = not limited to a list."""
    without: frozenset[Any] = frozenset()
    low: float = -inf
    high: float = inf
    texts: frozenset[str] = frozenset()
    """What a list of texts must contain."""
    firsts: tuple[Turn, ...] = ()
    """Days before which a line does not hold yet."""
    lasts: tuple[Turn, ...] = ()
    """Days after which a line holds no more."""

    @property
    def empty(self) -> bool:
        """Whether nothing at all is left: the lines contradict one another."""
        return (
            (self.absent and self.known)
            or (self.values is not None and not self.values)
            or self.low > self.high
            or (self.low == self.high and self.low in self.without)
            or any(_never_before(first, last, 1) for first in self.firsts for last in self.lasts)
        )

    def within(self, wide: Reach) -> bool:
        """Return whether whatever is open here is open there too; nothing at all is within everything."""
        return self.empty or (
            (self.absent or not wide.absent)
            and (self.known or not wide.known)
            and (wide.values is None or (self.values is not None and self.values <= wide.values))
            and all(self._excludes(value) for value in wide.without)
            and self.low >= wide.low
            and self.high <= wide.high
            and self.texts >= wide.texts
            and all(any(_never_before(mine, first) for mine in self.firsts) for first in wide.firsts)
            and all(any(_never_before(last, mine) for mine in self.lasts) for last in wide.lasts)
        )

    def _excludes(self, value: Any) -> bool:
        if value in self.without or (self.values is not None and value not in self.values):
            return True
        return isinstance(value, int | float) and not self.low <= value <= self.high


def reach(fact: str, leaves: Iterable[Leaf]) -> Reach:
    """Return what lines about one field of one entry leave open to it."""
    found = Reach()
    for leaf in leaves:
        found = _narrowed(found, fact, leaf)
    if found.values is None:
        return found
    left = frozenset(
        value for value in found.values
        if value not in found.without
        and (not isinstance(value, int | float) or found.low <= value <= found.high)
    )  # fmt: skip
    numbers = [value for value in left if isinstance(value, int | float)]
    if len(numbers) == len(left) > 0:
        return found._replace(values=left, low=min(numbers), high=max(numbers))
    return found._replace(values=left)


def _narrowed(found: Reach, fact: str, leaf: Leaf) -> Reach:
    value: Any = leaf.value
    if leaf.operator == "absent":
        return found._replace(absent=True)
    found = found._replace(known=True, values=_both(found.values, _choices(fact, leaf.field)))
    if isinstance(value, Moment) or leaf.operator in WITHIN_OPERATORS:
        first, last = _turns(leaf)
        return found._replace(firsts=found.firsts + first, lasts=found.lasts + last)
    match leaf.operator:
        case "is":
            return found._replace(values=_both(found.values, frozenset((value,))))
        case "in":
            return found._replace(values=_both(found.values, frozenset(value)))
        case "is_not":
            return found._replace(without=found.without | {value})
        case "at_least":
            return found._replace(low=max(found.low, value))
        case "at_most":
            return found._replace(high=min(found.high, value))
        case "includes":
            return found._replace(texts=found.texts | {value})
    return found  # present


def _choices(fact: str, name: str) -> frozenset[Any] | None:
    """Return all that a known field can be, None when it can be anything."""
    field = READABLE_BY_NAME[fact].field(name)
    if field is not None and field.type is FieldType.FLAG:
        return frozenset((True, False))
    return frozenset(values_of(fact, name)) or None


def _both(one: frozenset[Any] | None, other: frozenset[Any] | None) -> frozenset[Any] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _turns(leaf: Leaf) -> tuple[tuple[Turn, ...], tuple[Turn, ...]]:
    """Return the first and the last *today* on which a dated line holds."""
    value: Any = leaf.value
    if leaf.operator == "within_months":
        return (Turn(0, 0),), (Turn(value, 0),)
    if leaf.operator == "within_days":
        return (Turn(0, 0),), (Turn(0, value),)
    pivot = Turn(-value.amount, 0) if value.unit == "months" else Turn(0, -value.amount)
    return {
        "on_or_before": ((pivot,), ()),
        "before": ((pivot._replace(days=pivot.days + 1),), ()),
        "on_or_after": ((), (pivot,)),
        "after": ((), (pivot._replace(days=pivot.days - 1),)),
    }[leaf.operator]


def _never_before(late: Turn, early: Turn, days: int = 0) -> bool:
    """Return whether ``late`` is at least so many days after ``early``, whatever the fact's day."""
    months, needed = late.months - early.months, days + early.days - late.days
    if months and abs(months * _DAYS_PER_MONTH - needed) > _UNEVEN_DAYS:  # clear without counting
        return max(abs(late.months), abs(early.months)) <= _FAR_MONTHS and months * _DAYS_PER_MONTH > needed
    return _apart(late.months, early.months) >= needed


@lru_cache(maxsize=1_024)
def _apart(late: int, early: int) -> float:
    """Return how many days ``late`` months end after ``early`` months, at least."""
    if late == early:
        return 0
    if max(abs(late), abs(early)) > _FAR_MONTHS:
        return -inf
    return min(
        add_months(day, late) - add_months(day, early)
        for month in range(_CYCLE_MONTHS)
        for start in (add_months(_CYCLE_START, month),)
        for day in (start + offset for offset in _CLAMPED)
    )
