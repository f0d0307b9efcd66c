"""The readers beside Faust's; what they read needs a broker: tests/acceptance."""

from __future__ import annotations

import asyncio
import gc

import pytest

from hub.errors import BrokerError
from hub.settings import Settings
from hub.statistics.reading import opened


def test_a_broker_that_is_away_is_told_with_a_cure_and_leaves_nothing_open() -> None:
    """Who looks every second would else leave a client behind each time, which warns when collected."""

    async def look() -> None:
        with pytest.raises(BrokerError) as caught:
            await opened(Settings(bootstrap_servers="127.0.0.1:1"), "watch", ("x",))
        assert (caught.value.where, bool(caught.value.cure)) == ("127.0.0.1:1", True)

    asyncio.run(look())
    gc.collect()
