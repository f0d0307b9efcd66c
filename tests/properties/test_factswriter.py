"""The fast writer of facts writes what the codec writes."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import contracts
from hub.core.fact import CATALOGUE, FieldType
from hub.stages.factswriter import FactsWriter

CODEC: Final = contracts.codec()
WRITER: Final = FactsWriter(CODEC.catalogue.by_type("hub.person_facts"))
LONGS: Final = st.integers(-(2**63), 2**63 - 1)
TEXTS: Final = st.one_of(st.text(max_size=9), st.text(max_size=9).map(lambda text: text * 99))
VALUES: Final = {
    FieldType.TEXT: TEXTS,
    FieldType.DAY: LONGS,
    FieldType.NUMBER: LONGS,
    FieldType.FLAG: st.booleans(),
    FieldType.TEXTS: st.lists(TEXTS, max_size=4),
}


@st.composite
def assertions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an assertion of the fact catalogue; fields may be cleared."""
    kind = draw(st.sampled_from(CATALOGUE))
    chosen = draw(st.lists(st.sampled_from(kind.fields), unique=True))
    fields = {field.name: draw(st.none() | VALUES[field.type]) for field in chosen}
    return {"kind": kind.name, "key": draw(st.binary(max_size=20)), "fields": fields}


FACTS: Final = st.fixed_dictionaries(
    {
        "person": st.binary(max_size=16),
        "event_id": TEXTS,
        "source": TEXTS,
        "type": TEXTS,
        "occurred_at": LONGS,
        "received_at": LONGS,
        "stamp": st.binary(max_size=25),
        "assertions": st.lists(assertions(), max_size=4),
        "contact": st.none() | st.binary(max_size=600),
        "origin": st.fixed_dictionaries(
            {"topic": TEXTS, "partition": st.integers(0, 2**31 - 1), "offset": st.integers(0, 2**63 - 1)}
        ),
    }
)


@given(facts=FACTS)
@settings(max_examples=1000, deadline=None)
def test_the_fast_writer_writes_what_the_codec_writes(facts: dict[str, Any]) -> None:
    """Both writers give the same bytes for any facts of the catalogue, however often they were asked."""
    expected = CODEC.encode("hub.person_facts", facts)
    assert WRITER.write(facts) == WRITER.write(facts) == expected
