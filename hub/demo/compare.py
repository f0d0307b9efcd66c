"""Compare what came out with what had to: at every tick, and at the end. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hub.demo.observed import Change
from hub.simulate.calendar import iso
from hub.simulate.report import COLUMNS, DAYS, TASK_COLUMNS

__all__ = ("Difference", "compare_figures", "compare_tasks", "compare_ticks")

Views = Mapping[bytes, tuple[Any, ...]]
Describe = Callable[[str, tuple[Any, ...] | None, tuple[Any, ...] | None], "list[Difference]"]


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
    ticks: Iterable[tuple[int, int, Views]], found: Mapping[bytes, list[Change]]
) -> tuple[int, list[Difference]]:
    """Compare each person's latest invitation at each tick; return the comparisons made and differences.

    ``ticks`` yields (day, tick, person → expected view where the tick changed it); ``found`` is each
    person's history in order. A difference is reported at the first tick at which it shows.
    """
    return _compare(ticks, found, _of_invitations)


def compare_tasks(
    ticks: Iterable[tuple[int, int, Views]], found: Mapping[bytes, list[Change]]
) -> tuple[int, list[Difference]]:
    """Compare all tasks that there ever were of each person, in the same way."""
    return _compare(ticks, found, _of_tasks)


def _compare(
    ticks: Iterable[tuple[int, int, Views]], found: Mapping[bytes, list[Change]], describe: Describe
) -> tuple[int, list[Difference]]:
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
                where = f"{iso(day)} {person.hex()[:8]}"
                differences += describe(where, expected_now.get(person), found_now.get(person))
    for tick in sorted(by_tick):
        differences.append(Difference(f"tick {tick}", "records of a tick that was never published", "none",
                                      str(len(by_tick[tick]))))  # fmt: skip
    return compared, differences


def _of_invitations(
    where: str, expected: tuple[Any, ...] | None, found: tuple[Any, ...] | None
) -> list[Difference]:
    if expected is None or found is None:
        return [Difference(where, "invitation", _text(COLUMNS, expected), _text(COLUMNS, found))]
    return [
        Difference(where, name, _value(name, want), _value(name, have))
        for name, want, have in zip(COLUMNS, expected, found, strict=True)
        if want != have
    ]


def _of_tasks(
    where: str, expected: tuple[Any, ...] | None, found: tuple[Any, ...] | None
) -> list[Difference]:
    """Return one difference: tasks have no ids in the expectation, so it cannot be said which is wrong."""
    written = [
        "; ".join(_text(TASK_COLUMNS, task) for task in tasks or ()) or "none" for tasks in (expected, found)
    ]
    return [Difference(where, "tasks", *written)]


def _text(columns: Sequence[str], view: tuple[Any, ...] | None) -> str:
    if view is None:
        return "none"
    return " ".join(_value(name, value) for name, value in zip(columns, view, strict=True))


def _value(name: str, value: Any) -> str:
    if name in DAYS and value is not None:
        return iso(value)
    return "+".join(value) if isinstance(value, tuple) else str(value)


def compare_figures(what: str, expected: Mapping[str, int], found: Mapping[str, int]) -> list[Difference]:
    """Compare two tables of figures; an absent one is zero."""
    return [
        Difference(what, name, str(expected.get(name, 0)), str(found.get(name, 0)))
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name, 0) != found.get(name, 0)
    ]
