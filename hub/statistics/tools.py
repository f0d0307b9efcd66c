"""What both halves of a statistics worker work with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from hub.schemas.codec import Codec
    from hub.settings import Settings
    from hub.statistics.metrics import Metrics
    from hub.statistics.records import Records

__all__ = ("Tools",)


class Tools(NamedTuple):
    """Made once per worker."""

    settings: Settings
    codec: Codec
    records: Records
    producer: AIOKafkaProducer
    metrics: Metrics
    failed: Callable[[Exception], None]
    """Ends the worker."""
