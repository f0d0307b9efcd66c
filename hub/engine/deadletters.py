"""Dead letters: what could not be processed, why, where it was, and the original, sealed.

A letter's key is the place of the record, ``topic-partition-offset``; marking it redriven or skipped
is a newer record of the same key. The original's key, value and headers travel in one sealed block,
bound to that key, so that a redrive publishes exactly what was received, never a re-read.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import msgspec

from hub.topics import DEAD_LETTERS

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

    def __init__(self, encode: Callable[[str, dict[str, Any]], bytes], seals: Seals) -> None:
        """Take the codec's ``encode`` and a sealer."""
        self._encode = encode
        self._seals = seals

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
                "event_type": event_type or None,
                "event_id": None,
                "at": at,
                "status": "open",
                "attempts": 1 + int(ours.get(ATTEMPTS_HEADER, b"0") or 0),
                "original": self._seals.seal(original, key),
                "headers": ours,
            },
        )
        return DEAD_LETTERS, value, key, -1, [("ce_type", TYPE.encode()), ("hub-code", code.encode())]

    def original(self, letter: dict[str, Any]) -> Original:
        """Unseal what a decoded letter holds."""
        place = Place(letter["topic"], letter["partition"], letter["offset"])
        return msgspec.msgpack.decode(self._seals.open(letter["original"], place.id.encode()), type=Original)


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
