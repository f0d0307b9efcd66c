"""Compare what came out with what had to: at every tick, and at the end. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from hub.demo.observed import Change
from hub.simulate.calendar import iso
from hub.simulate.report import COLUMNS

__all__ = ("Difference", "compare_figures", "compare_ticks")

_UNTIL: Final = len(COLUMNS) - 1


class Difference(NamedTuple):
    """One thing that is not as expected. ``where`` is a day and a pseudonym, or a figure's name."""

    where: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Return the difference as one line."""
        return f"{self.where}: {self.what}: expected {self.expected}, found {self.found}"


def compare_ticks(
    ticks: Iterable[tuple[int, int, Mapping[bytes, tuple[Any, ...]]]],
    found: Mapping[bytes, list[Change]],
) -> tuple[int, list[Difference]]:
    """Compare each person's latest invitation at each tick; return the comparisons made and differences.

    ``ticks`` yields (day, tick, person → expected view where the tick changed it); ``found`` is each
    person's history in order. A difference is reported at the first tick at which it shows.
    """
    by_tick: dict[int, dict[bytes, tuple[Any, ...]]] = {}
    for person, history in found.items():
        for change in history:
            by_tick.setdefault(change.tick, {})[person] = change.view
    expected_now: dict[bytes, tuple[Any, ...]] = {}
    found_now: dict[bytes, tuple[Any, ...]] = {}
    wrong: set[bytes] = set()
    compared = 0
    differences: list[Difference] = []
    for day, tick, changes in ticks:
        seen = by_tick.pop(tick, {})
        expected_now.update(changes)
        found_now.update(seen)
        for person in sorted(changes.keys() | seen.keys()):
            compared += 1
            if expected_now.get(person) != found_now.get(person) and person not in wrong:
                wrong.add(person)
                differences += _differences(day, person, expected_now.get(person), found_now.get(person))
    for tick in sorted(by_tick):
        differences.append(Difference(f"tick {tick}", "records of a tick that was never published", "none",
                                      str(len(by_tick[tick]))))  # fmt: skip
    return compared, differences


def _differences(
    day: int, person: bytes, expected: tuple[Any, ...] | None, found: tuple[Any, ...] | None
) -> list[Difference]:
    where = f"{iso(day)} {person.hex()[:8]}"
    if expected is None or found is None:
        return [Difference(where, "invitation", _text(expected), _text(found))]
    return [
        Difference(where, name, _value(at, want), _value(at, have))
        for at, (name, want, have) in enumerate(zip(COLUMNS, expected, found, strict=True))
        if want != have
    ]


def _text(view: tuple[Any, ...] | None) -> str:
    return "none" if view is None else " ".join(_value(at, value) for at, value in enumerate(view))


def _value(at: int, value: Any) -> str:
    if at == _UNTIL:
        return iso(value)
    return "+".join(value) if isinstance(value, tuple) else str(value)


def compare_figures(what: str, expected: Mapping[str, int], found: Mapping[str, int]) -> list[Difference]:
    """Compare two tables of figures; an absent one is zero."""
    return [
        Difference(what, name, str(expected.get(name, 0)), str(found.get(name, 0)))
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name, 0) != found.get(name, 0)
    ]
