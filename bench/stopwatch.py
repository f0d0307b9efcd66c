"""Clocks around functions: how much of a stage's time is spent in which of its steps.

A step's time is its own: what it spends in another step is counted there. A clock costs something
itself; that is measured on a function that does nothing, and taken off, from the step and from
whoever called it. Time is the thread's CPU time: on a busy machine, waiting for a core is nobody's fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final, NamedTuple

__all__ = ("Step", "Stopwatch")

_ABSENT: Final = object()
_ROUNDS: Final = 50_000


class Step(NamedTuple):
    """What one step of a stage costs."""

    label: str
    calls: int
    nanoseconds: int


class Stopwatch:
    """Measures functions between :meth:`wrap` and :meth:`restore`."""

    def __init__(self, clock: Callable[[], int] = time.thread_time_ns) -> None:
        """Calibrate on a function that does nothing; ``clock`` returns nanoseconds."""
        self._clock = clock
        self._own: dict[str, int] = {}
        self._calls: dict[str, int] = {}
        self._inner = [0]
        """Nanoseconds spent in measured functions below each measured function that is running."""
        self._undo: list[tuple[Any, str, Any]] = []
        self._inside = self._around = 0
        self._inside, self._around = self._calibrate()

    def wrap(self, label: str, owner: Any, name: str) -> bool:
        """Measure ``owner.name`` (owner: a module, class or object) from now on; False when there is none."""
        original: Any = getattr(owner, name, _ABSENT)
        if original is _ABSENT:
            return False
        before = owner.__dict__.get(name, _ABSENT) if hasattr(owner, "__dict__") else original
        self._undo.append((owner, name, before))
        _set(owner, name, self.timed(label, original))
        return True

    def timed(self, label: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with a clock around it."""
        own, calls, inner, around = self._own, self._calls, self._inner, self._around
        clock = self._clock
        own.setdefault(label, 0)
        calls.setdefault(label, 0)

        def measured(*args: Any, **options: Any) -> Any:
            inner.append(0)
            start = clock()
            try:
                return function(*args, **options)
            finally:
                took = clock() - start
                own[label] += took - inner.pop()
                calls[label] += 1
                inner[-1] += took + around

        return measured

    def restore(self) -> None:
        """Take every clock out again."""
        for owner, name, before in reversed(self._undo):
            if before is _ABSENT:
                delattr(owner, name)
            else:
                _set(owner, name, before)
        self._undo.clear()

    def steps(self) -> list[Step]:
        """Return what was measured, without what the clocks cost, dearest first."""
        found = [
            Step(label, calls, max(0, self._own[label] - calls * self._inside))
            for label, calls in self._calls.items()
            if calls
        ]
        return sorted(found, key=lambda step: -step.nanoseconds)

    def _calibrate(self) -> tuple[int, int]:
        """Return what a clock adds to the step it measures, and to whoever calls that (ns)."""

        def bare() -> None:
            return None

        timed, clock = self.timed("", bare), self._clock
        began = clock()
        for _ in range(_ROUNDS):
            timed()
        whole = (clock() - began) // _ROUNDS
        began = clock()
        for _ in range(_ROUNDS):
            bare()
        plain = (clock() - began) // _ROUNDS
        inside = self._own.pop("") // _ROUNDS
        del self._calls[""]
        self._inner[:] = [0]
        return max(0, inside - plain), max(0, whole - inside)


def _set(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, type | ModuleType):
        setattr(owner, name, value)
    else:  # past the guard of a frozen dataclass
        object.__setattr__(owner, name, value)
