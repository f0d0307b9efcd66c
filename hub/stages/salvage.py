"""What can still be read of a prohibition whose body is damaged: its first fields.

The envelope and the person come first in every schema, so a record that was cut off, or that holds
garbage further on, mostly still says whom it is about. That is enough to restrain the hub, if the
person's document is sure: its check digit vouches for what was read.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from hub.errors import DeadLetterError
from hub.schemas.catalogue import Schema
from hub.schemas.codec import Codec, Reader

NEEDED: Final = ("envelope", "person")


class Salvaged(NamedTuple):
    """The fields that were read (None for the others) and the first that was not."""

    fields: dict[str, Any]
    unread: str


class Salvage:
    """Reads the longest sound beginning of a record. Compiles its readers when first needed."""

    def __init__(self, codec: Codec) -> None:
        """Take the codec whose readers serve."""
        self._codec = codec
        self._readers: dict[tuple[str, int], Reader] = {}

    def read(self, schema: Schema, value: bytes) -> Salvaged | None:
        """Return what can be read with the envelope and the person in it, or None."""
        names = [field.name for field in schema.type.fields]
        if tuple(names[: len(NEEDED)]) != NEEDED:
            return None
        for count in range(len(names) - 1, len(NEEDED) - 1, -1):
            try:
                read = self._reader(schema, names, count)(value)
            except DeadLetterError:
                continue
            return Salvaged({**dict.fromkeys(names), **read}, names[count])
        return None

    def _reader(self, schema: Schema, names: list[str], count: int) -> Reader:
        asked = (schema.ce_type, count)
        if asked not in self._readers:
            self._readers[asked] = self._codec.reader(schema.ce_type, names[:count])
        return self._readers[asked]
