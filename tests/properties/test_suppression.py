"""What snapshots publish betrays no small cell: not alone, not by margins, not by comparing them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.suppression import LEAST, Groups, Margin, Seen, suppress
from tests.properties.attacker import Attacker, Equation


class Shape(NamedTuple):
    """A table: the counties of each city, kinds and months."""

    cities: tuple[int, ...]
    kinds: int
    months: int

    def atoms(self) -> list[str]:
        """Return every atom, city.county/kind/month."""
        return [
            f"{city}.{county}/{kind}/{month}"
            for city, counties in enumerate(self.cities)
            for county in range(counties)
            for kind in range(self.kinds)
            for month in range(self.months)
        ]

    def cells(self) -> list[list[str]]:
        """Return every sum that is to be published: all regions, by kind or of all, by month or of all."""
        regions = ["", *(f"{city}." for city in range(len(self.cities)))]
        regions += sorted({atom.partition("/")[0] + "/" for atom in self.atoms()})
        return [
            [atom for atom in self.atoms() if _lies(atom, region, kind, month)]
            for region in regions
            for kind in (None, *range(self.kinds))
            for month in (None, *range(self.months))
        ]

    def margins(self) -> Iterator[Margin]:
        """Yield where company is looked for: city, province; then all months, all kinds, and both."""
        for kind in range(self.kinds):
            for month in range(self.months):
                for region in (*(f"{city}." for city in range(len(self.cities))), ""):
                    yield Margin([a for a in self.atoms() if _lies(a, region, kind, month)], True)
        for kind in (*range(self.kinds), None):
            yield Margin([atom for atom in self.atoms() if _lies(atom, "", kind, None)], False)


def _lies(atom: str, region: str, kind: int | None, month: int | None) -> bool:
    place, its_kind, its_month = atom.split("/")
    return (
        f"{place}/".startswith(region)
        and (kind is None or its_kind == str(kind))
        and (month is None or its_month == str(month))
    )


SHAPES = st.builds(
    Shape,
    st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple),
    st.integers(1, 2),
    st.integers(1, 2),
)
COUNTS = st.one_of(st.integers(0, 4), st.integers(0, 9), st.integers(5, 30))


class Published(NamedTuple):
    """A snapshot: the true counts, and what may be shown of them."""

    counts: dict[str, int]
    groups: Groups


@st.composite
def published(draw: st.DrawFn, most: int = 4) -> tuple[Shape, list[Published]]:
    """Return a table and its snapshots, each made knowing those before; some cells stand still."""
    shape = draw(SHAPES)
    atoms = shape.atoms()
    counts = {atom: draw(COUNTS) for atom in atoms}
    made: list[Published] = []
    seen: list[Seen] = []
    for _ in range(draw(st.integers(1, most))):
        groups = suppress(counts, shape.margins(), seen)
        made.append(Published(counts, groups))
        for atom in atoms:
            hidden = groups.together(atom)
            if hidden is not None:
                seen.append(hidden)
            elif groups.shows([atom]):
                seen.append(Seen((atom,), counts[atom]))
        moving = draw(st.sets(st.sampled_from(atoms), max_size=4))
        counts = {atom: draw(COUNTS) if atom in moving else count for atom, count in counts.items()}
    return shape, made


def shown(shape: Shape, snapshot: Published) -> list[list[str]]:
    """Return the cells that are published."""
    return [cell for cell in shape.cells() if snapshot.groups.shows(cell)]


def total(snapshot: Published, cell: list[str]) -> int:
    """Return the true sum of a cell."""
    return sum(snapshot.counts[atom] for atom in cell)


@given(published())
@settings(deadline=None, max_examples=150)
def test_no_small_cell_is_published(made: tuple[Shape, list[Published]]) -> None:
    """Whatever is shown, at any level and margin, is at least LEAST."""
    shape, snapshots = made
    for snapshot in snapshots:
        assert all(total(snapshot, cell) >= LEAST for cell in shown(shape, snapshot))


@given(published(most=1))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_a_snapshot_leaves_every_small_cell_a_wide_range(made: tuple[Shape, list[Published]]) -> None:
    """Linear programming over everything shown leaves each hidden atom a range at least LEAST wide."""
    shape, (snapshot,) = made
    atoms = shape.atoms()
    equations: list[Equation] = [
        (dict.fromkeys(cell, 1), total(snapshot, cell)) for cell in shown(shape, snapshot)
    ]
    attacker = Attacker(equations, atoms)
    for atom in atoms:
        if not snapshot.groups.shows([atom]):
            width = attacker.width(atom)
            assert width is None or width >= LEAST, atom


@given(published())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_all_snapshots_together_determine_no_small_cell(made: tuple[Shape, list[Published]]) -> None:
    """Not even for somebody who knows which cells stood still: no small sum, of any region or margin."""
    shape, snapshots = made
    epochs = dict.fromkeys(shape.atoms(), 0)
    told: list[Equation] = []
    small: list[tuple[list[Hashable], int]] = []
    unknowns: set[tuple[str, int]] = set()
    before: dict[str, int] = snapshots[0].counts
    for snapshot in snapshots:
        for atom, count in snapshot.counts.items():
            epochs[atom] += count != before[atom]
            unknowns.add((atom, epochs[atom]))
        before = snapshot.counts
        for cell in shape.cells():
            now: list[Hashable] = [(atom, epochs[atom]) for atom in cell]
            if snapshot.groups.shows(cell):
                told.append((dict.fromkeys(now, 1), total(snapshot, cell)))
            if total(snapshot, cell) < LEAST:
                small.append((now, total(snapshot, cell)))
    attacker = Attacker(told, sorted(unknowns))
    for unknown, _ in small:
        assert attacker.knows(unknown) is None, unknown


@given(published())
@settings(deadline=None, max_examples=100)
def test_what_was_hidden_together_stays_hidden_together(made: tuple[Shape, list[Published]]) -> None:
    """Groups only grow: two atoms of an open group are never told apart by a later snapshot."""
    shape, snapshots = made
    for number, snapshot in enumerate(snapshots):
        for atom in shape.atoms():
            hidden = snapshot.groups.together(atom)
            if hidden is None:
                continue
            for later in snapshots[number:]:
                for cell in shown(shape, later):
                    inside = [each in cell for each in hidden.atoms]
                    assert all(inside) or not any(inside)


def test_the_attacker_is_able() -> None:
    """Against naive suppression, of the small cells alone, he recovers one from its city's total."""
    equations: list[Equation] = [({"a": 1, "b": 1, "c": 1}, 23), ({"b": 1}, 10), ({"c": 1}, 10)]
    assert Attacker(equations, ["a", "b", "c"]).knows(["a"]) == 3
    two: list[Equation] = [({"a": 1, "b": 1, "c": 1}, 16), ({"c": 1}, 10)]
    attacker = Attacker(two, ["a", "b", "c"])
    assert attacker.knows(["a"]) is None
    assert attacker.knows(["a", "b"]) == 6
    assert attacker.width("a") == 6
    assert Attacker([], ["a"]).width("a") is None


@pytest.mark.parametrize("still", [True, False], ids=["company-stood-still", "company-moved"])
def test_company_that_was_published_and_stood_still_is_none(still: bool) -> None:  # noqa: FBT001 - a case
    """Else the difference of two totals would tell the cell that fell: so the total is held back."""
    first = suppress({"a": 6, "b": 10}, [Margin(["a", "b"], True)])
    assert first.shows(["a"])
    seen = [Seen(("a",), 6), Seen(("b",), 10)]
    now = {"a": 4, "b": 10 if still else 11}
    groups = suppress(now, [Margin(["a", "b"], True)], seen)
    assert (groups.shows(["a", "b"]), groups.shows(["b"]), groups.shows(["a"])) == (not still, still, False)
