"""How long an invitation took: from its cause's record to its own, by Kafka's timestamps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hub.demo.observed import Change

__all__ = ("Latency", "latency")


class Latency(NamedTuple):
    """Percentiles in milliseconds over so many invitation records that an event caused."""

    invitations: int
    p50: int
    p95: int
    p99: int
    longest: int


def latency(changes: Iterable[Change], published: Mapping[bytes, int]) -> Latency | None:
    """Return the latency, given event id → CreateTime (ms); None when no event caused an invitation."""
    waits = sorted(
        max(0, change.timestamp - published[cause])
        for change in changes
        if (cause := (change.cause_event_id or "").encode()) in published
    )
    if not waits:
        return None
    at = [waits[min(len(waits) - 1, int(len(waits) * share))] for share in (0.5, 0.95, 0.99)]
    return Latency(len(waits), at[0], at[1], at[2], waits[-1])
