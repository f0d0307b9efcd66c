"""Each fact kind's merge is commutative, associative and idempotent."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core import assertion, merge
from hub.core.assertion import Assertion
from hub.core.fact import CATALOGUE, FactKind, FieldType, Merge
from hub.core.merge import Facts, Outcome, Stamps
from hub.core.person import PersonState, decode, encode, facts_digest

KINDS = pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)

_VALUES: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: st.sampled_from(["a", "b", "c"]),
    FieldType.DAY: st.integers(18_000, 18_004),
    FieldType.NUMBER: st.integers(0, 4),
    FieldType.FLAG: st.booleans(),
    FieldType.TEXTS: st.lists(st.sampled_from(["x", "y", "z"]), max_size=3),
}


def events(kind: FactKind) -> st.SearchStrategy[list[tuple[bytes, list[Assertion]]]]:
    """Draw a few events that assert entries of one kind; times collide, values too, nulls clear."""
    fields = st.fixed_dictionaries(
        {},
        optional={
            field.name: _VALUES[field.type] | st.none() if field.merge is Merge.LAST else _VALUES[field.type]
            for field in kind.fields
        },
    )
    assertions = st.lists(
        st.builds(
            lambda key, told: (kind.name, key, told),
            st.sampled_from([b"", b"k"]),
            fields,
        ),
        min_size=1,
        max_size=2,
        unique_by=lambda one: one[1],
    )
    return st.lists(
        st.builds(
            lambda at, restrictive, told: (merge.stamp(at, restrictive, 0, assertion.encode(told)), told),
            st.integers(0, 3),
            st.booleans(),
            assertions,
        ),
        max_size=4,
    )


def folded(told: list[tuple[bytes, list[Assertion]]], into: PersonState | None = None) -> PersonState:
    """Merge events in the order given."""
    state = PersonState({}, {}) if into is None else into
    for stamp, assertions in told:
        merge.merge(state.facts, state.stamps, stamp, assertions)
    return state


def known(state: PersonState) -> tuple[Facts, Stamps]:
    """Return the knowledge in a state."""
    return state.facts, state.stamps


@KINDS
@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_merge_is_a_semilattice_join(kind: FactKind, data: st.DataObject) -> None:
    """Any order, any grouping and any repetition of events leave the same knowledge, byte for byte."""
    told = data.draw(events(kind))
    shuffled = list(data.draw(st.permutations(told)))
    state = folded(told)
    before = deepcopy(known(state))
    assert encode(folded(shuffled)) == encode(state), "commutative"
    pieces = [(stamp, [one]) for stamp, assertions in shuffled for one in assertions]
    assert known(folded(pieces)) == before, "associative: the assertions of an event may arrive one by one"
    for stamp, assertions in shuffled:
        assert merge.merge(state.facts, state.stamps, stamp, assertions) is Outcome.NOTHING, "idempotent"
    assert known(state) == before


@KINDS
@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_each_step_tells_what_it_did_and_survives_storage(kind: FactKind, data: st.DataObject) -> None:
    """VALUES means that a value changed, NOTHING that not even a stamp did; storing between is harmless."""
    told = data.draw(events(kind))
    state = PersonState({}, {})
    for stamp, assertions in told:
        values, marks = deepcopy(known(state))
        outcome = merge.merge(state.facts, state.stamps, stamp, assertions)
        assert (outcome is Outcome.NOTHING) == ((values, marks) == known(state))
        assert (outcome is Outcome.VALUES) == (_filled(values) != _filled(state.facts))
        state = decode(encode(state))
    assert facts_digest(state) == facts_digest(folded(told))


def _filled(facts: Facts) -> Facts:
    """Return the facts without entries in which nothing is known."""
    filled = {kind: [entry for entry in entries if len(entry) > 1] for kind, entries in facts.items()}
    return {kind: entries for kind, entries in filled.items() if entries}
