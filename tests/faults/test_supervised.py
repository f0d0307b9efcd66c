"""``hub run --workers 2`` as an operator runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.script import SHORT, script
from tests.faults.workers import environment, until

if TYPE_CHECKING:
    from tests.faults.harness import Hub
    from tests.faults.outcome import Outcome


def children(pid: int) -> set[int]:
    """Return the processes that a process has started and that still run."""
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return {int(child) for child in told.split()}


@pytest.mark.slow
def test_supervisor_brings_workers_back(hub: Hub, calm_short: Outcome, tmp_path: Path) -> None:
    """Both workers are killed, twice: the supervisor starts them again, and stops them within 10 s."""
    played = script(SHORT)
    log = tmp_path / "hub.log"
    with log.open("ab") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "hub", "run", "--workers", "2"],
            env=environment(hub.settings), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
    killed: set[int] = set()

    def harm(day: int) -> None:
        if day in {4, 9}:
            until(lambda: len(children(supervisor.pid)) == 2, "two workers")
            hub.look_on(played.days[day].tick, 5)
            for worker in children(supervisor.pid):
                os.kill(worker, signal.SIGKILL)
                killed.add(worker)

    try:
        hub.play(played, harm)
        assert len(killed) == 4
        workers = children(supervisor.pid)
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(10) == 0
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    finally:
        supervisor.kill()
        supervisor.wait()
    hub.check(played, calm_short)
