"""Which schema wrote these bytes: Avro's parsing canonical form and its CRC-64-AVRO fingerprint.

Both as the Avro specification defines them ("Parsing Canonical Form for Schemas", "Schema
Fingerprints"): docs, defaults, aliases and our own properties do not count, names and shapes do.
"""

from __future__ import annotations

import json
from typing import Final

from hub.schemas.types import PRIMITIVES, Type

__all__ = ("canonical_form", "crc64", "fingerprint")

_EMPTY: Final = 0xC15D213AA4D7A795  # the specification's seed: the fingerprint of no bytes


def _table_entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_EMPTY & -(byte & 1))
    return byte


_TABLE: Final = tuple(_table_entry(byte) for byte in range(256))


def crc64(data: bytes) -> int:
    """Return the CRC-64-AVRO of ``data`` as an unsigned integer."""
    crc = _EMPTY
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def fingerprint(schema: Type) -> bytes:
    """Return the schema's CRC-64-AVRO in the 8 bytes that stand in a frame: little-endian."""
    return crc64(canonical_form(schema).encode()).to_bytes(8, "little")


def canonical_form(schema: Type) -> str:
    """Return the parsing canonical form: full names, no docs, fixed order, no blanks, a name defined once."""
    return _canonical(schema, set())


def _canonical(schema: Type, seen: set[str]) -> str:
    if schema.kind in PRIMITIVES:
        return f'"{schema.kind}"'
    if schema.kind == "union":
        return "[" + ",".join(_canonical(branch, seen) for branch in schema.branches) + "]"
    if schema.kind == "array":
        return '{"type":"array","items":' + _canonical(schema.element, seen) + "}"
    if schema.kind == "map":
        return '{"type":"map","values":' + _canonical(schema.element, seen) + "}"
    if schema.name in seen:
        return f'"{schema.name}"'
    seen.add(schema.name)
    head = f'{{"name":"{schema.name}","type":"{schema.kind}",'
    if schema.kind == "enum":
        symbols = json.dumps(schema.symbols, ensure_ascii=False, separators=(",", ":"))
        return f'{head}"symbols":{symbols}}}'
    if schema.kind == "fixed":
        return f'{head}"size":{schema.size}}}'
    fields = ",".join(f'{{"name":"{f.name}","type":{_canonical(f.type, seen)}}}' for f in schema.fields)
    return f'{head}"fields":[{fields}]}}'
