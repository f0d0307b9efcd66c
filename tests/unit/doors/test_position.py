"""hub.doors.position: a position is written and read without loss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.doors import position


@given(
    st.dictionaries(st.integers(0, 4095), st.integers(0, 2**53)),
    st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True),
)
def test_a_position_is_read_as_it_was_written(offsets: dict[int, int], topic_id: str) -> None:
    """Text and back is the same."""
    assert position.parse(position.text(offsets, topic_id)) == (offsets, topic_id)


@pytest.mark.parametrize(
    "told", ["", "x", "0:1", "0:@a", "-1:2@a", "0:1;1:2@a", "0:1@a ", "0:1@", "\u0663:1@a"]
)
def test_what_is_none_is_refused(told: str) -> None:
    """A damaged id is never half understood."""
    assert position.parse(told) is None
