"""The hub's worker processes in a test's hand: started, killed, put to sleep, woken, looked at."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from hub.embedded import guard
from hub.engine.status import Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.settings import Settings

__all__ = ("PATIENCE_S", "Workers", "environment", "until")

PATIENCE_S = 40.0
_LOOK_S = 0.01
_GUARD = str(Path(guard.__file__))
_PASSED_ON = (
    "bootstrap_servers", "group", "partitions", "clock", "state_dir", "key_dir", "session_timeout_s",
    "transaction_timeout_s", "dead_letter_limit", "compression", "metrics_port", "log_level",
)  # fmt: skip


def until(there: Callable[[], Any], what: str | Callable[[], str], timeout_s: float = PATIENCE_S) -> None:
    """Return when ``there``; fail saying what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not there():
        assert time.monotonic() < deadline, f"waited in vain for {what if isinstance(what, str) else what()}"
        time.sleep(_LOOK_S)


def environment(settings: Settings, failpoint: str = "", **more: Any) -> dict[str, str]:
    """Return a process environment with these settings, and no other of the hub's."""
    told = {name: getattr(settings, name) for name in _PASSED_ON} | more
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    ours = {f"HUB_{name.upper()}": str(getattr(value, "value", value)) for name, value in told.items()}
    return kept | ours | ({"HUB_FAILPOINT": failpoint} if failpoint else {})


def _parsed(line: str) -> dict[str, Any]:
    """Return a log record; a line that a full disk has cut off says nothing."""
    try:
        record: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return {"action": ""}
    return record


class Workers:
    """Worker processes by slot, as the supervisor starts them, but restarted only by the test.

    What they write is kept: ``worker-<slot>.log`` (standard error) and ``worker-<slot>.reports``.
    """

    def __init__(self, settings: Settings, directory: Path) -> None:
        """Write logs into ``directory``."""
        self.settings = settings
        self.directory = directory
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._wanted: dict[int, dict[str, Any]] = {}
        self.deaths: list[int] = []
        """Exit codes of the workers that :meth:`revive` had to bring back; -9 is SIGKILL."""

    # --- a slot's life

    def start(self, slot: int = 0, failpoint: str = "", file_limit: int | None = None, **more: Any) -> None:
        """Start a worker, which is from now on wanted: :meth:`revive` brings it back, unharmed."""
        self._wanted[slot] = more
        if file_limit is not None:
            self.log(slot).unlink()  # its log is a file too: what it has to say must find room
        with self.log(slot).open("ab") as log, self._reports(slot).open("ab") as reports:
            self._processes[slot] = subprocess.Popen(
                [
                    sys.executable, "-I", "-S", _GUARD, str(os.getpid()),
                    sys.executable, "-m", "hub.engine.main", str(slot), str(reports.fileno()),
                ],
                env=environment(self.settings, failpoint, **more),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(reports.fileno(),),
            )  # fmt: skip
        if file_limit is not None:
            self.limit_files(slot, file_limit)

    def limit_files(self, slot: int, size: int) -> None:
        """Let a worker write no file beyond so many bytes, from now on: its disk is full."""
        resource.prlimit(self._processes[slot].pid, resource.RLIMIT_FSIZE, (size, size))

    def kill(self, slot: int) -> None:
        """Kill -9, and wait until it is gone."""
        self._processes[slot].kill()
        self._processes[slot].wait(PATIENCE_S)

    def terminate(self, slot: int) -> None:
        """Send SIGTERM."""
        self._processes[slot].send_signal(signal.SIGTERM)

    def stop(self, slot: int) -> int:
        """Stop gracefully, for good; return the exit code."""
        del self._wanted[slot]
        self.terminate(slot)
        return self._processes[slot].wait(PATIENCE_S)

    def sleep(self, slot: int) -> None:
        """Send SIGSTOP."""
        self._processes[slot].send_signal(signal.SIGSTOP)

    def wake(self, slot: int) -> None:
        """Send SIGCONT."""
        self._processes[slot].send_signal(signal.SIGCONT)

    def asleep(self, slot: int) -> bool:
        """Tell whether a worker is stopped (not ended)."""
        stat = Path(f"/proc/{self._processes[slot].pid}/stat").read_text("utf-8")
        return stat.rpartition(") ")[2][0] == "T"

    def ended(self, slot: int) -> int | None:
        """Return the exit code of a worker that has ended, None while it runs."""
        return self._processes[slot].poll()

    @property
    def slots(self) -> set[int]:
        """Return the slots that are wanted."""
        return set(self._wanted)

    def revive(self) -> list[int]:
        """Start every wanted worker again that has ended, without failpoint; return their slots."""
        dead = [slot for slot in self._wanted if self.ended(slot) is not None]
        for slot in dead:
            self.deaths.append(self._processes[slot].wait())
            self.start(slot, **self._wanted[slot])
        return dead

    def close(self) -> None:
        """End all: those that sleep or do not listen are killed."""
        for process in self._processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # --- what they say

    def log(self, slot: int) -> Path:
        """Return the file that a worker writes its log to."""
        return self.directory / f"worker-{slot}.log"

    def logged(self, slot: int) -> list[dict[str, Any]]:
        """Return a worker's log records so far."""
        lines = self.log(slot).read_text("utf-8").splitlines()
        return [_parsed(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def actions(self, slot: int) -> set[str]:
        """Return the names of everything a worker has logged."""
        return {record["action"] for record in self.logged(slot)}

    def report(self, slot: int) -> Report | None:
        """Return a worker's newest report."""
        if not self._reports(slot).exists():
            return None
        lines = self._reports(slot).read_bytes().splitlines(keepends=True)
        whole = [line for line in lines[-2:] if line.endswith(b"\n")]
        return msgspec.json.decode(whole[-1], type=Report) if whole else None

    def opened(self, slot: int) -> int:
        """Return how many tasks a worker says it has open."""
        report = self.report(slot)
        return report.opened if report is not None else 0

    def ready(self, slot: int) -> bool:
        """Tell whether a worker says it is ready."""
        report = self.report(slot)
        return report is not None and report.ready

    def _reports(self, slot: int) -> Path:
        return self.directory / f"worker-{slot}.reports"
