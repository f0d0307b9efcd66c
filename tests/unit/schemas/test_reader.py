"""Compiled readers."""

from __future__ import annotations

import io
from typing import Any

import fastavro
import pytest

from hub.contracts import catalogue, codec
from hub.errors import DeadLetterError, SchemaConflictError
from hub.schemas.reader import compile_reader, project, reader_source
from hub.schemas.types import parse
from tests.unit.schemas.samples import CERTIFICATE, FACTS


def record(*fields: Any, name: str = "t.R") -> dict[str, Any]:
    """Return a record's JSON; a field is a pair of name and type, or JSON."""
    each = [f if isinstance(f, dict) else {"name": f[0], "type": f[1]} for f in fields]
    return {"type": "record", "name": name, "fields": each}


def written(schema: dict[str, Any], value: dict[str, Any]) -> bytes:
    """Return the body as fastavro writes it."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), value)
    return out.getvalue()


PROJECTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "one, the last": (("origin.offset",), {"origin": {"offset": 123_456}}),
    "several, behind what is skipped": (
        ("person", "stamp", "contact"),
        {"person": FACTS["person"], "stamp": FACTS["stamp"], "contact": FACTS["contact"]},
    ),
    "the whole and a part is the whole": (("origin.topic", "origin"), {"origin": FACTS["origin"]}),
    "nothing": ((), {}),
}


@pytest.mark.parametrize(("fields", "expected"), PROJECTIONS.values(), ids=PROJECTIONS.keys())
def test_a_projection_reads_only_what_is_asked_for(fields: tuple[str, ...], expected: dict[str, Any]) -> None:
    """The result has the fields asked for and no others."""
    assert codec().reader("hub.person_facts", fields)(codec().encode("hub.person_facts", FACTS)) == expected


def test_a_projection_goes_through_optional_records() -> None:
    """A path goes through a record that may be null."""
    fields = ("person.guardian.name", "person.consent.recipients", "cert_no")
    read = codec().reader("training.certificate.issued.v1", fields)
    person = {"guardian": {"name": "王大明"}, "consent": {"recipients": ["33", "330106"]}}
    value = codec().encode("training.certificate.issued.v1", CERTIFICATE)
    assert read(value) == {"person": person, "cert_no": "ZJ-2022-000123"}
    orphan = {**CERTIFICATE, "person": {**CERTIFICATE["person"], "guardian": None}}
    assert read(codec().encode("training.certificate.issued.v1", orphan))["person"]["guardian"] is None


def test_a_projection_goes_into_arrays() -> None:
    """A path goes through the items of an array, and leaves out what stands around it in each."""
    item = record(("kind", "string"), ("fields", {"type": "map", "values": ["null", "long"]}), name="t.I")
    schema = record(("items", {"type": "array", "items": item}), ("rest", "string"))
    value = {
        "items": [{"kind": "a", "fields": {"x": 1, "y": None}}, {"kind": "b", "fields": {}}],
        "rest": "r",
    }
    read = compile_reader(parse(schema), fields=("items.kind",))
    assert read(written(schema, value), 0) == {"items": [{"kind": "a"}, {"kind": "b"}]}


def test_a_projection_cut_off_before_its_last_field_is_refused() -> None:
    """What is asked for is checked to its end."""
    value = codec().encode("hub.person_facts", FACTS)
    read = codec().reader("hub.person_facts", ("stamp",))
    end = value.index(FACTS["stamp"]) + 25
    assert read(value[:end]) == {"stamp": FACTS["stamp"]}
    with pytest.raises(DeadLetterError):
        read(value[: end - 1])


def test_a_projection_of_a_field_that_is_not_there_is_refused() -> None:
    """A slip in a field's name is found when the reader is made."""
    with pytest.raises(SchemaConflictError, match="no field nmae"):
        project(catalogue().by_type("consent.granted.v1").type, ["person.nmae"])


ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B", "C"]}
FEWER = {"type": "enum", "name": "E", "symbols": ["B", "A"], "default": "A"}
INNER = record(("x", "int"), name="t.I")
WIDER = record(("x", "long"), {"name": "y", "type": "string", "default": "?"}, name="t.I")
RESOLVED: dict[str, tuple[Any, Any, Any, Any]] = {
    "int to long": ("int", 5, "long", 5),
    "int to double": ("int", 5, "double", 5.0),
    "long to float": ("long", -3, "float", -3.0),
    "float to double": ("float", 0.5, "double", 0.5),
    "string to bytes": ("string", "é", "bytes", "é".encode()),
    "bytes to string": ("bytes", b"x", "string", "x"),
    "into a union": ("string", "x", ["null", "string"], "x"),
    "into the same branch before a promotion": ("long", 5, ["double", "long"], 5),
    "into a promoted branch": ("int", 5, ["null", "double"], 5.0),
    "out of a union": (["null", "string"], "x", "string", "x"),
    "between unions": (["null", "int"], 7, ["string", "long", "null"], 7),
    "enum": (ENUM, "B", FEWER, "B"),
    "enum with a default": (ENUM, "C", FEWER, "A"),
    "array": ({"type": "array", "items": "int"}, [1, 2], {"type": "array", "items": "double"}, [1.0, 2.0]),
    "map": ({"type": "map", "values": "int"}, {"a": 1}, {"type": "map", "values": "long"}, {"a": 1}),
    "record": (INNER, {"x": 3}, WIDER, {"x": 3, "y": "?"}),
    "record in a union": (["null", INNER], {"x": 3}, ["null", WIDER], {"x": 3, "y": "?"}),
}


