"""The expectation as a document that other programs can check a run against."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.simulate.calendar import iso
from hub.simulate.days import Day, Plan, Year

__all__ = ("COLUMNS", "FORMAT", "document", "tick_document", "totals")

FORMAT = "redcross.synthetic.expectation/1"
COLUMNS = ("episode", "status", "cause", "priority", "rule_ids", "kind", "organisation", "valid_until")


def tick_document(day: Day) -> dict[str, Any]:
    """Return what must be seen after one day's tick.

    ``changes`` holds, per document, the person's latest invitation after this tick, only where the
    tick has changed it; the values are in the order of the document's ``columns``.
    """
    return {
        "day": iso(day.number),
        "tick": day.tick,
        "events": len(day.messages),
        "changes": {key: [*view[:7], iso(view[7])] for key, view in sorted(day.expected.changes.items())},
        "held": day.expected.held,
    }


def document(plan: Plan, year: Year, ticks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the whole expectation of a year that has been played to its end. Ids are left out."""
    return {
        "format": FORMAT,
        "synthetic": True,
        "plan": {name: getattr(plan, name) for name in Plan.__slots__},
        "columns": list(COLUMNS),
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
        "stock": expectation.stock(),
    }
