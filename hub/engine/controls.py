"""What operators ordered on ``hub.controls``, as far as the engine itself obeys: releasing a source.

A source that stopped before an unreadable prohibition stands still until a human has decided about
that record. Releasing names exactly one record; it then goes to the dead letters and the rest moves on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.engine.deadletters import Place
from hub.errors import DeadLetterError
from hub.log import log
from hub.topics import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ("RELEASE", "Controls", "release_key")

RELEASE: Final = "release_source"
"""Action of a control; its subject is ``topic/partition/offset``."""


def release_key(place: Place) -> bytes:
    """Return the key of the control that releases a source at a place."""
    return f"{RELEASE}/{place.topic}/{place.partition}/{place.offset}".encode()


class Controls:
    """The controls in force."""

    def __init__(self, decode: Callable[[bytes], dict[str, Any]]) -> None:
        """``decode`` returns the fields of a ``hub.control``."""
        self._decode = decode
        self._released: dict[bytes, Place] = {}
        self.version = 0
        """Rises with every control."""

    def observe(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Take a broadcast record; a tombstone withdraws the control."""
        if topic != CONTROLS:
            return
        self.version += 1
        self._released.pop(key, None)
        if value is None:
            return
        try:
            control = self._decode(value)
            if control["action"] == RELEASE:
                source, partition, offset = control["subject"].rsplit("/", 2)
                self._released[key] = Place(source, int(partition), int(offset))
        except (DeadLetterError, KeyError, ValueError) as error:
            log("control.unreadable", level="ERROR", reason=type(error).__name__)

    def released(self, place: Place) -> bool:
        """Return whether this record was released."""
        return place in self._released.values()
