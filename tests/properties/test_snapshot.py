"""Whole snapshots, with shares, targets and net changes: what is published betrays no small cell."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.shelf import UNKNOWN, Published
from hub.core.snapshot import Cell, compose
from hub.core.suppression import LEAST
from tests.properties.attacker import Attacker, Equation
from tests.unit.figuremaking import figure

COUNTIES: Final = ("330102", "330105", "330106", "330203")
REGIONS: Final = ("33", "3301", "3302", *COUNTIES)
MONTHS: Final = ("2022-03", "2022-04")
PERIODS: Final = {"": ("",), "2022": MONTHS, "2022-Q1": MONTHS[:1], "2022-Q2": MONTHS[1:]}
SIGNS: Final = {"admitted": 1, "deceased": -1}
Atom = tuple[str, str, str, str]
"""Published, labels, period and region."""

ATOMS: Final[tuple[Atom, ...]] = (
    *(("members", f"kind={kind}", "", code) for kind in ("adult", "youth") for code in (*COUNTIES, UNKNOWN)),
    *(
        ("members_moved", f"move={move}", month, code)
        for move in SIGNS
        for month in MONTHS
        for code in (*COUNTIES, UNKNOWN)
    ),
)
COUNTS = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 40))


def lies(atom: Atom, region: str) -> bool:
    """Return whether an atom counts in a region."""
    return atom[3].startswith(region) or (atom[3] == UNKNOWN and region == "33")


def terms(cell: Cell | Published) -> dict[Atom, int]:
    """Return what a cell is the sum of; nothing for one that counts no persons."""
    periods = PERIODS.get(cell.period, (cell.period,))
    found: dict[Atom, int] = {}
    for atom in ATOMS:
        if not (lies(atom, cell.region) and atom[2] in periods):
            continue
        if cell.figure == atom[0] and cell.labels in {"", atom[1]}:
            found[atom] = 1
        if cell.figure in {"T1", "T2"} and atom[:2] == ("members", "kind=adult"):
            found[atom] = 1
        if cell.figure == "T12" and atom[0] == "members_moved":
            found[atom] = SIGNS[atom[1].removeprefix("move=")]
    return found


def live(counts: dict[Atom, int]) -> list[Published]:
    """Return the figures as the statistics publish them."""
    told = [
        figure(name, region, float(counts[name, labels, period, region]), labels=labels, period=period)
        for name, labels, period, region in ATOMS
    ]
    for region in REGIONS:
        told += [figure(name, region) for name in ("T1", "T2")]
        told += [figure("T12", region, period=period) for period in (*MONTHS, *PERIODS) if period]
    return [each._replace(value=float(truth(each, counts))) for each in told]


def truth(cell: Cell | Published, counts: dict[Atom, int]) -> int:
    """Return what a cell comes to."""
    return sum(sign * counts[atom] for atom, sign in terms(cell).items())


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[dict[Atom, int], list[Cell]]]:
    """Return the counts and the cells of some snapshots, one after the other; many counts stand still."""
    counts = {atom: draw(COUNTS) for atom in ATOMS}
    made: list[tuple[dict[Atom, int], list[Cell]]] = []
    earlier: list[Cell] = []
    for number in range(draw(st.integers(1, 3))):
        cells = compose(f"2022-05-{number + 1:02}", live(counts), COUNTIES, earlier)
        made.append((counts, cells))
        earlier += cells
        moving = draw(st.sets(st.sampled_from(ATOMS), max_size=5))
        counts = {atom: draw(COUNTS) if atom in moving else count for atom, count in counts.items()}
    return made


@given(histories())
@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_nothing_small_is_told_or_follows(made: list[tuple[dict[Atom, int], list[Cell]]]) -> None:
    """Every count told is true and not small; from all of them no small count of any region follows.

    The attacker sees every snapshot with its shares, targets and net changes, the sums of what is hidden
    together, and knows which counts stood still between two snapshots.
    """
    epochs = dict.fromkeys(ATOMS, 0)
    before = made[0][0]
    equations: list[Equation] = []
    small: list[list[Hashable]] = []
    unknowns: set[tuple[Atom, int]] = set()
    for counts, cells in made:
        for atom in ATOMS:
            epochs[atom] += counts[atom] != before[atom]
            unknowns.add((atom, epochs[atom]))
        before = counts
        groups: dict[str, tuple[dict[Hashable, int], int]] = {}
        for cell in cells:
            now: dict[Hashable, int] = {(a, epochs[a]): sign for a, sign in terms(cell).items()}
            value = truth(cell, counts)
            if not cell.suppressed:
                assert cell.value == value
                equations.append((now, value))
            if cell.group is not None and cell.group_value is not None:
                groups.setdefault(cell.group, ({}, cell.group_value))[0].update(now)
            if cell.figure.startswith("members") and value < LEAST:
                assert cell.suppressed, cell.key
                if now and not (cell.region == UNKNOWN and value == 0):
                    small.append(list(now))
        equations += groups.values()
    attacker = Attacker(equations, sorted(unknowns))
    for each in small:
        assert attacker.knows(each) is None, each
