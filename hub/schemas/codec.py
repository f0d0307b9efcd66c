r"""Framed Avro values to dicts and back: which schema wrote these bytes, and reading them as the newest.

Two framings are told apart by their first bytes::

    Avro single-object encoding, what the hub writes          Confluent, with a registry configured

     0    1    2                         9   10               0    1               4    5
    ┌────┬────┬────────────────────────────┬────────────     ┌────┬──────────────────┬────────────
    │ C3 │ 01 │ CRC-64-AVRO fingerprint of │ body            │ 00 │ id of the        │ body
    │    │    │ the schema, little-endian  │ Avro binary     │    │ schema, big-end. │ Avro binary
    └────┴────┴────────────────────────────┴────────────     └────┴──────────────────┴────────────

A value ends where its body ends: bytes left over are an error, like bytes missing. Values written
with an older released version, or with any version the registry gives, come out as the newest
version's record, by Avro's schema resolution.

Errors are DeadLetterErrors: FRAME_UNKNOWN (no known first bytes), SCHEMA_UNKNOWN (framed, but by no
schema we know), SCHEMA_MISMATCH (cut off, garbage, or not resolvable to the newest version).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from hub.errors import DeadLetterError, SchemaConflictError
from hub.schemas.catalogue import SINGLE_OBJECT, Catalogue, Schema
from hub.schemas.fingerprint import fingerprint
from hub.schemas.reader import BodyReader, compile_reader
from hub.schemas.types import Type, parse_text
from hub.schemas.writer import Writer, compile_writer

__all__ = ("Codec", "Reader")

Reader = Callable[[bytes], dict[str, Any]]
"""Takes a framed value of one event; returns its record, or the fields asked for."""

_CONFLUENT: Final = b"\0"
_SINGLE_BODY: Final = 10  # offset of the body behind each frame
_CONFLUENT_BODY: Final = 5


class Codec:
    """Encodes and decodes framed values by a catalogue. Functions are compiled at first use and kept."""

    def __init__(self, catalogue: Catalogue, registry: Mapping[int, str] | None = None) -> None:
        """Take the catalogue, and the registry's schemas (JSON by id) if the Confluent framing is in use.

        SchemaConflictError when the registry gives an id a schema that is no version of ours.
        """
        self.catalogue = catalogue
        self._registry = {number: self._known(number, text) for number, text in (registry or {}).items()}
        self._writers: dict[str, Writer] = {}
        self._readers: dict[bytes, tuple[Schema, BodyReader]] = {}  # by frame

    def encode(self, name: str, record: dict[str, Any]) -> bytes:
        """Return the record framed in single-object encoding; ``name`` is an event type or a record name.

        DeadLetterError SCHEMA_MISMATCH names the first field that does not fit.
        """
        return self.writer(name)(record)

    def decode(self, value: bytes) -> tuple[Schema, dict[str, Any]]:
        """Return the newest schema of the framed value and the value's record as that schema has it."""
        known = self._readers.get(value[:_SINGLE_BODY])
        if known is not None:  # the usual case: single-object, a version met before
            return known[0], known[1](value, _SINGLE_BODY)
        schema, body_reader, offset = self._reader_of(value)
        return schema, body_reader(value, offset)

    def schema_of(self, value: bytes) -> Schema:
        """Return the newest schema of the framed value without reading its body."""
        return self._reader_of(value)[0]

    def writer(self, name: str) -> Writer:
        """Return the compiled function record → framed value (single-object) of an event."""
        if name not in self._writers:
            schema = self.catalogue.by_name(name)
            self._writers[name] = compile_writer(schema.type, schema.frame)
        return self._writers[name]

    def confluent_writer(self, name: str) -> Writer:
        """Return the compiled function record → value in the Confluent framing.

        SchemaConflictError when the registry lacks the event's newest version.
        """
        schema = self.catalogue.by_name(name)
        for number, (known, written) in self._registry.items():
            if known is schema and fingerprint(written) == schema.fingerprint:
                return compile_writer(schema.type, _CONFLUENT + number.to_bytes(4, "big"))
        what = f"the registry has no id for the newest {schema.ce_type}"
        raise SchemaConflictError(what, "registry", "register it and add its id")

    def reader(self, name: str, fields: Iterable[str] | None = None) -> Reader:
        """Return the compiled function framed value → record of one event, or only ``fields`` of it.

        Fields are dotted paths. A value of another event is refused with SCHEMA_MISMATCH. Behind the
        last field asked for, nothing is read and so nothing checked.
        """
        wanted = None if fields is None else tuple(fields)
        schema = self.catalogue.by_name(name)
        frame, newest = schema.frame, compile_reader(schema.type, fields=wanted)
        others: dict[bytes, tuple[BodyReader, int]] = {}

        def read(value: bytes) -> dict[str, Any]:
            if value[:_SINGLE_BODY] == frame:
                return newest(value, _SINGLE_BODY)
            found, written, head = self._writer_of(value)
            if found is not schema:
                message = f"this is a {found.ce_type}, not a {schema.ce_type}"
                raise DeadLetterError("SCHEMA_MISMATCH", "", message)
            if head not in others:
                others[head] = (_resolving(written, schema, wanted), len(head))
            body_reader, offset = others[head]
            return body_reader(value, offset)

        return read

    def _reader_of(self, value: bytes) -> tuple[Schema, BodyReader, int]:
        schema, written, head = self._writer_of(value)
        if head not in self._readers:
            self._readers[head] = (schema, _resolving(written, schema, None))
        return schema, self._readers[head][1], len(head)

    def _writer_of(self, value: bytes) -> tuple[Schema, Type, bytes]:
        """Return the newest schema, the type that wrote the value, and its frame."""
        if value[:2] == SINGLE_OBJECT and len(value) >= _SINGLE_BODY:
            known = self.catalogue.writer(value[2:_SINGLE_BODY])
            if known is None:
                raise DeadLetterError("SCHEMA_UNKNOWN", "", "the fingerprint is of no released schema")
            return *known, value[:_SINGLE_BODY]
        if value[:1] == _CONFLUENT and len(value) >= _CONFLUENT_BODY:
            known = self._registry.get(int.from_bytes(value[1:_CONFLUENT_BODY], "big"))
            if known is None:
                raise DeadLetterError("SCHEMA_UNKNOWN", "", "the schema id is not in the configured registry")
            return *known, value[:_CONFLUENT_BODY]
        if value[:2] == SINGLE_OBJECT or value[:1] == _CONFLUENT:
            raise DeadLetterError("SCHEMA_MISMATCH", "", "the value is cut off inside its frame")
        raise DeadLetterError("FRAME_UNKNOWN", "", "the first bytes are of no known framing (C3 01, or 00)")

    def _known(self, number: int, text: str) -> tuple[Schema, Type]:
        """Return our newest schema and the registry's type for a registry entry."""
        where = f"registry id {number}"
        written = parse_text(text, where)
        exact = self.catalogue.writer(fingerprint(written))
        if exact is not None:
            return exact
        schema = next((s for s in self.catalogue if s.name == written.name), None)
        if schema is None:
            what = f"{written.label} is no event of ours"
            raise SchemaConflictError(what, where, "leave the id out of the registry mapping")
        return schema, written


def _resolving(written: Type, schema: Schema, fields: tuple[str, ...] | None) -> BodyReader:
    try:
        return compile_reader(written, schema.type, fields)
    except SchemaConflictError as error:
        message = f"its version cannot be read as the newest {schema.ce_type}: {error.what}"
        raise DeadLetterError("SCHEMA_MISMATCH", "", message) from None
