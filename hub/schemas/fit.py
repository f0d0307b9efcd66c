"""Does a value fit a type? The slow, explaining twin of the compiled writers."""

from __future__ import annotations

from typing import Any

from hub.schemas.types import MISSING, Field, Type
from hub.schemas.wire import SIGNED_64

__all__ = ("plain", "unfit_path")


def unfit_path(schema: Type, value: Any, path: str = "") -> tuple[str, str] | None:
    """Return path and expected type of the first value that does not fit the schema, or None when all do.

    A path ends in ``[n]`` for an array's item and ``{}`` for a map's value; values are never shown.
    """
    if schema.kind == "union":
        if any(unfit_path(branch, value) is None for branch in schema.branches):
            return None
        records = [b for b in schema.branches if b.kind == "record" and isinstance(value, dict)]
        return (unfit_path(records[0], value, path) if records else None) or (path, schema.label)
    if schema.kind == "record" and isinstance(value, dict):
        found = (_unfit_field(field, value, path) for field in schema.fields)
        return next((each for each in found if each), None)
    if schema.kind == "array" and isinstance(value, list | tuple):
        found = (unfit_path(schema.element, item, f"{path}[{n}]") for n, item in enumerate(value))
        return next((each for each in found if each), None)
    if schema.kind == "map" and isinstance(value, dict) and all(isinstance(key, str) for key in value):
        found = (unfit_path(schema.element, item, f"{path}{{}}") for item in value.values())
        return next((each for each in found if each), None)
    return None if _fits(schema, value) else (path, schema.label)


def _unfit_field(field: Field, record: dict[str, Any], path: str) -> tuple[str, str] | None:
    inner = f"{path}.{field.name}" if path else field.name
    if field.name not in record:
        return None if field.default is not MISSING else (inner, field.type.label)
    return unfit_path(field.type, record[field.name], inner)


def _fits(schema: Type, value: Any) -> bool:
    kind = schema.kind
    if kind in {"int", "long"}:
        return isinstance(value, int) and value in SIGNED_64
    if kind in {"float", "double"}:
        return isinstance(value, int | float)
    if kind in {"bytes", "fixed"}:
        return isinstance(value, bytes) and (kind == "bytes" or len(value) == schema.size)
    if kind == "string":
        return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)
    if kind == "enum":
        return value in schema.symbols
    return value is None if kind == "null" else isinstance(value, bool) and kind == "boolean"


def plain(value: Any) -> Any:
    """Return the value with every subclass of a plain type turned into that type."""
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return str.__str__(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
