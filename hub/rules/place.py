"""Where the conditions of a book stand: every rule, path and guard, every part and every line, as written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from hub.rules.condition import children_of
from hub.rules.days import Moment
from hub.rules.model import All, AnyOf, Condition, FactCondition, Guard, Leaf, Path, Rule, RuleBook
from hub.rules.source import At

Spoken: TypeAlias = Rule | Path | Guard


class Owner(NamedTuple):
    """A rule, path or guard that has a condition, and where it stands."""

    at: At
    word: str
    """``rule``, ``path`` or ``guard``."""
    id: str
    said: Spoken
    when: Condition
    """The condition as written, without a rule's own cool-down."""


def owners(book: RuleBook) -> Iterator[Owner]:
    """Yield everything in a book that has a condition, in its order."""
    for index, rule in enumerate(book.rules):
        yield Owner(("rules", index), "rule", rule.id, rule, rule.when)
    for index, path in enumerate(book.paths):
        if path.when is not None:
            yield Owner(("paths", index), "path", path.id, path, path.when)
    for index, guard in enumerate(book.guards):
        yield Owner(("guards", index), "guard", str(guard.code), guard, guard.when)


def word_of(group: Condition) -> str:
    """Return the key under which a group's parts stand."""
    return "all" if isinstance(group, All) else "any" if isinstance(group, AnyOf) else "none"


def within(condition: Condition, at: At) -> Iterator[tuple[At, Condition]]:
    """Yield a condition and all within it, each with its place."""
    yield at, condition
    if not isinstance(condition, FactCondition):
        for index, child in enumerate(children_of(condition)):
            yield from within(child, (*at, word_of(condition), index))


def written(leaf: Leaf) -> str:
    """Return a line as it stands in a book, without its field: ``on_or_after: today``."""
    value = leaf.value
    if isinstance(value, bool):
        return f"{leaf.operator}: {str(value).lower()}"
    if isinstance(value, tuple) and not isinstance(value, Moment):
        return f"{leaf.operator}: [{', '.join(map(str, value))}]"
    return f"{leaf.operator}: {value}"
