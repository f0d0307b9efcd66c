"""A snapshot of the figures for use outside: which figures, and which of their cells.

Only what :data:`FAMILIES`, :data:`DERIVED` and :data:`FREE` name is in it: nothing of class s, nothing of
rules, reasons, reviews, sources or councils, and no range, since its width counts the people under review.

*Families* count persons. Each is a complete table: every label and month there is, times every county of the
edition, absent ones with 0, so that a missing cell tells nothing; its sums over cities, the
province, years and, where it has a total, labels are made here, not taken over. *Derived* figures are
computed from a family and published where the cell they rest on is. *Free* ones count organisations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from hub.core.shelf import UNKNOWN, Published, key_of
from hub.core.suppression import Groups, Margin, Seen, suppress

__all__ = ("DERIVED", "FAMILIES", "FREE", "SUPPRESSED", "Cell", "Family", "compose", "figure_of")

SUPPRESSED: Final = "suppressed"
"""The note of a figure whose value is held back."""


class Family(NamedTuple):
    """Figures of one name that count persons."""

    figure: str
    total: bool
    """Whether the sum over all labels is published too."""


class Derived(NamedTuple):
    """A figure that is computed from a family."""

    figure: str
    labels: str
    """Of the derived figure; those of T7 say what it is a milestone of."""
    family: str
    only: str
    """Labels of the family it rests on; empty = all."""


FAMILIES: Final = (
    Family("members", True),
    Family("certificates_valid", False),
    Family("members_moved", False),
)
DERIVED: Final = (
    Derived("T1", "", "members", "kind=adult"),
    Derived("T2", "", "members", "kind=adult"),
    Derived("T7", "of=T1", "members", "kind=adult"),
    Derived("T7", "of=T2", "members", "kind=adult"),
    Derived("T12", "", "members_moved", ""),
)
FREE: Final = frozenset({
    "T3", "T3.organised", "T3.villages", "T4", "T5.township_rate", "T5.townships_organised", "T5.townships",
    "T5.schools", "T5.school_rate", "T6", "organisations", "population",
})  # fmt: skip
_FREE_MILESTONES: Final = frozenset({"of=T3", "of=T4"})
_LEVELS: Final = {2: "province", 4: "city", 6: "county"}


class Cell(NamedTuple):
    """One record of ``hub.snapshot_cell``; the fields are described in ``docs/reference/events.md``."""

    snapshot: str
    figure: str
    labels: str
    region: str
    level: str
    period: str
    kind: str
    unit: str
    value: float | None
    suppressed: bool
    group: str | None
    group_value: int | None
    target: float | None
    milestone: float | None
    on_track: bool | None
    as_of: int
    vintage: str | None
    silent: Sequence[str]
    note: str | None

    @property
    def key(self) -> str:
        """The key of the figure."""
        return key_of(self.figure, self.labels, self.period, self.region)


class _Atom(NamedTuple):
    """A finest cell of a family."""

    labels: str
    period: str
    region: str


class _Table(NamedTuple):
    """A family's atoms, and what hides them."""

    family: Family
    values: dict[str, int]
    """Atom → its count."""
    groups: Groups
    sample: Published
    places: dict[_Atom, list[str]]
    """Labels, month and any region → the atoms that lie there."""

    def of(self, labels: Iterable[str], periods: Iterable[str], region: str) -> list[str]:
        """Return the atoms of some labels and months in a region."""
        places = [_Atom(label, period, region) for label in labels for period in periods]
        return [key for place in places for key in self.places.get(place, ())]


def compose(
    day: str, figures: Iterable[Published], counties: Sequence[str], earlier: Iterable[Cell]
) -> list[Cell]:
    """Return the cells of a day's snapshot.

    ``figures`` are all that are live, ``counties`` the codes of every county there is, ``earlier`` the cells
    of all snapshots published before.
    """
    live = list(figures)
    seen = list(_seen(earlier))
    cells: list[Cell] = []
    tables: dict[str, _Table] = {}
    for family in FAMILIES:
        table = _table(family, live, counties, seen)
        if table is not None:
            tables[family.figure] = table
            cells += _cells(day, table)
    for figure in live:
        if figure.level not in _LEVELS.values():
            continue
        derived = next((d for d in DERIVED if (d.figure, d.labels) == (figure.figure, figure.labels)), None)
        if derived is not None:
            cells.append(_copied(day, figure, hidden=not _rests(figure, derived, tables.get(derived.family))))
        elif figure.figure in FREE or (figure.figure == "T7" and figure.labels in _FREE_MILESTONES):
            cells.append(_copied(day, figure, hidden=False))
    return sorted(cells, key=lambda cell: cell.key)


def _seen(earlier: Iterable[Cell]) -> Iterator[Seen]:
    """Yield what earlier snapshots told of single cells and of groups, oldest first."""
    together: dict[tuple[str, str], list[Cell]] = {}
    for cell in earlier:
        if cell.group is not None:
            together.setdefault((cell.snapshot, cell.group), []).append(cell)
        elif not cell.suppressed and cell.value is not None:
            together[cell.snapshot, cell.key] = [cell]
    for (_, _), cells in sorted(together.items()):
        value = cells[0].group_value if cells[0].group is not None else cells[0].value
        yield Seen(tuple(cell.key for cell in cells), int(value or 0))


