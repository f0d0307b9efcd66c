"""What a worker is made of, besides its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.engine.clock import Clock
    from hub.engine.deadletters import Seals
    from hub.stages.contract import Stage, Tables

__all__ = ("Wiring",)


class Wiring(NamedTuple):
    """What a worker works with, besides its settings. Tests wire toy stages."""

    stages: Sequence[Stage]
    tables: Tables
    encode: Callable[[str, dict[str, Any]], bytes]
    """Type and fields → framed bytes: the codec's."""
    decode: Callable[[bytes], dict[str, Any]]
    """Framed bytes → fields: the codec's."""
    seals: Seals
    sensitive_seals: Seals
    """Seals what is of class s."""
    make_clock: Callable[[], Clock]
    check_topics: Callable[[], Sequence[object]]
    """Returns what is wrong with the topics; nothing subscribes before it returns nothing."""
    lane_topic: str
    """The one topic that workers subscribe to: its partitions are the lanes."""
    needs_book: bool = False
    """Wait for an active rule book before subscribing."""
    keys_made_s: Sequence[tuple[str, float]] = ()
    """Kind of key, and when the newest one was made, in seconds since 1970."""
