"""Alive means: committed offsets advance while there is lag. That a process exists proves nothing."""

from __future__ import annotations

__all__ = ("Liveness",)


class Liveness:
    """A state machine that gets the time as an argument (monotonic seconds)."""

    def __init__(self, stall_after_s: float, now_s: float) -> None:
        """Call it stalled after so long with lag and without progress."""
        self._limit_s = stall_after_s
        self._since_s = now_s

    def progress(self, now_s: float) -> None:
        """Something was committed or restored."""
        self._since_s = now_s

    def observe(self, *, lag: bool, now_s: float) -> None:
        """Take what the loop sees: without lag there is nothing to advance."""
        if not lag:
            self._since_s = now_s

    def stalled_s(self, now_s: float) -> float:
        """Return for how long there was lag without progress."""
        return now_s - self._since_s

    def alive(self, now_s: float) -> bool:
        """Return whether the process should go on."""
        return self.stalled_s(now_s) <= self._limit_s
