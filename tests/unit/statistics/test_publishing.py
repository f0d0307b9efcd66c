"""The publishing half of a statistics worker, as far as it needs no broker; the rest: tests/acceptance."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from hub import contracts, data, topics
from hub.core.totals import Total
from hub.settings import Settings
from hub.statistics.metrics import Metrics
from hub.statistics.publishing import Publishing
from hub.statistics.records import Records
from hub.statistics.seat import NOBODY
from hub.statistics.tools import Tools

CODEC = contracts.codec()
RECORDS = Records(CODEC)


class Broker:
    """Takes records down; one partition."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []

    async def send(
        self, _: str, *, value: bytes, key: bytes, partition: int | None
    ) -> asyncio.Future[SimpleNamespace]:
        """Take one record down."""
        assert value
        self.keys.append(key)
        future: asyncio.Future[SimpleNamespace] = asyncio.get_running_loop().create_future()
        future.set_result(SimpleNamespace(partition=partition or 0, offset=len(self.keys) - 1))
        return future


def publishing(metrics: Metrics) -> Publishing:
    """Return the publishing half, on a broker in memory."""
    errors: list[Exception] = []
    tools = Tools(Settings(), CODEC, RECORDS, cast("Any", Broker()), metrics, errors.append)
    return Publishing(tools, data.targets())


@pytest.mark.parametrize(
    "counter", ["members_moved|month=2022-1|move=lapsed", "flow.received|day=0000000000|system=x"]
)
def test_a_total_of_no_time_is_put_aside(counter: str) -> None:
    """It is counted as rejected and passed over: a worker that it ends would read it again for ever."""
    metrics = Metrics(CollectorRegistry())
    made = publishing(metrics)
    value = RECORDS.of_total(Total(counter, "flow", 1, 1, 1, ()))
    made._apply(SimpleNamespace(topic=topics.TOTALS, partition=0, offset=7, key=b"k", value=value))
    assert metrics.rejected.labels(topics.TOTALS, "VALUE_INVALID")._value.get() == 1
    assert list(made.positions.values()) == [8]


def test_what_is_given_back_is_shown_again() -> None:
    """Whenever another worker comes or goes all is taken away and given back: no figure changes with that."""
    metrics = Metrics(CollectorRegistry())
    made = publishing(metrics)
    made._board.apply(Total("persons|county=330106", "stock", 3, 1, 1, ()))
    labels = {"figure": "persons", "labels": "", "region": "33", "level": "province", "period": "now"}

    def shown() -> float | None:
        return metrics.registry.get_sample_value("hub_figure", labels)

    async def play() -> list[float | None]:
        made.seat.held = frozenset({0})
        await made._write()
        before = shown()
        made.assign(NOBODY)
        away = shown()
        made.seat.held = frozenset({0})
        await made._write()
        return [before, away, shown()]

    assert asyncio.run(play()) == [3, None, 3]
