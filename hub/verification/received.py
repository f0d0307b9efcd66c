"""Figures of intake, counted anew: the raw events of a partition up to an offset, read once more.

Nothing is sealed and nothing is sent: only what intake counts is kept.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from hub import data
from hub.backtest import partition
from hub.backtest.learn import BLIND, UNSEALED, Gathering, feed
from hub.errors import UsageError
from hub.stages.build import make_codec
from hub.stages.intake import IntakeStage

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.settings import Settings
    from hub.stages.tables import HubTables
    from hub.verification.leaves import Origin, Standing
    from hub.verification.ticks import Ticks

__all__ = ("FIGURES", "Scene", "count")

FIGURES: Final = frozenset({
    "flow.received", "flow.rejected", "flow.parked", "flow.prohibitions_unreadable", "flow.regions_unclear",
    "flow.anonymous", "flow.beneficiaries",
})  # fmt: skip
"""The counters that are recomputed here."""


class Scene(NamedTuple):
    """What all partitions have in common."""

    settings: Settings
    tables: HubTables
    ticks: Ticks


def count(scene: Scene, origin: Origin, standing: Standing, step: Callable[[int], None]) -> Counter[str]:
    """Return every counter of a partition of an upstream topic, as it has to be at a standing."""
    settings, tables, ticks = scene
    begins = partition.describe(settings, origin.topic, origin.partition).beginning
    if begins:
        raise UsageError(
            f"the events before offset {begins} are gone: what was received cannot be counted anew",
            f"{origin.topic}[{origin.partition}]",
            "they are kept for HUB_RECOVERY_HORIZON_DAYS; ask for figures of persons, or widen the horizon",
        )
    stage = IntakeStage(
        make_codec(settings), BLIND, UNSEALED, data.regions(), data.crosswalk(), sensitive=UNSEALED,
        valid_months=settings.valid_months, organ_quiet_days=settings.organ_quiet_days,
    )  # fmt: skip
    ctx = Gathering(tables)
    place = (origin.topic, origin.partition)
    for records in partition.placed(settings, *place, 0, standing.position):
        for tick, run in ticks.runs(place, records):
            feed(stage, ctx, origin.topic, run, tick)
        step(len(records))
    return Counter(ctx.counters)
