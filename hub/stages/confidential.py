"""The records of class s: who it is about stands on them, what it is does not.

Whoever reads ``hub.facts.sensitive`` without the sensitive key learns of a record that some pseudonym
got it, when, as which event of its source, and by the stamp whether it ends or forbids something. Type,
source, place, facts and contact are sealed together, bound to the pseudonym, and padded: a gift of blood and
the release of a family look alike, and so do a death and a wish that was revoked.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from hub.connectors.draft import Contact
from hub.privacy.padding import open_padded, pad
from hub.privacy.sealing import Sealer
from hub.schemas.codec import Codec
from hub.stages.assembly import Origin, Told

SENSITIVE_FACTS: Final = "hub.sensitive_facts"
BLOCK_BYTES: Final = 1024
"""The sealed content's length is a multiple of it: any event with a contact block and a consent fills less,
unless that names dozens of recipients."""


class Content(msgspec.Struct, frozen=True):
    """What is sealed, as a MessagePack map."""

    type: str
    source: str
    origin: Origin
    assertions: bytes
    """Canonical bytes, see ``hub.core.assertion``."""
    contact: Contact | None


_decode: Final = msgspec.msgpack.Decoder(Content).decode


def open_content(person: bytes, sealed: bytes, sensitive: Sealer) -> Content:
    """Return what the field ``sealed`` of a person's record says; ``sensitive`` is of the key ring.

    Raise KeyRingError when its key is not in the ring, SealError when it was damaged or is another
    person's.
    """
    return open_padded(sealed, person, sensitive, _decode, "content of facts")


class Confidential:
    """Turns facts into framed ``hub.sensitive_facts``. Keeps nothing: such events are few."""

    def __init__(self, codec: Codec, sealer: Sealer) -> None:
        """Take the codec, and the sealer of the sensitive key."""
        self._write: Any = codec.writer(SENSITIVE_FACTS)
        self._sealer = sealer
        self._encode = msgspec.msgpack.Encoder().encode

    def facts(
        self, person: bytes, told: Told, assertions: bytes, stamp: bytes, contact: Contact | None
    ) -> bytes:
        """Return the framed record of facts about a person."""
        reading = told.reading
        content = Content(told.ce_type, reading.source, told.origin, assertions, contact)
        framed: bytes = self._write(
            {
                "person": person,
                "event_id": reading.event_id,
                "received_at": reading.now,
                "stamp": stamp,
                "sealed": self._sealer.seal(pad(self._encode(content), BLOCK_BYTES), person),
            }
        )
        return framed
