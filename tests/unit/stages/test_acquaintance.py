"""Persons met lately: the stored bytes object decides whether what is remembered still counts."""

from __future__ import annotations

import pytest

from hub.backtest.everybody import Everybody
from hub.core import person
from hub.core.person import PersonState
from hub.stages import acquaintance
from hub.stages.acquaintance import Acquaintance, Acquainted
from hub.stages.forgetting import PERSON
from hub.stages.memory import MemoryContext
from tests.unit.core.people import somebody


def kept(met: Acquaintance, who: bytes, state: PersonState) -> bytes:
    """Keep a person, as the stage does after storing them; return the stored bytes."""
    stored = person.encode(state)
    met.keep(who, stored, state)
    return stored


def test_somebody_met_lately_is_not_decoded_again() -> None:
    """Who was kept comes back as the very object, while the state holds the very bytes."""
    met, state = Acquaintance(), somebody()
    stored = kept(met, b"w", state)
    assert met.recall(b"w", stored) is state


def test_other_bytes_are_decoded() -> None:
    """After an abort or a restore the state holds another bytes object: what is remembered does not count."""
    met, state = Acquaintance(), somebody()
    stored = kept(met, b"w", state)
    state.outcome = "changed in a transaction that was aborted"
    before = bytes(bytearray(stored))
    assert before is not stored
    assert met.recall(b"w", before) == person.decode(stored) != state


def test_somebody_in_use_is_forgotten() -> None:
    """Who was recalled may be changed: until they are kept again, the same bytes are decoded."""
    met = Acquaintance()
    stored = kept(met, b"w", somebody())
    met.recall(b"w", stored).outcome = "changed and never stored"
    assert met.recall(b"w", stored) == person.decode(stored)


def test_it_remembers_two_generations() -> None:
    """Memory is bounded: with a generation full twice over, who was met before is forgotten."""
    met, state = Acquaintance(), somebody()
    half = acquaintance.HALF
    stored = [kept(met, b"%d" % number, state) for number in range(2 * half + 1)]
    found = [met.recall(b"%d" % number, each) is state for number, each in enumerate(stored)]
    assert found == [False] * half + [True] * (half + 1)


@pytest.mark.parametrize(
    "met", [pytest.param(Acquaintance(), id="encoded"), pytest.param(Everybody(), id="as they are")]
)
def test_who_was_stored_is_found_by_their_entry(met: Acquainted) -> None:
    """Both ways to keep persons give back what was stored last, and know nobody without an entry."""
    ctx, state = MemoryContext(), somebody()
    assert ctx.state.get(PERSON + b"w") is None
    met.store(b"w", state, ctx)
    for outcome in ("first", "second"):
        entry = ctx.state.get(PERSON + b"w")
        assert entry is not None
        recalled = met.recall(b"w", entry)
        recalled.outcome = outcome
        met.store(b"w", recalled, ctx)
    entry = ctx.state.get(PERSON + b"w")
    assert entry is not None
    assert met.reread(b"w", entry).outcome == "second"
    ctx.state.delete(PERSON + b"w")
    met.store(b"w", somebody(), ctx)
    entry = ctx.state.get(PERSON + b"w")
    assert entry is not None
    assert met.recall(b"w", entry) == somebody()
