"""Avro's schema resolution: what a writer's type may be read as, and what stands in for what it lacks.

The rules of the specification's "Schema Resolution". Where a reader's union offers several branches
that match, the branch of the same type wins over one that needs a promotion (as in Avro's Java
library; the specification takes the first).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from hub.schemas.types import MISSING, Field, Type

__all__ = ("PROMOTIONS", "field_read_from", "matches", "matching_branch", "python_default")

PROMOTIONS: Final[dict[str, frozenset[str]]] = {
    "int": frozenset({"long", "float", "double"}),
    "long": frozenset({"float", "double"}),
    "float": frozenset({"double"}),
    "string": frozenset({"bytes"}),
    "bytes": frozenset({"string"}),
}
"""Writer's primitive → the reader's primitives that may take it, beside itself."""


def matches(writer: Type, reader: Type) -> bool:
    """Tell whether ``reader`` may take values of ``writer``, as far as the outermost type goes."""
    if "union" in {writer.kind, reader.kind}:
        return True
    if writer.kind != reader.kind:
        return reader.kind in PROMOTIONS.get(writer.kind, ())
    if writer.kind == "fixed" and writer.size != reader.size:
        return False
    if not writer.name:
        return True
    return writer.short_name == reader.short_name or writer.name in reader.aliases


def matching_branch(writer: Type, reader: Type) -> Type | None:
    """Return the branch of the reader's union that takes the writer's type (itself no union), or None."""
    same = [b for b in reader.branches if b.kind == writer.kind and matches(writer, b)]
    exact = [b for b in same if b.name == writer.name]
    return next(iter([*exact, *same, *(b for b in reader.branches if matches(writer, b))]), None)


def field_read_from(writer: Iterable[Field], field: Field) -> Field | None:
    """Return the writer's field that the reader's ``field`` takes its value from: by name, else by alias."""
    by_name = {entry.name: entry for entry in writer}
    return next((by_name[name] for name in (field.name, *field.aliases) if name in by_name), None)


def python_default(schema: Type, default: Any) -> Any:
    """Return a field's JSON default as the value a reader gives; ValueError when it does not fit the type.

    A union's default is of its first branch.
    """
    kind = schema.kind
    if kind == "union":
        return python_default(schema.branches[0], default)
    if kind == "record":
        return _record_default(schema, default)
    if kind == "array" and isinstance(default, list):
        return [python_default(schema.element, item) for item in default]
    if kind == "map" and isinstance(default, dict):
        return {key: python_default(schema.element, item) for key, item in default.items()}
    if kind in {"bytes", "fixed"} and isinstance(default, str):
        return default.encode("latin-1")
    if kind == "enum" and default in schema.symbols:
        return default
    if kind in {"float", "double"} and isinstance(default, int | float) and not isinstance(default, bool):
        return float(default)
    if kind in _PLAIN and type(default) is _PLAIN[kind]:
        return default
    raise ValueError(f"the default is no {schema.label}")


_PLAIN: Final[dict[str, type]] = {"null": type(None), "boolean": bool, "int": int, "long": int, "string": str}


def _record_default(schema: Type, default: Any) -> dict[str, Any]:
    if not isinstance(default, dict):
        raise ValueError(f"the default is no {schema.label}")  # noqa: TRY004 - callers catch one kind
    values: dict[str, Any] = {}
    for field in schema.fields:
        value = default.get(field.name, field.default)
        if value is MISSING:
            raise ValueError(f"the default of {schema.label} has no {field.name}")
        values[field.name] = python_default(field.type, value)
    return values
