"""Compiled writers."""

from __future__ import annotations

import io
from enum import StrEnum
from typing import Any

import fastavro
import pytest

from hub.contracts import codec
from hub.errors import DeadLetterError
from hub.schemas.reader import compile_reader
from hub.schemas.types import parse
from hub.schemas.writer import compile_writer, writer_source
from tests.unit.schemas.samples import CERTIFICATE
from tests.unit.schemas.test_reader import ENUM, record


class Colour(StrEnum):
    """Something that is a string and yet no plain one."""

    RED = "red"


def test_fields_with_a_default_may_be_missing() -> None:
    """A missing optional field is null, another one takes its default."""
    bare = {
        "purpose": "p",
        "recipients": [],
        "data_classes": [],
        "notice_version": "1",
        "granted_on": "2022-01-01",
    }
    record = {"envelope": CERTIFICATE["envelope"], "person": {}, "consent": bare}
    found = codec().decode(codec().encode("consent.granted.v1", record))[1]
    assert (found["person"]["name"], found["consent"]["guardian"], found["consent"]["channel"]) == (
        None,
        False,
        None,
    )


NUMBERS = [
    0,
    1,
    -1,
    63,
    64,
    -64,
    -65,
    511,
    512,
    8_191,
    8_192,
    2**31 - 1,
    -(2**31),
    2**62,
    2**63 - 1,
    -(2**63),
]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_of_any_size_is_written_as_fastavro_does(number: int) -> None:
    """At the borders of one byte, of the table and of 64 bits the bytes are the same, and come back."""
    schema = record(("a", "long"), ("b", ["null", "long"]))
    out = io.BytesIO()
    value = {"a": number, "b": number}
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), value)
    body = compile_writer(parse(schema))(value)
    assert body == out.getvalue()
    assert compile_reader(parse(schema))(body, 0) == value


@pytest.mark.parametrize("length", [0, 1, 63, 64, 511, 512, 20_000])
def test_a_string_of_any_length_comes_back(length: int) -> None:
    """At the borders of one byte and of the table, strings and bytes are whole."""
    schema = parse(record(("a", "string"), ("b", ["null", "bytes"])))
    value = {"a": "x" * length, "b": b"y" * length}
    assert compile_reader(schema)(compile_writer(schema)(value), 0) == value


TWO = [record(("x", "int"), name="t.X"), record(("y", "int"), name="t.Y")]
BRANCHES: dict[str, tuple[Any, Any]] = {
    "second record": (TWO, {"y": 1}),
    "record or map": ([{"type": "map", "values": "int"}, record(("s", "string"), name="t.S")], {"s": "a"}),
    "enum or string": (["null", ENUM, "string"], "B"),
    "other string": (["null", ENUM, "string"], "Z"),
    "fixed or bytes": (["null", {"type": "fixed", "name": "F", "size": 2}, "bytes"], b"abc"),
    "bool is no number": (["null", "long", "boolean"], True),
    "number is no bool": (["null", "boolean", "long"], 1),
    "float": (["null", "long", "double"], 0.5),
    "null last": (["string", "null"], None),
    "optional record": (["null", record(("x", "int"), name="t.X")], {"x": 1}),
}


@pytest.mark.parametrize(("schema", "value"), BRANCHES.values(), ids=BRANCHES.keys())
def test_a_value_finds_its_branch(schema: Any, value: Any) -> None:
    """A union's branch is chosen by the value's type, and by its fit where types are shared."""
    parsed = parse(record(("a", schema)))
    found = compile_reader(parsed)(compile_writer(parsed)({"a": value}), 0)["a"]
    assert found == value
    assert type(found) is type(value)


def test_an_int_may_stand_for_a_double() -> None:
    """Where only a double can take it, a whole number is written as one."""
    parsed = parse(record(("a", ["null", "double", "string"]), ("b", "double"), ("c", ["null", "double"])))
    assert compile_reader(parsed)(compile_writer(parsed)({"a": 2, "b": 2, "c": 2}), 0) == {
        "a": 2.0,
        "b": 2.0,
        "c": 2.0,
    }


