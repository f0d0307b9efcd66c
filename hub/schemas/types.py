"""Avro types as values: a schema's JSON, read once, with names resolved and nothing left implicit.

Everything in this package that looks at a schema (fingerprints, compiled readers and writers,
compatibility, personal fields, reference pages) walks a :class:`Type` and not JSON. Recursive types
are refused: no event needs one, and without them every walk ends. Logical types are read as the type
beneath them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.errors import SchemaConflictError

__all__ = ("MISSING", "PRIMITIVES", "Field", "Type", "parse", "parse_text")

PRIMITIVES: Final = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
_NAMED: Final = frozenset({"record", "enum", "fixed"})
_MAX_BRANCHES: Final = 64  # so that a branch index is one byte on the wire


class _Missing:
    """The type of :data:`MISSING`."""

    def __repr__(self) -> str:
        """Return ``MISSING``."""
        return "MISSING"


MISSING: Final = _Missing()
"""Stands for "this field has no default"; None is a default like any other."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record. ``default`` is JSON as Avro writes it, or :data:`MISSING`."""

    name: str
    type: Type
    default: Any = MISSING
    aliases: tuple[str, ...] = ()
    doc: str = ""
    doc_zh: str = ""
    data_class: str = ""


@dataclass(frozen=True, slots=True)
class Type:
    """One Avro type. ``kind`` is a primitive's name, or array, map, union, record, enum, fixed."""

    kind: str
    name: str = ""  #: full name, of a record, enum or fixed
    aliases: tuple[str, ...] = ()  #: full names
    fields: tuple[Field, ...] = ()  #: of a record
    items: Type | None = None  #: of an array; of a map: its values
    branches: tuple[Type, ...] = ()  #: of a union
    symbols: tuple[str, ...] = ()  #: of an enum
    default: str | None = None  #: of an enum
    size: int = 0  #: of a fixed, in bytes
    doc: str = ""
    doc_zh: str = ""

    @property
    def element(self) -> Type:
        """The type of an array's items or a map's values."""
        if self.items is None:
            raise AssertionError(self.kind)
        return self.items

    @property
    def is_optional(self) -> bool:
        """Whether this is a union of null and one other type."""
        return len(self.branches) == 2 and any(b.kind == "null" for b in self.branches)

    @property
    def smallest(self) -> int:
        """How few bytes a value of this type can take on the wire."""
        if self.kind == "record":
            return sum(field.type.smallest for field in self.fields)
        if self.kind == "union":
            return 1 + min(branch.smallest for branch in self.branches)
        return {"null": 0, "float": 4, "double": 8, "fixed": self.size}.get(self.kind, 1)

    @property
    def label(self) -> str:
        """The type as a reference page writes it: ``string?``, ``array<string>``, ``redcross.Person``."""
        if self.kind == "union":
            if self.is_optional:
                return next(b.label for b in self.branches if b.kind != "null") + "?"
            return " | ".join(b.label for b in self.branches)
        if self.kind in {"array", "map"}:
            return f"{self.kind}<{self.element.label}>"
        return self.name or self.kind

    @property
    def short_name(self) -> str:
        """The full name's last part."""
        return self.name.rpartition(".")[2]

    def field(self, name: str) -> Field | None:
        """Return the field called ``name``, or None."""
        return next((f for f in self.fields if f.name == name), None)


def parse_text(text: str, where: str = "", shared: Mapping[str, Any] | None = None) -> Type:
    """Parse a schema's JSON text; SchemaConflictError when it is none. See :func:`parse`."""
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        what = f"the schema is not JSON: {error.msg} in line {error.lineno}"
        raise SchemaConflictError(what, where, "correct the file's syntax") from None
    return parse(schema, where, shared)


def parse(schema: Any, where: str = "", shared: Mapping[str, Any] | None = None) -> Type:
    """Parse a schema's JSON value.

    Names it does not define itself are looked up in ``shared`` (JSON by full name). Raises
    SchemaConflictError, which says at which path of ``where`` what is wrong.
    """
    return _Parser(where, shared or {}).type(schema, "", "")


