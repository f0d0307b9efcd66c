"""How many persons a sweep may take in a cycle."""

from __future__ import annotations

import pytest

from hub.engine.pace import LEAST, Pace


def taken(pace: Pace) -> int:
    """Return how many persons the tasks of a cycle get, each asking in turn."""
    total = 0
    while pace.open:
        got = pace.take()
        assert got > 0
        total += got
    assert pace.take() == 0
    return total


def test_an_idle_worker_sweeps_ever_more_up_to_the_most() -> None:
    """While nothing waits the allowance grows with each cycle, and all of it can be taken."""
    pace = Pace(800, 0.3)
    got = []
    for _ in range(10):
        pace.begin(0.0)
        got.append(taken(pace))
    assert got == [200, 300, 400, 500, 600, 700, 800, 800, 800, 800]


def test_a_sweep_yields_to_what_waits_and_comes_back() -> None:
    """Each cycle whose records are too old halves the allowance, down to the least; then it grows again."""
    pace = Pace(800, 0.3)
    for _ in range(9):
        pace.begin(0.29)
    got = []
    for age_s in (0.31, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 0.1, 0.1):
        pace.begin(age_s)
        got.append(taken(pace))
    assert got == [400, 200, 100, 50, 25, 12, 8, 8, 108, 208]


def test_a_task_with_few_persons_leaves_the_rest_to_others() -> None:
    """No task gets more than an eighth of the cycle's allowance."""
    pace = Pace(800, 0.3)
    pace.begin(0.0)
    assert pace.take() == 25
    assert pace.open


@pytest.mark.parametrize("most", [1, 3, LEAST, 50], ids=str)
def test_the_setting_is_never_exceeded(most: int) -> None:
    """However small the setting is, it bounds a cycle, and some progress is made."""
    pace = Pace(most, 0.3)
    for age_s in (0.0, 0.0, 9.0, 9.0, 0.0):
        pace.begin(age_s)
        assert 0 < taken(pace) <= most


def test_in_simulated_time_nobody_waits() -> None:
    """There every task gets the most, in each transaction."""
    pace = Pace(5, 0.3, simulated=True)
    pace.begin(9.0)
    assert [pace.take() for _ in range(3)] == [5, 5, 5]
    assert pace.open
