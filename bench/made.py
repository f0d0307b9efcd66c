"""What a contestant has made of the events: the proof that it did the job, and the whole job."""

from __future__ import annotations

from typing import Final, NamedTuple

from bench.ground import Ground
from bench.watch import read
from hub import contracts, topics

__all__ = ("Made", "alike", "look")

_TOLERANCE: Final = 0.03
"""Invitations may differ so much: who withdraws before anything was offered depends on what is read first."""


class Made(NamedTuple):
    """Records by topic; ``issued`` counts the invitations, not their changes."""

    facts: int
    identity: int
    invitations: int
    issued: int
    decisions: int
    dead_letters: int
    parts: int
    """Records of counter parts, and the counters they are of."""
    counters: int


def look(ground: Ground) -> Made:
    """Count what is on the output topics now."""
    codec = contracts.codec()
    change_of = codec.reader("hub.invitation", ("change",))
    counter_of = codec.reader("hub.counter_part", ("counter", "origin"))

    def values(name: str) -> list[bytes]:
        return [m.value for m in read(ground.settings, ground.admin, (name,)) if m.value is not None]

    invitations = values(topics.INVITATIONS)
    parts = values(topics.PARTS)
    return Made(
        facts=len(values(topics.FACTS)),
        identity=len(values(topics.IDENTITY)),
        invitations=len(invitations),
        issued=sum(change_of(value)["change"] == "issued" for value in invitations),
        decisions=len(values(topics.DECISIONS)),
        dead_letters=len(values(topics.DEAD_LETTERS)),
        parts=len(parts),
        counters=len({tuple(counter_of(value).values()) for value in parts}),
    )


def alike(one: Made, other: Made) -> str:
    """Return why two contestants have not done the same job on the same events; empty when they have."""
    if one.facts != other.facts:
        return f"{one.facts:,} facts against {other.facts:,}"
    if abs(one.issued - other.issued) > _TOLERANCE * max(one.issued, other.issued):
        return f"{one.issued:,} invitations against {other.issued:,}"
    return ""
