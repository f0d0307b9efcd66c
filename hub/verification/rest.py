"""Whether the statistics are at rest: every part is in its total, and every total in the figures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hub import tables, topics
from hub.core.totals import Fold, Part
from hub.engine.tail import read_all
from hub.errors import RetryError
from hub.figures import reader
from hub.stages.build import make_codec
from hub.verification import leaves as leaf
from hub.verification.figured import figured

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.core.targets import Targets
    from hub.settings import Settings

__all__ = ("await_rest", "unrest")

_LOOK_S: Final = 0.5


def unrest(settings: Settings, targets: Targets) -> str:
    """Return what is behind, in a few words; empty at rest. Reads the three topics whole."""
    decode = make_codec(settings).reader("hub.counter_part")
    fold = Fold()
    for _, part in read_all(settings, topics.PARTS):
        if part is not None:
            fold.add(Part(**decode(part), offset=0))
    leaves = leaf.read(settings)
    late = sum(
        total.value != (leaves.totals[total.counter].value if total.counter in leaves.totals else 0)
        for total in fold.totals()
    )
    if late:
        return f"{late} counters are not summed up yet"
    shelf = reader.shelf(settings)
    found = figured(settings, targets, leaves.totals.values(), tables.read(settings))
    for key, value in found.items():
        placed = shelf.get(key)
        if (placed.figure.value if placed is not None and placed.figure is not None else None) != value:
            late += 1
    return f"{late} figures are not published yet" if late else ""


def await_rest(
    settings: Settings, targets: Targets, patience_s: float, alive: Callable[[], None] = lambda: None
) -> None:
    """Return when the statistics are at rest; RetryError after ``patience_s``, or what ``alive`` raises."""
    deadline = time.monotonic() + patience_s
    while behind := unrest(settings, targets):
        alive()
        if time.monotonic() > deadline:
            raise RetryError(
                f"the statistics do not come to rest: {behind}", topics.STATISTICS, "see the worker's log"
            )
        time.sleep(_LOOK_S)
