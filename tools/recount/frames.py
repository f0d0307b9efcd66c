"""Framed Avro values by fastavro and the ``.avsc`` files: the hub's own codec has no part in it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

__all__ = ("SCHEMAS", "Decoded", "Frames")

SCHEMAS: Final = Path(__file__).resolve().parents[2] / "hub" / "schemas"
_MARK: Final = b"\xc3\x01"
_HEAD: Final = 10
"""Bytes before the body: the mark, and the fingerprint of the schema."""


class Decoded(NamedTuple):
    """A value that was read. ``body`` is None when only the schema could be told."""

    type: str
    body: dict[str, Any] | None


class Frames:
    """Reads values written with any released or current schema."""

    def __init__(self, folder: Path = SCHEMAS) -> None:
        """Read all schemas below a folder."""
        self._by_print: dict[bytes, tuple[str, Any]] = {}
        self._newest: dict[str, Any] = {}
        named: dict[str, Any] = {}
        waiting = [json.loads(path.read_text("utf-8")) for path in sorted((folder / "avro").glob("*.avsc"))]
        while waiting:  # a record may name another one: those that can be parsed come first
            left = [each for each in waiting if not self._add(each, named)]
            if len(left) == len(waiting):
                raise ValueError("the schemas name a record that is nowhere")
            waiting = left
        for path in sorted((folder / "released").glob("*/*.avsc")):
            schema = json.loads(path.read_text("utf-8"))
            self._remember(path.parent.name, fastavro.parse_schema(schema, named_schemas={}))

    def _add(self, schema: dict[str, Any], named: dict[str, Any]) -> bool:
        try:
            parsed = fastavro.parse_schema(schema, named_schemas=named, expand=True)
        except fastavro.schema.UnknownType:
            return False
        name = schema.get("ceType", schema["name"])
        self._newest[name] = parsed
        self._remember(name, parsed)
        return True

    def _remember(self, name: str, parsed: Any) -> None:
        digest = bytes.fromhex(fingerprint(to_parsing_canonical_form(parsed), "CRC-64-AVRO"))
        self._by_print.setdefault(digest, (name, parsed))

    def decode(self, value: bytes | None) -> Decoded | None:
        """Return what a value says; None when nobody can tell by which schema it was written."""
        if value is None or value[:2] != _MARK or len(value) < _HEAD:
            return None
        found = self._by_print.get(value[2:_HEAD])
        if found is None:
            return None
        name, writer = found
        stream = io.BytesIO(value[_HEAD:])
        try:
            body: Any = fastavro.schemaless_reader(stream, writer, self._newest.get(name))
        except (EOFError, IndexError, ValueError, UnicodeDecodeError):
            return Decoded(name, None)
        return Decoded(name, body if not stream.read(1) else None)
