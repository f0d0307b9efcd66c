"""hub.doors.position: a position is written and read without loss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.doors import position


@given(st.dictionaries(st.integers(0, 4095), st.integers(0, 2**53)))
def test_a_position_is_read_as_it_was_written(positions: dict[int, int]) -> None:
    """Text and back is the same."""
    assert position.parse(position.text(positions)) == positions


@pytest.mark.parametrize("told", ["x", "0", "0:", "0:1,", "-1:2", "0:1;1:2", "0:1 ", "\u0663:1"])
def test_what_is_none_is_refused(told: str) -> None:
    """A damaged id is never half understood."""
    assert position.parse(told) is None
