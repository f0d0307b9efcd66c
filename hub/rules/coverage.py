"""What the cases of a book try: of rules, paths and guards whether they hit, of lines whether they hold.

For each rule, path and guard: in how many cases it hits, and in how many it only just does not. For each
line: how often it was true and how often false.

A rule *only just* does not hit where one line more, or in a ``none`` one line less, would make it hit: an
entry is there, and all its other lines hold. A case shows whether a boundary is where the writer meant it
only from that near. A line is tried on every entry of its fact; on none it is neither true nor false.
Rules that are off count where a case switches them on; a rule of class s sees what its stage would see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from hub.core.dates import parse_day
from hub.rules.cases import Case, Cases, facts_of, split, switched
from hub.rules.condition import conditions_of
from hub.rules.hit import Facts
from hub.rules.interpret import EntryTrace, FactTrace, Trace, trace
from hub.rules.model import All, FactCondition, Leaf, Rule, RuleBook
from hub.rules.place import Owner, owners, within
from hub.rules.source import At

_NEAR = 1


class Line(NamedTuple):
    """A line of a condition, where it stands, and in how many entries it was true and false."""

    at: At
    fact: str
    leaf: Leaf
    true: int
    false: int

    @property
    def covered(self) -> bool:
        """Whether it was both."""
        return bool(self.true and self.false)


class Tried(NamedTuple):
    """What the cases show of a rule, path or guard: the numbers of cases by what it did in them."""

    owner: Owner
    hits: int
    misses: int
    """Cases in which it only just does not hit."""
    stopped: int
    """Cases in which it hits, and a guard applies."""
    lines: tuple[Line, ...]


def cover(book: RuleBook, cases: Cases) -> tuple[Tried, ...]:
    """Return what the cases show of everything in the book that has a condition, in the book's order."""
    seen: Counter[tuple[At, object]] = Counter()
    for case in cases.cases:
        _look(switched(book, case.switch_on), case, seen)
    return tuple(
        Tried(
            owner, seen[owner.at, "hits"], seen[owner.at, "misses"], seen[owner.at, "stopped"],
            tuple(
                Line(at, fact.fact, leaf, seen[at, True], seen[at, False])
                for at, fact, leaf in lines_of(owner)
            ),
        )
        for owner in owners(book)
    )  # fmt: skip


def lines_of(owner: Owner) -> Iterator[tuple[At, FactCondition, Leaf]]:
    """Yield every line of a condition with its place; a rule's own cool-down last."""
    for at, part in within(owner.when, (*owner.at, "when")):
        if isinstance(part, FactCondition):
            for index, leaf in enumerate(part.where):
                yield (*at, "where", index), part, leaf
    if (cooldown := _cooldown(owner)) is not None:
        yield (*owner.at, "cooldown_days"), cooldown, cooldown.where[0]


def distance(seen: Trace, *, wanted: bool = True) -> int:
    """Return how many lines would have to be otherwise for a condition to hold, or to hold no more.

    An entry that is not there costs one more than its lines.
    """
    if isinstance(seen, FactTrace):
        if not wanted:
            return sum(entry.holds for entry in seen.entries)
        missing = 1 + len(seen.condition.where)
        return min((_false_lines(entry) for entry in seen.entries), default=missing)
    one = wanted if seen.word != "none" else not wanted
    parts = [distance(child, wanted=one) for child in seen.children]
    every = {"all": wanted, "any": not wanted, "none": wanted}[seen.word]
    return sum(parts) if every else min(parts)


def _false_lines(entry: EntryTrace) -> int:
    return sum(not leaf.holds for leaf in entry.leaves)


def _look(book: RuleBook, case: Case, seen: Counter[tuple[At, object]]) -> None:
    """Count what one case shows."""
    personal, kept = split(facts_of(case))
    today = parse_day(case.today)
    said = [(owner, _trace(owner, personal, kept, today)) for owner in owners(book) if _evaluated(owner)]
    guarded = any(tree.holds for owner, tree in said if owner.word == "guard")
    for owner, tree in said:
        if tree.holds:
            seen[owner.at, "hits"] += 1
            seen[owner.at, "stopped"] += guarded
        seen[owner.at, "misses"] += distance(tree) == _NEAR
        written, cooldown = _opened(owner, tree)
        _count(written, (*owner.at, "when"), seen)
        for entry in () if cooldown is None else cooldown.entries:
            seen[(*owner.at, "cooldown_days"), entry.holds] += 1


def _evaluated(owner: Owner) -> bool:
    return not isinstance(owner.said, Rule) or owner.said.status != "off"


def _trace(owner: Owner, personal: Facts, kept: Facts, today: int) -> Trace:
    if isinstance(owner.said, Rule):
        return trace(owner.said.condition, kept if owner.said.data_class == "s" else personal, today)
    return trace(owner.when, personal, today)


def _cooldown(owner: Owner) -> FactCondition | None:
    """Return the condition that a rule's own cool-down adds to what is written."""
    if not isinstance(owner.said, Rule) or owner.said.cooldown_days is None:
        return None
    added = owner.said.condition
    assert isinstance(added, All)  # that is how Rule.condition adds it
    (forbidden,) = conditions_of(added.all[1])
    return forbidden


def _opened(owner: Owner, tree: Trace) -> tuple[Trace, FactTrace | None]:
    """Return the tree of the condition as written, and that of the rule's own cool-down."""
    if _cooldown(owner) is None or isinstance(tree, FactTrace):
        return tree, None
    written, forbidding = tree.children
    assert not isinstance(forbidding, FactTrace)
    (cooldown,) = forbidding.children
    assert isinstance(cooldown, FactTrace)
    return written, cooldown


def _count(tree: Trace, at: At, seen: Counter[tuple[At, object]]) -> None:
    if isinstance(tree, FactTrace):
        for entry in tree.entries:
            for index, leaf in enumerate(entry.leaves):
                seen[(*at, "where", index), leaf.holds] += 1
        return
    for index, child in enumerate(tree.children):
        _count(child, (*at, tree.word, index), seen)
