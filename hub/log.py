"""Structured logs: one JSON object per line on standard error, with a machine-readable ``action``.

Normal operation writes few lines: starting, taking and giving partitions, stopping. Values of
records never appear: places, counts, codes and durations do. Actions and their fields are declared in
:mod:`hub.actions`; a test holds every call in the tree against it.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

__all__ = ("LOGGER", "log", "to_stderr")

LOGGER: Final = logging.getLogger("hub.actions")
LOGGER.addHandler(logging.NullHandler())
_FIELDS: Final = "hub_fields"


def log(action: str, *, level: str = "INFO", **fields: object) -> None:
    """Write one record. ``action`` is ``noun.verb``, stable; fields are JSON values."""
    number = logging.getLevelName(level)
    if LOGGER.isEnabledFor(number):
        LOGGER.log(number, action, extra={_FIELDS: fields})


class _JsonLines(logging.Formatter):
    def __init__(self, constant: dict[str, object]) -> None:
        super().__init__()
        self._constant = constant

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = getattr(record, _FIELDS, {})
        line = {
            "time": time,
            "level": record.levelname,
            "action": record.getMessage(),
            **self._constant,
            **fields,
        }
        return json.dumps(line, ensure_ascii=False, default=str)


def to_stderr(level: str, **constant: object) -> None:
    """Send the logs to standard error; ``constant`` fields are on every line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines(constant))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(level)
    LOGGER.propagate = False
