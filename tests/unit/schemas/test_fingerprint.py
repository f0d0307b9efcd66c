"""Parsing canonical form and CRC-64-AVRO."""

from __future__ import annotations

import fastavro
import pytest
from fastavro.schema import fingerprint as reference_fingerprint
from fastavro.schema import to_parsing_canonical_form

from hub.contracts import catalogue
from hub.schemas.catalogue import Schema
from hub.schemas.fingerprint import canonical_form, crc64, fingerprint
from hub.schemas.types import parse

KNOWN = {"null": 0x63DD24E7CC258F8A, "int": 0x7275D51A3F395C8F, "string": 0x8F014872634503C7}
# published with the Avro specification's test cases (share/test/data/schema-tests.txt)


@pytest.mark.parametrize(("schema", "crc"), KNOWN.items(), ids=KNOWN.keys())
def test_the_specifications_values(schema: str, crc: int) -> None:
    """A primitive's fingerprint is the published one, little-endian in a frame."""
    assert fingerprint(parse(schema)) == crc.to_bytes(8, "little")


def test_the_crc_of_nothing_is_the_seed() -> None:
    """No bytes leave the specification's initial value."""
    assert crc64(b"") == 0xC15D213AA4D7A795


@pytest.mark.parametrize("schema", catalogue().all(), ids=lambda schema: schema.ce_type)
def test_fastavro_agrees(schema: Schema) -> None:
    """For every schema of ours, form and fingerprint are fastavro's."""
    form = to_parsing_canonical_form(fastavro.parse_schema(schema.parsed))
    assert canonical_form(schema.type) == form
    assert schema.fingerprint.hex() == reference_fingerprint(form, "CRC-64-AVRO")


def test_docs_defaults_and_our_properties_do_not_count() -> None:
    """Only names and shapes make a schema another one."""
    bare = parse({"type": "record", "name": "t.R", "fields": [{"name": "a", "type": "int"}]})
    dressed = {"name": "a", "type": {"type": "int"}, "doc": "d", "class": "p", "default": 1, "aliases": ["b"]}
    record = {"type": "record", "name": "R", "namespace": "t", "doc": "d", "fields": [dressed]}
    assert fingerprint(parse(record)) == fingerprint(bare)


def test_every_kind_has_a_form() -> None:
    """Enums, fixed, maps and names used twice are written as the specification says."""
    enum = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
    fixed = {"type": "map", "values": {"type": "fixed", "name": "F", "size": 4}}
    fields = [{"name": "a", "type": enum}, {"name": "b", "type": ["null", "E"]}, {"name": "c", "type": fixed}]
    schema = {"type": "record", "name": "t.R", "fields": fields}
    expected = to_parsing_canonical_form(fastavro.parse_schema(schema))
    assert canonical_form(parse(schema)) == expected
