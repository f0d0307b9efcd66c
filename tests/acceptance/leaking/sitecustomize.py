"""In a process of the hub that finds this on its PYTHONPATH, SIGUSR1 makes a leak and SIGUSR2 mends it.

What leaks is the same 64 MB, mapped again and again: the process has 2 GB resident, the machine need not.
"""

from __future__ import annotations

import mmap
import os
import signal
from typing import Any

BLOCK_BYTES = 64 << 20
BLOCKS = 32
_held: list[mmap.mmap] = []


def _leak(*_: Any) -> None:
    block = os.memfd_create("leak")
    os.ftruncate(block, BLOCK_BYTES)
    flags = mmap.MAP_SHARED | mmap.MAP_POPULATE
    _held.extend(mmap.mmap(block, BLOCK_BYTES, flags=flags) for _ in range(BLOCKS))
    os.close(block)


def _mend(*_: Any) -> None:
    while _held:
        _held.pop().close()


signal.signal(signal.SIGUSR1, _leak)
signal.signal(signal.SIGUSR2, _mend)
