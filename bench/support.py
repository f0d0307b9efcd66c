"""The arithmetic of the benchmark: from samples of committed offsets to rates, medians and verdicts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple

__all__ = (
    "Bar",
    "Place",
    "Rate",
    "Sample",
    "Summary",
    "Verdict",
    "judge",
    "percentile",
    "rate_of",
    "ratio",
    "reached",
    "scaling",
    "summary_of",
)

Place = tuple[str, int]
"""Topic and partition."""
_MILLION: Final = 1e6


class Sample(NamedTuple):
    """One look from outside: when, what was committed, and what had been used so far."""

    at_s: float
    committed: Mapping[Place, int]
    """Next offset by place; a place the group has not committed is absent."""
    each_cpu_s: Mapping[int, float]
    """Of the contestant's processes, by process id."""
    broker_cpu_s: float
    rss: int

    @property
    def cpu_s(self) -> float:
        """Of the contestant's processes together."""
        return sum(self.each_cpu_s.values())


class Rate(NamedTuple):
    """One run: events and seconds between the first commit and the finish, and what was used meanwhile."""

    events: int
    seconds: float
    cpu_s: float
    broker_cpu_s: float
    rss: int
    """Most that was resident at once, in bytes."""
    busiest: float
    """Part of the CPU time that the busiest process had: 0.5 when two workers share the work evenly."""

    @property
    def per_second(self) -> float:
        """Events per second."""
        return self.events / self.seconds

    @property
    def cpu_per_million(self) -> float:
        """CPU seconds per million events."""
        return self.cpu_s * _MILLION / self.events

    @property
    def broker_per_million(self) -> float:
        """The broker's CPU seconds per million events."""
        return self.broker_cpu_s * _MILLION / self.events

    @property
    def broker_cores(self) -> float:
        """How many cores the broker kept busy."""
        return self.broker_cpu_s / self.seconds


class Summary(NamedTuple):
    """Medians over the rounds of one contestant, and the spread of its rates."""

    rounds: int
    per_second: float
    slowest: float
    fastest: float
    cpu_per_million: float
    broker_per_million: float
    broker_cores: float
    rss: int
    busiest: float


class Bar(NamedTuple):
    """What DESIGN §11 asks of a figure. ``at_most`` turns it round: less is better."""

    name: str
    bar: float
    aim: float | None
    unit: str = "×"
    at_most: bool = False


class Verdict(NamedTuple):
    """A figure beside its bar; ``value`` None = not measured."""

    bar: Bar
    value: float | None
    note: str = ""

    @property
    def word(self) -> str:
        """``aim`` (reached), ``bar`` (passed), ``miss`` or ``not measured``."""
        if self.value is None:
            return "not measured"
        bar = self.bar
        if bar.aim is not None and _reaches(self.value, bar.aim, at_most=bar.at_most):
            return "aim"
        return "bar" if _reaches(self.value, bar.bar, at_most=bar.at_most) else "miss"


def rate_of(
    samples: Sequence[Sample],
    starts: Mapping[Place, int],
    inputs: Mapping[Place, int],
    finish: Mapping[Place, int],
) -> Rate:
    """Return the rate between the first commit of an input and the first sample that has reached the finish.

    ``inputs`` are the input places with their end offsets, ``starts`` where the group began (absent = 0),
    ``finish`` the offset behind the last record of every place that must be worked off, inputs included.
    What was committed in the first sample does not count, it was done before the clock started: of the
    records of all hops, which share was left then? That share of the input events has been measured.
    ValueError when the samples do not show both ends.
    """

    def done(sample: Sample, places: Mapping[Place, int]) -> int:
        return sum(
            min(end, max(0, sample.committed.get(place, 0))) - starts.get(place, 0)
            for place, end in places.items()
            if place in sample.committed
        )

    def all_of(places: Mapping[Place, int]) -> int:
        return sum(end - starts.get(place, 0) for place, end in places.items())

    first = next((sample for sample in samples if done(sample, inputs) > 0), None)
    last = next((sample for sample in samples if reached(sample.committed, finish)), None)
    if first is None or last is None:
        raise ValueError("the samples show no beginning, or no end")
    events = round(all_of(inputs) * (1 - done(first, finish) / all_of(finish)))
    seconds = last.at_s - first.at_s
    if events <= 0 or seconds <= 0:
        raise ValueError("everything was done at the first commit: too few events to measure")
    rss = max(sample.rss for sample in samples)
    cpu_s, broker_cpu_s = last.cpu_s - first.cpu_s, last.broker_cpu_s - first.broker_cpu_s
    most_s = max((s - first.each_cpu_s.get(pid, 0.0) for pid, s in last.each_cpu_s.items()), default=0.0)
    return Rate(events, seconds, cpu_s, broker_cpu_s, rss, most_s / cpu_s if cpu_s else 1.0)


def reached(committed: Mapping[Place, int], finish: Mapping[Place, int]) -> bool:
    """Return whether every place's committed offset is at the finish or beyond."""
    return all(committed.get(place, 0) >= offset for place, offset in finish.items())


def ratio(ours: Sequence[Rate], theirs: Sequence[Rate]) -> float | None:
    """Return how many times faster we are: the median over the rounds, each its own; None without any.

    Rounds are compared one by one because the machine is not equally fast in all of them.
    """
    each = [mine.per_second / other.per_second for mine, other in zip(ours, theirs, strict=False)]
    return median(each) if each else None


def summary_of(rates: Sequence[Rate]) -> Summary:
    """Return the medians of one contestant's runs."""
    speeds = [rate.per_second for rate in rates]
    return Summary(
        len(rates),
        median(speeds),
        min(speeds),
        max(speeds),
        median(rate.cpu_per_million for rate in rates),
        median(rate.broker_per_million for rate in rates),
        median(rate.broker_cores for rate in rates),
        max(rate.rss for rate in rates),
        median(rate.busiest for rate in rates),
    )


def scaling(plainly: float, broker_cores: float, cores: int) -> float:
    """Return how much faster two workers are than one, had the broker not taken part of the second core.

    ``plainly`` is the measured ratio. Two workers want two cores; what the machine could give them is all
    its cores less those the broker kept busy meanwhile. The ratio is scaled by what was missing.

    >>> scaling(1.5, 0.5, 2)
    2.0
    >>> scaling(1.5, 0.5, 8)
    1.5
    """
    available = min(2.0, max(1.0, cores - broker_cores))
    return plainly * 2.0 / available


def percentile(values: Iterable[float], share: float) -> float:
    """Return the nearest-rank percentile, ``share`` between 0 and 1. ValueError without values.

    >>> percentile([1, 2, 3, 4], 0.5)
    2
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    rank = -(-len(ordered) * share // 1)
    return ordered[min(len(ordered), max(1, int(rank))) - 1]


def judge(bar: Bar, value: float | None, note: str = "") -> Verdict:
    """Return the figure beside its bar."""
    return Verdict(bar, value, note)


def _reaches(value: float, wanted: float, *, at_most: bool) -> bool:
    return value <= wanted if at_most else value >= wanted