class _Parser:
    """The walk of one schema: what is known by name so far, and what is being defined right now."""

    def __init__(self, where: str, shared: Mapping[str, Any]) -> None:
        self.where = where
        self.shared = shared
        self.known: dict[str, Type] = {}
        self.open: set[str] = set()

    def fail(self, what: str, path: str, cure: str) -> SchemaConflictError:
        place = ": ".join(part for part in (self.where, path) if part)
        return SchemaConflictError(what, place, cure)

    def type(self, schema: Any, namespace: str, path: str) -> Type:
        if isinstance(schema, str):
            return Type(schema) if schema in PRIMITIVES else self.reference(schema, namespace, path)
        if isinstance(schema, list):
            return self.union(schema, namespace, path)
        if not isinstance(schema, dict) or "type" not in schema:
            raise self.fail("this is no Avro type", path, "write a name, a list, or an object with a type")
        kind = schema["type"]
        if kind == "array":
            return self.array(schema, namespace, path)
        if kind == "map":
            return Type("map", items=self.type(schema.get("values"), namespace, f"{path}{{}}"))
        if kind in _NAMED:
            return self.named(schema, namespace, path)
        return self.type(kind, namespace, path)

    def reference(self, name: str, namespace: str, path: str) -> Type:
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        if full in self.open:
            raise self.fail(f"{full} contains itself", path, "events cannot be recursive: flatten it")
        if full not in self.known:
            if full not in self.shared:
                cure = "define it in a file of its own, or correct the name"
                raise self.fail(f"unknown type {full}", path, cure)
            self.known[full] = self.type(self.shared[full], "", path)
        return self.known[full]

    def array(self, schema: dict[str, Any], namespace: str, path: str) -> Type:
        items = self.type(schema.get("items"), namespace, f"{path}[]")
        if not items.smallest:  # else ten bytes on the wire could ask for 2^63 of them
            raise self.fail("an array's items must take bytes", path, "use a count instead")
        return Type("array", items=items)

    def union(self, schema: list[Any], namespace: str, path: str) -> Type:
        branches = tuple(self.type(branch, namespace, path) for branch in schema)
        tags = [branch.name or branch.kind for branch in branches]
        if any(branch.kind == "union" for branch in branches) or len(set(tags)) < len(tags):
            raise self.fail("a union holds each type once, and no union", path, "merge the branches")
        if not 0 < len(branches) <= _MAX_BRANCHES:
            raise self.fail(f"a union has 1 to {_MAX_BRANCHES} branches", path, "use fewer branches")
        return Type("union", branches=branches)

    def named(self, schema: dict[str, Any], namespace: str, path: str) -> Type:
        name = str(schema.get("name", ""))
        space, _, short = name.rpartition(".")
        space = space or str(schema.get("namespace", namespace))
        full = f"{space}.{short}" if space else short
        if not all(part.isidentifier() and part.isascii() for part in full.split(".")):
            raise self.fail(f"{name!r} is no Avro name", path, "use letters, digits and _ between dots")
        if full in self.known or full in self.open:
            raise self.fail(f"{full} is defined twice", path, "refer to it by name the second time")
        self.open.add(full)
        parsed = self.definition(schema, full, space, path)
        self.open.discard(full)
        self.known[full] = parsed
        return parsed

    def definition(self, schema: dict[str, Any], full: str, space: str, path: str) -> Type:
        aliases = tuple(a if "." in a or not space else f"{space}.{a}" for a in schema.get("aliases", ()))
        doc, doc_zh = str(schema.get("doc", "")), str(schema.get("docZh", ""))
        if schema["type"] == "enum":
            symbols = tuple(schema.get("symbols", ()))
            default = schema.get("default")
            return Type("enum", full, aliases, symbols=symbols, default=default, doc=doc, doc_zh=doc_zh)
        if schema["type"] == "fixed":
            return Type("fixed", full, aliases, size=int(schema.get("size", 0)), doc=doc, doc_zh=doc_zh)
        fields = tuple(self.field(field, space, path) for field in schema.get("fields", ()))
        names = [field.name for field in fields]
        if len(set(names)) < len(names):
            raise self.fail(f"{full} has two fields of one name", path, "rename one")
        return Type("record", full, aliases, fields=fields, doc=doc, doc_zh=doc_zh)

    def field(self, schema: dict[str, Any], namespace: str, path: str) -> Field:
        name = str(schema.get("name", ""))
        inner = f"{path}.{name}" if path else name
        if not (name.isidentifier() and name.isascii()):
            raise self.fail(f"{name!r} is no Avro name", inner, "use letters, digits and _")
        return Field(
            name,
            self.type(schema.get("type"), namespace, inner),
            schema.get("default", MISSING),
            tuple(schema.get("aliases", ())),
            str(schema.get("doc", "")),
            str(schema.get("docZh", "")),
            str(schema.get("class", "")),
        )
