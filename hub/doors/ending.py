"""Ending a client of aiokafka, whose ``stop`` may raise what is nobody's business."""

from __future__ import annotations

import asyncio
from typing import Protocol

__all__ = ("end",)


class _Client(Protocol):
    async def stop(self) -> None: ...


async def end(client: _Client, patience_s: float) -> None:
    """Stop a client, for so long at most; CancelledError only when the caller is cancelled.

    While its broker is away a consumer cancels its own fetches and raises their CancelledError, which would
    end whoever waits for it, without a word.
    """
    stopping = asyncio.ensure_future(client.stop())
    done, _ = await asyncio.wait({stopping}, timeout=patience_s)
    if not done:
        stopping.cancel()
    elif not stopping.cancelled():
        stopping.exception()  # looked at: it adds nothing to why the client is stopped
