"""What totals come to as figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hub import data
from hub.core.board import Board, World
from hub.core.totals import Total

if TYPE_CHECKING:
    from hub.core.targets import Targets
    from hub.stages.tables import HubTables

__all__ = ("figured",)


def figured(targets: Targets, totals: Iterable[Total], held: HubTables, now: int) -> dict[str, float | None]:
    """Return key to value of every figure there has to be at ``now`` (ms), or the newest tick that counts."""
    board = Board(targets, data.regions(), data.residents())
    for total in totals:
        board.apply(total)
    now = max(board.rollup.tick, now)
    world = World(1, held.organisations, held.regions, held.populations)
    return {dated.figure.key.text: dated.figure.value for dated in board.changes(now, world)}
