"""What a comparison of two books comes to: counts, and a few people as examples. No personal data.

Rules are counted by the ids they are named by outside. Those who differ in what is told of class s are
counted in sum alone: not by county, and none of them is an example.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Self

from hub.backtest.contrast import Contrast, Effect, TaskEffect
from hub.core.verdict import Verdict

__all__ = ("WITHHELD", "Tally")

WITHHELD: Final = "—"
"""In place of a county or a priority that would point at somebody of class s."""
EXAMPLES: Final = 5
_COUNTERS: Final = (
    "outcomes", "hits", "effects", "by_rule", "by_county", "by_priority", "secret", "tasks",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """Counts; two of them add up to that of both, in either order."""

    examples_each: int = EXAMPLES
    """How many people are kept as examples of each effect: those of the smallest pseudonyms."""
    people: int = 0
    events: int = 0
    """Records read of the source, where it is one of events."""
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(side, outcome or code)."""
    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(side, rule): people of whom the rule speaks."""
    effects: Counter[Effect] = field(default_factory=Counter)
    by_rule: Counter[tuple[str, Effect]] = field(default_factory=Counter)
    by_county: Counter[tuple[str, Effect]] = field(default_factory=Counter)
    by_priority: Counter[tuple[str, Effect]] = field(default_factory=Counter)
    secret: Counter[Effect] = field(default_factory=Counter)
    """Of those who differ in what is told of class s, in sum."""
    tasks: Counter[tuple[str, TaskEffect]] = field(default_factory=Counter)
    """(kind, effect): tasks of organisations."""
    examples: dict[Effect, list[tuple[bytes, dict[str, Any]]]] = field(default_factory=dict)

    def take(self, one: Contrast) -> None:
        """Count a person."""
        before, after, effect = one.before, one.after, one.effect
        self.people += 1
        self.effects[effect] += 1
        for side, found in (("before", before), ("after", after)):
            self.outcomes[side, found.code or found.eligible.outcome] += 1
            for rule in found.eligible.public:
                self.hits[side, rule] += 1
        if one.secret:
            self.secret[effect] += 1
        for told in one.tasks:
            self.tasks[told.task.kind, told.effect] += 1
        if effect is not Effect.UNCHANGED:
            self._take_change(one)

    def _take_change(self, one: Contrast) -> None:
        effect = one.effect
        fewer = effect in {Effect.WITHDRAWN, Effect.NOT_AWAITED}
        speaks = one.before if fewer else one.after
        for rule in speaks.eligible.public:
            self.by_rule[rule, effect] += 1
        priority = speaks.priority
        said = f"P{priority}" if priority is not None and not one.secret else WITHHELD
        self.by_priority[said, effect] += 1
        self.by_county[WITHHELD if one.secret else speaks.eligible.route.county or WITHHELD, effect] += 1
        if one.secret or not self.examples_each:
            return
        kept = self.examples.setdefault(effect, [])
        if len(kept) < self.examples_each or one.key < kept[-1][0]:
            insort(kept, (one.key, _example(one)), key=lambda each: each[0])
            del kept[self.examples_each :]

    def __iadd__(self, other: Self) -> Self:
        """Add what another process has counted."""
        self.people += other.people
        self.events += other.events
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for effect, theirs in other.examples.items():
            both = sorted((*self.examples.get(effect, ()), *theirs), key=lambda each: each[0])
            self.examples[effect] = both[: self.examples_each]
        return self

    @property
    def changed(self) -> int:
        """How many people the book after treats otherwise."""
        return self.people - self.effects[Effect.UNCHANGED]


def _example(one: Contrast) -> dict[str, Any]:
    return {
        "person": one.key.hex(),
        "county": one.after.eligible.route.county or one.before.eligible.route.county,
        "before": _told(one.before),
        "after": _told(one.after),
    }


def _told(found: Verdict) -> dict[str, Any]:
    priority = found.priority
    return {
        "outcome": found.eligible.outcome,
        "code": found.code,
        "rules": list(found.eligible.public),
        "priority": None if priority is None else f"P{priority}",
        "change": found.change.change if found.change is not None else "",
        "invited": found.open,
    }
