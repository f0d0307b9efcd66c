"""The records of class s: who it is about stands on them, what it is does not.

Whoever reads ``hub.facts.sensitive`` without the sensitive key learns of a record that some pseudonym
got it, when, and as which event of its source; type, source, place, facts and contact are sealed
together, bound to the pseudonym. An event of class s and a death look alike.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from hub.connectors.draft import Contact
from hub.privacy.sealing import Sealer
from hub.schemas.codec import Codec
from hub.stages.assembly import Origin, Told

SENSITIVE_FACTS: Final = "hub.sensitive_facts"


class Content(msgspec.Struct, frozen=True):
    """What is sealed, as a MessagePack map."""

    type: str
    source: str
    origin: Origin
    assertions: bytes
    """Canonical bytes, see ``hub.core.assertion``."""
    contact: Contact | None


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
                "sealed": self._sealer.seal(self._encode(content), person),
            }
        )
        return framed
