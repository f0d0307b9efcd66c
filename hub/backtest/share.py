"""A share of the people: what one process evaluates. The port, and its twin in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from hub.backtest.contrast import Person
from hub.core.organisation import Directory
from hub.core.routing import Regions

__all__ = ("GivenShare", "Place", "Share", "Step")

Step = Callable[[int], None]
"""Told how many records or people were dealt with since the last time."""


class Place(NamedTuple):
    """Where people belong: the tables besides the book."""

    directory: Directory
    regions: Regions


class Share(Protocol):
    """Opened in the process that evaluates it; until then a small value that can be sent there."""

    def place(self) -> Place:
        """Return the tables. Asked once, after all people were read."""

    def people(self, step: Step) -> Iterator[Person]:
        """Yield everybody, each once."""

    @property
    def events(self) -> int:
        """How many records of a source of events were read; 0 where people are read as they are."""


@dataclass(frozen=True, slots=True)
class GivenShare:
    """People who are at hand."""

    given: Sequence[Person]
    tables: Place
    events: int = 0

    def place(self) -> Place:
        """Return the tables."""
        return self.tables

    def people(self, step: Step) -> Iterator[Person]:
        """Yield everybody."""
        yield from self.given
        step(len(self.given))
