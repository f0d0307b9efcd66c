"""What totals come to as figures, on the tables as they are on the broker now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hub import data, topics
from hub.core.board import Board, World
from hub.core.totals import Total
from hub.engine.tail import read_all
from hub.errors import DeadLetterError
from hub.outputs import Outputs
from hub.stages.build import make_codec
from hub.stages.tables import HubTables

if TYPE_CHECKING:
    from hub.core.targets import Targets
    from hub.settings import Settings

__all__ = ("figured", "tables")


def tables(settings: Settings) -> HubTables:
    """Return what every worker holds whole, as it is on the broker now."""
    found = HubTables(make_codec(settings), data.crosswalk())
    for topic in topics.BROADCAST:
        for key, value in read_all(settings, topic):
            try:
                found.apply(topic, key or b"", value)
            except DeadLetterError:  # the last good one stays, as it does in a worker
                continue
    return found


def figured(
    settings: Settings, targets: Targets, totals: Iterable[Total], held: HubTables | None = None
) -> dict[str, float | None]:
    """Return key to value of every figure there has to be, as of the hub's time."""
    held = tables(settings) if held is None else held
    board = Board(targets, data.regions(), data.residents())
    for total in totals:
        board.apply(total)
    now = max(board.rollup.tick, Outputs(settings).now())
    world = World(1, held.organisations, held.regions, held.populations)
    return {dated.figure.key.text: dated.figure.value for dated in board.changes(now, world)}
