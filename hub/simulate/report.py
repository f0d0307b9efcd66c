"""The expectation as a document that other programs can check a run against."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.simulate.calendar import iso
from hub.simulate.days import Day, Plan, Year

__all__ = ("COLUMNS", "DAYS", "FORMAT", "TASK_COLUMNS", "document", "tick_document", "totals")

FORMAT = "redcross.synthetic.expectation/2"
COLUMNS = ("episode", "status", "cause", "priority", "rule_ids", "kind", "organisation", "valid_until",
           "act_by", "reminded_on")  # fmt: skip
TASK_COLUMNS = ("kind", "status", "organisation", "target", "due_on", "session_on", "term", "escalated_to",
                "blocked_by", "act_by")  # fmt: skip
DAYS = frozenset({"valid_until", "reminded_on", "due_on", "session_on"})


def tick_document(day: Day) -> dict[str, Any]:
    """Return what must be seen after one day's tick.

    ``changes`` holds, per document, the person's latest invitation after this tick, ``tasks`` all the
    tasks there ever were of the person, only where the tick has changed something; the values are in the
    order of the document's ``columns`` and ``task_columns``: days as dates, ``act_by`` in ms since 1970.
    """
    return {
        "day": iso(day.number),
        "tick": day.tick,
        "events": len(day.messages),
        "changes": {key: _written(COLUMNS, view) for key, view in sorted(day.expected.changes.items())},
        "tasks": {
            key: [_written(TASK_COLUMNS, view) for view in views]
            for key, views in sorted(day.expected.tasks.items())
        },
        "held": day.expected.held,
    }


def _written(columns: tuple[str, ...], view: tuple[Any, ...]) -> list[Any]:
    """Return a view with its days as ISO dates."""
    return [
        iso(value) if name in DAYS and value is not None else value
        for name, value in zip(columns, view, strict=True)
    ]


def document(plan: Plan, year: Year, ticks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the whole expectation of a year that has been played to its end. Ids are left out."""
    return {
        "format": FORMAT,
        "synthetic": True,
        "plan": {name: getattr(plan, name) for name in Plan.__slots__},
        "columns": list(COLUMNS),
        "task_columns": list(TASK_COLUMNS),
        "ticks": list(ticks),
        "totals": totals(year),
    }


def totals(year: Year) -> dict[str, Any]:
    """Return the figures at the end of the year."""
    expectation = year.expectation
    return {
        "events": dict(sorted(year.systems.items())),
        "problems": dict(sorted(year.problems.items())),
        "dead_letters": dict(sorted(expectation.dead_letters.items())),
        "parked": dict(sorted(expectation.parked.items())),
        "forgotten": dict(sorted(expectation.forgotten.items())),
        "stock": expectation.stock(),
    }
