"""The reader of facts against the codec's, on records as they are written and as they are damaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import contracts
from hub.errors import DeadLetterError
from hub.stages.factreader import fact_reader

CODEC: Final = contracts.codec()
READ: Final = fact_reader(CODEC)
FIELDS: Final = ("person", "event_id", "stamp", "assertions", "contact")
BY_CODEC: Final = CODEC.reader("hub.person_facts", FIELDS)
LONGS: Final = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(1_500_000_000_000, 1_900_000_000_000)
RECORDS: Final = st.fixed_dictionaries({
    "person": st.binary(min_size=16, max_size=16) | st.binary(max_size=20),
    "event_id": st.text(max_size=80),
    "source": st.text(max_size=40) | st.text(min_size=60, max_size=70),
    "type": st.text(max_size=40),
    "occurred_at": LONGS,
    "received_at": LONGS,
    "stamp": st.binary(min_size=25, max_size=25) | st.binary(max_size=30),
    "assertions": st.binary(max_size=300) | st.binary(min_size=8_190, max_size=8_200),
    "contact": st.none() | st.binary(max_size=300) | st.binary(min_size=8_190, max_size=8_200),
    "origin": st.fixed_dictionaries({
        "topic": st.text(max_size=20), "partition": st.integers(0, 99), "offset": st.integers(0, 1 << 40),
    }),
})  # fmt: skip
"""Records as intake writes them, and ones that are longer, shorter or older than usual."""


def _outcome(read: Callable[[bytes], Any], value: bytes) -> object:
    """Return what was read, or the refusal."""
    try:
        return read(value)
    except DeadLetterError as error:
        return error.code, error.field, error.message


def _by_codec(value: bytes) -> tuple[Any, ...]:
    told = BY_CODEC(value)
    return tuple(told[name] for name in FIELDS)


@given(record=RECORDS)
@settings(max_examples=500, deadline=None)
def test_what_is_written_is_read(record: dict[str, Any]) -> None:
    """Whatever the sizes, the reader gives back what the codec wrote."""
    assert READ(CODEC.encode("hub.person_facts", record)) == tuple(record[name] for name in FIELDS)


@given(record=RECORDS, data=st.data())
@settings(max_examples=1000, deadline=None)
def test_what_is_damaged_is_read_or_refused_as_the_codec_does(
    record: dict[str, Any], data: st.DataObject
) -> None:
    """Cut off anywhere, or with any one byte changed, a value means to both readers the same."""
    value = CODEC.encode("hub.person_facts", record)
    at = data.draw(st.integers(0, min(len(value) - 1, 400)), label="at")
    byte = data.draw(st.none() | st.integers(0, 255), label="byte")
    damaged = value[:at] if byte is None else value[:at] + bytes((byte,)) + value[at + 1 :]
    assert _outcome(READ, damaged) == _outcome(_by_codec, damaged)
