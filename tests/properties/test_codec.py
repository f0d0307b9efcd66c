"""The compiled codec against fastavro, on random schemas and records."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import Any, NamedTuple

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contracts import catalogue, codec
from hub.errors import DeadLetterError
from hub.schemas.catalogue import Catalogue
from hub.schemas.codec import Codec
from hub.schemas.fingerprint import canonical_form, fingerprint
from hub.schemas.fit import unfit_path
from hub.schemas.reader import compile_reader
from hub.schemas.types import Type, parse
from hub.schemas.writer import compile_writer

EXAMPLES = settings(max_examples=500, deadline=None)
EVENTS = st.sampled_from([schema.ce_type for schema in catalogue()])

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "bytes": st.binary(max_size=100),
    "string": st.text(max_size=100),
}
WIDER = {"int": ["long", "double"], "long": ["double"], "float": ["double"], "string": ["bytes"]}


class Sample(NamedTuple):
    """A schema, and a record that fits it."""

    schema: dict[str, Any]
    record: dict[str, Any]


def value_of(schema: Type) -> st.SearchStrategy[Any]:
    """Return the values of a type."""
    if schema.kind == "union":
        return st.one_of([value_of(branch) for branch in schema.branches])
    if schema.kind == "array":
        return st.lists(value_of(schema.element), max_size=4)
    if schema.kind == "map":
        return st.dictionaries(st.text(max_size=8), value_of(schema.element), max_size=4)
    if schema.kind == "record":
        return st.fixed_dictionaries({field.name: value_of(field.type) for field in schema.fields})
    if schema.kind == "enum":
        return st.sampled_from(schema.symbols)
    if schema.kind == "fixed":
        return st.binary(min_size=schema.size, max_size=schema.size)
    return VALUES[schema.kind]


@st.composite
def schemas(draw: st.DrawFn, *, both: bool = True) -> dict[str, Any]:
    """Return a random record schema. Unions never hold two types that one Python value could be.

    Without ``both``, no union holds string and bytes: we resolve a writer's bytes to bytes, fastavro to
    whichever stands first.
    """
    serial = iter(range(1000))

    def anything(depth: int) -> Any:
        kinds = ["primitive"] * 3 + ["enum", "fixed"] + ["array", "map", "record", "union"] * (depth > 0)
        kind = draw(st.sampled_from(kinds))
        name = {"name": f"N{next(serial)}"}
        if kind == "enum":
            return {"type": "enum", **name, "symbols": ["A", "B", "C"]}
        if kind == "fixed":
            return {"type": "fixed", **name, "size": draw(st.integers(1, 20))}
        if kind == "array":
            return {
                "type": "array",
                "items": draw(st.sampled_from(["int", "string"])) if depth < 2 else item(depth),
            }
        if kind == "map":
            return {"type": "map", "values": anything(depth - 1)}
        if kind == "record":
            return record(depth - 1, name["name"])
        if kind == "union":
            return union(depth - 1)
        return draw(st.sampled_from(sorted(VALUES)))

    def item(depth: int) -> Any:
        found = anything(depth - 1)
        return found if parse({"type": "map", "values": found}).element.smallest else "long"

    def union(depth: int) -> list[Any]:
        texts: list[list[Any]] = [
            [],
            ["string"],
            [{"type": "enum", "name": f"N{next(serial)}", "symbols": ["A", "B"]}],
        ]
        numbers: list[list[Any]] = [[], ["int"], ["long"], ["double"], ["float"]]
        raw: list[list[Any]] = [[], ["bytes"], [{"type": "fixed", "name": f"N{next(serial)}", "size": 3}]]
        dicts: list[list[Any]] = [
            [],
            [{"type": "map", "values": "long"}],
            [record(max(depth - 1, 0), f"N{next(serial)}")],
        ]
        # fastavro takes b"" for a list, so the two never share a union here
        sequences: list[list[Any]] = [*raw, [{"type": "array", "items": "string"}]]
        groups: list[list[list[Any]]] = [[[], ["null"]], [[], ["boolean"]], texts, numbers, dicts, sequences]
        branches = [branch for group in groups for branch in draw(st.sampled_from(group))]
        if not both and "string" in branches and "bytes" in branches:
            branches.remove("bytes")
        return draw(st.permutations(branches or ["null", "string"]))

    def record(depth: int, name: str) -> dict[str, Any]:
        count = draw(st.integers(0, 5))
        fields = [{"name": f"f{n}", "type": anything(depth)} for n in range(count)]
        return {"type": "record", "name": name, "fields": fields}

    return record(3, "Top")


@st.composite
def samples(draw: st.DrawFn, *, both: bool = True) -> Sample:
    """Return a random schema with a record of it."""
    schema = draw(schemas(both=both))
    return Sample(schema, draw(value_of(parse(schema))))


@st.composite
def evolutions(draw: st.DrawFn) -> tuple[Sample, dict[str, Any]]:
    """Return a sample, and a later version of its schema: fields gone, new, moved, widened or optional."""
    sample = draw(samples(both=False))
    new: list[dict[str, Any]] = []
    for field in sample.schema["fields"]:
        change = draw(st.sampled_from(["keep", "drop", "widen", "optional", "rename"]))
        kind = field["type"]
        if change == "widen" and isinstance(kind, str) and kind in WIDER:
            new.append({**field, "type": draw(st.sampled_from(WIDER[kind]))})
        elif change == "optional" and not isinstance(kind, list) and kind != "null":
            new.append({**field, "type": ["null", kind], "default": None})
        elif change == "rename":
            new.append({**field, "name": f"new_{field['name']}", "aliases": [field["name"]]})
        elif change != "drop":
            new.append(field)
    extra = st.sampled_from(
        [("long", 7), (["null", "string"], None), ({"type": "array", "items": "string"}, ["x"])]
    )
    for number in range(draw(st.integers(0, 2))):
        kind, default = draw(extra)
        new.append({"name": f"extra{number}", "type": kind, "default": default})
    return sample, {**sample.schema, "fields": draw(st.permutations(new))}


def fast_written(schema: dict[str, Any], record: dict[str, Any]) -> bytes:
    """Return the body as fastavro writes it."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), record)
    return out.getvalue()


