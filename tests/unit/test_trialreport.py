"""The report of a trial: counters of many tasks, added up."""

from __future__ import annotations

from typing import Any

from hub.trialreport import added_up


def part(
    rule: str, verdict: str, value: int, *, run: int = 7, origin: str = "m/f/0", version: int = 1
) -> dict[str, Any]:
    """Return a published counter."""
    name = f"shadow|book=b@2|rule={rule}|run={run}|verdict={verdict}"
    return {"counter": name, "origin": origin, "epoch": 1, "version": version, "value": value}


def test_the_newest_values_of_all_tasks_are_added() -> None:
    """An older version of a counter, and an older run, count for nothing; rules at zero are left out."""
    found = added_up([
        part("all", "same", 9, run=6), part("all", "same", 3), part("all", "same", 5, version=2),
        part("all", "same", 4, version=1), part("all", "same", 10, origin="m/f/1"),
        part("R01", "would_not", 2), part("R02", "same", 0),
    ])  # fmt: skip
    assert found is not None
    assert (found.book, found.run) == ("b@2", 7)
    assert found.rows() == [("all", 15, 0, 0, 0, 0), ("R01", 0, 0, 2, 0, 0)]


def test_small_figures_of_a_ground_without_a_name_are_not_shown() -> None:
    """Neither in the table nor for machines; a rule that has a name may be small, none at all is said."""
    found = added_up([part("G00", "same", 4), part("G00", "would_not", 5), part("R01", "same", 1)])
    assert found is not None
    assert found.rows() == [("G00", "<5", 0, 5, 0, 0), ("R01", 1, 0, 0, 0, 0)]
    assert found.document()["rules"]["G00"] == {
        "same": None, "would_invite": 0, "would_not": 5, "other_priority": 0, "failed": 0
    }  # fmt: skip


def test_without_a_trial_there_is_no_report() -> None:
    """There is nothing to add up."""
    assert added_up([]) is None
