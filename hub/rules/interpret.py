"""Evaluate conditions in the plainest way, leaf by leaf, keeping what was seen.

This is the meaning of a condition. The compiler is tested against it, explanations show it. It asks
every leaf, also where the answer is clear already, because the reader wants to see all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from hub.rules.condition import SUBJECT_KIND, children_of, each_entry
from hub.rules.days import Moment, later
from hub.rules.hit import Facts, Hit
from hub.rules.model import All, AnyOf, Condition, FactCondition, Guard, Leaf, Path, Rule, RuleBook
from hub.rules.operators import known

Evidence: TypeAlias = tuple[tuple[str, bytes], ...]


class LeafTrace(NamedTuple):
    """A leaf over one entry: what was there, whether it holds, and its last day (None = no end)."""

    leaf: Leaf
    observed: object
    holds: bool
    until: int | None


class EntryTrace(NamedTuple):
    """One entry of a fact: every leaf."""

    key: bytes
    leaves: tuple[LeafTrace, ...]
    holds: bool
    until: int | None


class FactTrace(NamedTuple):
    """A fact condition: every entry of the fact."""

    condition: FactCondition
    entries: tuple[EntryTrace, ...]
    holds: bool
    until: int | None
    evidence: Evidence


class GroupTrace(NamedTuple):
    """``all``, ``any`` or ``none``: every condition in it."""

    word: str
    children: tuple[Trace, ...]
    holds: bool
    until: int | None
    evidence: Evidence


Trace: TypeAlias = FactTrace | GroupTrace


def trace(condition: Condition, facts: Facts, today: int) -> Trace:
    """Evaluate a condition and keep everything seen."""
    if isinstance(condition, FactCondition):
        return _fact(condition, facts, today)
    children = tuple(trace(child, facts, today) for child in children_of(condition))
    true = [child for child in children if child.holds]
    if isinstance(condition, All):
        holds = len(true) == len(children)
        word, until = "all", _first(child.until for child in true)
    elif isinstance(condition, AnyOf):
        word, holds, until = "any", bool(true), _last(child.until for child in true)
    else:
        return GroupTrace("none", children, not true, None, ())
    evidence = tuple(dict.fromkeys(proof for child in true for proof in child.evidence)) if holds else ()
    return GroupTrace(word, children, holds, until if holds else None, evidence)


def hits(book: RuleBook, facts: Facts, today: int) -> tuple[Hit, ...]:
    """Return the active rules of class p that invite and hit, best first."""
    return _hits(book.inviting(), facts, today)


def task_hits(book: RuleBook, facts: Facts, today: int) -> tuple[Hit, ...]:
    """Return the hits of active rules that make a task or a notice: of a task, one per entry."""
    return _hits(book.asking(), facts, today)


def sensitive_hits(book: RuleBook, facts: Facts, today: int) -> tuple[Hit, ...]:
    """Return the active rules of class s that hit, best first."""
    return _hits(book.sensitive(), facts, today)


def _hits(rules: Iterable[Rule], facts: Facts, today: int) -> tuple[Hit, ...]:
    found: list[Hit] = []
    for rule in rules:
        seen = trace_rule(rule, facts, today)
        single = each_entry(rule)
        if single is not None and isinstance(seen, FactTrace):
            true = [entry for entry in seen.entries if entry.holds]
            found += [Hit(rule, entry.until, ((single.fact, entry.key),)) for entry in true]
        elif seen.holds:
            found.append(Hit(rule, seen.until, seen.evidence))
    return tuple(found)


def trace_rule(rule: Rule, facts: Facts, today: int) -> Trace:
    """Evaluate a rule's condition, its own cool-down included."""
    return trace(rule.condition, facts, today)


def guard(book: RuleBook, facts: Facts, today: int) -> Guard | None:
    """Return the first guard that applies, or None."""
    return next((guard for guard in book.guards if trace(guard.when, facts, today).holds), None)


def path(book: RuleBook, facts: Facts, today: int) -> Path:
    """Return the first path that holds; the last has no condition."""
    return next(each for each in book.paths if each.when is None or trace(each.when, facts, today).holds)


def _fact(condition: FactCondition, facts: Facts, today: int) -> FactTrace:
    entries = tuple(_entry(condition, entry, today) for entry in facts.get(condition.fact, ()))
    true = [entry for entry in entries if entry.holds]
    evidence = () if condition.fact == SUBJECT_KIND else tuple((condition.fact, entry.key) for entry in true)
    return FactTrace(condition, entries, bool(true), _last(entry.until for entry in true), evidence)


def _entry(condition: FactCondition, entry: Mapping[str, Any], today: int) -> EntryTrace:
    leaves = tuple(_leaf(leaf, entry.get(leaf.field), today) for leaf in condition.where)
    holds = all(leaf.holds for leaf in leaves)
    until = _first(leaf.until for leaf in leaves) if holds else None
    return EntryTrace(entry.get("key", b""), leaves, holds, until)


def _leaf(leaf: Leaf, observed: Any, today: int) -> LeafTrace:  # a field holds anything
    if leaf.operator == "absent":
        return LeafTrace(leaf, observed, not known(observed), None)
    if not known(observed):
        return LeafTrace(leaf, observed, holds=False, until=None)
    holds = _holds(leaf, observed, today)
    return LeafTrace(leaf, observed, holds, last_day(leaf, observed) if holds else None)


def leaf_holds(leaf: Leaf, observed: Any) -> bool:
    """Return whether a leaf holds that does not turn on the day, or is about an unknown field."""
    return _leaf(leaf, observed, 0).holds


def _holds(leaf: Leaf, observed: Any, today: int) -> bool:
    """Return whether a leaf about a known field holds."""
    value: Any = leaf.value
    if isinstance(value, Moment):
        return _compares(leaf.operator, value.pivot(observed), today)
    match leaf.operator:
        case "is":
            return observed is value if isinstance(value, bool) else bool(observed == value)
        case "is_not":
            return observed is (not value) if isinstance(value, bool) else bool(observed != value)
        case "in":
            return observed in value
        case "includes":
            return value in observed
        case "at_least":
            return bool(observed >= value)
        case "at_most":
            return bool(observed <= value)
        case "within_months":
            return bool(observed <= today <= later(observed, value, "months"))
        case "within_days":
            return bool(observed <= today <= later(observed, value, "days"))
    return leaf.operator == "present"


def _compares(operator: str, day: int, today: int) -> bool:
    """Return whether a day, already moved, stands as it should to today."""
    return {
        "on_or_before": day <= today,
        "before": day < today,
        "on_or_after": day >= today,
        "after": day > today,
    }[operator]


def last_day(leaf: Leaf, observed: Any) -> int | None:
    """Return the last day on which a leaf that holds goes on holding; None = it does not end."""
    value: Any = leaf.value
    match leaf.operator:
        case "on_or_after":
            return int(value.pivot(observed))
        case "after":
            return int(value.pivot(observed)) - 1
        case "within_months":
            return later(observed, value, "months")
        case "within_days":
            return later(observed, value, "days")
    return None


def _first(ends: Iterable[int | None]) -> int | None:
    """Return the earliest end; None, no end, is later than every day."""
    return min((end for end in ends if end is not None), default=None)


def _last(ends: Iterable[int | None]) -> int | None:
    """Return the latest end, None as soon as one has no end."""
    listed = list(ends)
    return None if None in listed else max((end for end in listed if end is not None), default=None)
