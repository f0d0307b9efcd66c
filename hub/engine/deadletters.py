"""Dead letters: what could not be processed, why, where it was, and the original, sealed.

A letter's key is the place of the record, ``topic-partition-offset``; marking it redriven or skipped
is a newer record of the same key. The original's key, value and headers travel in one sealed block,
bound to that key, so that a redrive publishes exactly what was received, never a re-read. What comes
from a topic of class s, or is said to be of class s, is sealed under the sensitive key, and its type is
not told.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import msgspec

from hub.errors import KeyRingError
from hub.stages.contract import CLASS_S
from hub.topics import DEAD_LETTERS, FACTS_SENSITIVE, SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.stages.contract import Record

__all__ = (
    "ATTEMPTS_HEADER",
    "REDRIVE_HEADER",
    "DeadLetters",
    "FloodGate",
    "Original",
    "Output",
    "Place",
    "Seals",
)

REDRIVE_HEADER: Final = "hub-redrive"
"""On a redriven record: the id of the dead letter it comes from."""
ATTEMPTS_HEADER: Final = "hub-attempts"
"""On a redriven record: how often it was tried before."""
TYPE: Final = "hub.dead_letter"
_SECRET_TOPICS: Final = SENSITIVE | {FACTS_SENSITIVE}

Output = tuple[str, bytes | None, bytes | None, int, list[tuple[str, bytes]] | None]
"""Topic, value, key, partition (-1 = by key), headers: the order ``Producer.produce`` takes them."""


class Seals(Protocol):
    """What the letters need of ``hub.privacy.Sealer``."""

    def seal(self, plain: bytes, aad: bytes = b"") -> bytes:
        """Encrypt, bound to ``aad``."""

    def open(self, sealed: bytes, aad: bytes = b"") -> bytes:
        """Decrypt; raises when it was sealed otherwise."""


class Place(NamedTuple):
    """Where a record was read."""

    topic: str
    partition: int
    offset: int

    @property
    def id(self) -> str:
        """Return the id and key of its dead letter."""
        return f"{self.topic}-{self.partition}-{self.offset}"


class Original(msgspec.Struct, array_like=True, frozen=True):
    """A record as it was received; what is sealed."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]] | None


class DeadLetters:
    """Writes letters for the tasks, and opens them for a redrive."""

    def __init__(
        self, encode: Callable[[str, dict[str, Any]], bytes], seals: Seals, sensitive: Seals
    ) -> None:
        """Take the codec's ``encode``, a sealer, and the one of what is of class s."""
        self._encode = encode
        self._seals = seals
        self._sensitive = sensitive

    def letter(
        self,
        stage: str,
        place: Place,
        record: Record,
        *,
        code: str,
        field: str,
        message: str,
        event_type: str,
        at: int,
    ) -> Output:
        """Return the dead letter of a record as an output. ``message`` must not hold a value of it."""
        key = place.id.encode()
        secret = _is_secret(stage, place.topic, event_type)
        seals = self._sensitive if secret else self._seals
        original = msgspec.msgpack.encode(Original(record.key, record.value, record.headers))
        ours = {k: v for k, v in record.headers or () if k in (REDRIVE_HEADER, ATTEMPTS_HEADER)}
        value = self._encode(
            TYPE,
            {
                "envelope": {
                    "id": place.id,
                    "source": f"hub/{stage}",
                    "type": TYPE,
                    "specversion": "1.0",
                    "time": datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds"),
                    "recordedat": None,
                    "dataschema": None,
                    "subject": None,
                    "region": None,
                    "legalmode": None,
                    "seq": 0,
                },
                "code": code,
                "field": field,
                "message": message,
                "stage": stage,
                "topic": place.topic,
                "partition": place.partition,
                "offset": place.offset,
                "event_type": CLASS_S if secret else event_type or None,
                "event_id": None,
                "at": at,
                "status": "open",
                "attempts": 1 + int(ours.get(ATTEMPTS_HEADER, b"0") or 0),
                "original": seals.seal(original, key),
                "headers": ours,
            },
        )
        return DEAD_LETTERS, value, key, -1, [("ce_type", TYPE.encode()), ("hub-code", code.encode())]

    def original(self, letter: dict[str, Any]) -> Original:
        """Unseal what a decoded letter holds."""
        key = Place(letter["topic"], letter["partition"], letter["offset"]).id.encode()
        sealed = letter["original"]
        if _is_secret(letter["stage"], letter["topic"], letter["event_type"] or ""):
            try:
                return _read(self._sensitive.open(sealed, key))
            except KeyRingError:  # written before such letters had a key of their own
                return _read(self._seals.open(sealed, key))
        return _read(self._seals.open(sealed, key))


def _is_secret(stage: str, topic: str, event_type: str) -> bool:
    """Return whether a record is of class s: by where it was, or by what a stage says of it."""
    return topic in _SECRET_TOPICS or CLASS_S in {event_type, stage}


_read: Final = msgspec.msgpack.Decoder(Original).decode


class FloodGate(NamedTuple):
    """When dead letters are no longer single bad records but a sign that something else is wrong."""

    limit: int
    """Letters per window and partition that are always let through."""
    window_ms: int
    """Length of a window."""
    share: float = 0.5
    """Beyond the limit it is a flood when more than this part of the window's records were bad."""

    def closed(self, letters: int, records: int) -> bool:
        """Return whether one more letter must not be written."""
        return letters >= self.limit and letters >= records * self.share
