"""A simulated year as a file: an Avro object container, readable by any Avro tool.

One record per message, in publishing order: the day's tick first (topic ``hub.ticks``), then its
events. ``value`` holds the framed event exactly as it would be published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import fastavro

from hub.simulate.calendar import iso
from hub.simulate.days import Day
from hub.simulate.wire import Writer

__all__ = ("RECORD", "read", "write")

RECORD: Final[dict[str, Any]] = {
    "type": "record",
    "name": "SimulatedRecord",
    "namespace": "redcross.synthetic",
    "doc": "Synthetic data: one record of a simulated year, to be published as it is, in this order.",
    "fields": [
        {"name": "day", "type": "string", "doc": "logical day on which it is published, ISO 8601"},
        {"name": "tick", "type": "long", "doc": "tick of that day, milliseconds since 1970-01-01T00:00Z"},
        {"name": "topic", "type": "string"},
        {"name": "key", "type": ["null", "bytes"]},
        {"name": "value", "type": "bytes", "doc": "the framed event"},
    ],
}
_SYNC_BYTES: Final = 16


def write(path: Path, days: Iterable[Day], tick_writer: Writer, progress: Callable[[Day], None]) -> int:
    """Write the days to ``path``; return the number of events. The same year gives the same bytes."""
    events = 0

    def records() -> Iterator[dict[str, Any]]:
        nonlocal events
        for day in days:
            common = {"day": iso(day.number), "tick": day.tick}
            yield common | {"topic": "hub.ticks", "key": None, "value": tick_writer({"now": day.tick})}
            for message in day.messages:
                yield common | message._asdict()
            events += len(day.messages)
            progress(day)

    # Avro's container marks blocks by random bytes; ours must be the same for the same seed.
    marker = hashlib.sha256(b"redcross.synthetic").digest()[:_SYNC_BYTES]
    with path.open("wb") as out:
        fastavro.writer(out, fastavro.parse_schema(RECORD), records(), codec="deflate", sync_marker=marker)
    return events


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of such a file."""
    with path.open("rb") as source:
        for record in fastavro.reader(source):
            assert isinstance(record, dict)
            yield record
