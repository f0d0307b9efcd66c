"""Named points at which a test can kill this process: ``HUB_FAILPOINT=before_commit:3``.

The number says at which passing (default 1). SIGKILL leaves no time to tidy up: that is the point.
``before_commit:3:stop`` sends SIGSTOP instead: the process becomes a zombie until somebody wakes it.
"""

from __future__ import annotations

import os
import signal
from typing import Final

__all__ = ("NAMES", "Failpoints", "from_environment")

NAMES: Final = (
    "table_read_before_act",  # a broadcast record is read, no task has acted upon it
    "before_commit",  # everything is produced and the offsets are sent
    "timer_only_before_commit",  # the same, in a transaction without records
    "after_commit_before_store",  # Kafka knows, RocksDB does not
    "after_store",  # both know
)


class Failpoints:
    """Counts how often each point is passed, and kills at the chosen one."""

    def __init__(self, chosen: str = "") -> None:
        """Take ``name[:n[:stop]]``; empty = never kill. ValueError for a name that does not exist."""
        name, count, deed = (*chosen.split(":"), "", "")[:3]
        if name and name not in NAMES:
            raise ValueError(f"no failpoint {name!r}, there are: {', '.join(NAMES)}")
        self._name = name
        self._left = int(count or 1)
        self._signal = signal.SIGSTOP if deed == "stop" else signal.SIGKILL

    def passing(self, name: str) -> None:
        """Die here if this is the chosen point and its turn."""
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._signal)


def from_environment() -> Failpoints:
    """Return the failpoints that ``HUB_FAILPOINT`` chooses."""
    return Failpoints(os.environ.get("HUB_FAILPOINT", ""))
