"""Sealing: encryption that says which key it needs and breaks when a bit is changed.

Two kinds of sealed value. For the hub itself, under the current key of its ring::

    byte  0      format, 1
          1      suite (SM 1, INTL 2)
          2- 5   id of the key
          6-17   nonce
         18-     ciphertext, then a tag of 16 bytes

For a recipient, who alone can open it with the private key (X25519, HKDF, the suite's cipher)::

    byte  0      format, 2
          1      suite
          2- 5   id of the recipient's public key
          6-37   the sender's ephemeral public key
         38-49   nonce
         50-     ciphertext, then a tag of 16 bytes

All bytes before the nonce and the caller's ``aad`` are authenticated with it: a value sealed for one
place (say, a person's key as ``aad``) does not open in another. Errors never show keys or contents.

The national suite uses X25519 here too: SM2 is not offered by ``cryptography``. The ephemeral pair is
drawn once for SEALS_PER_PAIR seals of a process, not for each, so that a seal costs a symmetric one
(6 us instead of 100). What is given up: whoever reads the memory of a running worker could open what
that process sealed with the current pair. Such a reader sees the plain text in that memory anyway; the
pair is never written anywhere and ends with the process.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.errors import HubError, KeyRingError
from hub.privacy.nonce import Entropy, NonceSource, process_generation
from hub.privacy.suite import BY_ID, NONCE_BYTES, SM, TAG_BYTES, Aead, Suite

FORMAT_OWN: Final = 1
FORMAT_RECIPIENT: Final = 2
KEY_ID_BYTES: Final = 4
PUBLIC_KEY_BYTES: Final = 32
SEALS_PER_PAIR: Final = 1 << 20
"""Seals of one process under one ephemeral pair for one recipient: a million, minutes of full load."""

_HEADER: Final = 2 + KEY_ID_BYTES
_HEADER_RECIPIENT: Final = _HEADER + PUBLIC_KEY_BYTES
_INFO: Final = b"redcross-hub seal 1"


class SealError(HubError):
    """A sealed value is damaged, was made for another place, or is none at all."""

    code: ClassVar[str] = "SEAL"
    exit_code: ClassVar[int] = 65  # EX_DATAERR

    def __init__(self, what: str) -> None:
        super().__init__(
            what,
            "a sealed value",
            "compare its origin with what was sealed; if it was not altered, restore from backup",
        )


class SealingKey(NamedTuple):
    """A symmetric key with its id and suite."""

    id: bytes
    key: bytes
    suite: Suite

    @classmethod
    def of(cls, key: bytes, suite: Suite) -> SealingKey:
        """Return ``key`` with its id: the first four bytes of a hash over it."""
        if len(key) != suite.key_bytes:
            raise ValueError(f"a key of suite {suite.name} has {suite.key_bytes} bytes, not {len(key)}")
        return cls(key_id(key, suite), key, suite)

    def __repr__(self) -> str:
        """Show the id, not the key."""
        return f"SealingKey(id={self.id.hex()}, suite={self.suite.name})"


def key_id(key: bytes, suite: Suite) -> bytes:
    """Return the public id of a secret or public key: four bytes of a labelled hash."""
    running = suite.new_hash()
    running.update(b"redcross-hub key id\0" + key)
    return running.digest()[:KEY_ID_BYTES]


class Sealer:
    """Seals under the current key, opens under any key of the ring."""

    __slots__ = ("_aead", "_aeads", "_header", "_nonce", "key_id", "suite")

    def __init__(
        self, current: SealingKey, others: tuple[SealingKey, ...] = (), entropy: Entropy = os.urandom
    ) -> None:
        self.suite = current.suite
        self.key_id = current.id
        self._header = bytes((FORMAT_OWN, current.suite.id)) + current.id
        # By header: format, suite and key id are compared in one look-up.
        self._aeads: dict[bytes, Aead] = {
            bytes((FORMAT_OWN, key.suite.id)) + key.id: key.suite.aead(key.key) for key in (*others, current)
        }
        self._aead = self._aeads[self._header]
        self._nonce = NonceSource(entropy)

    def __repr__(self) -> str:
        """Show the id of the current key only."""
        return f"Sealer(suite={self.suite.name}, key_id={self.key_id.hex()}, keys={len(self._aeads)})"

    @property
    def header(self) -> bytes:
        """How every value begins that is sealed under the current key: format, suite, key id."""
        return self._header

    def seal(self, plain: bytes, aad: bytes = b"") -> bytes:
        """Return ``plain`` sealed, bound to ``aad``: 34 bytes longer."""
        header, nonce = self._header, self._nonce()
        return header + nonce + self._aead.encrypt(nonce, plain, header + aad)

    def open(self, sealed: bytes, aad: bytes = b"") -> bytes:
        """Return what was sealed with the same ``aad``.

        Raise SealError when it was damaged or bound to something else, KeyRingError when the key is
        not in the ring.
        """
        header, body = sealed[:_HEADER], _HEADER + NONCE_BYTES
        aead = self._aeads.get(header)
        if aead is None or len(sealed) < body + TAG_BYTES:
            raise _unopenable(sealed, FORMAT_OWN, body)
        return _decrypt(aead, sealed, _HEADER, header + aad)


class _Recipient(NamedTuple):
    """A recipient's public key, and the cipher agreed with it for the current ephemeral pair."""

    header: bytes
    aead: Aead
    left: list[int]
    """How many seals are left, and the process generation: one mutable pair."""


