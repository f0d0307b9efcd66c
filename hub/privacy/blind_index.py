"""Blind indexes: keyed hashes that stand for a person, a source system's key, a name.

An unkeyed hash of an identity number can be reversed in hours: there are only some 3e9 possible
numbers in a province. An HMAC under a secret pepper can be computed by the hub alone, is the same
for the same person in every process and every year, and tells a reader of topics nothing.

``HMAC(key, message) = H(key ^ opad || H(key ^ ipad || message))``: the two blocks that hold the key
are hashed once, and their running state is copied for each message (1.6 us instead of 4).
"""

from __future__ import annotations

from typing import Final

from hub.core.document import Document
from hub.privacy.suite import BLOCK_BYTES, SM, Hash, Suite

PEPPER_BYTES: Final = 32
"""Length of a pepper."""
INDEX_BYTES: Final = 16
"""Length of an index: with ten million persons, a collision has a chance of 1 in 10^25."""

_IPAD: Final = bytes(byte ^ 0x36 for byte in range(256))
_OPAD: Final = bytes(byte ^ 0x5C for byte in range(256))


class BlindIndex:
    """Turns identifying values into pseudonyms. Holds a secret; its representation does not show it.

    Every index is over ``purpose NUL value``, so an index made for one purpose never equals one made
    for another. A purpose (and an alias kind) is a constant of the program and holds no NUL.
    """

    __slots__ = ("_inner", "_name", "_outer", "_person", "suite")

    def __init__(self, pepper: bytes, suite: Suite = SM) -> None:
        if len(pepper) != PEPPER_BYTES:
            raise ValueError(f"a pepper has {PEPPER_BYTES} bytes, not {len(pepper)}")
        padded = pepper.ljust(BLOCK_BYTES, b"\0")
        self.suite = suite
        self._inner = _hash(suite, padded.translate(_IPAD))
        self._outer = _hash(suite, padded.translate(_OPAD))
        self._person = _continued(self._inner, b"person\0")
        self._name = _continued(self._inner, b"name\0")

    def __repr__(self) -> str:
        """Show the suite only."""
        return f"BlindIndex(suite={self.suite.name})"

    def person(self, document: Document) -> bytes:
        """Return the person's key: 16 bytes over the document's kind and number in normal form."""
        return self._finish(self._person, f"{document.kind}\0{document.number}".encode())

    def organisation(self, uscc: str) -> bytes:
        """Return the 16-byte key of an organisation by its credit code; never equal to a person's."""
        return self._finish(self._inner, f"organisation\0{uscc}".encode())

    def alias(self, kind: str, value: str) -> bytes:
        """Return the 16-byte index of a source system's own key, such as a certificate number."""
        return self._finish(self._inner, f"alias\0{kind}\0{value}".encode())

    def name(self, canonical: str) -> str:
        """Return the index of a canonical name, 16 hexadecimal digits: enough to tell two names apart."""
        return self._finish(self._name, canonical.encode())[:8].hex()

    def key(self, purpose: str, value: bytes | str) -> bytes:
        """Return the 16-byte index of ``value`` for a purpose of the caller's own."""
        data = value.encode() if isinstance(value, str) else value
        return self._finish(self._inner, b"key\0" + purpose.encode() + b"\0" + data)

    def _finish(self, start: Hash, message: bytes) -> bytes:
        """Return the first 16 bytes of the HMAC that goes on from ``start``."""
        inner = start.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()[:INDEX_BYTES]


def _hash(suite: Suite, data: bytes) -> Hash:
    """Return a running hash over ``data``."""
    running = suite.new_hash()
    running.update(data)
    return running


def _continued(running: Hash, data: bytes) -> Hash:
    """Return a copy of ``running`` that has taken ``data`` in too."""
    copy = running.copy()
    copy.update(data)
    return copy
