"""What the publishing half of a statistics worker takes in; the rest needs a broker: tests/acceptance."""

from __future__ import annotations

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
from hub.statistics.tools import Tools

CODEC = contracts.codec()
RECORDS = Records(CODEC)


@pytest.mark.parametrize(
    "counter", ["members_moved|month=2022-1|move=lapsed", "flow.received|day=0000000000|system=x"]
)
def test_a_total_of_no_time_is_put_aside(counter: str) -> None:
    """It is counted as rejected and passed over: it does not end the worker, which would read it for ever."""
    metrics, errors = Metrics(CollectorRegistry()), list[Exception]()
    tools = Tools(Settings(), CODEC, RECORDS, cast(Any, None), metrics, errors.append)
    publishing = Publishing(tools, data.targets())
    value = RECORDS.of_total(Total(counter, "flow", 1, 1, 1, ()))
    publishing._apply(SimpleNamespace(topic=topics.TOTALS, partition=0, offset=7, key=b"k", value=value))
    rejected = metrics.rejected.labels(topics.TOTALS, "VALUE_INVALID")
    assert (rejected._value.get(), errors) == (1, [])
    assert list(publishing.positions.values()) == [8]
