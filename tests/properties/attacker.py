"""Somebody who sees everything that was published and works with it: exact algebra and linear programming."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction

Equation = tuple[Mapping[Hashable, int], int]
"""Coefficients of unknowns, and their sum as it was published."""


class Attacker:
    """Holds the equations in reduced form."""

    def __init__(self, equations: Sequence[Equation], unknowns: Sequence[Hashable]) -> None:
        """Reduce the equations."""
        self.unknowns = list(unknowns)
        self._index = {each: number for number, each in enumerate(self.unknowns)}
        rows = [self._row(coefficients, value) for coefficients, value in equations]
        self.rows, self.pivots = _reduced(rows, len(self.unknowns))

    def _row(self, coefficients: Mapping[Hashable, int], value: int) -> list[Fraction]:
        row = [Fraction(0)] * (len(self.unknowns) + 1)
        for unknown, coefficient in coefficients.items():
            row[self._index[unknown]] += coefficient
        row[-1] = Fraction(value)
        return row

    def knows(self, unknowns: Sequence[Hashable]) -> Fraction | None:
        """Return the sum of some unknowns if the equations determine it."""
        row = self._row(dict.fromkeys(unknowns, 1), 0)
        for known, pivot in zip(self.rows, self.pivots, strict=True):
            if row[pivot]:
                factor = row[pivot]
                row = [mine - factor * theirs for mine, theirs in zip(row, known, strict=True)]
        return -row[-1] if not any(row[:-1]) else None

    def width(self, unknown: Hashable) -> Fraction | None:
        """Return how wide the range of an unknown is when none is negative; None when it has no end."""
        number = self._index[unknown]
        cost = [Fraction(int(each == number)) for each in range(len(self.unknowns))]
        highest = _maximum(self.rows, cost)
        lowest = _maximum(self.rows, [-each for each in cost])
        return None if highest is None or lowest is None else highest + lowest


def _reduced(rows: list[list[Fraction]], columns: int) -> tuple[list[list[Fraction]], list[int]]:
    """Return the rows in reduced echelon form with their pivots."""
    done: list[list[Fraction]] = []
    pivots: list[int] = []
    left = [row for row in rows if any(row[:-1])]
    for column in range(columns):
        found = next((row for row in left if row[column]), None)
        if found is None:
            continue
        left.remove(found)
        unit = [each / found[column] for each in found]

        def cleared(
            row: list[Fraction], at: int = column, by: Sequence[Fraction] = tuple(unit)
        ) -> list[Fraction]:
            factor = row[at]
            return [mine - factor * theirs for mine, theirs in zip(row, by, strict=True)] if factor else row

        left = [row for row in map(cleared, left) if any(row)]
        done = [*map(cleared, done), unit]
        pivots.append(column)
    return done, pivots


def _maximum(rows: Sequence[Sequence[Fraction]], cost: Sequence[Fraction]) -> Fraction | None:
    """Return the largest cost·x with rows·x as given and x ≥ 0, by the two-phase simplex; None = no end."""
    count = len(cost)
    table = [list(row) if row[-1] >= 0 else [-each for each in row] for row in rows]
    size = len(table)
    whole = [
        [*row[:-1], *(Fraction(int(other == number)) for other in range(size)), row[-1]]
        for number, row in enumerate(table)
    ]
    basis = list(range(count, count + size))
    first = [Fraction(0)] * count + [Fraction(-1)] * size
    found = _simplex(whole, basis, first)
    assert found == 0, "what was published contradicts itself"
    for number, basic in enumerate(basis):  # an artificial that is left at zero leaves, if anything can enter
        if basic >= count:
            enter = next((column for column in range(count) if whole[number][column]), None)
            if enter is not None:
                _pivot(whole, basis, number, enter)
    kept = [number for number, basic in enumerate(basis) if basic < count]
    whole = [[*whole[number][:count], whole[number][-1]] for number in kept]
    basis = [basis[number] for number in kept]
    return _simplex(whole, basis, list(cost))


def _simplex(table: list[list[Fraction]], basis: list[int], cost: list[Fraction]) -> Fraction | None:
    """Maximise by Bland's rule, which never circles; return the value, None when there is no end."""
    while True:
        prices = [cost[basic] for basic in basis]
        gain = next(
            (
                column
                for column in range(len(cost))
                if column not in basis
                and cost[column]
                > sum((p * row[column] for p, row in zip(prices, table, strict=True)), Fraction(0))
            ),
            None,
        )
        if gain is None:
            return sum((p * row[-1] for p, row in zip(prices, table, strict=True)), Fraction(0))
        ratios = [(row[-1] / row[gain], basis[n], n) for n, row in enumerate(table) if row[gain] > 0]
        if not ratios:
            return None
        _pivot(table, basis, min(ratios)[2], gain)


def _pivot(table: list[list[Fraction]], basis: list[int], number: int, column: int) -> None:
    unit = [each / table[number][column] for each in table[number]]
    for other, row in enumerate(table):
        if other != number and row[column]:
            factor = row[column]
            table[other] = [mine - factor * theirs for mine, theirs in zip(row, unit, strict=True)]
    table[number] = unit
    basis[number] = column
