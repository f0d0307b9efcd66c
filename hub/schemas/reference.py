"""The reference page of events, written from the catalogue: ``docs/reference/events.md``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from hub.schemas.catalogue import Catalogue, Schema
from hub.schemas.types import MISSING, Field, Type

__all__ = ("page",)

_HEAD: Final = """\
# Events and outputs · 事件与输出

What the files of `hub/schemas/avro` say. 内容取自 `hub/schemas/avro` 中的模式文件。

Values are Avro, framed in single-object encoding (`C3 01` and the schema's CRC-64-AVRO fingerprint,
little-endian) or, with a schema registry configured, in the Confluent framing (`00` and the 4-byte
schema id). A `?` after a type means that it may be null. *Class*: `p` personal, `s` sensitive, `-`
neither. A **prohibition** ends or forbids something: it takes effect even where it cannot be read whole.
`hub schemas show TYPE` prints one of these schemas; `hub schemas check` compares them with every
released version.

类型后的 `?` 表示可为空。*类别*：`p` 个人信息、`s` 敏感个人信息、`-` 均非。
**禁止类**事件终止或禁止某事，即使无法完整读取也会生效。
"""


def page(catalogue: Catalogue) -> str:
    """Return the page in Markdown: an overview by topic, then every event, then the shared records."""
    shared = {record.name: record for schema in catalogue for record in _shared(schema)}
    parts = [_HEAD, _overview(catalogue)]
    for topic in _topics(catalogue):
        parts.append(f"## {topic}\n")
        parts += [_event(schema) for schema in catalogue if schema.topic == topic]
    parts.append("## Shared records · 公用记录\n")
    parts += [_section(record, "###") for _, record in sorted(shared.items())]
    return "\n".join(parts)


def _topics(catalogue: Catalogue) -> list[str]:
    """Return the topics, upstream ones first."""
    return sorted({schema.topic for schema in catalogue}, key=lambda topic: (topic.startswith("hub."), topic))


def _overview(catalogue: Catalogue) -> str:
    rows = ["| topic · 主题 | event · 事件 | what · 含义 |", "|---|---|---|"]
    for topic in _topics(catalogue):
        for schema in catalogue:
            if schema.topic == topic:
                mark = " **prohibition · 禁止类**" if schema.prohibition else ""
                link = f"[{schema.ce_type}](#{_anchor(schema.ce_type)})"
                rows.append(f"| `{topic}` | {link} | {_cell(schema.doc)} {_cell(schema.doc_zh)}{mark} |")
    return "\n".join(rows) + "\n"


def _anchor(heading: str) -> str:
    return heading.lower().replace(".", "")


def _event(schema: Schema) -> str:
    mark = " · **prohibition · 禁止类**" if schema.prohibition else ""
    facts = f"Topic `{schema.topic}` · record `{schema.name}`{mark}\n"
    tables = [_table(schema.type)]
    own = _own_records(schema.type, schema.name)
    tables += [f"`{record.name}`: {record.doc} {record.doc_zh}\n\n{_table(record)}" for record in own]
    return f"### {schema.ce_type}\n\n{schema.doc} {schema.doc_zh}\n\n{facts}\n" + "\n".join(tables)


def _section(record: Type, level: str) -> str:
    return f"{level} {record.name}\n\n{record.doc} {record.doc_zh}\n\n{_table(record)}"


def _table(record: Type) -> str:
    rows = ["| field · 字段 | type · 类型 | class · 类别 | what · 含义 |", "|---|---|---|---|"]
    rows += [_row(field) for field in record.fields]
    return "\n".join(rows) + "\n"


def _row(field: Field) -> str:
    default = ""
    if field.default is not MISSING and field.default is not None:
        default = f" = `{json.dumps(field.default, ensure_ascii=False)}`"
    label, doc = _cell(field.type.label), _cell(f"{field.doc} · {field.doc_zh}")
    return f"| `{field.name}` | `{label}`{default} | {field.data_class} | {doc} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _is_shared(record: Type) -> bool:
    return record.name.startswith("redcross.") or record.name == "hub.Origin"


def _records(schema: Type) -> Iterator[Type]:
    """Iterate over the records below a type, each as often as it stands there."""
    items = () if schema.items is None else (schema.items,)
    for inner in (*schema.branches, *(field.type for field in schema.fields), *items):
        if inner.kind == "record":
            yield inner
        yield from _records(inner)


def _shared(schema: Schema) -> Iterator[Type]:
    return (record for record in _records(schema.type) if _is_shared(record))


def _own_records(schema: Type, name: str) -> list[Type]:
    """Return the records that only this event has, each once, in order."""
    own = {record.name: record for record in _records(schema) if not _is_shared(record)}
    return [record for record in own.values() if record.name != name]
