"""Numbers on the wire."""

from __future__ import annotations

import io

import pytest
from fastavro import schemaless_writer
from hypothesis import example, given
from hypothesis import strategies as st

from hub.schemas.wire import long, number

EDGES = [sign * (1 << bits) + step for bits in range(64) for sign in (1, -1) for step in (-1, 0, 1)]
LONGS = [edge for edge in EDGES if -(1 << 63) <= edge < 1 << 63]


def by_fastavro(value: int) -> bytes:
    """Return the number as fastavro writes it."""
    out = io.BytesIO()
    schemaless_writer(out, "long", value)
    return out.getvalue()


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 6, 7, 10])
def test_numbers_at_the_edges_of_each_width_are_those_of_fastavro(width: int) -> None:
    """Wherever the number of bytes changes, a number is written as Avro says, and read back."""
    there = [value for value in LONGS if len(by_fastavro(value)) == width]
    assert there
    for value in there:
        assert long(value) == by_fastavro(value)
        assert number(long(value), 0) == (value, width)


@given(st.integers(-(1 << 63), (1 << 63) - 1))
@example(1_764_158_400_123)
def test_any_number_is_that_of_fastavro(value: int) -> None:
    """A 64-bit number is written as Avro says, and read back."""
    written = long(value)
    assert written == by_fastavro(value)
    assert number(written, 0) == (value, len(written))


@pytest.mark.parametrize("value", [1 << 63, -(1 << 63) - 1, 1 << 99], ids=["above", "below", "far above"])
def test_what_is_wider_is_refused(value: int) -> None:
    """A number of more than 64 bits raises OverflowError."""
    with pytest.raises(OverflowError):
        long(value)
