"""Lanes: what a worker takes up and gives up as a whole (ADR 0007).

The workers subscribe to one topic. A *lane* is a partition of it, and with it partition number p of
every other topic the stages consume; a topic with more partitions than there are lanes goes round::

    lane                   0        1        2        3
    hub.facts              0        1        2        3      ← the group's assignor sees only these
    hub.identity           0        1        2        3
    redcross.rescue.events 0        1                        fewer partitions than lanes
    redcross.party.events  0 4      1 5      2        3      more

So every topic is spread as evenly as the lanes are, whoever joined first. Pure: values in, values out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ("Key", "Lanes")

Key = tuple[str, int]
"""Topic and partition."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """How partitions follow lanes. All workers of a group must agree on it, or two would read the same."""

    topic: str
    """The topic the workers subscribe to."""
    count: int
    """Its partitions, fixed at birth."""
    topics: tuple[str, ...]
    """Every topic the stages consume; ``topic`` may be one of them."""

    def of(self, partition: int) -> int:
        """Return the lane that a partition of any topic belongs to."""
        return partition % self.count

    def expand(self, lanes: Collection[int], counts: Mapping[str, int]) -> list[Key]:
        """Return the partitions of some lanes, when topics have ``counts`` partitions (absent = none)."""
        return [
            (topic, partition)
            for topic in self.topics
            for partition in range(counts.get(topic, 0))
            if self.of(partition) in lanes
        ]
