"""From qualified to member: how long it takes (T8), who sits in councils (T9), and who was reached (T10)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from hub.core.figure import (
    COUNCIL,
    DAYS,
    SHARE,
    TARGET,
    UNKNOWN,
    Figure,
    Key,
    last_day,
    pairs,
    spelled,
)
from hub.core.flow import BUCKETS
from hub.core.plan import rate
from hub.core.scene import UPPER, Scene, spread
from hub.core.targets import reached

DURATIONS: Final = "flow.days"
INFINITE: Final = "inf"
FIRST_STEP: Final = "qualified_invited"
NOBODY: Final = "nobody"


class Median(NamedTuple):
    """Where the median of a histogram lies: above ``low``, at ``high`` at most; None = beyond all buckets."""

    low: float
    high: float | None


def median(buckets: Mapping[str, int]) -> Median | None:
    """Return the bucket that holds the median; None of nothing. Buckets are named by their upper bound.

    >>> median({"0": 1, "3": 5, "inf": 2})
    Median(low=2.0, high=3.0)
    """
    whole = sum(buckets.values())
    if whole <= 0:
        return None
    seen, low = 0, 0.0
    for bound in BUCKETS:
        seen += buckets.get(str(bound), 0)
        if 2 * seen >= whole:
            return Median(low, float(bound))
        low = float(bound)
    return Median(low, None)


def durations(scene: Scene) -> Iterator[Figure]:
    """Yield how many days the steps take, and how many were invited in time."""
    histograms: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for key, cell in scene.rollup.of(DURATIONS).items():
        own = dict(pairs(key.labels))
        bucket = own.pop("bucket", INFINITE)
        histograms[spelled(own), key.period][bucket] += cell.value
    for (labels, period), buckets in sorted(histograms.items()):
        key = Key("T8.median_days", labels, period=period)
        middle = median(buckets)
        if middle is None:
            yield Figure(key, TARGET, DAYS, None, note=NOBODY)
        elif middle.high is None:
            yield Figure(key, TARGET, DAYS, None, low=middle.low, note=f"more than {middle.low:g}")
        else:
            yield Figure(key, TARGET, DAYS, middle.high, middle.low, middle.high)
    yield from _in_time(scene, histograms)


def _in_time(scene: Scene, histograms: Mapping[tuple[str, str], Counter[str]]) -> Iterator[Figure]:
    merged: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (spelt, period), buckets in histograms.items():
        step = dict(pairs(spelt))
        if step.get("step") == FIRST_STEP:
            merged[step.get("priority", UNKNOWN), period].update(buckets)
    for (priority, period), buckets in sorted(merged.items()):
        limit = scene.targets.in_time.get(priority)
        if limit is None:
            continue
        within = sum(n for bound, n in buckets.items() if bound != INFINITE and float(bound) <= limit)
        value = rate(within, sum(buckets.values()))
        key = Key("T8.in_time", f"priority={priority}", period=period)
        note = NOBODY if value is None else None
        yield Figure(key, TARGET, SHARE, value, target=1, milestone=1, on_track=reached(value, 1), note=note)


def councils(scene: Scene) -> Iterator[Figure]:
    """Yield T9: of the candidates for a council's session, those who are members; all are to be."""
    for key, cell in sorted(scene.rollup.of("T9.candidates").items()):
        value = rate(scene.rollup.value("T9.members", key.labels, "", COUNCIL, key.period), cell.value)
        session = last_day(key.period) if key.period != UNKNOWN else None
        over = session is not None and session < scene.today
        on_track = None if value is None else True if value >= 1 else False if over else None
        note = NOBODY if value is None else "over" if over else None
        yield Figure(
            key._replace(figure="T9"), TARGET, SHARE, value, target=1, milestone=1 if over else None,
            on_track=on_track, note=note,
        )  # fmt: skip


def reach(scene: Scene) -> Iterator[Figure]:
    """Yield T10: of the first aiders and of the backbone rescuers who are no members, those ever invited."""
    grounds: Iterable[str] = ("first_aider", "backbone")
    for region, level in scene.regions(*UPPER):
        doubt = scene.rollup.value("under_review", "", region, level)
        for ground in grounds:
            yes, no = (
                scene.rollup.value("priority_reach", f"ground={ground}|invited={answer}", region, level)
                for answer in ("yes", "no")
            )
            key = Key("T10", f"ground={ground}", region, level)
            value = rate(yes, yes + no)
            if value is None:
                yield Figure(key, TARGET, SHARE, None, note=NOBODY)
                continue
            low, high = spread(yes, min(doubt, yes + no))
            yield Figure(
                key, TARGET, SHARE, value,
                None if low is None else low / (yes + no),
                None if high is None else min(1.0, high / (yes + no)),
            )  # fmt: skip
