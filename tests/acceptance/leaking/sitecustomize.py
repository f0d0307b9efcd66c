"""What is wrong with a worker that finds this on its PYTHONPATH.

SIGUSR1 makes it leak, and SIGUSR2 mends that: the same 64 MB, mapped again and again, so that the process
has 2 GB resident and the machine need not. While there is a file WATCHED_CLOCK, its clock is three days slow.
"""

from __future__ import annotations

import mmap
import os
import signal
import sys
import time
from pathlib import Path
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

_now = time.time


def _slow() -> float:
    """Return another time to the clock of the worker, and to nobody else."""
    asked = sys._getframe(1).f_globals.get("__name__")
    return _now() - 3 * 86_400 if asked == "hub.engine.clock" else _now()


if Path(os.environ.get("WATCHED_CLOCK", "/nowhere")).exists():
    time.time = _slow
