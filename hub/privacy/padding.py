"""Padding before sealing: a seal hides what is said, not how long it is.

``plain || 0x80 || zeros`` up to a multiple of a block (ISO/IEC 7816-4), so that what has the same
number of blocks looks the same from outside.
"""

from __future__ import annotations

from typing import Final

_END: Final = b"\x80"


def pad(plain: bytes, block: int) -> bytes:
    """Return ``plain`` filled up to a multiple of ``block`` bytes; one more byte at least."""
    return (plain + _END).ljust((len(plain) // block + 1) * block, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what was padded. Raise ValueError when it was not."""
    plain = padded.rstrip(b"\0")
    if plain[-1:] != _END:
        raise ValueError("there is no padding")
    return plain[:-1]
