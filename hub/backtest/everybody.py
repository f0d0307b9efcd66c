"""Everybody as they are, in memory: the other way of matching to come by persons, without a stored form.

A worker encodes a person for every event that tells something new, since it may be killed after it. A
backtest asks at the end. Measured: 40 instead of 55 µs an event, from the records of intake to people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.core.person import PersonState
from hub.stages.forgetting import PERSON

if TYPE_CHECKING:
    from hub.stages.contract import Context

__all__ = ("Everybody",)

_KNOWN: Final = b"\x01"
"""A person's entry in the state: that they are known, and no more."""


class Everybody:
    """Persons by key. For facts that this version's intake made: nothing of them fails halfway in a merge."""

    def __init__(self) -> None:
        """Know nobody."""
        self._states: dict[bytes, PersonState] = {}

    def recall(self, who: bytes, stored: bytes) -> PersonState:  # as the port says
        """Return the person, the very object."""
        return self._states[who]

    reread = recall

    def store(self, who: bytes, state: PersonState, ctx: Context) -> None:
        """Keep the person as they are."""
        self._states[who] = state
        ctx.state.put(PERSON + who, _KNOWN)
