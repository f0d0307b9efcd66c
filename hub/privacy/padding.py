"""Padding before sealing: a seal hides what is said, not how long it is.

``plain || 0x80 || zeros`` up to a multiple of a block (ISO/IEC 7816-4), so that what has the same
number of blocks looks the same from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from hub.errors import HubError
from hub.privacy.sealing import Sealer, SealError

Read = TypeVar("Read")
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


def open_padded(
    sealed: bytes, bound_to: bytes, sealer: Sealer, read: Callable[[bytes], Read], what: str
) -> Read:
    """Return what ``read`` makes of something that was padded and sealed. ``what`` it should be, in words.

    Raise KeyRingError when its key is not in the ring, SealError when it was damaged, is bound to
    something else, or is not ``what``.
    """
    try:
        return read(unpad(sealer.open(sealed, bound_to)))
    except HubError:
        raise
    except (ValueError, msgspec.DecodeError):
        raise SealError(f"what was sealed is no {what}") from None
