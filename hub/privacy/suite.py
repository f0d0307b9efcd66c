"""The two cryptographic suites: Chinese national algorithms (the default) and international ones.

A suite is a keyed hash for blind indexes and key derivation, and an AEAD cipher for sealing. Its id
is in every sealed value, so both can be opened side by side while a hub moves from one to the other.
The hash cannot change without re-keying every person (docs/adr: the pepper never rotates).
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol, Self, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BLOCK_BYTES: Final = 64
"""Block length of SM3 and of SHA-256."""
DIGEST_BYTES: Final = 32
"""Digest length of SM3 and of SHA-256."""
NONCE_BYTES: Final = 12
"""Nonce length of GCM; another length would be hashed first."""
TAG_BYTES: Final = 16
"""Length of the authentication tag at the end of what an AEAD returns."""


class Hash(Protocol):
    """A running hash that can be forked: what :mod:`hashlib` objects are."""

    def copy(self) -> Self:
        """Return an independent copy."""

    def update(self, data: bytes, /) -> object:
        """Take more data in."""

    def digest(self) -> bytes:
        """Return the digest, 32 bytes. May be called once."""


class Aead(Protocol):
    """An authenticated cipher under one key: what :class:`AESGCM` is."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return ciphertext and tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return the plain text, or raise :class:`cryptography.exceptions.InvalidTag`."""


class Suite(NamedTuple):
    """A hash and a cipher that belong together."""

    name: str
    id: int
    """One byte, stored in sealed values."""
    key_bytes: int
    new_hash: Callable[[], Hash]
    hash_algorithm: Callable[[], hashes.HashAlgorithm]
    """The same hash, for ``cryptography``'s key derivation."""
    aead: Callable[[bytes], Aead]


class Sm3:
    """SM3 of ``cryptography`` in the shape of a :mod:`hashlib` object.

    For builds of Python whose own OpenSSL lacks SM3; where it is there, :mod:`hashlib` is 1 us faster.
    """

    __slots__ = ("_hash", "update")

    def __init__(self, running: hashes.Hash | None = None) -> None:
        self._hash = hashes.Hash(hashes.SM3()) if running is None else running
        self.update = self._hash.update

    def copy(self) -> Sm3:
        """Return an independent copy."""
        return Sm3(self._hash.copy())

    def digest(self) -> bytes:
        """Return the digest; the hash is spent."""
        return self._hash.finalize()


_Begin: TypeAlias = Callable[[CipherAlgorithm, modes.GCM], Any]
"""Begins an encryption or a decryption: returns ``cryptography``'s running context."""


def _beginnings() -> tuple[_Begin, _Begin]:
    """Return what begins an encryption and a decryption.

    It is what Cipher calls itself after it has checked, each time, that SM4 is a block cipher: a seal
    takes 9 instead of 14 us. Where a ``cryptography`` keeps it elsewhere, the documented way is taken.
    """
    try:
        from cryptography.hazmat.bindings._rust import openssl

        direct = openssl.ciphers.create_encryption_ctx, openssl.ciphers.create_decryption_ctx
    except (ImportError, AttributeError):
        return documented_encryption, documented_decryption
    return direct


def documented_encryption(key: CipherAlgorithm, mode: modes.GCM) -> Any:
    """Begin an encryption the way that ``cryptography`` documents."""
    return Cipher(key, mode).encryptor()


def documented_decryption(key: CipherAlgorithm, mode: modes.GCM) -> Any:
    """Begin a decryption the way that ``cryptography`` documents."""
    return Cipher(key, mode).decryptor()


_encryption, _decryption = _beginnings()


class _Sm4Gcm:
    """SM4-GCM in the shape of :class:`AESGCM`, which ``cryptography`` offers for AES only."""

    __slots__ = ("_algorithm",)

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        encryptor = _encryption(self._algorithm, modes.GCM(nonce))
        if associated_data:
            encryptor.authenticate_additional_data(associated_data)
        sealed: bytes = encryptor.update(data) + encryptor.finalize() + encryptor.tag
        return sealed

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        if len(data) < TAG_BYTES:
            raise InvalidTag
        decryptor = _decryption(self._algorithm, modes.GCM(nonce, data[-TAG_BYTES:]))
        if associated_data:
            decryptor.authenticate_additional_data(associated_data)
        plain: bytes = decryptor.update(data[:-TAG_BYTES]) + decryptor.finalize()
        return plain


def _new_sm3() -> Callable[[], Hash]:
    """Return the faster SM3 that this Python has."""
    return functools.partial(hashlib.new, "sm3") if "sm3" in hashlib.algorithms_available else Sm3


SM: Final = Suite("sm", 1, 16, _new_sm3(), hashes.SM3, _Sm4Gcm)
"""National algorithms: SM3 (GB/T 32905), SM4-GCM (GB/T 32907). The default."""
INTL: Final = Suite("intl", 2, 32, hashlib.sha256, hashes.SHA256, AESGCM)
"""SHA-256, AES-256-GCM."""
SUITES: Final = {suite.name: suite for suite in (SM, INTL)}
"""Every suite by name, the default first."""
BY_ID: Final = {suite.id: suite for suite in SUITES.values()}
"""Every suite by the byte that stands in sealed values."""
