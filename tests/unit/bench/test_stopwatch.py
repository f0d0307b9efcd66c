"""The clocks of the profile: whose time it is, and that nothing stays behind."""

from __future__ import annotations

from bench.stopwatch import Step, Stopwatch


class _Clock:
    """Time passes only when somebody works."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


class _Work:
    """A step that takes 5 ns itself, with a step of 100 ns inside, twice."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock

    def outer(self) -> str:
        self._clock.now += 5
        return self.inner() + self.inner()

    def inner(self) -> str:
        self._clock.now += 100
        return "done"


def test_calls_are_counted_and_results_unchanged() -> None:
    """A measured function does what it did, and each call of it is seen."""
    clock = _Clock()
    stopwatch, work = Stopwatch(clock), _Work(clock)
    assert stopwatch.wrap("outer", _Work, "outer")
    assert stopwatch.wrap("inner", _Work, "inner")
    assert work.outer() == "donedone"
    stopwatch.restore()
    assert {step.label: step.calls for step in stopwatch.steps()} == {"outer": 1, "inner": 2}


def test_a_steps_time_is_not_also_its_callers() -> None:
    """Of two nested steps each gets what it does itself, the dearest comes first."""
    clock = _Clock()
    stopwatch, work = Stopwatch(clock), _Work(clock)
    stopwatch.wrap("outer", _Work, "outer")
    stopwatch.wrap("inner", _Work, "inner")
    work.outer()
    work.inner()
    stopwatch.restore()
    assert stopwatch.steps() == [Step("inner", 3, 300), Step("outer", 1, 5)]


def test_restoring_leaves_no_trace() -> None:
    """Afterwards the class has its own functions again."""
    before = dict(vars(_Work))
    stopwatch = Stopwatch()
    stopwatch.wrap("inner", _Work, "inner")
    stopwatch.restore()
    assert dict(vars(_Work)) == before


def test_a_step_that_is_gone_is_told() -> None:
    """A name that does not exist any more is no error, and no step."""
    stopwatch = Stopwatch()
    assert not stopwatch.wrap("gone", _Work, "gone")
    assert stopwatch.steps() == []
