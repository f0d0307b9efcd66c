"""What a case expected and what came instead."""

from __future__ import annotations

import pytest

from hub.rules.casediff import Difference, different, different_hits

_DAY = "2022-06-15"


@pytest.mark.parametrize(
    ("expected", "found", "said"),
    [
        pytest.param([("R01", _DAY)], [("R01", _DAY)], [], id="the-same"),
        pytest.param([("R01", _DAY)], [], [f"rules: expected R01 {_DAY}, found nothing"], id="missing"),
        pytest.param([], [("R01", "open")], ["rules: expected nothing, found R01 open"], id="too-many"),
        pytest.param(
            [("R01", _DAY)], [("R01", "open")],
            [f"rules: expected R01 {_DAY}, found R01 open"], id="another-end",
        ),
        pytest.param(
            [("R10", _DAY), ("R10", "open")], [("R10", _DAY)],
            [f"rules: expected R10 {_DAY} and open, found R10 {_DAY}"], id="one-of-two",
        ),
        pytest.param(
            [("R01", _DAY), ("R02", "open")], [("R02", "open"), ("R01", _DAY)],
            ["rules: expected R01 before R02, found R02 before R01"], id="another-order",
        ),
    ],
)  # fmt: skip
def test_rules_are_compared_one_by_one(
    expected: list[tuple[str, str]], found: list[tuple[str, str]], said: list[str]
) -> None:
    """A rule that is as expected is not said; the order is, when nothing else differs."""
    assert [str(each) for each in different_hits("rules", expected, found)] == said


def test_a_difference_names_its_rule() -> None:
    """So that the rule can be shown line by line; a word is about no rule."""
    assert [each.rule for each in different_hits("rules", [("R01", _DAY)], [("R02", _DAY)])] == ["R01", "R02"]
    assert different("path", "adult", "youth") == [Difference("path", "adult", "youth", "")]
    assert different("path", "adult", "adult") == []