class RecipientSealer:
    """Seals for named recipients; cannot open what it sealed."""

    __slots__ = ("_agreed", "_entropy", "_nonce", "_public", "suite")

    def __init__(
        self, public_keys: Mapping[str, bytes], suite: Suite = SM, entropy: Entropy = os.urandom
    ) -> None:
        for name, public in public_keys.items():
            if len(public) != PUBLIC_KEY_BYTES:
                raise ValueError(f"the public key of {name} has {len(public)} bytes, not {PUBLIC_KEY_BYTES}")
        self.suite = suite
        self._public = dict(public_keys)
        self._entropy = entropy
        self._nonce = NonceSource(entropy)
        self._agreed: dict[str, _Recipient] = {}

    def __repr__(self) -> str:
        """Show the names of the recipients."""
        return f"RecipientSealer(suite={self.suite.name}, recipients={sorted(self._public)})"

    @property
    def names(self) -> tuple[str, ...]:
        """The recipients' names, sorted."""
        return tuple(sorted(self._public))

    def require(self, recipient: str) -> None:
        """Raise KeyRingError when the recipient has no public key here."""
        if recipient not in self._public:
            there = ", ".join(self.names) or "none"
            raise KeyRingError(
                f"there is no public key for the recipient {recipient!r}",
                "recipients of the key ring",
                f"put it into <key dir>/recipients/{recipient}.pub; there is: {there}",
            )

    def seal_for(self, recipient: str, plain: bytes, aad: bytes = b"") -> bytes:
        """Return ``plain`` sealed for ``recipient``, bound to ``aad``: 66 bytes longer.

        Raise KeyRingError when the recipient has no public key here.
        """
        agreed = self._agreed.get(recipient)
        if agreed is None or agreed.left[0] <= 0 or agreed.left[1] != process_generation():
            agreed = self._agree(recipient)
        agreed.left[0] -= 1
        nonce = self._nonce()
        return agreed.header + nonce + agreed.aead.encrypt(nonce, plain, agreed.header + aad)

    def _agree(self, recipient: str) -> _Recipient:
        """Draw an ephemeral pair and agree on a key with the recipient."""
        self.require(recipient)
        public = self._public[recipient]
        private = X25519PrivateKey.from_private_bytes(self._entropy(32))
        ephemeral = private.public_key().public_bytes_raw()
        key = _derive(self.suite, private, public, ephemeral, public)
        header = bytes((FORMAT_RECIPIENT, self.suite.id)) + key_id(public, self.suite) + ephemeral
        left = [SEALS_PER_PAIR, process_generation()]
        agreed = self._agreed[recipient] = _Recipient(header, self.suite.aead(key), left)
        return agreed


