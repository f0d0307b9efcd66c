"""Whether the figures have taken in everything that was counted up to now, also while more is counted.

At rest is more than that (:mod:`hub.verification.rest`), and a hub at work never is. Here each counter and
each sum needs to be as it was when it was looked at, or newer.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hub import topics
from hub.backtest import partition
from hub.core.figure import REVISIONS
from hub.core.rollup import Rollup
from hub.core.totals import Fold, Part
from hub.core.veil import system_in
from hub.engine import tail
from hub.errors import RetryError
from hub.figures import reader
from hub.stages.build import make_codec
from hub.verification import leaves

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("require",)

_LOOK_S: Final = 0.5


def require(settings: Settings, province: str, patience_s: float) -> None:
    """Return once the figures are abreast of the counters as they are now; RetryError after ``patience_s``.

    1. Read the parts; wait until each counter's total is of these parts, or of newer ones.
    2. Read the totals; wait until each sum of them is published, or a newer one.
    """
    deadline = time.monotonic() + patience_s
    counted = _counted(settings)
    while late := _not_summed(settings, counted):
        _wait(deadline, f"{late} counters are not summed up yet")
    end = tail.ends(settings, topics.TOTALS)[topics.TOTALS, 0]
    sums = Rollup(province)
    for total in leaves.read(settings).totals.values():
        sums.take(total.counter, total.kind, total.value, total.tick)
    while late := _not_published(settings, sums, end):
        _wait(deadline, f"{late} figures are not published yet")


def _counted(settings: Settings) -> Fold:
    decode = make_codec(settings).reader("hub.counter_part")
    fold = Fold()
    for (_, number), end in tail.ends(settings, topics.PARTS).items():
        for records in partition.placed(settings, topics.PARTS, number, 0, end) if end else ():
            for offset, _, _, value in records:
                if value is not None:
                    fold.add(Part(**decode(value), offset=offset))
    return fold


def _not_summed(settings: Settings, counted: Fold) -> int:
    """Return how many counters have a total that is older than what was counted."""
    totals = leaves.read(settings).totals
    late = 0
    for known in counted.totals():
        total = totals.get(known.counter)
        late += total is None or (total.version < known.version and total.value != known.value)
    return late


def _not_published(settings: Settings, sums: Rollup, end: int) -> int:
    """Return how many sums are not published, though ``end`` is where the totals ended that they are of.

    What names a system of class s is published once a day, and awaited by nobody.
    """
    shelf, keys = reader.shelf(settings), sums.keys()
    late = 0
    for key in keys:
        if system_in(key.labels):
            continue
        placed, cell = shelf.get(key.text), sums.cell(key)
        figure = placed.figure if placed is not None else None
        same = figure is not None and cell is not None and figure.value == cell.value
        late += not (same or (figure is not None and figure.version >> REVISIONS >= end))
    return late


def _wait(deadline: float, behind: str) -> None:
    if time.monotonic() > deadline:
        raise RetryError(
            f"the figures are not up to date: {behind}",
            topics.STATISTICS,
            "let `hub statistics run` catch up (/readyz says so), and try again; --wait gives it longer",
        )
    time.sleep(_LOOK_S)
