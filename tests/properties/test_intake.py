"""Intake accounts for every record, whatever its bytes are."""

from __future__ import annotations

from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import topics
from hub.errors import DeadLetterError
from hub.stages.contract import Batch, Record
from hub.stages.memory import Emitted, MemoryContext
from tests.unit.connectors.events import NOW, PROHIBITIONS, SENSITIVE, TYPES, event, person
from tests.unit.stages.receiving import (
    CODEC,
    SEALER,
    SENSITIVE_SEALER,
    decoded,
    ends,
    framed,
    intake,
    topic_of,
)

TEXT = st.one_of(
    st.none(),
    st.sampled_from(
        ["", " ", "?", "2022-05-08", "9999-99-99", "330104", "2199-12-31T23:59:59Z", "\x00", "１２３"]
    ),
    st.text(max_size=20),
    st.integers(0, 400).map(lambda length: "9" * length),
)
VALUES = st.one_of(TEXT, st.integers(-(2**31), 2**31 - 1), st.floats(), st.booleans(), st.just(person()))
PATHS = ("", "", "envelope", "person", "person", "consent")
UPSTREAM = st.sampled_from(topics.UPSTREAM)


def mutated(ce_type: str, changes: list[tuple[str, int, Any]]) -> bytes:
    """Return an event with fields replaced, as far as its schema allows."""
    made = event(ce_type)
    value = CODEC.encode(ce_type, made)
    for path, at, new in changes:
        target = made.get(path) if path else made
        if isinstance(target, dict):
            changed = {**target, sorted(target)[at % len(target)]: new}
            tried = {**made, path: changed} if path else changed
            try:
                value = CODEC.encode(ce_type, tried)
            except DeadLetterError:
                continue
            made = tried
    return value


def account(value: bytes | None, topic: str, headers: list[tuple[str, bytes]] | None = None) -> str:
    """Return the one end to which intake brings a record."""
    ctx = MemoryContext(NOW)
    ctx.run(intake(), Batch(topic, 0, [Record(0, None, value, headers)]))
    (end,) = ends(ctx)
    received = sum(count for name, count in ctx.counters.items() if name.startswith("flow.received"))
    assert received == (0 if end == "stop" else 1)
    assert sum(count for name, count in ctx.counters.items() if name.startswith("flow.parked")) == (
        end == "parked"
    )
    rejected = sum(count for name, count in ctx.counters.items() if name.startswith("flow.rejected"))
    assert rejected == (end == "dead letter")
    return end


@given(value=st.binary(max_size=200), topic=UPSTREAM)
@settings(max_examples=500, deadline=None)
def test_arbitrary_bytes_come_to_one_end(value: bytes, topic: str) -> None:
    """No bytes make intake raise; they are a dead letter."""
    assert account(value, topic) == "dead letter"


@given(
    ce_type=st.sampled_from(TYPES),
    changes=st.lists(st.tuples(st.sampled_from(PATHS), st.integers(0, 40), VALUES), min_size=1, max_size=9),
)
@settings(max_examples=1500, deadline=None)
def test_mutated_events_come_to_one_end(ce_type: str, changes: list[tuple[str, int, Any]]) -> None:
    """Any event comes to exactly one end; a prohibition to no dead letter, class s to no ordinary topic."""
    end = account(mutated(ce_type, changes), topic_of(ce_type))
    assert ce_type not in PROHIBITIONS or end in {"facts", "sensitive", "alias", "parked", "stop"}
    assert ce_type not in SENSITIVE or end in {"sensitive", "dead letter", "stop"}


@given(ce_type=st.sampled_from(TYPES), data=st.data())
@settings(max_examples=1000, deadline=None)
def test_damaged_bytes_come_to_one_end(ce_type: str, data: st.DataObject) -> None:
    """An event with any byte changed, or cut off anywhere, comes to exactly one end."""
    value = framed(ce_type)
    at = data.draw(st.integers(10, len(value) - 1))
    damaged = value[:at] + data.draw(st.sampled_from([b"", bytes([value[at] ^ 1]) + value[at + 1 :]]))
    end = account(damaged, topic_of(ce_type))
    assert ce_type not in PROHIBITIONS or end != "dead letter"


@given(ce_type=st.sampled_from(PROHIBITIONS), body=st.binary(max_size=200), topic=UPSTREAM)
@settings(max_examples=500, deadline=None)
def test_what_claims_to_be_a_prohibition_is_never_a_dead_letter(
    ce_type: str, body: bytes, topic: str
) -> None:
    """A record that is a prohibition by its frame or its header stops its source when it is unreadable."""
    frame = CODEC.catalogue.by_type(ce_type).frame
    assert account(frame + body, topic) != "dead letter"
    assert account(b"\xff" + body, topic, [("ce_type", ce_type.encode())]) == "stop"


CHANGES = st.lists(st.tuples(st.sampled_from(PATHS), st.integers(0, 40), VALUES), max_size=3)
ARRIVING = st.one_of(
    st.builds(mutated, st.sampled_from(TYPES), CHANGES),
    st.builds(lambda ce_type, end: framed(ce_type)[:-end], st.sampled_from(TYPES), st.integers(1, 60)),
    st.binary(max_size=30),
)


def opened(emitted: Emitted) -> tuple[Any, ...]:
    """Return what was emitted with its seals broken: sealing the same twice gives two texts."""
    name, fields = decoded(emitted)
    key = emitted.key or b""
    sealer = SENSITIVE_SEALER if name == "hub.sensitive_facts" else SEALER
    for field in ("contact", "sealed"):
        if fields.get(field) is not None:
            fields[field] = sealer.open(fields[field], key)
    if name == "hub.alias" and fields["facts"] is not None:  # they come by, sealed for whom they are about
        fields["facts"] = opened(Emitted(emitted.topic, fields["person"] or key, fields["facts"]))
    return emitted.topic, emitted.key, emitted.headers, name, fields


def outcome(parts: list[list[Record]]) -> list[Any]:
    """Return what comes of records that arrive in parts, up to one that stops their source."""
    ctx = MemoryContext(NOW)
    for part in parts:
        if ctx.run(intake(), Batch(topics.TRAINING, 0, part)) is not None:
            break
    return [[opened(each) for each in ctx.emitted], ctx.dead_letters, ctx.stops, ctx.counters]


@given(values=st.lists(ARRIVING, min_size=2, max_size=9))
@settings(max_examples=500, deadline=None)
def test_records_taken_together_come_to_what_each_comes_to_alone(values: list[bytes]) -> None:
    """However many records go through the steps together, the outcome and its order are the same."""
    records = [Record(offset, None, value) for offset, value in enumerate(values)]
    with mock.patch("hub.stages.intake.TOGETHER", 4):
        assert outcome([records]) == outcome([[record] for record in records])