@pytest.mark.parametrize(
    ("written_as", "value", "read_as", "expected"), RESOLVED.values(), ids=RESOLVED.keys()
)
def test_resolution(written_as: Any, value: Any, read_as: Any, expected: Any) -> None:
    """What one version wrote is read as the other by Avro's rules, with the types of the reader."""
    body = written(record(("a", written_as)), {"a": value})
    found = compile_reader(parse(record(("a", written_as))), parse(record(("a", read_as))))(body, 0)["a"]
    assert found == expected
    assert type(found) is type(expected)


def test_fields_are_found_by_alias_and_in_any_order() -> None:
    """A renamed field that lists its old name keeps its values."""
    old = record(("a", "int"), ("b", "string"))
    new = record({"name": "bee", "type": "string", "aliases": ["b"]}, ("a", "int"))
    assert compile_reader(parse(old), parse(new))(written(old, {"a": 1, "b": "x"}), 0) == {"bee": "x", "a": 1}


DEFAULTS: dict[str, tuple[Any, Any, Any]] = {
    "null": (["null", "string"], None, None),
    "bytes": ("bytes", "\u00ff", b"\xff"),
    "list": ({"type": "array", "items": "string"}, ["x"], ["x"]),
    "map": ({"type": "map", "values": "long"}, {"a": 1}, {"a": 1}),
    "record": (
        record(("x", "int"), {"name": "y", "type": "int", "default": 2}, name="t.I"),
        {"x": 1},
        {"x": 1, "y": 2},
    ),
    "float from int": ("double", 1, 1.0),
    "enum": (ENUM, "B", "B"),
}


@pytest.mark.parametrize(("schema", "default", "expected"), DEFAULTS.values(), ids=DEFAULTS.keys())
def test_a_missing_field_takes_its_default(schema: Any, default: Any, expected: Any) -> None:
    """The default is what the schema says, as a value of its own each time."""
    read = compile_reader(parse(record()), parse(record({"name": "a", "type": schema, "default": default})))
    first, second = read(b"", 0)["a"], read(b"", 0)["a"]
    assert first == expected
    assert first is not second or not isinstance(first, list | dict)


def test_versions_that_can_never_be_resolved_are_refused_when_compiled() -> None:
    """A new field without default has nothing to be read from."""
    with pytest.raises(SchemaConflictError, match="no field must"):
        compile_reader(parse(record()), parse(record(("must", "int"))))


UNREADABLE: dict[str, tuple[Any, Any, Any]] = {
    "other type": ("string", "x", "int"),
    "branch that nobody takes": (["null", "string"], "x", ["null", "int"]),
    "symbol that nobody knows": (ENUM, "C", {"type": "enum", "name": "E", "symbols": ["A"]}),
    "other size": (
        {"type": "fixed", "name": "F", "size": 2},
        b"ab",
        {"type": "fixed", "name": "F", "size": 3},
    ),
}


@pytest.mark.parametrize(("written_as", "value", "read_as"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_value_the_reader_cannot_take_is_refused(written_as: Any, value: Any, read_as: Any) -> None:
    """What does not resolve is a mismatch when such a value comes, not before."""
    body = written(record(("a", written_as)), {"a": value})
    with pytest.raises(DeadLetterError) as caught:
        compile_reader(parse(record(("a", written_as))), parse(record(("a", read_as))))(body, 0)
    assert caught.value.code == "SCHEMA_MISMATCH"


LIST = {"type": "array", "items": "string"}
HOSTILE: dict[str, tuple[Any, bytes]] = {
    "number wider than 64 bits": ("long", b"\xff" * 9 + b"\x02"),
    "number without end": ("long", b"\xff" * 11),
    "negative length": ("string", b"\x01"),
    "length past the end": ("string", b"\x04a"),
    "enormous length": ("bytes", b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f" + b"a"),
    "not UTF-8": ("string", b"\x02\xff"),
    "enormous count": (LIST, b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f" + b"\x02a"),
    "negative count without size": (LIST, b"\x01"),
    "padded zero count": (LIST, b"\x80\x00\x00"),
    "array without end": (LIST, b"\x02\x02a"),
    "no boolean": ("boolean", b"\x02"),
    "no branch": (["null", "int"], b"\x04"),
    "negative branch": (["null", "int"], b"\x01"),
    "negative symbol": (ENUM, b"\x01"),
    "symbol past the end": (ENUM, b"\x06"),
    "short double": ("double", b"\x00" * 7),
    "short fixed": ({"type": "fixed", "name": "F", "size": 4}, b"abc"),
}


@pytest.mark.parametrize(("schema", "body"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bytes_are_refused(schema: Any, body: bytes) -> None:
    """Garbage is a mismatch: no other exception, no endless loop, no giant allocation."""
    with pytest.raises(DeadLetterError) as caught:
        compile_reader(parse(record(("a", schema))))(body, 0)
    assert caught.value.code == "SCHEMA_MISMATCH"


def test_blocks_with_their_size_are_read() -> None:
    """A negative count is followed by the block's size, as some do it; several blocks are one array."""
    body = b"\x03\x08\x02a\x02b" + b"\x02\x02c" + b"\x00"
    assert compile_reader(parse(record(("a", LIST))))(body, 0) == {"a": ["a", "b", "c"]}
    both = parse(record(("a", LIST), ("b", "int")))
    assert compile_reader(both, fields=["b"])(body + b"\x06", 0) == {"b": 3}


def test_the_source_can_be_looked_at() -> None:
    """The generated function is plain Python, one line per step."""
    source = reader_source(parse(record(("a", "string"))))
    assert source.startswith("def read(b, i):")
    assert "'a': v" in source
