"""Writes ``hub.person_facts``, the one record that intake writes for nearly every event.

The same bytes as the codec's compiled writer (a property test compares them), in half of its time:
nine of ten asserted fields (a kind, a day, a region, a flag) have a value that many events share, so
the encoded ``name: value`` is looked up instead of made. Unlike the codec it does not check types.
"""

from __future__ import annotations

from typing import Any, Final

from hub.connectors.draft import Fields, Value
from hub.schemas.catalogue import Schema
from hub.schemas.wire import LONGS, SHORT, long
from hub.schemas.writer import compile_writer

ITEMS_KEPT: Final = 65_536
"""Encoded fields and texts kept, about 12 MB: every day of sixty years, every village, and some hours."""
_FIELDS_AT: Final = 3
"""Where the field begins in an assertion with an empty kind and key: two lengths and a count before it."""
_END: Final = b"\0"


class FactsWriter:
    """A writer of one schema. It remembers what it encoded, and nothing of whom it was about."""

    def __init__(self, schema: Schema) -> None:
        """Take the schema of ``hub.person_facts``."""
        (assertion,) = (field.type.element for field in schema.type.fields if field.name == "assertions")
        self._write_assertion = compile_writer(assertion)
        self._frame = schema.frame
        self._items: dict[tuple[str, Value], bytes] = {}
        self._lists: dict[str, bytes] = {}
        self._texts: dict[str, bytes] = {}
        self._highs: dict[int, bytes] = {}

    def write(self, facts: dict[str, Any]) -> bytes:
        """Return the framed record."""
        text = self._text
        person, contact, origin = facts["person"], facts["contact"], facts["origin"]
        event_id = facts["event_id"].encode()
        parts = [
            self._frame,
            LONGS[len(person)],
            person,
            _length(event_id),
            event_id,
            text(facts["source"]),
            text(facts["type"]),
            self._number(facts["occurred_at"]),
            self._number(facts["received_at"]),
            LONGS[len(facts["stamp"])],
            facts["stamp"],
        ]
        assertions = facts["assertions"]
        if assertions:
            parts.append(LONGS[len(assertions)])
            for assertion in assertions:
                key = assertion["key"]
                parts += (text(assertion["kind"]), _length(key), key)
                self._put_fields(assertion["fields"], parts)
        parts.append(_END)
        parts += (b"\0",) if contact is None else (b"\2", _length(contact), contact)
        parts += (text(origin["topic"]), self._number(origin["partition"]), self._number(origin["offset"]))
        return b"".join(parts)

    def _put_fields(self, fields: Fields, parts: list[bytes]) -> None:
        """Append a map of fields."""
        if fields:
            parts.append(LONGS[len(fields)])
            known = self._items
            for item in fields.items():
                if item[1].__class__ is list:
                    self._put_list(item[0], fields, parts)
                else:
                    # A field holds values of one type only, so that 1 and True never meet here.
                    parts.append(known.get(item) or self._item(item))
        parts.append(_END)

    def _put_list(self, name: str, fields: Fields, parts: list[bytes]) -> None:
        """Append a field that holds texts: they are mostly of one person, so nothing is kept."""
        texts = fields[name]
        head = self._lists.get(name)
        if head is None:
            head = self._lists[name] = self._encoded(name, [])[:-1]
        parts.append(head)
        if texts and isinstance(texts, list):
            parts.append(_length(texts))
            for each in texts:
                encoded = each.encode()
                parts += (_length(encoded), encoded)
        parts.append(_END)

    def _item(self, item: tuple[str, Value]) -> bytes:
        if len(self._items) >= ITEMS_KEPT:
            self._items.clear()
        encoded = self._items[item] = self._encoded(*item)
        return encoded

    def _encoded(self, name: str, value: Value) -> bytes:
        """Return a field as it stands in a map, by the codec's own writer."""
        return self._write_assertion({"kind": "", "key": b"", "fields": {name: value}})[_FIELDS_AT:-1]

    def _number(self, number: int) -> bytes:
        """Return a number: its lowest 21 bits made, the rest, which times and offsets share, looked up."""
        if 0 <= number < SHORT:
            return LONGS[number]
        wire = number << 1
        rest = wire >> 21
        if rest <= 0:  # short after all, or negative: before 1970
            return long(number)
        high = self._highs.get(rest)
        if high is None:
            if len(self._highs) >= ITEMS_KEPT:
                self._highs.clear()
            # Behind three full bytes the rest stands as a number of its own would.
            high = self._highs[rest] = long(number)[3:]
        return bytes((wire & 127 | 128, wire >> 7 & 127 | 128, wire >> 14 & 127 | 128)) + high

    def _text(self, text: str) -> bytes:
        """Return a text that comes again and again (a source, a type), encoded."""
        known = self._texts.get(text)
        if known is None:
            if len(self._texts) >= ITEMS_KEPT:
                self._texts.clear()
            encoded = text.encode()
            known = self._texts[text] = _length(encoded) + encoded
        return known


def _length(value: bytes | list[str]) -> bytes:
    size = len(value)
    return LONGS[size] if size < SHORT else long(size)
