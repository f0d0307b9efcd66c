"""What waits for a human: parked events, and people held with a code that only a human can lift.

Read from the outputs alone, whoever wrote them. Nothing here says who somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from hub.core import matching
from hub.topics import system_of

CODES: Final = frozenset({"review", "region"})
"""Codes of the guards that hold a person until a human has decided: who it is, or where they belong."""


class Parked(NamedTuple):
    """An event that names nobody for sure."""

    code: str
    system: str
    event_id: str
    type: str
    prohibition: bool
    topic: str
    partition: int
    offset: int
    occurred_at: int
    """Milliseconds since 1970-01-01 UTC."""


class Held(NamedTuple):
    """A person of whom something holds, and who is not invited before a human has decided."""

    code: str
    person: str
    """The pseudonym, in hexadecimal digits."""
    since: int
    """The tick since which they are held with this code."""


def parked(records: Iterable[Mapping[str, Any]]) -> list[Parked]:
    """Return the parked events, the oldest first; the same source and id is the same event."""
    found: dict[tuple[str, str], Parked] = {}
    for record in records:
        origin = record["origin"]
        each = Parked(
            record["reason"],
            system_of(origin["topic"]),
            record["event_id"],
            record["type"],
            record["prohibition"],
            origin["topic"],
            origin["partition"],
            origin["offset"],
            record["occurred_at"],
        )
        found.setdefault((record["source"], each.event_id), each)
    return sorted(found.values(), key=lambda each: (each.occurred_at, each[5:8]))


def held(decisions: Iterable[Mapping[str, Any]]) -> list[Held]:
    """Return who is held with one of :data:`CODES` by their newest decision, the longest held first.

    ``decisions``: those of one person in order.
    """
    found: dict[bytes, Held] = {}
    for decision in decisions:
        person, code = decision["person"], decision["code"]
        if decision["outcome"] != matching.HELD or code not in CODES:
            found.pop(person, None)
        elif person not in found or found[person].code != code:
            found[person] = Held(code, person.hex(), decision["tick"])
    return sorted(found.values(), key=lambda each: (each.since, each.person))
