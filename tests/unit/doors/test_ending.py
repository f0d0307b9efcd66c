"""Ending a client of aiokafka."""

from __future__ import annotations

import asyncio

import pytest

from hub.doors.ending import end


class _Client:
    """Raises on its way to an end, or does not come to one."""

    def __init__(self, error: BaseException | None) -> None:
        self._error = error
        self.stopped = False

    async def stop(self) -> None:
        """Stop."""
        await asyncio.sleep(0 if self._error else 60)
        self.stopped = True
        if self._error:
            raise self._error


@pytest.mark.parametrize("error", [asyncio.CancelledError(), OSError("gone")], ids=["cancelled", "error"])
def test_what_a_client_raises_while_it_stops_is_nobodys_business(error: BaseException) -> None:
    """Neither an error nor the cancellation of its own fetches gets out."""
    client = _Client(error)
    asyncio.run(end(client, 5))
    assert client.stopped


def test_a_client_that_does_not_stop_is_left() -> None:
    """After the patience the caller goes on."""
    client = _Client(None)
    asyncio.run(asyncio.wait_for(end(client, 0.01), 5))
    assert not client.stopped


def test_the_callers_own_cancellation_counts() -> None:
    """Whoever waits for the end can be cancelled."""

    async def cancelled() -> None:
        task = asyncio.ensure_future(end(_Client(None), 60))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