class RecipientOpener:
    """Opens what was sealed for the holder of one private key; remembers the senders' keys it has met."""

    __slots__ = ("_agreed", "_private", "public_key")

    _REMEMBERED: Final = 1024  # senders: one per worker process and million seals

    def __init__(self, private_key: bytes) -> None:
        self._private = X25519PrivateKey.from_private_bytes(private_key)
        self.public_key = self._private.public_key().public_bytes_raw()
        self._agreed: dict[bytes, Aead] = {}

    def __repr__(self) -> str:
        """Show the public key only."""
        return f"RecipientOpener(public_key={self.public_key.hex()})"

    def open(self, sealed: bytes, aad: bytes = b"") -> bytes:
        """Return what was sealed for this key with the same ``aad``; raise SealError or KeyRingError."""
        header, body = sealed[:_HEADER_RECIPIENT], _HEADER_RECIPIENT + NONCE_BYTES
        aead = self._agreed.get(header)
        if aead is None or len(sealed) < body + TAG_BYTES:
            suite = BY_ID.get(header[1]) if len(sealed) >= body + TAG_BYTES else None
            if (
                suite is None
                or header[0] != FORMAT_RECIPIENT
                or header[2:_HEADER] != key_id(self.public_key, suite)
            ):
                raise _unopenable(sealed, FORMAT_RECIPIENT, body)
            ephemeral = header[_HEADER:]
            aead = suite.aead(_derive(suite, self._private, ephemeral, ephemeral, self.public_key))
            if len(self._agreed) >= self._REMEMBERED:
                self._agreed.clear()
            self._agreed[header] = aead
        return _decrypt(aead, sealed, _HEADER_RECIPIENT, header + aad)


def open_as(private_key: bytes, sealed: bytes, aad: bytes = b"") -> bytes:
    """Open one value with a private key; use RecipientOpener for many."""
    return RecipientOpener(private_key).open(sealed, aad)


def new_pair(entropy: Entropy = os.urandom) -> tuple[bytes, bytes]:
    """Return a new (private, public) key pair for a recipient, 32 bytes each."""
    private = X25519PrivateKey.from_private_bytes(entropy(32))
    secret = private.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    return secret, private.public_key().public_bytes_raw()


def _derive(suite: Suite, private: X25519PrivateKey, peer: bytes, ephemeral: bytes, static: bytes) -> bytes:
    """Return the symmetric key that two parties agree on; both public keys go into it."""
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(peer))
    except ValueError:  # a point of low order: nobody's key
        raise SealError("the public key is not usable") from None
    return HKDF(suite.hash_algorithm(), suite.key_bytes, salt=ephemeral + static, info=_INFO).derive(shared)


def _decrypt(aead: Aead, sealed: bytes, start: int, aad: bytes) -> bytes:
    """Open the nonce and ciphertext that begin at ``start``."""
    body = start + NONCE_BYTES
    try:
        return aead.decrypt(sealed[start:body], sealed[body:], aad)
    except InvalidTag:
        raise SealError("it was altered, or sealed for another place") from None


def _unopenable(sealed: bytes, form: int, body: int) -> HubError:
    """Return the error for a value whose key is not at hand."""
    if len(sealed) < body + TAG_BYTES:
        return SealError("it is too short")
    if sealed[0] != form or sealed[1] not in BY_ID:
        return SealError("it is in no known format")
    return KeyRingError(
        f"a value is sealed with key {sealed[2:_HEADER].hex()}, which is not in the ring",
        "a sealed value",
        "restore the key ring that held this key; `hub keys show` lists the ids it holds",
    )
