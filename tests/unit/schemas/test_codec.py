"""Framing: which schema wrote these bytes."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
import pytest

from hub.contracts import catalogue, codec
from hub.errors import DeadLetterError, SchemaConflictError
from hub.schemas.codec import Codec
from tests.unit.schemas.samples import CERTIFICATE, FACTS, event, load

TYPE = "training.certificate.issued.v1"
SAMPLES = {TYPE: CERTIFICATE, "hub.person_facts": FACTS}


def by_fastavro(parsed: dict[str, Any], record: dict[str, Any]) -> bytes:
    """Return the record's body as fastavro writes it."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(parsed), record)
    return out.getvalue()


def refusal(value: bytes, with_codec: Codec | None = None) -> str:
    """Return the code with which a value is refused."""
    with pytest.raises(DeadLetterError) as caught:
        (with_codec or codec()).decode(value)
    return caught.value.code


@pytest.mark.parametrize(("name", "record"), SAMPLES.items(), ids=SAMPLES.keys())
def test_what_is_written_is_single_object_encoding(name: str, record: dict[str, Any]) -> None:
    """A value is C3 01, the fingerprint little-endian, and exactly the body fastavro writes."""
    schema = catalogue().by_type(name)
    value = codec().encode(name, record)
    assert value == b"\xc3\x01" + schema.fingerprint + by_fastavro(schema.parsed, record)
    assert codec().decode(value) == (schema, record)
    assert codec().reader(name)(value) == record
    assert codec().schema_of(value) is schema


@pytest.mark.parametrize(("name", "record"), SAMPLES.items(), ids=SAMPLES.keys())
def test_a_value_cut_off_anywhere_is_refused(name: str, record: dict[str, Any]) -> None:
    """At every byte, the error is ours and says mismatch; one byte too many is refused as well."""
    value = codec().encode(name, record)
    codes = {refusal(value[:length]) for length in range(2, len(value))}
    assert codes == {"SCHEMA_MISMATCH"}
    assert refusal(value + b"\0") == "SCHEMA_MISMATCH"


FRAMES = {
    "empty": (b"", "FRAME_UNKNOWN"),
    "json": (b'{"a":1}', "FRAME_UNKNOWN"),
    "half a mark": (b"\xc3", "FRAME_UNKNOWN"),
    "an object container file": (b"Obj\x01", "FRAME_UNKNOWN"),
    "an unknown fingerprint": (b"\xc3\x01" + bytes(8) + b"\x02", "SCHEMA_UNKNOWN"),
    "cut off in the fingerprint": (b"\xc3\x01\x00", "SCHEMA_MISMATCH"),
    "an id without a registry": (b"\x00\x00\x00\x00\x07\x02", "SCHEMA_UNKNOWN"),
    "cut off in the id": (b"\x00\x00\x00", "SCHEMA_MISMATCH"),
}


@pytest.mark.parametrize(("value", "code"), FRAMES.values(), ids=FRAMES.keys())
def test_first_bytes_that_lead_nowhere(value: bytes, code: str) -> None:
    """Each way to be unreadable has its stable code, and the frame alone decides it."""
    assert refusal(value) == code
    with pytest.raises(DeadLetterError) as caught:
        codec().reader(TYPE)(value)
    assert caught.value.code == code


def test_the_confluent_framing_is_read_with_a_registry() -> None:
    """00 and a registered id lead to the same record; an id that is not registered is unknown."""
    schema = catalogue().by_type(TYPE)
    both = codec({7: json.dumps(schema.parsed)})
    value = b"\x00\x00\x00\x00\x07" + by_fastavro(schema.parsed, CERTIFICATE)
    assert both.decode(value) == (schema, CERTIFICATE)
    assert both.decode(both.encode(TYPE, CERTIFICATE)) == (schema, CERTIFICATE)
    assert both.confluent_writer(TYPE)(CERTIFICATE) == value
    assert both.reader(TYPE, ("cert_no",))(value) == {"cert_no": "ZJ-2022-000123"}
    assert refusal(b"\x00\x00\x00\x00\x08\x02", both) == "SCHEMA_UNKNOWN"


def test_a_registry_may_hold_versions_nobody_released() -> None:
    """A version with one field more, found by its record name, is read as our newest version."""
    newer = {"name": "shoe_size", "type": "int", "doc": "d", "docZh": "d", "class": "-"}
    theirs = event({"name": "a", "type": "string"}, newer)
    schema_catalogue = load(event({"name": "a", "type": "string"}))
    both = Codec(schema_catalogue, {1: json.dumps(theirs)})
    value = b"\x00\x00\x00\x00\x01" + by_fastavro(theirs, {"a": "x", "shoe_size": 42})
    assert both.decode(value)[1] == {"a": "x"}
    with pytest.raises(SchemaConflictError, match="no id for the newest"):
        both.confluent_writer("thing.happened.v1")


def test_a_registry_of_strangers_is_refused_at_once() -> None:
    """An id whose schema is no event of ours is a configuration error, not a flood of dead letters."""
    stranger = {"type": "record", "name": "else.Where", "fields": []}
    with pytest.raises(SchemaConflictError, match=r"else\.Where is no event of ours"):
        codec({3: json.dumps(stranger)})


def test_an_older_released_version_comes_out_as_the_newest() -> None:
    """Fields it lacks take their defaults, fields it had and that are gone are skipped."""
    old = event({"name": "a", "type": "int"}, {"name": "gone", "type": {"type": "array", "items": "string"}})
    new = event({"name": "b", "type": ["null", "string"], "default": None}, {"name": "a", "type": "long"})
    found = Codec(load(new, v1=old, v2=new))
    first = found.catalogue.all()[0].released[0]
    value = b"\xc3\x01" + first.fingerprint + by_fastavro(old, {"a": 5, "gone": ["x", "y"]})
    assert found.decode(value)[1] == {"b": None, "a": 5}
    assert found.reader("thing.happened.v1")(value) == {"b": None, "a": 5}
    assert found.reader("thing.happened.v1", ["a"])(value) == {"a": 5}


def test_a_version_that_cannot_be_resolved_is_a_mismatch() -> None:
    """The check forbids it; should it happen all the same, the record is refused and nothing crashes."""
    old = event({"name": "a", "type": "int"})
    new = event({"name": "must", "type": "string"})
    found = Codec(load(new, v1=old, v2=new))
    value = b"\xc3\x01" + found.catalogue.all()[0].released[0].fingerprint + b"\x02"
    assert refusal(value, found) == "SCHEMA_MISMATCH"


def test_a_reader_refuses_another_event() -> None:
    """A reader of one event does not read another one's bytes as its own."""
    value = codec().encode("hub.tick", {"now": 1})
    with pytest.raises(DeadLetterError, match=r"this is a hub\.tick") as caught:
        codec().reader(TYPE)(value)
    assert caught.value.code == "SCHEMA_MISMATCH"


def test_errors_never_hold_a_value() -> None:
    """What is wrong is said with path and type only."""
    spoilt = {**CERTIFICATE, "person": {**CERTIFICATE["person"], "name": 12345678}}
    with pytest.raises(DeadLetterError) as caught:
        codec().encode(TYPE, spoilt)
    assert (caught.value.code, caught.value.field) == ("SCHEMA_MISMATCH", "person.name")
    assert "12345678" not in str(caught.value)


def test_the_codec_is_made_once() -> None:
    """Without a registry, everybody shares one codec and its compiled functions."""
    assert codec() is codec()
    assert codec().writer(TYPE) is codec().writer(TYPE)
