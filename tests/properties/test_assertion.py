"""Assertions survive the wire, and nothing else does."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.assertion import Assertion, decode, encode
from hub.core.codes import Code
from hub.core.fact import CATALOGUE, FieldType
from hub.core.merge import merge
from hub.errors import DeadLetterError

LONGS: Final = st.integers(-(2**63), 2**63 - 1)
VALUES: Final = {
    FieldType.TEXT: st.text(max_size=99),
    FieldType.DAY: LONGS,
    FieldType.NUMBER: LONGS,
    FieldType.FLAG: st.booleans(),
    FieldType.TEXTS: st.lists(st.text(max_size=20), max_size=4),
}


@st.composite
def assertions(draw: st.DrawFn) -> Assertion:
    """Draw an assertion of the fact catalogue; fields may be cleared."""
    kind = draw(st.sampled_from(CATALOGUE))
    chosen = draw(st.lists(st.sampled_from(kind.fields), unique=True))
    fields = {field.name: draw(st.none() | VALUES[field.type]) for field in chosen}
    return kind.name, draw(st.binary(max_size=20)), fields


EVENTS: Final = st.lists(assertions(), max_size=4, unique_by=lambda one: one[:2])
SHAPED: Final = st.recursive(
    st.none() | st.booleans() | LONGS | st.floats() | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
).map(msgspec.msgpack.encode)
"""MessagePack of no particular shape."""


@given(told=EVENTS, data=st.data())
@settings(max_examples=500, deadline=None)
def test_what_is_asserted_survives_and_has_one_form(told: list[Assertion], data: st.DataObject) -> None:
    """Decoding gives what was encoded, and any order of assertions and fields the same bytes."""
    content = encode(told)
    assert decode(content) == sorted(told, key=lambda one: one[:2])
    turned = [
        (kind, key, dict(data.draw(st.permutations(list(fields.items()))))) for kind, key, fields in told
    ]
    assert encode(data.draw(st.permutations(turned))) == content
    assert encode(decode(content)) == content


@given(
    content=st.binary(max_size=80) | SHAPED | EVENTS.map(encode),
    cut=st.integers(0, 80),
    more=st.binary(max_size=3),
)
@settings(max_examples=2000, deadline=None)
def test_any_bytes_are_assertions_or_a_dead_letter(content: bytes, cut: int, more: bytes) -> None:
    """Arbitrary, misshapen, cut and lengthened bytes merge, or have a code; nothing else is raised."""
    for damaged in (content, content[:cut] + more, content[:cut] + more + content[cut + len(more) :]):
        assert _code(damaged) in {None, Code.SCHEMA_MISMATCH, Code.FACT_UNKNOWN, Code.VALUE_INVALID}


def test_a_value_of_another_type_is_a_dead_letter() -> None:
    """A number where a growing set belongs has the code of an invalid value, in a new entry and an old."""
    wrong = encode([("party", b"", {"conflicts": 5})])
    assert _code(wrong) == Code.VALUE_INVALID
    facts: dict[str, Any] = {}
    marks: dict[str, Any] = {}
    merge(facts, marks, bytes(25), [("party", b"", {"conflicts": ["CONFLICT"]})])
    with pytest.raises(DeadLetterError) as caught:
        merge(facts, marks, bytes([1]) * 25, decode(wrong))
    assert caught.value.code == Code.VALUE_INVALID


def _code(content: bytes) -> str | None:
    """Return the code of the dead letter that the bytes come to, or None when they are merged."""
    facts: dict[str, Any] = {}
    try:
        merge(facts, {}, bytes(25), decode(content))
    except DeadLetterError as error:
        return error.code
    return None
