"""The key ring on disk: the pepper, the sealing keys of all epochs, the recipients' public keys.

::

    <key dir>/              0700
      ring.json             0600   suite, pepper, sealing keys and sensitive keys, oldest first
      recipients/<name>.pub        a recipient's X25519 public key, 64 hexadecimal digits

The pepper never rotates: every person's key is made with it (docs/adr). Sealing keys do; the old ones
stay, so that what they sealed can be opened. Files are written whole or not at all. Lose the ring and
nobody the hub knows can be recognised or read again: back it up, apart from the data.

A *sensitive* key seals what is of class s, and nothing else; the two kinds rotate together. A ring that
was made before there were sensitive keys (format 1) gets its first one when it is rotated.

A private key of a recipient belongs to the recipient. ``make_recipient`` makes a pair for
demonstrations and tests, into a file of the caller's choice.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from hub.errors import KeyRingError
from hub.privacy import secret_file
from hub.privacy.blind_index import PEPPER_BYTES, BlindIndex
from hub.privacy.nonce import Entropy
from hub.privacy.sealing import PUBLIC_KEY_BYTES, RecipientSealer, Sealer, SealingKey, key_id, new_pair
from hub.privacy.suite import SM, SUITES, Suite

RING_FILE: Final = "ring.json"
RECIPIENTS_DIR: Final = "recipients"
FORMAT: Final = 2
BEFORE_SENSITIVE: Final = 1
"""The format of a ring without sensitive keys."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_RESTORE: Final = "restore the key ring from its backup; a new one would make strangers of everybody known"

Clock = Callable[[], float]


