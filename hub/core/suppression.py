"""Suppression: which cells of a table may be published so that no small cell can be worked out.

A table is a set of *atoms*, its finest cells (members of one kind in one county), and of cells that are
sums of atoms (of a city, of the province, of all kinds, of a year). A small cell, below ``LEAST``, must not
be published, nor follow from what is. Three steps:

1. Every atom is put into a *group*. What was one group in an earlier snapshot is one for ever.
2. A group that does not hide enough takes more atoms, from as near as there are any: the small ones of a
   city together, then another county of the city, then one of the province. If that is impossible the group
   stays *closed*.
3. A cell is published if and only if it is a union of open groups: no group is cut by it.

**When a group hides enough.** Its parts are what it was put together from: single atoms, or groups of an
earlier snapshot. A part is *fresh* unless its sum is what an earlier snapshot told of it. A group of several
parts hides enough when at least two are fresh and the sum of the fresh ones is not small; a group of one part
when its sum is not small.

**Why nothing follows from a snapshot.** Whatever can be added and subtracted from unions of groups is a
function of the groups' sums. A hidden atom may have any value from 0 to its group's sum, at least ``LEAST``:
what is published, at every level, label, margin and period, is the same. Closed groups are in nothing that is
published.

**Why nothing follows from several.** Groups only grow and never part. When a group is put together two of its
fresh parts have each an atom that has changed since anything was published of it. Add any number to the one
atom from then on and take it from the other: every snapshot, before and after, is as it was. So a difference
of snapshots determines no small cell, not even for somebody who knows which cells did not change: that is why
a county that has just been published, and stands still, is no company for one that falls below ``LEAST``.

**What is not promised.** That a cell is hidden tells that it, or one near it, is small. Whoever knows values
from elsewhere knows more. Somebody who knows which cells did not change may narrow a range below ``LEAST``,
though never to one value by adding and subtracting. The price of stability: a county once hidden for a figure
stays so, however much it grows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

__all__ = ("LEAST", "Groups", "Margin", "Seen", "suppress")

LEAST: Final = 5
"""Cells of fewer are not published."""


class Margin(NamedTuple):
    """Some atoms that a sum is made of, as a place to look for company in."""

    atoms: Sequence[str]
    absorbs: bool
    """Whether a group may take one that is not small, which hides that one too. Along regions it may; along
    periods and labels only small ones join each other, so that the main figures stay whole."""


class Seen(NamedTuple):
    """What an earlier snapshot told: the sum of some atoms that it hid together, or the value of one."""

    atoms: Sequence[str]
    value: int


class _Group(NamedTuple):
    """A group, and how well it hides."""

    atoms: tuple[str, ...]
    value: int
    parts: int
    fresh: int
    """How many parts are fresh."""
    fresh_value: int

    def with_(self, other: _Group) -> _Group:
        """Return both as one."""
        return _Group(
            self.atoms + other.atoms,
            self.value + other.value,
            self.parts + other.parts,
            self.fresh + other.fresh,
            self.fresh_value + other.fresh_value,
        )

    @property
    def small(self) -> bool:
        """Whether it does not hide enough."""
        if self.parts == 1:
            return self.value < LEAST
        return self.fresh < 2 or self.fresh_value < LEAST

    @property
    def cost(self) -> tuple[bool, int, tuple[str, ...]]:
        """What it costs to hide it: nothing new when it is hidden already; else rather a small one."""
        return len(self.atoms) == 1, self.value, self.atoms


class Groups:
    """The groups of a table: what may be published, and what is hidden together."""

    __slots__ = ("_groups", "_of")

    def __init__(self, atoms: Mapping[str, int], seen: Iterable[Seen] = ()) -> None:
        """Take the atoms' counts, never negative, and what earlier snapshots told, oldest first."""
        told = [Seen(tuple(atom for atom in each.atoms if atom in atoms), each.value) for each in seen]
        self._of = {atom: atom for atom in atoms}
        self._groups = {atom: _Group((atom,), value, 1, 1, value) for atom, value in atoms.items()}
        for each in told:
            self.join(each.atoms)
        known = {frozenset(each.atoms): each.value for each in told}
        for name, group in self._groups.items():
            fresh = known.get(frozenset(group.atoms)) != group.value
            self._groups[name] = _Group(group.atoms, group.value, 1, int(fresh), group.value if fresh else 0)

    def join(self, atoms: Iterable[str]) -> None:
        """Make one group of the groups of some atoms."""
        names = {self._of[atom] for atom in atoms}
        if len(names) < 2:
            return
        first, *others = sorted(names, key=lambda name: (-len(self._groups[name].atoms), name))
        for name in others:
            group = self._groups.pop(name)
            self._groups[first] = self._groups[first].with_(group)
            self._of.update(dict.fromkeys(group.atoms, first))

    def inside(self, atoms: Iterable[str]) -> list[str]:
        """Return the groups that lie wholly in some atoms, in the atoms' order."""
        counts: dict[str, int] = {}
        for atom in atoms:
            name = self._of[atom]
            counts[name] = counts.get(name, 0) + 1
        return [name for name, count in counts.items() if count == len(self._groups[name].atoms)]

    def shows(self, atoms: Collection[str]) -> bool:
        """Return whether the sum of some atoms, each named once, may be published."""
        groups = [self._groups[name] for name in {self._of[atom] for atom in atoms}]
        return sum(len(group.atoms) for group in groups) == len(atoms) and not any(
            group.small for group in groups
        )

    def together(self, atom: str) -> Seen | None:
        """Return the open group that hides an atom, and its sum; None when it is shown, or none does."""
        group = self._groups[self._of[atom]]
        if group.small or len(group.atoms) == 1:
            return None
        return Seen(tuple(sorted(group.atoms)), group.value)

    def settle(self, margin: Margin) -> None:
        """Bring the small groups of a margin together, and where it absorbs, with some that are not small."""
        small = [name for name in self.inside(margin.atoms) if self._groups[name].small]
        if not small:
            return
        self.join(self._groups[name].atoms[0] for name in small)
        atom = self._groups[self._of[small[0]]].atoms[0]
        if not margin.absorbs:
            return
        others = [name for name in self.inside(margin.atoms) if name != self._of[atom]]
        useful = sorted(
            (self._groups[name] for name in others if self._groups[name].fresh), key=lambda group: group.cost
        )
        for group in useful:
            if not self._groups[self._of[atom]].small:
                return
            self.join((atom, group.atoms[0]))


def suppress(atoms: Mapping[str, int], margins: Iterable[Margin], seen: Iterable[Seen] = ()) -> Groups:
    """Return the groups of a table.

    ``margins`` go from narrow to wide, every one that is to be published among them; ``seen`` is what all
    earlier snapshots told, oldest first. Atoms that the table has no longer are left out.
    """
    groups = Groups(atoms, seen)
    for margin in margins:
        groups.settle(margin)
    return groups
