"""Conditions as trees: what they are made of, and what somebody must have for one to hold."""

from __future__ import annotations

from typing import Final

from hub.rules.model import All, AnyOf, Condition, FactCondition, NoneOf, Rule

SUBJECT_KIND: Final = "subject"
"""The kind of what is computed of a person, such as the age: everybody has it."""


def conditions_of(condition: Condition) -> tuple[FactCondition, ...]:
    """Return the fact conditions in a condition, in reading order, each once."""
    if isinstance(condition, FactCondition):
        return (condition,)
    found = (fact for child in children_of(condition) for fact in conditions_of(child))
    return tuple(dict.fromkeys(found))


def children_of(condition: All | AnyOf | NoneOf) -> tuple[Condition, ...]:
    """Return the conditions a group is made of."""
    if isinstance(condition, All):
        return condition.all
    return condition.any if isinstance(condition, AnyOf) else condition.none


def needs(condition: Condition) -> frozenset[str] | None:
    """Return kinds of which at least one must be known for the condition to hold; None: it may hold without.

    Of an ``all`` the fewest that will do, and rather not the subject, which everybody has.
    """
    if isinstance(condition, FactCondition):
        return frozenset((condition.fact,))
    if isinstance(condition, NoneOf):
        return None
    found = [needs(child) for child in children_of(condition)]
    known = [each for each in found if each is not None]
    if isinstance(condition, AnyOf):
        return frozenset().union(*known) if len(known) == len(found) else None
    return min(known, key=lambda each: (SUBJECT_KIND in each, len(each), sorted(each)), default=None)


def each_entry(rule: Rule) -> FactCondition | None:
    """Return the condition every entry of which is a hit of its own: an admission task is per candidacy."""
    condition = rule.condition
    return condition if rule.makes == "admission_task" and isinstance(condition, FactCondition) else None
