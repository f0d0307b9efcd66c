"""Facts as a backtest hands them from stage to stage: small, and read in one call.

Neither topic nor other versions see them, so they carry no frame, and nothing that no stage asks for: not
source, type and origin of the event, and of a contact only that there is one. Measured: 6 µs less an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from hub.stages.factform import FactForm, Framed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.connectors.draft import Contact
    from hub.connectors.reading import Reading
    from hub.schemas.codec import Codec
    from hub.stages.assembly import Origin
    from hub.stages.factreader import Facts

__all__ = ("UNREACHABLE", "Packed", "Unreachable")

_encode: Final = msgspec.msgpack.Encoder().encode
_facts: Final = msgspec.msgpack.Decoder(tuple[bytes, str, bytes, bytes, bytes | None]).decode


_alias: Final = msgspec.msgpack.Decoder(tuple[bytes, str, bytes | None, bytes | None, str, bytes]).decode
_FACTS: Final = b"\x95"
"""First byte of facts, an array of five: no frame begins so."""
_ALIAS: Final = b"\x96"
"""First byte of a key's record, an array of six."""
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)


class Packed:
    """Arrays of MessagePack; what comes framed, as from a broker or from a stage on its own, is read too."""

    def __init__(self, codec: Codec) -> None:
        """Take the codec for what comes framed."""
        self._framed: FactForm = Framed(codec)

    def facts(  # noqa: PLR0917  # as the port says
        self,
        person: bytes,
        reading: Reading,
        ce_type: str,
        stamp: bytes,
        content: bytes,
        contact: bytes | None,
        origin: Origin,
    ) -> bytes:
        """Return facts."""
        return _encode((person, reading.event_id, stamp, content, contact))

    def binding(  # noqa: PLR0917  # what the record holds
        self, index: bytes, kind: str, person: bytes, event_id: str, stamp: bytes, facts: bytes | None = None
    ) -> bytes:
        """Return what binds a source's key to a person, and may bring their facts."""
        return _encode((index, kind, person, facts, event_id, stamp))

    def waiting(self, index: bytes, kind: str, facts: bytes, event_id: str, stamp: bytes) -> bytes:
        """Return facts that wait for the person of a source's key."""
        return _encode((index, kind, None, facts, event_id, stamp))

    def read(self, value: bytes) -> Facts:
        """Return what facts say. Raise DeadLetterError for what are none."""
        if value[:1] == _FACTS:
            try:
                return _facts(value)
            except _UNREADABLE:
                pass
        return self._framed.read(value)

    def received_at(self, value: bytes) -> int:
        """Return when what comes framed was taken in; what is packed does not say it."""
        return 0 if value[:1] == _FACTS else self._framed.received_at(value)

    def read_alias(self, value: bytes) -> Mapping[str, Any]:
        """Return the fields of a ``hub.alias``. Raise DeadLetterError for what is none."""
        if value[:1] != _ALIAS:
            return self._framed.read_alias(value)
        try:
            alias, kind, person, facts, event_id, stamp = _alias(value)
        except _UNREADABLE:
            return self._framed.read_alias(value)
        return {
            "alias": alias, "alias_kind": kind, "person": person, "facts": facts,
            "event_id": event_id, "stamp": stamp, "erased": False,
        }  # fmt: skip

    def addressed(self, facts: bytes, who: bytes, content: bytes | None = None) -> bytes:
        """Return facts without a person as that person's; ``content``: what they assert instead."""
        if facts[:1] != _FACTS:
            return self._framed.addressed(facts, who, content)
        _, event_id, stamp, asserted, contact = self.read(facts)
        return _encode((who, event_id, stamp, asserted if content is None else content, contact))


class Unreachable:
    """Contacts that say nothing but that there is one: nobody is written to."""

    def block(self, contact: Contact | None, person: bytes) -> bytes | None:
        """Return an empty block, or None when there is none."""
        return None if contact is None else b""


UNREACHABLE: Final = Unreachable()
"""It knows nothing."""