def _table(
    family: Family, live: Iterable[Published], counties: Sequence[str], seen: Sequence[Seen]
) -> _Table | None:
    """Return a family's complete table; None when nothing is counted at all.

    The county that is not known is no sibling of the others: it is there once somebody was counted in it.
    """
    found = [each for each in live if each.figure == family.figure and _finest(each)]
    if not found:
        return None
    columns = sorted({(each.labels, each.period) for each in found})
    known = sorted({*counties, *(each.region for each in found)} - {UNKNOWN})
    counted = {each.key: int(each.value or 0) for each in found}
    told = {atom for each in seen for atom in each.atoms}
    atoms: dict[str, _Atom] = {}
    for labels, period in columns:
        for region in (*known, UNKNOWN):
            key = key_of(family.figure, labels, period, region)
            if region != UNKNOWN or counted.get(key, 0) or key in told:
                atoms[key] = _Atom(labels, period, region)
    values = {key: counted.get(key, 0) for key in atoms}
    groups = suppress(values, _margins(family, atoms), seen)
    places: dict[_Atom, list[str]] = {}
    for key, atom in atoms.items():
        for region in _regions(atom.region, known[0][:2]):
            places.setdefault(atom._replace(region=region), []).append(key)
    sample = max(found, key=lambda each: each.as_of)
    silent = sorted({system for each in found for system in each.silent})
    return _Table(family, values, groups, sample._replace(silent=silent), places)


def _finest(figure: Published) -> bool:
    """Return whether a figure is of a county, or of none known, and of a month or of now."""
    return (figure.level == "county" or figure.region == UNKNOWN) and len(figure.period) != 4


def _margins(family: Family, atoms: Mapping[str, _Atom]) -> Iterator[Margin]:
    """Yield where small cells look for company: city and province, then year, then all labels."""
    columns: dict[tuple[str, str], list[str]] = {}
    for key, atom in atoms.items():
        columns.setdefault((atom.labels, atom.period), []).append(key)
    for keys in columns.values():
        cities: dict[str, list[str]] = {}
        for key in keys:
            cities.setdefault(atoms[key].region[:4], []).append(key)
        yield from (Margin(city, True) for city in cities.values())
        yield Margin(keys, True)
    years: dict[tuple[str, str], list[str]] = {}
    totals: dict[str, list[str]] = {}
    for (labels, period), keys in columns.items():
        years.setdefault((labels, period[:4]), []).extend(keys)
        totals.setdefault(period, []).extend(keys)
    yield from (Margin(keys, False) for (_, year), keys in years.items() if year.isdecimal())
    if family.total:
        yield from (Margin(keys, False) for keys in totals.values())


def _cells(day: str, table: _Table) -> Iterator[Cell]:
    """Yield every cell of a family: of each region, by labels and of all, by month and year."""
    labels = sorted({place.labels for place in table.places})
    months = sorted({place.period for place in table.places})
    kinds = [(each, [each]) for each in labels]
    if table.family.total and len(labels) > 1:
        kinds.append(("", labels))
    times = [(each, [each]) for each in months]
    years = sorted({month[:4] for month in months if month[:4].isdecimal()})
    times += [(year, [month for month in months if month.startswith(year)]) for year in years]
    for region in sorted({place.region for place in table.places}):
        for label, some in kinds:
            for period, wanted in times:
                keys = table.of(some, wanted, region)
                if keys:
                    yield _cell(day, table, _Atom(label, period, region), keys)


def _regions(region: str, province: str) -> tuple[str, ...]:
    return (region, province) if region == UNKNOWN else (region, region[:4], region[:2])


def _cell(day: str, table: _Table, of: _Atom, keys: Sequence[str]) -> Cell:
    shown = table.groups.shows(keys)
    value = float(sum(table.values[key] for key in keys))
    own = key_of(table.family.figure, of.labels, of.period, of.region)
    hidden = table.groups.together(own) if own in table.values else None
    level = "none" if of.region == UNKNOWN else _LEVELS[len(of.region)]
    sample = table.sample
    return Cell(
        day, sample.figure, of.labels, of.region, level, of.period, sample.kind, sample.unit,
        value if shown else None, not shown, hidden.atoms[0] if hidden else None,
        hidden.value if hidden else None, None, None, None, sample.as_of, None, sample.silent, None,
    )  # fmt: skip


def _rests(figure: Published, derived: Derived, table: _Table | None) -> bool:
    """Return whether all that a derived figure is computed from may be published."""
    if table is None:
        return False
    months = {place.period for place in table.places if _within(place.period, figure, derived)}
    labels = [derived.only] if derived.only else {place.labels for place in table.places}
    keys = table.of(labels, months, figure.region)
    return bool(keys) and table.groups.shows(keys)


def _within(month: str, figure: Published, derived: Derived) -> bool:
    """Return whether a month lies in a derived figure's period; what is now has none, nor has a milestone."""
    if not figure.period or derived.figure == "T7":
        return True
    if "Q" in figure.period:
        quarter = int(figure.period[6])
        return (
            month[:4] == figure.period[:4] and month[5:].isdecimal() and (int(month[5:]) + 2) // 3 == quarter
        )
    return month.startswith(figure.period)


def _copied(day: str, figure: Published, *, hidden: bool) -> Cell:
    return Cell(
        day, figure.figure, figure.labels, figure.region, figure.level, figure.period, figure.kind,
        figure.unit, None if hidden else figure.value, hidden, None, None, figure.target, figure.milestone,
        None if hidden else figure.on_track, figure.as_of, figure.vintage, figure.silent,
        None if hidden else figure.note,
    )  # fmt: skip


def figure_of(cell: Cell) -> Published:
    """Return a cell as a figure, for whoever shows, exports or serves it."""
    return Published(
        cell.figure, cell.labels, cell.region, cell.level, cell.period, cell.kind, cell.unit, cell.value,
        None, None, cell.target, cell.milestone, cell.on_track, cell.as_of, cell.vintage, cell.silent, False,
        0, SUPPRESSED if cell.suppressed else cell.note,
    )  # fmt: skip
