"""The catalogue of schemas: every event and output of the hub, and every version ever released.

Files are handed in as texts by name (``hub.contracts`` reads them)::

    redcross.Person.avsc                        a shared record: no ceType, referenced by full name
    training.certificate.issued.v1.avsc         an event: the version the hub writes and reads as
    released/training.certificate.issued.v1/1.avsc   a released version, self-contained, frozen

An event's record carries ``ceType``, ``topic`` and ``prohibition`` (it ends or forbids something, so
it must never be lost); each field carries ``class``: ``p`` personal, ``s`` sensitive, ``-`` neither.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hub.errors import DeadLetterError, SchemaConflictError
from hub.schemas.fingerprint import fingerprint
from hub.schemas.types import PRIMITIVES, Type, parse

__all__ = ("Catalogue", "Released", "Schema", "personal_fields")

SINGLE_OBJECT: Final = b"\xc3\x01"
"""The first two bytes of an Avro single-object encoded value."""


@dataclass(frozen=True, slots=True)
class Released:
    """One released version of a schema, as it was."""

    ce_type: str
    number: int
    fingerprint: bytes
    parsed: dict[str, Any] = field(repr=False, compare=False)
    type: Type = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Schema:
    """The newest version of one event or output: what the hub writes, and what it reads everything as."""

    ce_type: str  #: the CloudEvents type, ``training.certificate.issued.v1``
    topic: str  #: where it is published
    name: str  #: full name of the Avro record
    source: str  #: the publishing system (``training``), or ``hub``
    prohibition: bool  #: it ends or forbids something
    fingerprint: bytes  #: CRC-64-AVRO, the 8 bytes of the frame
    parsed: dict[str, Any] = field(repr=False, compare=False)  #: self-contained Avro JSON
    type: Type = field(repr=False, compare=False)
    released: tuple[Released, ...] = field(repr=False, compare=False, default=())

    @property
    def frame(self) -> bytes:
        """The ten bytes before every value written with this schema."""
        return SINGLE_OBJECT + self.fingerprint

    @property
    def version(self) -> int | None:
        """The number of the release this is the same as on the wire; None while it is unreleased."""
        return next((r.number for r in self.released if r.fingerprint == self.fingerprint), None)

    @property
    def doc(self) -> str:
        """What it says, in English."""
        return self.type.doc

    @property
    def doc_zh(self) -> str:
        """What it says, in Chinese."""
        return self.type.doc_zh


class Catalogue:
    """All schemas, found by event type, by record name or by fingerprint. Immutable once loaded."""

    def __init__(self, schemas: Mapping[str, Schema], orphans: tuple[Released, ...] = ()) -> None:
        """Take the schemas by event type, and released versions whose event is gone; see :meth:`load`."""
        self.orphans = orphans
        self._by_type = dict(sorted(schemas.items()))
        self._by_name = {schema.name: schema for schema in self._by_type.values()}
        self._writers: dict[bytes, tuple[Schema, Type]] = {}
        for schema in self._by_type.values():
            for version in schema.released:
                self._writers[version.fingerprint] = (schema, version.type)
            self._writers[schema.fingerprint] = (schema, schema.type)

    @classmethod
    def load(cls, texts: Mapping[str, str]) -> Catalogue:
        """Build the catalogue from texts by file name; SchemaConflictError names the file and the path."""
        raw = {name: _json(name, text) for name, text in texts.items()}
        released = _released(raw)
        current = {name: schema for name, schema in raw.items() if not name.startswith("released/")}
        shared = {_full_name(schema): schema for schema in current.values() if "ceType" not in schema}
        schemas: dict[str, Schema] = {}
        for name, schema in current.items():
            if "ceType" in schema:
                event = _schema(name, schema, shared, released.get(str(schema["ceType"]), ()))
                schemas[event.ce_type] = event
        names = [schema.name for schema in schemas.values()]
        for double in {name for name in names if names.count(name) > 1}:
            raise SchemaConflictError(f"two events are called {double}", double, "rename one of the records")
        orphans = tuple(version for gone in released.keys() - schemas.keys() for version in released[gone])
        return cls(schemas, orphans)

    def all(self) -> tuple[Schema, ...]:
        """Return every schema, sorted by event type."""
        return tuple(self._by_type.values())

    def __iter__(self) -> Iterator[Schema]:
        """Iterate over :meth:`all`."""
        return iter(self._by_type.values())

    def __len__(self) -> int:
        """Return how many events and outputs there are."""
        return len(self._by_type)

    def __contains__(self, ce_type: object) -> bool:
        """Tell whether there is an event of this type."""
        return ce_type in self._by_type

    def __repr__(self) -> str:
        """Return how many schemas and known versions it holds."""
        return f"<Catalogue of {len(self._by_type)} schemas, {len(self._writers)} known versions>"

    def by_type(self, ce_type: str) -> Schema:
        """Return the schema of an event type; DeadLetterError SCHEMA_UNKNOWN names the nearest one."""
        schema = self._by_type.get(ce_type)
        if schema is None:
            message = f"there is no such event type{self._nearest(ce_type)}"
            raise DeadLetterError("SCHEMA_UNKNOWN", "", message)
        return schema

    def by_name(self, name: str) -> Schema:
        """Return a schema by record name or event type; DeadLetterError SCHEMA_UNKNOWN names the nearest."""
        return self._by_name.get(name) or self.by_type(name)

    def by_fingerprint(self, digest: bytes) -> Schema | None:
        """Return the newest schema of whatever event this fingerprint is a known version of."""
        known = self._writers.get(digest)
        return known[0] if known else None

    def writer(self, digest: bytes) -> tuple[Schema, Type] | None:
        """Return the newest schema and the type that wrote a value with this fingerprint."""
        return self._writers.get(digest)

    def fingerprints(self) -> Iterator[bytes]:
        """Iterate over the fingerprints of all known versions."""
        return iter(self._writers)

    def _nearest(self, name: str) -> str:
        near = difflib.get_close_matches(name, [*self._by_type, *self._by_name], 1)
        return f"; the nearest is {near[0]}" if near else ""


def personal_fields(schema: Type) -> dict[str, str]:
    """Return path → class (``p`` or ``s``) of the leaf fields that hold personal data.

    A path is dotted, with ``[]`` for an array's items and ``{}`` for a map's values. A field whose
    record, or whose items' record, has fields of its own is judged by those.
    """
    found: dict[str, str] = {}
    _collect(schema, "", found)
    return found


def _collect(schema: Type, path: str, found: dict[str, str]) -> None:
    for entry in schema.fields:
        inner = f"{path}.{entry.name}" if path else entry.name
        below = list(_records(entry.type, inner))
        for record, place in below:
            _collect(record, place, found)
        if not below and entry.data_class in {"p", "s"}:
            found[inner] = entry.data_class


def _records(schema: Type, path: str) -> Iterator[tuple[Type, str]]:
    if schema.kind == "record":
        yield schema, path
    for branch in schema.branches:
        yield from _records(branch, path)
    if schema.items is not None:
        yield from _records(schema.items, path + ("[]" if schema.kind == "array" else "{}"))


def _json(name: str, text: str) -> dict[str, Any]:
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        what = f"the schema is not JSON: {error.msg} in line {error.lineno}"
        raise SchemaConflictError(what, name, "correct the file's syntax") from None
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise SchemaConflictError("the schema is not a record", name, "one record per file")
    return schema


def _full_name(schema: Mapping[str, Any]) -> str:
    space = schema.get("namespace")
    return f"{space}.{schema['name']}" if space else str(schema["name"])


def _released(raw: Mapping[str, dict[str, Any]]) -> dict[str, tuple[Released, ...]]:
    found: dict[str, list[Released]] = {}
    for name, schema in raw.items():
        head, _, rest = name.partition("/")
        if head != "released":
            continue
        ce_type, _, number = rest.removesuffix(".avsc").partition("/")
        if not number.isdecimal():
            raise SchemaConflictError("a released version is called by its number", name, "rename it: 1.avsc")
        parsed = parse(schema, name)
        version = Released(ce_type, int(number), fingerprint(parsed), schema, parsed)
        found.setdefault(ce_type, []).append(version)
    return {ce_type: tuple(sorted(each, key=lambda r: r.number)) for ce_type, each in found.items()}


def _schema(
    name: str, schema: dict[str, Any], shared: Mapping[str, Any], released: tuple[Released, ...]
) -> Schema:
    for needed in ("topic", "prohibition"):
        if needed not in schema:
            raise SchemaConflictError(f"the event has no property {needed}", name, "add it beside ceType")
    ce_type, topic = str(schema["ceType"]), str(schema["topic"])
    if name != f"{ce_type}.avsc":
        raise SchemaConflictError(f"the file's ceType is {ce_type}", name, f"call the file {ce_type}.avsc")
    parsed = parse(schema, name, shared)
    return Schema(
        ce_type=ce_type,
        topic=topic,
        name=parsed.name,
        source=topic.removeprefix("redcross.").partition(".")[0],
        prohibition=bool(schema["prohibition"]),
        fingerprint=fingerprint(parsed),
        parsed=_inline(schema, shared, set()),
        type=parsed,
        released=released,
    )


def _inline(schema: Any, shared: Mapping[str, Any], seen: set[str]) -> Any:
    """Return the JSON with each shared record written out where it is first named."""
    if isinstance(schema, list):
        return [_inline(branch, shared, seen) for branch in schema]
    if isinstance(schema, str):
        if schema in PRIMITIVES or schema not in shared or schema in seen:
            return schema
        seen.add(schema)
        return _inline(shared[schema], shared, seen)
    inlined = dict(schema)
    for key in inlined.keys() & {"type", "items", "values"}:  # "record" is in no file, so it stays
        inlined[key] = _inline(inlined[key], shared, seen)
    if "fields" in inlined:
        inlined["fields"] = [_inline(entry, shared, seen) for entry in inlined["fields"]]
    return inlined
