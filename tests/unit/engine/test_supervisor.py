"""The supervisor with workers that only pretend: restarts, final errors, one port for all."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from hub.embedded.broker import settings_for
from hub.engine.supervisor import Supervisor
from hub.errors import ConfigurationError, FloodError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hub.settings import Settings

WORKER = """
import json, os, signal, sys, time
slot, pipe = int(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
stalled = slot == 0 and os.path.exists("stall")
report = dict(slot=slot, ready=slot == 0 or os.path.exists("ready"),
              alive=not stalled, reason="running", stopped=[], lanes=[slot], opened=os.getpid(),
              metrics="# HELP a b\\n# TYPE a gauge\\na 1.0\\n")
if stalled:
    os.remove("stall")
    with open("stalling", "w") as file: file.write(str(os.getpid()))
    os.rename("stalling", "stalled")
while True:
    if os.path.exists("flood"): os._exit(6)
    os.write(pipe, json.dumps(report).encode() + b"\\n")
    time.sleep(0.02)
"""
PATIENCE_S = 30.0


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings that need no broker, in a directory of their own."""
    monkeypatch.chdir(tmp_path)
    return settings_for("127.0.0.1:9", metrics_port=0, stop_timeout_s=5)


class Running:
    """A supervisor in a thread."""

    def __init__(self, settings: Settings, workers: int) -> None:
        """Start."""
        self.supervisor = Supervisor(settings, workers, (sys.executable, "-c", WORKER))
        self.codes: list[int] = []
        self.thread = threading.Thread(target=lambda: self.codes.append(self.supervisor.run()))
        self.thread.start()

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.supervisor.port}{path}", timeout=5
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def until(self, there: Callable[[], bool]) -> None:
        """Wait."""
        deadline = time.monotonic() + PATIENCE_S
        while not there():
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.02)

    def pid(self, slot: int) -> int:
        """Return the worker's process id, 0 while it has not reported."""
        workers: dict[str, dict[str, int]] = json.loads(self.get("/readyz")[1])["workers"]
        return workers[str(slot)]["tasks"]


@pytest.fixture
def two(settings: Settings) -> Iterator[Running]:
    """Run two pretended workers."""
    running = Running(settings, 2)
    yield running
    running.supervisor.stop()
    running.thread.join(PATIENCE_S)
    assert not running.thread.is_alive()


def test_one_port_speaks_for_all(two: Running, tmp_path: Path) -> None:
    """Ready is who is ready altogether; metrics carry the worker; an unknown page is 404."""
    two.until(lambda: two.pid(0) > 0 and two.pid(1) > 0)
    assert two.get("/readyz")[0] == 503
    (tmp_path / "ready").touch()
    os.kill(two.pid(1), signal.SIGKILL)
    two.until(lambda: two.get("/readyz")[0] == 200)
    assert two.get("/livez")[0] == 200
    status, page = two.get("/metrics")
    assert status == 200
    assert page.startswith('# HELP a b\n# TYPE a gauge\na{worker="0"} 1.0\na{worker="1"} 1.0\n')
    for line in ('up{worker="0"} 1.0', 'ready{worker="1"} 1.0', 'restarts_total{worker="1"} 1.0'):
        assert f"hub_worker_{line}\n" in page
    assert two.get("/else")[0] == 404


def test_a_killed_worker_is_started_again(two: Running) -> None:
    """A crash of one worker costs a restart of this one, the other goes on."""
    two.until(lambda: two.pid(0) > 0 and two.pid(1) > 0)
    first, other = two.pid(0), two.pid(1)
    os.kill(first, signal.SIGKILL)
    two.until(lambda: two.pid(0) not in {0, first})
    assert two.pid(1) == other
    page = two.get("/metrics")[1]
    assert 'hub_worker_restarts_total{worker="0"} 1.0\n' in page
    assert 'hub_worker_restarts_total{worker="1"} 0.0\n' in page


def test_a_stalled_worker_is_replaced(two: Running, tmp_path: Path) -> None:
    """A worker that says it is not alive is killed and started again."""
    two.until(lambda: two.pid(0) > 0)
    first = two.pid(0)
    (tmp_path / "stall").touch()
    os.kill(first, signal.SIGKILL)  # its successor, and only that one, reports that it is stalled
    two.until((tmp_path / "stalled").exists)
    stalled = int((tmp_path / "stalled").read_text("ascii"))
    two.until(lambda: two.pid(0) not in {0, first, stalled})


def test_a_stop_error_ends_everything(settings: Settings, tmp_path: Path) -> None:
    """A worker that says going on makes no sense ends all of them, with its exit code."""
    (tmp_path / "flood").touch()
    running = Running(settings, 2)
    running.thread.join(PATIENCE_S)
    assert running.codes == [FloodError.exit_code]


def test_a_taken_port_is_a_clear_error(settings: Settings, two: Running) -> None:
    """A metrics port somebody else has is a configuration error that names it."""
    with pytest.raises(ConfigurationError) as caught:
        Supervisor(settings.model_copy(update={"metrics_port": two.supervisor.port}), 1, ("true",))
    assert str(two.supervisor.port) in caught.value.where