def test_subclasses_of_plain_types_are_written_as_plain() -> None:
    """A StrEnum in a union and a tuple for an array are what they look like."""
    texts = {"type": "array", "items": "string"}
    parsed = parse(
        record(("kind", "string"), ("fields", {"type": "map", "values": ["null", "string", texts]}))
    )
    value = {"kind": Colour.RED, "fields": {"kind": Colour.RED, "forms": (Colour.RED, "b")}}
    found = compile_reader(parsed)(compile_writer(parsed)(value), 0)
    assert found == {"kind": "red", "fields": {"kind": "red", "forms": ["red", "b"]}}
    assert type(found["fields"]["kind"]) is str


def broken(path: str, value: Any) -> dict[str, Any]:
    """Return the sample certificate with the value at a dotted path."""
    head, _, rest = path.partition(".")
    if not rest:
        return {**CERTIFICATE, head: value}
    return {**CERTIFICATE, head: {**CERTIFICATE[head], rest: value}}


UNFIT: dict[str, tuple[str, Any]] = {
    "number for a string": ("cert_no", 5),
    "null for a string": ("cert_no", None),
    "bytes for a string": ("cert_no", b"x"),
    "string for an optional boolean": ("person.student", "yes"),
    "string for a record": ("person", "x"),
    "string for an optional record": ("person.guardian", "x"),
    "string for a number": ("envelope.seq", "5"),
    "float for a number": ("envelope.seq", 5.5),
    "number too wide": ("envelope.seq", 2**63),
    "lone surrogate": ("person.name", "\ud83d"),
}


@pytest.mark.parametrize(("path", "value"), UNFIT.values(), ids=UNFIT.keys())
def test_what_does_not_fit_is_named_by_its_path(path: str, value: Any) -> None:
    """The error says which field, and what it should have been."""
    with pytest.raises(DeadLetterError) as caught:
        codec().encode("training.certificate.issued.v1", broken(path, value))
    assert (caught.value.code, caught.value.field) == ("SCHEMA_MISMATCH", path)


COLLECTIONS: dict[str, tuple[Any, Any, str]] = {
    "no list": ({"type": "array", "items": "string"}, "abc", "a"),
    "a set": ({"type": "array", "items": "string"}, {"abc"}, "a"),
    "an item": ({"type": "array", "items": "string"}, ["a", 5], "a[1]"),
    "no map": ({"type": "map", "values": "string"}, ["a"], "a"),
    "zero for a list": ({"type": "array", "items": "string"}, 0, "a"),
    "a value": ({"type": "map", "values": "string"}, {"k": 5}, "a{}"),
    "a key": ({"type": "map", "values": "string"}, {5: "k"}, "a"),
    "inside a record of a union": (["null", record(("x", "int"), name="t.X")], {"x": "1"}, "a.x"),
    "fixed of another size": ({"type": "fixed", "name": "F", "size": 2}, b"abc", "a"),
    "a symbol it does not have": (ENUM, "Z", "a"),
    "no branch": (["null", "string", "long"], 0.5, "a"),
}


@pytest.mark.parametrize(("schema", "value", "path"), COLLECTIONS.values(), ids=COLLECTIONS.keys())
def test_what_does_not_fit_inside_collections_is_named(schema: Any, value: Any, path: str) -> None:
    """An array's item is named by its index; a map's value without its key, which may be personal."""
    with pytest.raises(DeadLetterError) as caught:
        compile_writer(parse(record(("a", schema))))({"a": value})
    assert caught.value.field == path


def test_a_missing_field_is_named() -> None:
    """A required field that is not there is the field at fault."""
    with pytest.raises(DeadLetterError) as caught:
        codec().encode("hub.tick", {})
    assert caught.value.field == "now"


def test_the_source_can_be_looked_at() -> None:
    """The generated function is plain Python."""
    assert writer_source(parse(record(("a", "string")))).startswith("def write(r, again=False):")
