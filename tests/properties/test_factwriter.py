"""The fast writer of facts and aliases writes what the codec writes."""

from __future__ import annotations

from typing import Final, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from hub import contracts, data
from hub.connectors.places import Places
from hub.connectors.reading import Limits, Reading
from hub.core import dates
from hub.stages.factwriter import KEPT, FactWriter

CODEC: Final = contracts.codec()
WRITER: Final = FactWriter(CODEC.catalogue)
"""One for all examples: what it keeps must not matter."""
PLACES: Final = Places(data.regions(), data.crosswalk(), 0)
LIMITS: Final = Limits(80_000)

TEXTS: Final = st.one_of(st.text(max_size=9), st.text(max_size=9).map(lambda text: text * 99))
FILLED: Final = TEXTS.map(lambda text: f"x{text}x")
"""What an envelope must have."""
BYTES: Final = st.one_of(
    st.binary(max_size=40), st.binary(min_size=1, max_size=9).map(lambda some: some * 99)
)
PERSONS: Final = st.sampled_from([b"", b"p" * 16])
STAMPS: Final = st.binary(min_size=25, max_size=25)
TIMES: Final = st.integers(dates.midnight_ms(dates.FIRST_DAY), dates.midnight_ms(dates.LAST_DAY))


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Draw the reading of an envelope: any id and source, at any plausible time and tick."""
    envelope = {"id": draw(FILLED), "source": draw(FILLED), "region": None, "seq": 0, "time": "2022-05-08"}
    reading = Reading(envelope, False, draw(TIMES), PLACES, LIMITS)
    reading.at = draw(TIMES)
    return reading


class Told(NamedTuple):
    """One event's facts, and where they came from."""

    person: bytes
    reading: Reading
    ce_type: str
    stamp: bytes
    content: bytes
    contact: bytes | None
    origin: tuple[str, int, int]


ORIGINS: Final = st.tuples(TEXTS, st.integers(0, 999), st.integers(0, 1 << 62))
TOLD: Final = st.builds(Told, PERSONS, readings(), TEXTS, STAMPS, BYTES, st.none() | BYTES, ORIGINS)


@given(TOLD)
def test_facts_are_those_of_the_codec(told: Told) -> None:
    """Facts have the codec's bytes, whatever was written before."""
    topic, partition, offset = told.origin
    expected = {
        "person": told.person,
        "event_id": told.reading.event_id,
        "source": told.reading.source,
        "type": told.ce_type,
        "occurred_at": told.reading.at,
        "received_at": told.reading.now,
        "stamp": told.stamp,
        "assertions": told.content,
        "contact": told.contact,
        "origin": {"topic": topic, "partition": partition, "offset": offset},
    }
    assert WRITER.facts(*told) == CODEC.encode("hub.person_facts", expected)


@given(TOLD, st.binary(min_size=16, max_size=16), TEXTS, TEXTS)
def test_aliases_are_those_of_the_codec(told: Told, index: bytes, kind: str, event_id: str) -> None:
    """A binding and waiting facts have the codec's bytes."""
    person, facts, stamp = told.person, told.content, told.stamp
    same = {"alias": index, "alias_kind": kind, "event_id": event_id, "stamp": stamp}
    binding = WRITER.binding(index, kind, person, event_id, stamp)
    assert binding == CODEC.encode("hub.alias", {**same, "person": person, "facts": None})
    bringing = WRITER.binding(index, kind, person, event_id, stamp, facts)
    assert bringing == CODEC.encode("hub.alias", {**same, "person": person, "facts": facts})
    waiting = WRITER.waiting(index, kind, facts, event_id, stamp)
    assert waiting == CODEC.encode("hub.alias", {**same, "person": None, "facts": facts})


def test_sources_without_end_are_forgotten() -> None:
    """More sources and partitions than are kept change nothing of what is written."""
    writer = FactWriter(CODEC.catalogue)
    read = CODEC.reader("hub.person_facts", ("source", "origin"))
    for number in (*range(KEPT + 2), 0):
        envelope = {"id": "1", "source": f"s{number}", "region": None, "seq": 0, "time": "2022-05-08"}
        reading = Reading(envelope, False, 1_650_000_000_000, PLACES, LIMITS)
        written = writer.facts(b"", reading, "t", b"", b"", None, ("topic", number, number))
        decoded = read(written)
        assert decoded["source"] == f"s{number}"
        assert decoded["origin"] == {"topic": "topic", "partition": number, "offset": number}