def fast_read(body: bytes, schema: dict[str, Any], reader: dict[str, Any] | None = None) -> Any:
    """Return the record as fastavro reads it, whole."""
    stream = io.BytesIO(body)
    target = None if reader is None else fastavro.parse_schema(reader)
    record = fastavro.schemaless_reader(stream, fastavro.parse_schema(schema), target)
    assert not stream.read()
    return record


@EXAMPLES
@given(samples())
def test_forms_agree(sample: Sample) -> None:
    """Canonical form and fingerprint are fastavro's."""
    form = fastavro.schema.to_parsing_canonical_form(fastavro.parse_schema(sample.schema))
    assert canonical_form(parse(sample.schema)) == form
    assert fingerprint(parse(sample.schema)).hex() == fastavro.schema.fingerprint(form, "CRC-64-AVRO")


@EXAMPLES
@given(samples())
def test_compiled_readers_and_writers_agree_with_fastavro(sample: Sample) -> None:
    """Either reads what the other wrote, and the bytes are the same."""
    schema = parse(sample.schema)
    theirs = fast_written(sample.schema, sample.record)
    assert compile_writer(schema)(sample.record) == theirs
    read = compile_reader(schema)(theirs, 0)
    assert read == fast_read(theirs, sample.schema)
    assert unfit_path(schema, sample.record) is None


@EXAMPLES
@given(evolutions())
def test_resolution_agrees_with_fastavro(evolution: tuple[Sample, dict[str, Any]]) -> None:
    """What one version wrote is read as the other alike."""
    sample, newer = evolution
    body = fast_written(sample.schema, sample.record)
    read = compile_reader(parse(sample.schema), parse(newer))(body, 0)
    assert read == fast_read(body, sample.schema, newer)


@EXAMPLES
@given(samples(), st.data())
def test_a_projection_is_a_part_of_the_whole(sample: Sample, data: st.DataObject) -> None:
    """Skipping fields changes nothing in those that are read."""
    schema = parse(sample.schema)
    names = [field.name for field in schema.fields]
    wanted = data.draw(st.sets(st.sampled_from(names))) if names else set()
    read = compile_reader(schema, fields=wanted)(compile_writer(schema)(sample.record), 0)
    whole = compile_reader(schema)(compile_writer(schema)(sample.record), 0)
    assert read == {name: whole[name] for name in names if name in wanted}


@EXAMPLES
@given(samples(), st.binary(max_size=60), st.data())
def test_bytes_that_do_not_fit_are_refused_cleanly(
    sample: Sample, garbage: bytes, data: st.DataObject
) -> None:
    """Cut off anywhere, with bytes left over, or replaced by garbage: a record or our error, nothing else."""
    schema = parse(sample.schema)
    read = compile_reader(schema)
    body = compile_writer(schema)(sample.record)
    cut = data.draw(st.integers(0, len(body)))
    for spoilt in (garbage, body[:cut] + garbage, body[:cut] + garbage + body[cut:]):
        with suppress(DeadLetterError):  # any other exception fails the test
            assert read(spoilt, 0).keys() == {field.name for field in schema.fields}
    for unfit in (body + b"\0", *(body[:shorter] for shorter in range(len(body)))):
        with pytest.raises(DeadLetterError) as caught:
            read(unfit, 0)
        assert caught.value.code == "SCHEMA_MISMATCH"


@EXAMPLES
@given(samples(), st.integers(0, 2**32 - 1))
def test_both_framings_lead_to_the_same_record(sample: Sample, number: int) -> None:
    """Single-object and Confluent differ in their first bytes only."""
    event = {**sample.schema, "ceType": "e", "topic": "t", "prohibition": False}
    known = Catalogue.load({"e.avsc": json.dumps(event)})
    both = Codec(known, {number: json.dumps(sample.schema)})
    single, confluent = both.encode("e", sample.record), both.confluent_writer("e")(sample.record)
    assert both.decode(single) == both.decode(confluent)
    assert single[10:] == confluent[5:]
    assert confluent[:5] == b"\0" + number.to_bytes(4, "big")


@EXAMPLES
@given(EVENTS, st.data())
def test_our_own_events_agree_with_fastavro(ce_type: str, data: st.DataObject) -> None:
    """For random records of every schema of ours, bytes and records are fastavro's."""
    schema = catalogue().by_type(ce_type)
    record = data.draw(value_of(schema.type))
    value = codec().encode(ce_type, record)
    assert value[10:] == fast_written(schema.parsed, record)
    assert codec().decode(value) == (schema, record)
    assert fast_read(value[10:], schema.parsed) == record
