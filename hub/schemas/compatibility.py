"""May this schema replace its released versions? FULL_TRANSITIVE: each can read what the other wrote.

*Backward* (the new version reads old data) lets us upgrade readers first and replay old topics;
*forward* (an old version reads new data) lets sources upgrade before us. Every finding says the
direction, the field's path, what is wrong and what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from hub.schemas.catalogue import Catalogue, Released, Schema
from hub.schemas.resolution import PROMOTIONS, field_read_from, matches, matching_branch, python_default
from hub.schemas.types import MISSING, Field, Type

__all__ = ("Direction", "Finding", "Problem", "check", "check_all", "complete", "unreadable")


class Direction(StrEnum):
    """Who cannot read whom."""

    BACKWARD = "backward"  #: the new version cannot read what a released one wrote
    FORWARD = "forward"  #: a released version cannot read what the new one writes
    FORM = "form"  #: the schema itself lacks something the house rules ask for


class Problem(NamedTuple):
    """Why a value of the writer's type cannot be read: path of the field, what, and what to do."""

    path: str
    what: str
    cure: str


class Finding(NamedTuple):
    """A problem of one schema; ``against`` is the released version it concerns, None for the form."""

    ce_type: str
    against: int | None
    direction: Direction
    path: str
    what: str
    cure: str


_UNION: Final = "keep the branch; a union may only gain branches at a new event version"
_SAY: Final = "say what it is, in English (doc) and Chinese (docZh)"
_CLASSES: Final = frozenset({"p", "s", "-"})


def check_all(catalogue: Catalogue) -> tuple[Finding, ...]:
    """Return every finding about every schema: its form, and against each of its released versions."""
    found = [finding for schema in catalogue for finding in (*complete(schema), *check(schema))]
    for old in catalogue.orphans:
        what = "the event is gone, and what was written with its released version cannot be read any more"
        cure = "keep the schema for as long as a topic may hold its events"
        found.append(Finding(old.ce_type, old.number, Direction.BACKWARD, "", what, cure))
    return tuple(found)


def check(schema: Schema, released: Iterable[Released] | None = None) -> tuple[Finding, ...]:
    """Return what breaks between the schema and the released versions (its own, unless given), both ways."""
    found: list[Finding] = []
    for old in schema.released if released is None else released:
        backward, forward = unreadable(old.type, schema.type), unreadable(schema.type, old.type)
        found += [Finding(schema.ce_type, old.number, Direction.BACKWARD, *each) for each in backward]
        found += [Finding(schema.ce_type, old.number, Direction.FORWARD, *each) for each in forward]
    return tuple(found)


def complete(schema: Schema) -> tuple[Finding, ...]:
    """Return the fields that lack docs in either language or a class, and the defaults that do not fit."""
    problems = _form(schema.type, "")
    return tuple(Finding(schema.ce_type, None, Direction.FORM, *problem) for problem in problems)


def unreadable(writer: Type, reader: Type, path: str = "") -> Iterator[Problem]:
    """Yield what keeps ``reader`` from reading every value that ``writer`` can write; nothing when it can."""
    if writer.kind == "union":
        for branch in writer.branches:
            yield from unreadable(branch, reader, path)
    elif reader.kind == "union":
        taken_by = matching_branch(writer, reader)
        if taken_by is None:
            yield Problem(path, f"a {writer.label} may be written, and {reader.label} takes none", _UNION)
        else:
            yield from unreadable(writer, taken_by, path)
    elif not matches(writer, reader):
        yield Problem(path, f"a {writer.label} cannot be read as a {reader.label}", _cure(writer, reader))
    elif writer.kind == "record":
        yield from _record(writer, reader, path)
    elif writer.kind in {"array", "map"}:
        inner = path + ("[]" if writer.kind == "array" else "{}")
        yield from unreadable(writer.element, reader.element, inner)
    elif writer.kind == "enum":
        lost = [symbol for symbol in writer.symbols if symbol not in reader.symbols]
        if lost and reader.default is None:
            cure = "keep the symbol and give the enum a default"
            yield Problem(path, f"the reader does not know the symbols {', '.join(lost)}", cure)


def _record(writer: Type, reader: Type, path: str) -> Iterator[Problem]:
    for field in reader.fields:
        inner = f"{path}.{field.name}" if path else field.name
        source = field_read_from(writer.fields, field)
        if source is not None:
            yield from unreadable(source.type, field.type, inner)
        elif field.default is MISSING:
            what = "one version has no such field, and the other gives it no default"
            cure = 'give it a default ("default": null with type ["null", …]), in the version that has it'
            yield Problem(inner, what, cure)


def _cure(writer: Type, reader: Type) -> str:
    if writer.name and writer.kind == reader.kind:
        if writer.kind == "fixed" and writer.size != reader.size:
            return "keep the size; another size is another field"
        return f"keep the name, or list {writer.name} among the aliases"
    if reader.kind in PROMOTIONS or writer.kind in PROMOTIONS:
        return "keep the type: a promotion reads one way only; add a field with a new name instead"
    return "keep the type; add a field with a new name and a default instead"


def _form(schema: Type, path: str) -> Iterator[Problem]:
    if schema.kind == "record":
        if not (schema.doc and schema.doc_zh):
            yield Problem(path, f"{schema.label} has no doc or no docZh", _SAY)
        for field in schema.fields:
            inner = f"{path}.{field.name}" if path else field.name
            yield from _field_form(field, inner)
            yield from _form(field.type, inner)
    for branch in schema.branches:
        yield from _form(branch, path)
    if schema.items is not None:
        yield from _form(schema.items, path + ("[]" if schema.kind == "array" else "{}"))


def _field_form(field: Field, path: str) -> Iterator[Problem]:
    if not (field.doc and field.doc_zh):
        yield Problem(path, "the field has no doc or no docZh", _SAY)
    if field.data_class not in _CLASSES:
        cure = 'add "class": "p" (personal), "s" (sensitive) or "-" (neither)'
        yield Problem(path, "the field has no class", cure)
    if field.default is not MISSING:
        try:
            python_default(field.type, field.default)
        except ValueError as error:
            cure = "a union's default is of its first branch; bytes are written as latin-1"
            yield Problem(path, str(error), cure)
