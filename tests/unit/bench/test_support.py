"""The benchmark's arithmetic: from samples of committed offsets to rates, ratios and verdicts."""

from __future__ import annotations

import pytest

from bench.support import Bar, Place, Rate, Sample, Verdict, percentile, rate_of, ratio, scaling, summary_of

_IN: Place = ("upstream", 0)
_OUT: Place = ("facts", 0)


def _sample(at_s: float, committed: dict[Place, int]) -> Sample:
    """Return a look at ``at_s`` seconds: CPU as much as time has passed, the broker's half of that.

    The contestant's second process does a quarter of the work; a third has ended before the clock starts.
    """
    each_cpu_s = {1: at_s * 0.75, 2: at_s * 0.25} | ({3: 1.0} if at_s < 3 else {})
    return Sample(at_s, committed, each_cpu_s, broker_cpu_s=at_s / 2, rss=int(at_s))


def _rate(per_second: float) -> Rate:
    return Rate(events=int(per_second), seconds=1.0, cpu_s=0.5, broker_cpu_s=0.1, rss=7, busiest=1.0)


def test_a_rate_runs_from_the_first_commit_to_the_finish_of_the_last_hop() -> None:
    """A tenth of the first of two hops was done when the clock started: so 95 % of the events count."""
    samples = [
        _sample(1, {}),
        _sample(3, {_IN: 100}),
        _sample(5, {_IN: 1000, _OUT: 400}),
        _sample(6, {_IN: 1000, _OUT: 1000}),
        _sample(9, {_IN: 1000, _OUT: 1003}),
    ]
    rate = rate_of(samples, {}, {_IN: 1000}, {_IN: 1000, _OUT: 1000})
    assert (rate.events, rate.seconds) == (950, 3)
    assert rate.cpu_s == 3
    assert rate.broker_cores == 0.5
    assert rate.cpu_per_million == pytest.approx(3 / 950 * 1e6)
    assert (rate.rss, rate.busiest) == (9, 0.75)


def test_a_rate_counts_from_where_the_group_began() -> None:
    """A group that begins at the load's last part has only that part to do."""
    samples = [_sample(0, {_IN: 600}), _sample(1, {_IN: 700}), _sample(2, {_IN: 1000})]
    assert rate_of(samples, {_IN: 600}, {_IN: 1000}, {_IN: 1000}).events == 300


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param([_sample(0, {})], id="nothing was ever committed"),
        pytest.param([_sample(0, {}), _sample(1, {_IN: 500})], id="the finish was not reached"),
        pytest.param([_sample(0, {}), _sample(1, {_IN: 1000})], id="all was done at the first look"),
    ],
)
def test_a_rate_that_was_not_seen_is_no_rate(samples: list[Sample]) -> None:
    """Without both ends in sight there is no figure, rather than a wrong one."""
    with pytest.raises(ValueError, match=r"samples|first commit"):
        rate_of(samples, {}, {_IN: 1000}, {_IN: 1000})


def test_a_summary_takes_medians_and_keeps_the_spread() -> None:
    """One slow round does not move the figure, but it can be seen."""
    summary = summary_of([_rate(100), _rate(20), _rate(110)])
    assert (summary.per_second, summary.slowest, summary.fastest) == (100, 20, 110)


def test_a_ratio_compares_round_with_round() -> None:
    """When the whole machine is slow for a round, both are, and the ratio stays what it is."""
    assert ratio([_rate(100), _rate(20), _rate(90)], [_rate(50), _rate(10), _rate(40)]) == 2.0
    assert ratio([], [_rate(10)]) is None


@pytest.mark.parametrize(
    ("plainly", "broker_cores", "cores", "expected"),
    [
        pytest.param(1.5, 0.5, 2, 2.0, id="the broker took half of the second core"),
        pytest.param(1.8, 0.5, 8, 1.8, id="with cores enough nothing was missing"),
        pytest.param(1.0, 1.9, 2, 2.0, id="never more than a whole core is made up for"),
    ],
)
def test_scaling_makes_up_for_what_the_broker_took(
    plainly: float, broker_cores: float, cores: int, expected: float
) -> None:
    """The measured ratio is scaled by the share of two cores that the workers could not have."""
    assert scaling(plainly, broker_cores, cores) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)],
    ids=["median", "p95", "p99", "longest", "first"],
)
def test_percentiles_are_values_that_occurred(share: float, expected: int) -> None:
    """The nearest rank, never an average of two values."""
    assert percentile(range(100, 0, -1), share) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    """An empty measurement is refused."""
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


_FAST = Bar("speed", 15, 40)
_SOON = Bar("delay", 1000, 300, "ms", at_most=True)


@pytest.mark.parametrize(
    ("bar", "value", "word"),
    [
        pytest.param(_FAST, 40.0, "aim", id="fast enough for the aim"),
        pytest.param(_FAST, 15.0, "bar", id="fast enough for the bar"),
        pytest.param(_FAST, 14.9, "miss", id="too slow"),
        pytest.param(_SOON, 299.0, "aim", id="soon enough for the aim"),
        pytest.param(_SOON, 1000.0, "bar", id="soon enough for the bar"),
        pytest.param(_SOON, 1001.0, "miss", id="too late"),
        pytest.param(_FAST, None, "not measured", id="what was not measured passes nothing"),
    ],
)
def test_a_verdict_says_plainly_what_was_reached(bar: Bar, value: float | None, word: str) -> None:
    """A figure reaches the aim, passes the bar, or misses it."""
    assert Verdict(bar, value).word == word
