"""Whether a consumer still knows a broker: one that knows none is silent for ever, and looks idle.

librdkafka removes a broker that the cluster's metadata no longer name (2.10 and later), and a broker that
comes back names nobody for a moment. With bad luck everyone is removed and nobody is looked up again
(librdkafka#5301): no error, no record, no lag, until the process ends. A cluster that is merely down is
another matter: its brokers stay known, and connecting to them is tried again and again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from hub import kafka
from hub.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ("STATISTICS", "DeafError", "Hearing")

STATISTICS: Final[kafka.Config] = {"statistics.interval.ms": 5000}
"""How often a consumer tells us, when it is polled: some KB for every consumer."""
_REPORTS: Final = 3
"""So many reports in a row without a broker: ten seconds, while looking them up takes milliseconds."""
_BROKERS: Final = frozenset({"configured", "learned"})
"""The others are librdkafka's own: coordinators by their function, and an internal one."""


class DeafError(BrokerError):
    """A client has lost every broker and will not find one again: only a new process does."""

    code = "DEAF"


class _Broker(msgspec.Struct):
    source: str


class _Statistics(msgspec.Struct):
    brokers: dict[str, _Broker]


class Hearing:
    """Listens to the statistics of a worker's consumers."""

    def __init__(self) -> None:
        """Believe in everyone at first."""
        self._silent: dict[str, int] = {}

    def of(self, name: str) -> Callable[[str], None]:
        """Return the statistics callback of the consumer called ``name``."""

        def told(statistics: str) -> None:
            brokers = _DECODER.decode(statistics).brokers.values()
            deaf = not any(broker.source in _BROKERS for broker in brokers)
            self._silent[name] = self._silent.get(name, 0) + 1 if deaf else 0

        return told

    def check(self) -> None:
        """Raise DeafError when a consumer knows no broker any more."""
        for name, reports in self._silent.items():
            if reports >= _REPORTS:
                raise DeafError(
                    "a client of Kafka has lost every broker",
                    name,
                    "nothing to do: the process starts again, and asks the bootstrap servers",
                )


_DECODER: Final = msgspec.json.Decoder(_Statistics)
