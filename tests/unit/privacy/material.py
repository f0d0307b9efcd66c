"""Keys that are no secrets, and entropy that can be foreseen."""

from __future__ import annotations

import hashlib
from itertools import count

from hub.privacy.nonce import Entropy

PEPPER = bytes(range(32))


def foreseeable(seed: str = "") -> Entropy:
    """Return a source of bytes that look random and are the same in every run."""
    drawn = count()

    def entropy(length: int) -> bytes:
        return hashlib.shake_256(f"{seed}/{next(drawn)}".encode()).digest(length)

    return entropy
