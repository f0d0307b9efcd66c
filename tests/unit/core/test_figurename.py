"""hub.core.figurename: every figure an officer meets has words in both languages."""

from __future__ import annotations

import pytest

from hub.core.figurename import LABELS, LEVELS, NAMES, label_text, name_of
from hub.core.shelf import LEVELS as KNOWN


@pytest.mark.parametrize("number", range(1, 14))
def test_every_number_of_the_plan_has_a_name(number: int) -> None:
    """T1 to T13, or their parts, are named."""
    assert any(name == f"T{number}" or name.startswith(f"T{number}.") for name in NAMES)


def test_both_languages_are_there() -> None:
    """No name is empty in one of them, and every level has one."""
    assert all(name.zh and name.en for name in (*NAMES.values(), *LABELS.values()))
    assert set(LEVELS) == set(KNOWN)


def test_what_has_no_name_is_told_as_it_is() -> None:
    """A new counter is shown at once, under its own name."""
    assert name_of("flow.new").zh == "flow.new"
    assert label_text("kind=adult|x=1", "en") == "adult x=1"
