"""Why not yet: of a condition that does not hold, the fewest leaves that would have to be otherwise.

An entry lacks the leaves that fail; of several entries the one that lacks least is told, of ``any`` the
part that lacks least, of ``all`` every part. What must *not* be (``none``) is told as what stands against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hub.rules.condition import SUBJECT_KIND, children_of
from hub.rules.hit import Facts
from hub.rules.interpret import trace
from hub.rules.model import All, AnyOf, Condition, FactCondition, Leaf
from hub.rules.span import Days, leaf_days, turn

Missing = tuple["Lack", ...]


class Lack(NamedTuple):
    """One leaf that is not as it should be."""

    fact: str
    key: bytes | None
    """Of the entry; None: nothing of that kind is known."""
    leaf: Leaf
    observed: object
    against: bool
    """The leaf holds, and should not."""
    changes_on: int | None
    """The day on which time alone sets this leaf right; None = never."""


def missing(condition: Condition, facts: Facts, today: int, birth_day: int | None = None) -> Missing:
    """Return what is missing for a condition to hold; nothing when it holds."""
    if trace(condition, facts, today).holds:
        return ()
    if isinstance(condition, FactCondition):
        return _of_fact(condition, facts, today, birth_day)
    children = children_of(condition)
    if isinstance(condition, All):
        return tuple(lack for child in children for lack in missing(child, facts, today, birth_day))
    if isinstance(condition, AnyOf):
        return min((missing(child, facts, today, birth_day) for child in children), key=_distance)
    return tuple(lack for child in children for lack in standing(child, facts, today, birth_day))


def standing(condition: Condition, facts: Facts, today: int, birth_day: int | None = None) -> Missing:
    """Return what makes a condition hold that should not; nothing when it does not hold."""
    if not trace(condition, facts, today).holds:
        return ()
    if isinstance(condition, FactCondition):
        return _against(condition, facts, today, birth_day)
    children = children_of(condition)
    if isinstance(condition, All):  # one of them is enough to undo it
        return min((standing(child, facts, today, birth_day) for child in children), key=_distance)
    if isinstance(condition, AnyOf):
        return tuple(lack for child in children for lack in standing(child, facts, today, birth_day))
    return min((missing(child, facts, today, birth_day) for child in children), key=_distance)


def _of_fact(condition: FactCondition, facts: Facts, today: int, birth_day: int | None) -> Missing:
    entries = facts.get(condition.fact, ())
    if not entries:
        asks = [leaf for leaf in condition.where if leaf.operator != "absent"] or condition.where
        return tuple(Lack(condition.fact, None, leaf, None, False, None) for leaf in asks)
    found = (_failing(condition, entry, today, birth_day) for entry in entries)
    return min(found, key=_distance)


def _failing(
    condition: FactCondition, entry: Mapping[str, Any], today: int, birth_day: int | None
) -> Missing:
    return tuple(
        Lack(condition.fact, entry.get("key", b""), leaf, entry.get(leaf.field), False, turned.met_on)
        for leaf in condition.where
        if not (turned := turn(_days(condition, leaf, entry, birth_day), today)).holds
    )


def _against(condition: FactCondition, facts: Facts, today: int, birth_day: int | None) -> Missing:
    """Return one leaf of every entry that holds: the one that time undoes first, else the first."""
    found = []
    for entry in facts.get(condition.fact, ()):
        turns = [turn(_days(condition, leaf, entry, birth_day), today) for leaf in condition.where]
        if all(each.holds for each in turns):
            lacks = [
                Lack(condition.fact, entry.get("key", b""), leaf, entry.get(leaf.field), True, each.lapses_on)
                for leaf, each in zip(condition.where, turns, strict=True)
            ]
            found.append(min(lacks, key=lambda lack: _soonest((lack,))))
    return tuple(found)


def _days(condition: FactCondition, leaf: Leaf, entry: Mapping[str, Any], birth_day: int | None) -> Days:
    return leaf_days(leaf, entry, birth_day if condition.fact == SUBJECT_KIND else None)


def _distance(lacks: Missing) -> tuple[int, float]:
    """Return by what one way is nearer than another: fewer leaves, then an earlier day."""
    return len(lacks), _soonest(lacks)


def _soonest(lacks: Missing) -> float:
    """Return the day on which time sets all of it right; never is later than every day."""
    return max((float("inf") if each.changes_on is None else each.changes_on for each in lacks), default=0)
