"""Padding hides lengths and takes nothing away."""

from __future__ import annotations

import pytest

from hub.privacy.padding import pad, unpad


@pytest.mark.parametrize("size", [0, 1, 14, 15, 16, 17, 31, 32])
@pytest.mark.parametrize("last", [b"", b"\0", b"\x80", b"\x80\0"], ids=["plain", "zero", "end", "both"])
def test_what_is_padded_comes_back(size: int, last: bytes) -> None:
    """Whatever the last bytes are, also those that padding itself uses."""
    plain = b"a" * size + last
    padded = pad(plain, 16)
    assert len(padded) % 16 == 0
    assert len(padded) > len(plain)
    assert unpad(padded) == plain


def test_everything_within_a_block_is_of_one_length() -> None:
    """From nothing to one byte less than the block."""
    assert {len(pad(b"x" * size, 256)) for size in range(256)} == {256}


@pytest.mark.parametrize("padded", [b"", b"\0\0", b"abc", b"abc\0"])
def test_what_was_not_padded_is_refused(padded: bytes) -> None:
    """No end mark, no text."""
    with pytest.raises(ValueError, match="no padding"):
        unpad(padded)
