"""Avro types read from JSON."""

from __future__ import annotations

from typing import Any

import pytest

from hub.errors import SchemaConflictError
from hub.schemas.types import MISSING, Type, parse, parse_text


def record(*fields: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """Return a record's JSON."""
    return {"type": "record", "name": "t.R", "fields": list(fields), **extra}


REFUSED = {
    "unknown name": (record({"name": "a", "type": "Strnig"}), "unknown type t.Strnig"),
    "no type": (record({"name": "a", "type": {}}), "no Avro type"),
    "itself": (record({"name": "a", "type": ["null", "t.R"]}), "contains itself"),
    "union in union": (record({"name": "a", "type": ["null", ["int", "long"]]}), "no union"),
    "branch twice": (record({"name": "a", "type": ["int", "int"]}), "each type once"),
    "empty union": (record({"name": "a", "type": []}), "1 to 64 branches"),
    "bad record name": ({"type": "record", "name": "t.1R", "fields": []}, "no Avro name"),
    "bad field name": (record({"name": "a-b", "type": "int"}), "no Avro name"),
    "field twice": (record({"name": "a", "type": "int"}, {"name": "a", "type": "int"}), "two fields"),
    "defined twice": (
        record(*({"name": n, "type": {"type": "fixed", "name": "F", "size": 2}} for n in "ab")),
        "defined twice",
    ),
    "items without bytes": (record({"name": "a", "type": {"type": "array", "items": "null"}}), "take bytes"),
}


@pytest.mark.parametrize(("schema", "what"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(schema: dict[str, Any], what: str) -> None:
    """A schema that cannot work is refused with the place, what is wrong and a cure."""
    with pytest.raises(SchemaConflictError, match=what) as caught:
        parse(schema, "some.avsc")
    assert caught.value.where.startswith("some.avsc")
    assert caught.value.cure


def test_text_that_is_no_json_is_refused_with_its_line() -> None:
    """The line of the syntax error is named."""
    with pytest.raises(SchemaConflictError, match="line 2"):
        parse_text('{"type":\n oops}', "some.avsc")


def test_names_take_the_namespace_around_them() -> None:
    """A name without dots belongs to the enclosing namespace, as a definition and as a reference."""
    inner = {"type": "enum", "name": "E", "symbols": ["A"], "aliases": ["Old", "x.Older"]}
    parsed = parse(record({"name": "a", "type": inner}, {"name": "b", "type": "E"}))
    assert [field.type.name for field in parsed.fields] == ["t.E", "t.E"]
    assert parsed.fields[0].type.aliases == ("t.Old", "x.Older")


def test_a_field_knows_its_default_docs_and_class() -> None:
    """No default is not the same as a null default."""
    shown = {"doc": "en", "docZh": "zh", "class": "p"}
    optional = {"name": "b", "type": ["null", "int"], "default": None}
    parsed = parse(record({"name": "a", "type": "int", **shown}, optional))
    a, b = parsed.fields
    assert (a.default, a.doc, a.doc_zh, a.data_class) == (MISSING, "en", "zh", "p")
    assert (b.default, repr(MISSING)) == (None, "MISSING")
    assert (parsed.field("b"), parsed.field("c")) == (b, None)


LABELS: dict[str, tuple[Any, str, int]] = {
    "optional": (["null", "string"], "string?", 1),
    "union": (["null", "int", "string"], "null | int | string", 1),
    "array": ({"type": "array", "items": "string"}, "array<string>", 1),
    "map": ({"type": "map", "values": ["null", "long"]}, "map<long?>", 1),
    "logical": ({"type": "int", "logicalType": "date"}, "int", 1),
    "fixed": ({"type": "fixed", "name": "F", "size": 16}, "F", 16),
    "record": (record({"name": "a", "type": "double"}, {"name": "b", "type": "float"}), "t.R", 12),
}


@pytest.mark.parametrize(("schema", "label", "smallest"), LABELS.values(), ids=LABELS.keys())
def test_label_and_size(schema: Any, label: str, smallest: int) -> None:
    """A type is labelled as people write it, and knows how few bytes a value takes."""
    parsed = parse(schema)
    assert (parsed.label, parsed.smallest) == (label, smallest)


def test_only_collections_have_elements() -> None:
    """Asking a string for its items is a programming error."""
    with pytest.raises(AssertionError):
        _ = Type("string").element
