"""Start, recognise and end a process: what the embedded broker needs of the operating system."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub.errors import EmbeddedBrokerError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("Launched", "alive", "end", "launch", "mark")

_GUARD: Final = Path(__file__).with_name("guard.py")
_POLL_S: Final = 0.02
_PROC: Final = Path("/proc")


class Launched:
    """A child process, started by a thread of its own that lives as long as the child does.

    Linux ends a guarded child when the *thread* that started it ends, not the process: whoever calls
    ``start()`` from a short-lived thread must not lose the broker with it.
    """

    def __init__(self, argv: Sequence[str], log: Path) -> None:
        """Start ``argv`` in a session of its own, both outputs appended to ``log``."""
        self._process: subprocess.Popen[bytes] | None = None
        self._error: OSError | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(list(argv), log), name="embedded-broker", daemon=True
        )
        self._thread.start()
        self._started.wait()
        if self._error is not None:
            raise EmbeddedBrokerError(
                f"cannot start {argv[0]}: {self._error.strerror}",
                str(log.parent),
                "check the path and its permissions",
            )

    def _run(self, argv: list[str], log: Path) -> None:
        try:
            with log.open("ab") as output:
                self._process = subprocess.Popen(  # noqa: S603 - our own argument list, no shell
                    argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
                )
        except OSError as error:
            self._error = error
        self._started.set()
        if self._process is not None:
            self._process.wait()

    @property
    def pid(self) -> int:
        """Return the child's process id."""
        assert self._process is not None
        return self._process.pid

    def running(self) -> bool:
        """Tell whether the child has not ended yet."""
        return self._thread.is_alive()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; False when the time ran out first."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()


def launch(argv: Sequence[str], log: Path, *, guarded: bool) -> Launched:
    """Start ``argv``. A guarded process is ended by the system when this one dies, however it dies."""
    if guarded and sys.platform == "linux":
        argv = [sys.executable, "-I", "-S", str(_GUARD), str(os.getpid()), *argv]
    return Launched(argv, log)


def mark(pid: int) -> str | None:
    """Return what tells this process from a later one with the same id; None when there is none."""
    try:
        if not _PROC.exists():
            return _mark_by_ps(pid)
        # Field 22 is the start time in ticks since boot; the name in field 2 may hold spaces.
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    except (OSError, IndexError):
        return None


def _mark_by_ps(pid: int) -> str | None:
    """Ask ps for the start time, where there is no /proc (macOS)."""
    out = subprocess.run(  # noqa: S603 - no shell, the argument is a number
        ["ps", "-o", "lstart=", "-p", str(pid)],  # noqa: S607 - ps is where the system put it
        capture_output=True,
        text=True,
        check=False,
    )
    return out.stdout.strip() or None


def alive(pid: int, known_mark: str | None) -> bool:
    """Tell whether the process that had this mark still runs under this id."""
    return known_mark is not None and mark(pid) == known_mark


def end(pid: int, known_mark: str | None, timeout_s: float) -> bool:
    """Ask the process to end, insist after the timeout; True when it went by itself."""
    if not _signal(pid, known_mark, signal.SIGTERM):
        return True
    deadline = time.monotonic() + timeout_s
    while alive(pid, known_mark):
        if time.monotonic() > deadline:
            _signal(pid, known_mark, signal.SIGKILL)
            while alive(pid, known_mark):
                time.sleep(_POLL_S)
            return False
        time.sleep(_POLL_S)
    return True


def _signal(pid: int, known_mark: str | None, number: signal.Signals) -> bool:
    """Send a signal to exactly that process; False when it is gone."""
    if not alive(pid, known_mark):
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
