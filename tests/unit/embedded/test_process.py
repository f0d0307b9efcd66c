"""hub.embedded.process: start, recognise, end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.embedded import process
from hub.errors import EmbeddedBrokerError

FOREVER = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal as s, time; s.signal(s.SIGTERM, s.SIG_IGN); print('up', flush=True); time.sleep(600)",
)


def wait_for(log: Path, text: str) -> None:
    """Wait until the log holds the text."""
    while text not in log.read_text(encoding="utf-8"):
        pass


@pytest.mark.parametrize("guarded", [False, True], ids=["detached", "guarded"])
def test_a_process_is_started_recognised_and_ended(tmp_path: Path, guarded: bool) -> None:  # noqa: FBT001
    """It runs under its mark until it is asked to end."""
    log = tmp_path / "log"
    child = process.launch(FOREVER, log, guarded=guarded)
    known = process.mark(child.pid)
    wait_for(log, "up")
    assert child.running()
    assert process.alive(child.pid, known)
    assert process.end(child.pid, known, timeout_s=30)
    assert child.wait(30)
    assert not process.alive(child.pid, known)


def test_who_does_not_listen_is_killed(tmp_path: Path) -> None:
    """After the timeout the end is forced, and said to be."""
    log = tmp_path / "log"
    child = process.launch(STUBBORN, log, guarded=False)
    wait_for(log, "up")
    assert not process.end(child.pid, process.mark(child.pid), timeout_s=0.1)
    assert child.wait(30)


def test_another_process_with_the_same_id_is_left_alone() -> None:
    """A mark that does not fit protects whoever got the id later: this test, for one."""
    assert not process.alive(os.getpid(), "some other start time")
    assert process.end(os.getpid(), "some other start time", timeout_s=0)
    assert not process.alive(os.getpid(), None)


def test_a_finished_process_has_no_mark() -> None:
    """Neither a dead process nor a zombie counts as running."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    assert child.stdout is None
    while process.mark(child.pid) is not None:
        pass
    child.wait()
    assert process.mark(child.pid) is None


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """What cannot be started is told with its path."""
    with pytest.raises(EmbeddedBrokerError, match="nothing-here"):
        process.launch([str(tmp_path / "nothing-here")], tmp_path / "log", guarded=False)


def test_a_guarded_process_dies_with_its_parent(tmp_path: Path) -> None:
    """Kill -9 of the parent is the end of the child (Linux)."""
    code = (
        "import os, sys, signal\nfrom pathlib import Path\nfrom hub.embedded import process\n"
        f"child = process.launch({FOREVER!r}, Path({str(tmp_path / 'log')!r}), guarded=True)\n"
        "print(child.pid, process.mark(child.pid), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid, known = out.stdout.split()
    while process.alive(int(pid), known):
        pass
    assert out.returncode == -9
