"""A key per person, which seals what decisions say of them and can be destroyed: docs/adr/0009.

The key is drawn at random and kept *wrapped*: sealed under a key of the ring and bound to the person.
Whoever has the wrapped key and the ring can open; when every copy of the wrapped key is gone, nobody
can, whatever else is kept. A value sealed under it::

    byte  0      format, 3
          1      suite
          2-13   nonce
         14-     ciphertext, then a tag of 16 bytes

It names no key: there is one per person, and after an erasure another one. The associated data is the
person's pseudonym.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag

from hub.errors import KeyRingError
from hub.privacy.nonce import Entropy, NonceSource
from hub.privacy.sealing import Sealer, SealError
from hub.privacy.suite import BY_ID, NONCE_BYTES, TAG_BYTES, Aead

FORMAT_PERSON: Final = 3
CIPHERS_KEPT: Final = 16_384
"""Ciphers of recent persons: what happens to somebody comes close together, and unwrapping costs as much
as the seal."""
_WRAP: Final = b"person key\0"
_HEADER: Final = 2
_BODY: Final = _HEADER + NONCE_BYTES


class PersonKeys:
    """Makes, wraps and uses keys of persons. Remembers ciphers by their wrapped key, in memory only."""

    __slots__ = ("_ciphers", "_current", "_entropy", "_header", "_nonce", "_sealer")

    def __init__(self, sealer: Sealer, entropy: Entropy = os.urandom) -> None:
        """Take the sealer that wraps the keys."""
        self._sealer = sealer
        self._entropy = entropy
        # One source for all keys: a nonce is then new under each of them.
        self._nonce = NonceSource(entropy)
        self._header = bytes((FORMAT_PERSON, sealer.suite.id))
        self._current = sealer.header
        """How what was wrapped under the current key begins."""
        self._ciphers: dict[bytes, Aead] = {}

    def __repr__(self) -> str:
        """Show how many ciphers are remembered."""
        return f"PersonKeys({len(self._ciphers)} remembered)"

    def make(self, person: bytes) -> bytes:
        """Return a new key, wrapped for the person."""
        suite = self._sealer.suite
        key = self._entropy(suite.key_bytes)
        wrapped = self._sealer.seal(bytes((suite.id,)) + key, _WRAP + person)
        self._remember(wrapped, suite.aead(key))
        return wrapped

    def renewed(self, person: bytes, wrapped: bytes) -> bytes:
        """Return the key wrapped under the ring's current key: as it is, wrapped anew, or a new one.

        A new one where there is none yet, or the ring has lost the key that wrapped it: what was sealed
        under the old one cannot be read any more.
        """
        if wrapped.startswith(self._current):
            return wrapped
        if not wrapped:
            return self.make(person)
        try:
            return self._sealer.seal(self._sealer.open(wrapped, _WRAP + person), _WRAP + person)
        except KeyRingError:
            return self.make(person)

    def seal(self, person: bytes, wrapped: bytes, plain: bytes) -> bytes:
        """Return ``plain`` sealed under the person's key: 30 bytes longer.

        Raise KeyRingError when the key that wrapped it is not in the ring, SealError when it was damaged.
        """
        cipher = self._ciphers.get(wrapped)
        if cipher is None:
            cipher = self._unwrap(person, wrapped)
        nonce = self._nonce()
        return self._header + nonce + cipher.encrypt(nonce, plain, self._header + person)

    def open(self, person: bytes, wrapped: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for the person under this key.

        Raise SealError when it was damaged, is another person's, or was sealed before an erasure, and
        KeyRingError when the key that wrapped it is not in the ring.
        """
        header = sealed[:_HEADER]
        if len(sealed) < _BODY + TAG_BYTES or header[0] != FORMAT_PERSON or header[1] not in BY_ID:
            raise SealError("it is in no known format")
        cipher = self._ciphers.get(wrapped) or self._unwrap(person, wrapped)
        try:
            return cipher.decrypt(sealed[_HEADER:_BODY], sealed[_BODY:], header + person)
        except InvalidTag:
            raise SealError("it was altered, is another person's, or its key was destroyed") from None

    def _unwrap(self, person: bytes, wrapped: bytes) -> Aead:
        plain = self._sealer.open(wrapped, _WRAP + person)
        suite = BY_ID.get(plain[0]) if plain else None
        if suite is None or len(plain) != 1 + suite.key_bytes:
            raise SealError("what was wrapped is no key")
        cipher = suite.aead(plain[1:])
        self._remember(wrapped, cipher)
        return cipher

    def _remember(self, wrapped: bytes, cipher: Aead) -> None:
        if len(self._ciphers) >= CIPHERS_KEPT:
            self._ciphers.clear()
        self._ciphers[wrapped] = cipher
