"""Compiled readers: for a pair of schemas, one Python function that turns a body into a dict.

The writer's schema says what the bytes are, the reader's what we want; what only the writer has is
skipped, what only the reader has takes its default, what both have is promoted as Avro resolves it.
A projection is the same thing: the reader's schema with fewer fields.

Everything is inlined: no call per field, one index per byte of structure, one slice per string.
Bounds are not checked per field: a slice past the end comes out short, the next index raises
IndexError or the last line sees that the offset is not the length; either way the value is refused.

Measured against fastavro 1.13 (CPython 3.11, µs per value): training.certificate.issued with a full
person block 8.9 against 25.2. fastavro's own projection is slower than its full read.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from hub.errors import SchemaConflictError
from hub.schemas.resolution import field_read_from, matches, matching_branch, python_default
from hub.schemas.source import Source
from hub.schemas.types import MISSING, Type
from hub.schemas.wire import MORE, count, malformed, number, span, wide

__all__ = ("BodyReader", "compile_reader", "project", "reader_source")

BodyReader = Callable[[bytes, int], dict[str, Any]]
"""Takes a value and the offset of its body; returns the record, or raises DeadLetterError SCHEMA_MISMATCH."""

_LENGTH_MASK: Final = 129  # a one-byte count is below 128 and even (zig-zag: odd is negative)
_GROUP: Final = {
    "int": "number",
    "long": "number",
    "float": "number",
    "double": "number",
    "string": "text",
    "bytes": "text",
}
_LIKELY: Final = {"string": 0, "bytes": 0, "long": 1, "int": 1, "record": 2, "null": 4}


_GLOBALS: Final[dict[str, Any]] = {
    "ZIGZAG": tuple((n >> 1) ^ -(n & 1) for n in range(128)),
    # one-byte length → itself and that many bytes; nothing for a length that is wider, or negative (odd)
    "LENGTH": tuple(1 + (n >> 1) if n < MORE and not n & 1 else 0 for n in range(256)),
    "BOOLEAN": (False, True),
    "FLOAT": struct.Struct("<f").unpack_from,
    "DOUBLE": struct.Struct("<d").unpack_from,
    "FAULTS": (IndexError, UnicodeDecodeError, struct.error, OverflowError),
    "wide": wide,
    "number": number,
    "span": span,
    "count": count,
    "malformed": malformed,
}


def compile_reader(
    writer: Type, reader: Type | None = None, fields: Iterable[str] | None = None
) -> BodyReader:
    """Return the function that reads what ``writer`` wrote as ``reader``, or only ``fields`` of it.

    Without ``reader`` it reads as the writer wrote. Fields are dotted paths (``person.doc_no``;
    a record's path takes all of it); with them the function stops after the last field asked for, and
    so checks nothing behind it.
    Raises SchemaConflictError when the two schemas can never be resolved.
    """
    names: dict[str, Any] = dict(_GLOBALS)
    exec(compile(reader_source(writer, reader, fields), "<hub.schemas.reader>", "exec"), names)  # noqa: S102
    function: BodyReader = names["read"]
    return function


def reader_source(writer: Type, reader: Type | None = None, fields: Iterable[str] | None = None) -> str:
    """Return the Python source of :func:`compile_reader`'s function, to look at."""
    target = writer if reader is None else reader
    if fields is not None:
        target = project(target, fields)
    emitter = _Emitter(partial=fields is not None)
    emitter.function(writer, target)
    return emitter.text


def project(schema: Type, fields: Iterable[str]) -> Type:
    """Return the record with only the fields at these dotted paths; SchemaConflictError for a wrong one."""
    paths = tuple(fields)
    if schema.kind == "union":
        branches = (project(b, paths) if b.kind == "record" else b for b in schema.branches)
        return replace(schema, branches=tuple(branches))
    if schema.kind in {"array", "map"}:
        return replace(schema, items=project(schema.element, paths))
    wanted: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        wanted.setdefault(head, []).append(rest)
    for name in wanted.keys() - {field.name for field in schema.fields}:
        raise SchemaConflictError(f"there is no field {name}", schema.label, "ask for fields the schema has")
    kept = []
    for field in schema.fields:
        below = wanted.get(field.name)
        if below is not None:
            kept.append(field if "" in below else replace(field, type=project(field.type, below)))
    return replace(schema, fields=tuple(kept))


class _Emitter(Source):
    """Writes the function. Every method leaves ``i`` behind what it read; ``partial`` is a projection."""

    def __init__(self, *, partial: bool) -> None:
        super().__init__()
        self.partial = partial

    def function(self, writer: Type, target: Type) -> None:
        with self.block("def read(b, i):"):
            with self.block("try:"):
                if self.partial:
                    result = self.record(writer, target, stop_early=True)
                    end = "if i > len(b):"
                else:
                    result = self.read(writer, target)
                    end = "if i != len(b):"
                with self.block(end):
                    self.put('raise malformed("it ends too early or too late")')
                self.put(f"return {result}")
            with self.block("except FAULTS as fault:"):
                self.put('raise malformed("it is cut off or not UTF-8") from None')

    # -- values -----------------------------------------------------------------------------------

    def read(self, writer: Type, target: Type) -> str:
        """Emit the reading of a value; return the expression that then holds it."""
        if writer.kind == "union":
            return self.read_union(writer, target)
        if target.kind == "union":
            chosen = matching_branch(writer, target)
            if chosen is None:
                self.put(f"raise malformed({f'no branch takes a {writer.label}'!r})")
                return "None"
            target = chosen
        if not matches(writer, target):
            self.put(f"raise malformed({f'a {writer.label} is no {target.label}'!r})")
            return "None"
        value: str = getattr(self, f"read_{_GROUP.get(writer.kind, writer.kind)}")(writer, target)
        return value

    def read_null(self, _writer: Type, _target: Type) -> str:
        return "None"

    def read_boolean(self, _writer: Type, _target: Type) -> str:
        v = self.new()
        self.put(f"{v} = BOOLEAN[b[i]]", "i += 1")
        return v

    def read_number(self, writer: Type, target: Type) -> str:
        v = self.new()
        if writer.kind in {"float", "double"}:
            self.put(f"{v} = {writer.kind.upper()}(b, i)[0]", f"i += {4 if writer.kind == 'float' else 8}")
            return v
        self.put(f"{v} = b[i]")
        with self.block(f"if {v} < 128:"):
            self.put(f"{v} = ZIGZAG[{v}]", "i += 1")
        with self.block("else:"):
            self.put(f"{v}, i = wide(b, i)")
        return f"float({v})" if target.kind in {"float", "double"} else v

    def length(self) -> str:
        """Emit the reading of a length: the bytes are then ``b[i + 1:n]``, ``n`` being the name returned."""
        n = self.new("n")
        self.put(f"{n} = i + LENGTH[b[i]]")
        with self.block(f"if {n} == i:"):
            self.put(f"i, {n} = span(b, i)")
        return n

    def read_text(self, _writer: Type, target: Type) -> str:
        n, v = self.length(), self.new()
        self.put(f"{v} = b[i + 1:{n}]{'.decode()' if target.kind == 'string' else ''}", f"i = {n}")
        return v

    def read_fixed(self, writer: Type, _target: Type) -> str:
        v = self.new()
        self.put(f"{v} = b[i:i + {writer.size}]", f"i += {writer.size}")
        return v

    def read_enum(self, writer: Type, target: Type) -> str:
        v = self.new()
        symbols = tuple(s if s in target.symbols else target.default for s in writer.symbols)
        self.put(f"{v}, i = number(b, i)")
        with self.block(f"if {v} < 0:"):
            self.put('raise malformed("an enum is negative")')
        self.put(f"{v} = {symbols!r}[{v}]")
        if None in symbols:
            with self.block(f"if {v} is None:"):
                self.put('raise malformed("an enum has a symbol its reader does not know")')
        return v

    def read_array(self, writer: Type, target: Type) -> str:
        v = self.new()
        self.put(f"{v} = []")
        with self.items():
            self.put(f"{v}.append({self.read(writer.element, target.element)})")
        return v

    def read_map(self, writer: Type, target: Type) -> str:
        v = self.new()
        self.put(f"{v} = {{}}")
        with self.items():
            key = self.read_text(Type("string"), Type("string"))
            self.put(f"{v}[{key}] = {self.read(writer.element, target.element)}")
        return v

    @contextmanager
    def items(self) -> Iterator[None]:
        """Emit the loop over the blocks of an array or map; its body is one item (which takes bytes)."""
        n = self.new("n")
        with self.block(f"while {n} := b[i]:"):
            # a block of up to 63 items says so in one even byte; anything else takes the long way
            with self.block(f"if {n} & {_LENGTH_MASK}:"):
                self.put(f"{n}, i = count(b, i)")
            with self.block("else:"):
                self.put(f"{n} >>= 1", "i += 1")
            with self.block(f"for _ in range({n}):"):
                yield
        self.put("i += 1")

    def read_record(self, writer: Type, target: Type) -> str:
        return self.record(writer, target, stop_early=False)

    def record(self, writer: Type, target: Type, *, stop_early: bool) -> str:
        found = ((field_read_from(writer.fields, field), field) for field in target.fields)
        wanted = {source.name: field for source, field in found if source is not None}
        values: dict[str, str] = {}
        for entry in writer.fields:
            if stop_early and len(values) == len(wanted):
                break
            if entry.name in wanted:
                field = wanted[entry.name]
                values[field.name] = self.keep(self.read(entry.type, field.type))
            else:
                self.skip(entry.type)
        for field in target.fields:
            if field.name not in values:
                if field.default is MISSING:
                    raise SchemaConflictError(
                        f"the writer has no field {field.name}", target.label, "give the new field a default"
                    )
                values[field.name] = repr(python_default(field.type, field.default))
        return "{" + ", ".join(f"{f.name!r}: {values[f.name]}" for f in target.fields) + "}"

    def keep(self, expression: str) -> str:
        """Name a composed expression, so that it is computed where it stands."""
        if expression.isidentifier():
            return expression
        v = self.new()
        self.put(f"{v} = {expression}")
        return v

    def read_union(self, writer: Type, target: Type) -> str:
        v, t = self.new(), self.new("t")
        self.put(f"{t} = b[i]", "i += 1")
        word = "if"
        for branch in sorted(writer.branches, key=lambda b: _LIKELY.get(b.kind, 3)):
            with self.block(f"{word} {t} == {writer.branches.index(branch) * 2}:"):
                self.put(f"{v} = {self.read(branch, target)}")
            word = "elif"
        with self.block("else:"):
            self.put('raise malformed("a union has no such branch")')
        return v

    # -- skipping ---------------------------------------------------------------------------------

    def skip(self, writer: Type) -> None:
        """Emit the skipping of a value."""
        kind = writer.kind
        if kind in {"int", "long", "enum"}:
            with self.block("while b[i] > 127:"):
                self.put("i += 1")
            self.put("i += 1")
        elif kind in {"string", "bytes"}:
            self.put(f"i = {self.length()}")
        elif kind in {"boolean", "float", "double", "fixed"}:
            self.put(f"i += {writer.smallest}")
        elif kind == "record":
            for field in writer.fields:
                self.skip(field.type)
        elif kind in {"array", "map"}:
            with self.items():
                if kind == "map":
                    self.put(f"i = {self.length()}")
                self.skip(writer.element)
        elif kind == "union":
            self.skip_union(writer)

    def skip_union(self, writer: Type) -> None:
        t = self.new("t")
        self.put(f"{t} = b[i]", "i += 1")
        word = "if"
        for branch in sorted(writer.branches, key=lambda b: _LIKELY.get(b.kind, 3)):
            with self.block(f"{word} {t} == {writer.branches.index(branch) * 2}:"):
                self.put("pass")
                self.skip(branch)
            word = "elif"
        with self.block("else:"):
            self.put('raise malformed("a union has no such branch")')