class Secrets(NamedTuple):
    """What ``ring.json`` holds."""

    suite: Suite
    pepper: bytes
    keys: tuple[SealingKey, ...]
    """Oldest first; the last is the current one."""
    made_at: tuple[str, ...]
    sensitive: tuple[SealingKey, ...] = ()
    """As ``keys``, for class s; none in a ring of format 1."""
    sensitive_made_at: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show how many there are."""
        return f"Secrets(suite={self.suite.name}, {len(self.keys)} keys)"

    def with_new_key(self, entropy: Entropy, clock: Clock) -> Secrets:
        """Return the secrets with one more sealing key of either kind, now the current ones."""
        key, sensitive = (SealingKey.of(entropy(self.suite.key_bytes), self.suite) for _ in range(2))
        made_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(clock()))
        return self._replace(
            keys=(*self.keys, key),
            made_at=(*self.made_at, made_at),
            sensitive=(*self.sensitive, sensitive),
            sensitive_made_at=(*self.sensitive_made_at, made_at),
        )

    def text(self) -> str:
        """Return the text of the file."""
        document = {
            "format": FORMAT,
            "suite": self.suite.name,
            "pepper": self.pepper.hex(),
            "keys": _rows(self.keys, self.made_at),
            "sensitive": _rows(self.sensitive, self.sensitive_made_at),
        }
        return json.dumps(document, indent=1) + "\n"

    @classmethod
    def parse(cls, text: str) -> Secrets:
        """Return what a text holds, checked; raise ValueError, KeyError, TypeError or AttributeError."""
        document: dict[str, Any] = json.loads(text)
        keys, made_at = _parsed(document["keys"])
        before = document["format"] == BEFORE_SENSITIVE
        sensitive, sensitive_made_at = ((), ()) if before else _parsed(document["sensitive"])
        pepper = bytes.fromhex(document["pepper"])
        if not (before or document["format"] == FORMAT) or len(pepper) != PEPPER_BYTES or not keys:
            raise ValueError("not a key ring of this format")
        if not (before or sensitive):
            raise ValueError("there is no sensitive key")
        return cls(SUITES[document["suite"]], pepper, keys, made_at, sensitive, sensitive_made_at)


def _rows(keys: tuple[SealingKey, ...], made_at: tuple[str, ...]) -> list[dict[str, str]]:
    """Return keys as the file holds them."""
    return [
        {"id": key.id.hex(), "suite": key.suite.name, "made_at": made, "key": key.key.hex()}
        for key, made in zip(keys, made_at, strict=True)
    ]


def _parsed(rows: list[dict[str, Any]]) -> tuple[tuple[SealingKey, ...], tuple[str, ...]]:
    """Return the keys of some rows and when they were made; ValueError when an id does not fit its key."""
    keys = tuple(SealingKey.of(bytes.fromhex(row["key"]), SUITES[row["suite"]]) for row in rows)
    if [key.id.hex() for key in keys] != [row["id"] for row in rows]:
        raise ValueError("a key is not what its id says")
    return keys, tuple(str(row["made_at"]) for row in rows)


class KeyRing:
    """The keys of one hub, loaded. Immutable; ``rotate`` returns the next ring."""

    __slots__ = ("_entropy", "_recipients", "_secrets", "directory")

    def __init__(
        self,
        directory: Path,
        secrets: Secrets,
        recipients: Mapping[str, bytes],
        entropy: Entropy = os.urandom,
    ) -> None:
        """Prefer ``create`` and ``load``."""
        self.directory = directory
        self._secrets = secrets
        self._recipients = dict(recipients)
        self._entropy = entropy

    def __repr__(self) -> str:
        """Show ids only."""
        return f"KeyRing(suite={self.suite.name}, pepper={self.pepper_id}, keys={list(self.key_ids)})"

    @classmethod
    def create(
        cls, directory: Path, suite: Suite = SM, *, entropy: Entropy = os.urandom, clock: Clock = time.time
    ) -> Self:
        """Make a new ring in ``directory``; raise KeyRingError when there is one, never overwrite it."""
        secrets = Secrets(suite, entropy(PEPPER_BYTES), (), ()).with_new_key(entropy, clock)
        with secret_file.refusing(directory):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            (directory / RECIPIENTS_DIR).mkdir(mode=0o700, exist_ok=True)
            try:
                secret_file.write(directory / RING_FILE, secrets.text(), overwrite=False)
            except FileExistsError:
                raise KeyRingError(
                    "there is a key ring already, and it is never overwritten",
                    str(directory / RING_FILE),
                    "use it; `hub keys rotate` makes a new sealing key; for another hub choose another --dir",
                ) from None
        return cls.load(directory, entropy=entropy)

    @classmethod
    def load(cls, directory: Path, suite: str | None = None, *, entropy: Entropy = os.urandom) -> Self:
        """Read the ring in ``directory``; with ``suite``, insist on that one. Raise KeyRingError."""
        secrets = _read_secrets(directory / RING_FILE)
        if suite is not None and suite != secrets.suite.name:
            raise KeyRingError(
                f"the key ring is of suite {secrets.suite.name}, the settings ask for {suite}",
                str(directory / RING_FILE),
                f"set HUB_CIPHER_SUITE={secrets.suite.name}; a hub that knows people cannot change its suite",
            )
        return cls(directory, secrets, _read_recipients(directory / RECIPIENTS_DIR), entropy)

    def rotate(self, *, clock: Clock = time.time) -> Self:
        """Add a key of either kind, write the ring, return it. Workers use the new keys once restarted."""
        path = self.directory / RING_FILE
        with secret_file.refusing(path), secret_file.locked(self.directory):
            # From the file, not from what was read before: somebody may have been faster.
            secrets = _read_secrets(path).with_new_key(self._entropy, clock)
            secret_file.write(path, secrets.text(), overwrite=True)
        return self.load(self.directory, entropy=self._entropy)

    @property
    def suite(self) -> Suite:
        """The algorithms of the ring."""
        return self._secrets.suite

    @property
    def pepper_id(self) -> str:
        """A public id of the pepper: equal on every machine of one hub."""
        return key_id(self._secrets.pepper, self.suite).hex()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The public ids of the sealing keys, oldest first; the last is the current one."""
        return tuple(key.id.hex() for key in self._secrets.keys)

    @property
    def made_at(self) -> tuple[str, ...]:
        """When each sealing key was made, RFC 3339 in UTC, in the order of ``key_ids``."""
        return self._secrets.made_at

    @property
    def sensitive_ids(self) -> tuple[str, ...]:
        """The public ids of the sensitive keys, oldest first; none in a ring that has not got one yet."""
        return tuple(key.id.hex() for key in self._secrets.sensitive)

    @property
    def sensitive_made_at(self) -> tuple[str, ...]:
        """When each sensitive key was made, RFC 3339 in UTC, in the order of ``sensitive_ids``."""
        return self._secrets.sensitive_made_at

    @property
    def recipient_ids(self) -> dict[str, str]:
        """Recipient -> public id of its public key, by name."""
        return {name: key_id(public, self.suite).hex() for name, public in sorted(self._recipients.items())}

    def blind_index(self) -> BlindIndex:
        """Return the blind index under the ring's pepper."""
        return BlindIndex(self._secrets.pepper, self.suite)

    def sealer(self) -> Sealer:
        """Return a sealer that seals under the current key and opens under all."""
        return Sealer(self._secrets.keys[-1], self._secrets.keys[:-1], self._entropy)

    def sensitive_sealer(self) -> Sealer:
        """Return the sealer of class s; raise KeyRingError when the ring has no sensitive key yet."""
        keys = self._secrets.sensitive
        if not keys:
            raise KeyRingError(
                "the key ring was made before there were sensitive keys, and has none",
                str(self.directory / RING_FILE),
                "run `hub keys rotate`, back the ring up, copy it to every machine, restart the workers",
            )
        return Sealer(keys[-1], keys[:-1], self._entropy)

    def recipients(self) -> RecipientSealer:
        """Return a sealer for the recipients whose public keys are in the ring."""
        return RecipientSealer(self._recipients, self.suite, self._entropy)

    def make_recipient(self, name: str, private_file: Path) -> Self:
        """Make a recipient's key pair: the private key into a new file, the public one into the ring."""
        if not _NAME.fullmatch(name):
            raise KeyRingError(
                f"{name!r} cannot be a recipient",
                cure="use up to 63 lower-case letters, digits, dots and hyphens",
            )
        private, public = new_pair(self._entropy)
        public_file = self.directory / RECIPIENTS_DIR / f"{name}.pub"
        with secret_file.refusing(private_file):
            taken = [str(path) for path in (private_file, public_file) if path.exists()]
            if taken:
                raise KeyRingError(
                    "there is a key already, and it is never overwritten",
                    taken[0],
                    "choose another name or file",
                )
            private_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            secret_file.write(private_file, private.hex() + "\n", overwrite=False)
            secret_file.write(public_file, public.hex() + "\n", overwrite=False)
        return self.load(self.directory, entropy=self._entropy)


