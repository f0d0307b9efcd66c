"""How far a client has seen the figures: offsets of a topic, as the text that an event's id is.

``0:17,1:4@Sm9obg`` means: of the topic with this id everything of partition 0 below offset 17 and of
partition 1 below 4. Both are Kafka's, so they mean the same to every door of the topic, and after its
restart; a topic that was deleted and made anew has another id, and the position means nothing there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ("Position", "parse", "text")

_SHAPE: Final = re.compile(r"((?:\d{1,5}:\d{1,18}(?:,\d{1,5}:\d{1,18})*)?)@([\w-]{1,40})", re.ASCII)


class Position(NamedTuple):
    """A place in the topic."""

    offsets: Mapping[int, int]
    """Partition → the offset below which everything was seen; none is the beginning."""
    topic_id: str


def text(offsets: Mapping[int, int], topic_id: str) -> str:
    """Return a position as text.

    >>> text({1: 4, 0: 17}, "Sm9obg")
    '0:17,1:4@Sm9obg'
    """
    return ",".join(f"{partition}:{offsets[partition]}" for partition in sorted(offsets)) + f"@{topic_id}"


def parse(told: str) -> Position | None:
    """Return the position of a text, None when it is none."""
    found = _SHAPE.fullmatch(told)
    if found is None:
        return None
    pairs = (each.split(":") for each in found[1].split(",") if each)
    return Position({int(partition): int(offset) for partition, offset in pairs}, found[2])
