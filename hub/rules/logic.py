"""Which conditions nobody can meet, and which are met whenever another is: read off their words.

Both answers are *sound*: a yes is a yes for all facts and all days. They are not complete, a no may only
mean that it was not seen. ``impossible`` sees contradictory lines on one field of one entry
(:mod:`hub.rules.reach`), of the one ``subject`` also across the parts of an ``all``, an ``any`` whose parts
are all impossible, and an ``all`` that forbids by ``none`` what another part of it demands. ``implies`` sees
entries that are asked for more of the same, parts of an ``all``, choices of an ``any``, and a ``none`` that
forbids less. Neither multiplies out an ``any`` within an ``all``, nor knows what fields say of each other.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.core.subject import SUBJECT
from hub.rules.model import All, AnyOf, Condition, FactCondition, Leaf, NoneOf
from hub.rules.reach import Reach, reach


def impossible(condition: Condition) -> bool:
    """Return whether it is certain that nobody meets the condition on any day."""
    if isinstance(condition, FactCondition):
        return any(each.empty for each in _reaches(condition).values())
    if isinstance(condition, AnyOf):
        return all(impossible(child) for child in condition.any)
    return isinstance(condition, All) and _impossible_together(condition.all)


def implies(narrow: Condition, wide: Condition) -> bool:
    """Return whether it is certain that who meets ``narrow`` meets ``wide``, on the same day."""
    if narrow == wide:
        return True
    if isinstance(wide, All):
        return all(implies(narrow, child) for child in wide.all)
    if isinstance(narrow, AnyOf):
        return all(implies(child, wide) for child in narrow.any)
    if isinstance(wide, NoneOf):
        return all(_impossible_together((narrow, child)) for child in wide.none)
    if isinstance(wide, AnyOf) and any(implies(narrow, child) for child in wide.any):
        return True
    if isinstance(narrow, All):
        return _demand(_parts(narrow.all), wide)
    if isinstance(narrow, FactCondition) and isinstance(wide, FactCondition):
        return narrow.fact == wide.fact and _entry_implies(narrow, wide)
    return False


def contradiction(condition: FactCondition) -> tuple[int, int] | None:
    """Return the places of two lines of one entry that exclude one another; the first pair in its order.

    Where it takes more than two lines they are the first and the last about the field.
    """
    for later, leaf in enumerate(condition.where):
        same = [n for n in range(later) if condition.where[n].field == leaf.field]
        for earlier in same:
            if reach(condition.fact, (condition.where[earlier], leaf)).empty:
                return earlier, later
        if same and reach(condition.fact, [condition.where[n] for n in (*same, later)]).empty:
            return same[0], later
    return None


def redundant(condition: FactCondition) -> tuple[int, int] | None:
    """Return the place of a line that asks for nothing new, and of one that asks for all of it."""
    for place, leaf in enumerate(condition.where):
        for other, wider in enumerate(condition.where):
            same = other != place and wider.field == leaf.field
            if same and reach(condition.fact, (wider,)).within(reach(condition.fact, (leaf,))):
                return place, other
    return None


def _parts(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return what an ``all`` asks for, nested ones opened, and of the one subject in one condition."""
    found: list[Condition] = []
    subject: list[Leaf] = []
    for condition in conditions:
        for part in _parts(condition.all) if isinstance(condition, All) else (condition,):
            if isinstance(part, FactCondition) and part.fact == SUBJECT.name:
                subject += part.where
            else:
                found.append(part)
    merged = (FactCondition(fact=SUBJECT.name, where=tuple(subject)),) if subject else ()
    return (*merged, *found)


def _impossible_together(conditions: Iterable[Condition]) -> bool:
    parts = _parts(conditions)
    if any(impossible(part) for part in parts if not isinstance(part, All)):
        return True
    return any(
        _demand((*parts[:place], *parts[place + 1 :]), child)
        for place, part in enumerate(parts)
        if isinstance(part, NoneOf)
        for child in part.none
    )


def _demand(parts: tuple[Condition, ...], wide: Condition) -> bool:
    """Return whether some conditions, all of them met, imply another."""
    if isinstance(wide, All):
        return all(_demand(parts, child) for child in wide.all)
    return any(implies(part, wide) for part in parts)


def _reaches(condition: FactCondition) -> dict[str, Reach]:
    names = dict.fromkeys(leaf.field for leaf in condition.where)
    return {
        name: reach(condition.fact, [leaf for leaf in condition.where if leaf.field == name])
        for name in names
    }


def _entry_implies(narrow: FactCondition, wide: FactCondition) -> bool:
    have = _reaches(narrow)
    return all(have.get(name, Reach()).within(demanded) for name, demanded in _reaches(wide).items())