def read_private_key(path: Path) -> bytes:
    """Return a recipient's private key from the file ``make_recipient`` wrote. Raise KeyRingError."""
    with secret_file.refusing(path):
        return _key_of(secret_file.read(path), path)


def _read_secrets(path: Path) -> Secrets:
    """Return what the ring's file holds; raise KeyRingError, which never shows it."""
    with secret_file.refusing(path):
        try:
            text = secret_file.read(path)
        except FileNotFoundError:
            raise KeyRingError(
                "there is no key ring", str(path), f"on a new hub run `hub keys init`; otherwise {_RESTORE}"
            ) from None
    try:
        return Secrets.parse(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyRingError("the key ring is damaged", str(path), _RESTORE) from None


def _read_recipients(directory: Path) -> dict[str, bytes]:
    """Return the public keys in a directory by recipient."""
    with secret_file.refusing(directory):
        paths = sorted(directory.glob("*.pub")) if directory.is_dir() else []
        return {path.stem: _key_of(path.read_text("ascii"), path) for path in paths}


def _key_of(text: str, path: Path) -> bytes:
    """Return the X25519 key that a file holds in hexadecimal."""
    with contextlib.suppress(ValueError):
        key = bytes.fromhex(text.strip())
        if len(key) == PUBLIC_KEY_BYTES:
            return key
    raise KeyRingError(
        "the file holds no X25519 key", str(path), "write the raw key as 64 hexadecimal digits"
    )
