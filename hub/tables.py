"""What every worker holds whole, read from outside: the broadcast tables as they are on the broker now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import data, topics
from hub.engine.tail import read_all
from hub.errors import DeadLetterError
from hub.stages.build import make_codec
from hub.stages.tables import HubTables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.settings import Settings

__all__ = ("read", "take")


def read(settings: Settings, names: Sequence[str] = topics.BROADCAST) -> HubTables:
    """Return the tables as the workers have them now, from some of the broadcast topics or all.

    Raise TopicsError when one of them is missing.
    """
    found = HubTables(make_codec(settings), data.crosswalk())
    for topic in names:
        for key, value in read_all(settings, topic):
            take(found, topic, key, value)
    return found


def take(tables: HubTables, topic: str, key: bytes | None, value: bytes | None) -> None:
    """Take one record in as a worker does: at one that cannot be used the last good one stays.

    The workers log such a record with its place; who only looks does not say it again.
    """
    try:
        tables.apply(topic, key or b"", value)
    except DeadLetterError:
        return
