"""Nonces that never repeat under one key, without a system call each.

GCM loses everything when a nonce is used twice with one key. A nonce here is 8 random bytes drawn
once per process and source, and a count of 4 bytes: two sources collide with a chance of 1 in 2^64 for
each pair, and one source never does with itself. After 2^32 nonces, and in a forked child (which
inherits the parent's state), the random part is drawn again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from typing import Final

Entropy = Callable[[int], bytes]
"""Returns that many random bytes; :func:`os.urandom`, or a fixed sequence in tests."""

_LIMIT: Final = 1 << 32

_generation = count(1)
_process = [0]
"""A number that is another one in every forked child; in a list so that it is read, not bound."""


def _forked() -> None:
    """Note, in a forked child, that whatever was drawn before belongs to the parent."""
    _process[0] = next(_generation)


os.register_at_fork(after_in_child=_forked)


def process_generation() -> int:
    """Return a number that changes in a forked child: state that must not be shared compares it."""
    return _process[0]


class NonceSource:
    """Hands out nonces of 12 bytes. Safe to share between threads, and across a fork."""

    __slots__ = ("_drawn", "_entropy")

    def __init__(self, entropy: Entropy = os.urandom) -> None:
        self._entropy = entropy
        self._drawn = self._draw()

    def __call__(self) -> bytes:
        """Return the next nonce."""
        process, prefix, counter = self._drawn
        number = next(counter)
        while number >= _LIMIT or process != _process[0]:
            self._drawn = process, prefix, counter = self._draw()
            number = next(counter)
        return prefix + number.to_bytes(4, "big")

    def _draw(self) -> tuple[int, bytes, count[int]]:
        """Return (process, random prefix, a count from zero)."""
        return process_generation(), self._entropy(8), count()
