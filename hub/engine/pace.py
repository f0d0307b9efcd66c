"""How many persons a worker may re-evaluate in a cycle while live records wait.

A sweep takes time from the records of its cycle. So a worker has one allowance per cycle, for all its
tasks: it grows by an eighth of the most with each cycle that keeps live records young, and is halved by
one that does not. It never falls below :data:`LEAST`: a sweep ends, whatever the load.
"""

from __future__ import annotations

from typing import Final

__all__ = ("LEAST", "Pace")

LEAST: Final = 8
"""Persons per cycle under any load: some 0.5 ms."""
_PARTS: Final = 8
"""Of its allowance a cycle gives each task one part, so that one with few persons wastes little."""


class Pace:
    """The allowance of one worker. No clock in here: the age of what waits is told."""

    def __init__(self, most: int, patience_s: float, *, simulated: bool = False) -> None:
        """Allow ``most`` persons per cycle while records are younger than ``patience_s``.

        In simulated time nobody waits: then each task gets as many.
        """
        self._most = most
        self._patience_s = patience_s
        self._simulated = simulated
        self._step = max(LEAST, most // _PARTS)
        self.allowance = min(most, self._step)
        """Persons per cycle, as of now."""
        self._left = self.allowance

    def __repr__(self) -> str:
        """Answer what a debugger would ask."""
        return f"Pace(allowance={self.allowance}, left={self._left})"

    def begin(self, age_s: float) -> None:
        """Begin a cycle whose oldest live record has waited so long; 0 = there is none."""
        if age_s > self._patience_s:
            self.allowance = min(self._most, max(LEAST, self.allowance // 2))
        else:
            self.allowance = min(self._most, self.allowance + self._step)
        self._left = self.allowance

    @property
    def open(self) -> bool:
        """Return whether a task that has nothing else to do may run for its sweep."""
        return self._simulated or self._left > 0

    def take(self) -> int:
        """Return how many persons a task may re-evaluate now, and take them from the allowance."""
        if self._simulated:
            return self._most
        taken = min(self._left, max(LEAST, self.allowance // _PARTS))
        self._left -= taken
        return taken
