"""How far a client has seen the figures: an offset per partition, as the text that an event's id is.

``0:17,1:4`` means: everything of partition 0 below offset 17 and of partition 1 below 4. The offsets are
Kafka's, so they mean the same to every door that serves the topic, and after its restart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

__all__ = ("parse", "text")

_SHAPE: Final = re.compile(r"\d{1,5}:\d{1,18}(,\d{1,5}:\d{1,18})*", re.ASCII)


def text(positions: Mapping[int, int]) -> str:
    """Return positions as text.

    >>> text({1: 4, 0: 17})
    '0:17,1:4'
    """
    return ",".join(f"{partition}:{positions[partition]}" for partition in sorted(positions))


def parse(told: str) -> dict[int, int] | None:
    """Return the positions of a text, None when it is none; the empty text is the beginning."""
    if not told:
        return {}
    if not _SHAPE.fullmatch(told):
        return None
    return {
        int(partition): int(offset) for partition, offset in (each.split(":") for each in told.split(","))
    }
