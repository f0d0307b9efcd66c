"""FULL_TRANSITIVE compatibility with the released versions."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts import catalogue
from hub.schemas.catalogue import Schema
from hub.schemas.compatibility import Direction, check, check_all, complete
from tests.unit.schemas.samples import event, load

INT: dict[str, Any] = {"name": "a", "type": "int"}
BACK, FORTH = Direction.BACKWARD, Direction.FORWARD


def named(kind: str, name: str = "N", **extra: Any) -> dict[str, Any]:
    """Return a field whose type is a named one."""
    return {"name": "a", "type": {"type": kind, "name": name, **extra}}


def inner(*fields: dict[str, Any], name: str = "I", **extra: Any) -> dict[str, Any]:
    """Return a field that is a record."""
    return named("record", name, fields=list(fields), **extra)


def of(kind: str, element: Any) -> dict[str, Any]:
    """Return a field that is an array or a map."""
    return {"name": "a", "type": {"type": kind, ("items" if kind == "array" else "values"): element}}


OPTIONAL = {"name": "b", "type": ["null", "string"], "default": None}
COMPATIBLE: dict[str, tuple[list[Any], list[Any]]] = {
    "the same": ([INT], [INT]),
    "an optional field more": ([INT], [INT, OPTIONAL]),
    "an optional field less": ([INT, OPTIONAL], [INT]),
    "another order": ([INT, OPTIONAL], [OPTIONAL, INT]),
    "other docs": ([INT], [{**INT, "doc": "clearer"}]),
    "a default more": ([INT], [{**INT, "default": 1}]),
    "renamed with defaults and aliases": (
        [{**INT, "default": 0}],
        [{"name": "b", "type": "int", "default": 0, "aliases": ["a"]}],
    ),
    "an enum with a default gains a symbol": (
        [named("enum", symbols=["X"], default="X")],
        [named("enum", symbols=["X", "Y"], default="X")],
    ),
    "a record inside gains an optional field": ([inner(INT)], [inner(INT, OPTIONAL)]),
    "string and bytes": ([{"name": "a", "type": "string"}], [{"name": "a", "type": "bytes"}]),
    "branches in another order": (
        [{"name": "a", "type": ["null", "int"]}],
        [{"name": "a", "type": ["int", "null"]}],
    ),
}


@pytest.mark.parametrize(("old", "new"), COMPATIBLE.values(), ids=COMPATIBLE.keys())
def test_compatible_changes(old: list[Any], new: list[Any]) -> None:
    """These changes break nobody in either direction."""
    assert check(load(event(*new), v1=event(*old)).all()[0]) == ()


INCOMPATIBLE: dict[str, tuple[list[Any], list[Any], list[tuple[Direction, str]]]] = {
    "a field more without default": ([], [INT], [(BACK, "a")]),
    "a field less without default": ([INT], [], [(FORTH, "a")]),
    "renamed without alias": (
        [{**INT, "default": 0}],
        [{"name": "b", "type": "int"}],
        [(BACK, "b")],
    ),
    "promoted: the old cannot read the new": ([INT], [{"name": "a", "type": "long"}], [(FORTH, "a")]),
    "narrowed: the new cannot read the old": ([{"name": "a", "type": "double"}], [INT], [(BACK, "a")]),
    "another type": ([INT], [{"name": "a", "type": "string"}], [(BACK, "a"), (FORTH, "a")]),
    "made optional: the old cannot read a null": (
        [INT],
        [{"name": "a", "type": ["null", "int"]}],
        [(FORTH, "a")],
    ),
    "made required": ([{"name": "a", "type": ["null", "int"]}], [INT], [(BACK, "a")]),
    "an enum without default gains a symbol": (
        [named("enum", symbols=["X"])],
        [named("enum", symbols=["X", "Y"])],
        [(FORTH, "a")],
    ),
    "an enum without default loses a symbol": (
        [named("enum", symbols=["X", "Y"])],
        [named("enum", symbols=["X"])],
        [(BACK, "a")],
    ),
    "a fixed of another size": (
        [named("fixed", size=2)],
        [named("fixed", size=3)],
        [(BACK, "a"), (FORTH, "a")],
    ),
    "a record of another name": ([inner(INT)], [inner(INT, name="J")], [(BACK, "a"), (FORTH, "a")]),
    "a record of another name, aliased": (
        [inner(INT)],
        [inner(INT, name="J", aliases=["I"])],
        [(FORTH, "a")],
    ),
    "deep in a record": (
        [inner(INT)],
        [inner({"name": "a", "type": "string"})],
        [(BACK, "a.a"), (FORTH, "a.a")],
    ),
    "in an array": ([of("array", "int")], [of("array", "string")], [(BACK, "a[]"), (FORTH, "a[]")]),
    "in a map": ([of("map", "int")], [of("map", "long")], [(FORTH, "a{}")]),
    "array to map": ([of("array", "int")], [of("map", "int")], [(BACK, "a"), (FORTH, "a")]),
    "a branch more": (
        [{"name": "a", "type": ["null", "int"]}],
        [{"name": "a", "type": ["null", "int", "string"]}],
        [(FORTH, "a")],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), INCOMPATIBLE.values(), ids=INCOMPATIBLE.keys())
def test_incompatible_changes(old: list[Any], new: list[Any], expected: list[tuple[Direction, str]]) -> None:
    """Each breaking change is found, with its direction and path, and says what to do instead."""
    found = check(load(event(*new), v1=event(*old)).all()[0])
    assert [(finding.direction, finding.path) for finding in found] == expected
    assert all(finding.what and finding.cure and finding.against == 1 for finding in found)


def test_it_is_transitive() -> None:
    """A change that the last version would allow is refused when an earlier one does not."""
    first, second, third = event(), event({**INT, "default": 0}), event(INT)
    found = check(load(third, v1=first, v2=second).all()[0])
    assert [(finding.against, finding.direction) for finding in found] == [(1, BACK)]


UNDRESSED: dict[str, tuple[dict[str, Any], str]] = {
    "no doc": ({"doc": ""}, "doc"),
    "no Chinese doc": ({"docZh": ""}, "docZh"),
    "no class": ({"class": ""}, "class"),
    "a class that is none": ({"class": "q"}, "class"),
    "a default of another type": ({"default": "zero"}, "default is no int"),
    "a union's default of its second branch": ({"type": ["null", "int"], "default": 0}, "default is no null"),
}


@pytest.mark.parametrize(("change", "what"), UNDRESSED.values(), ids=UNDRESSED.keys())
def test_what_a_field_must_have(change: dict[str, Any], what: str) -> None:
    """A field without doc, class or a fitting default is a finding."""
    found = complete(load(event({**INT, **change})).all()[0])
    assert [(finding.path, finding.against) for finding in found] == [("a", None)]
    assert what in found[0].what


def test_records_need_docs_too() -> None:
    """A record inside an event is documented like the event."""
    found = complete(
        load(event({"name": "a", "type": {"type": "record", "name": "I", "fields": []}})).all()[0]
    )
    assert [finding.what for finding in found] == ["t.I has no doc or no docZh"]


def test_deleting_a_released_event_is_a_finding() -> None:
    """What a topic still holds must stay readable."""
    found = check_all(load(event(), v1=event(ce_type="gone.v1")))
    assert [(finding.ce_type, finding.direction) for finding in found] == [("gone.v1", BACK)]


@pytest.mark.parametrize("schema", catalogue().all(), ids=lambda schema: schema.ce_type)
def test_our_schemas_are_complete_and_compatible(schema: Schema) -> None:
    """Every field of every event has docs in both languages and a class, and no released reader is broken."""
    assert (complete(schema), check(schema)) == ((), ())
