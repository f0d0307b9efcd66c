"""``hub demo`` on a real broker: a small year, compared at every tick; nothing is left running."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hub.embedded import broker, process
from hub.simulate.happening import SYSTEMS

SMALL = ("--people", "300", "--days", "40", "--problems", "0.1")
_WAIT_S = 120.0


def command(*arguments: str) -> list[str]:
    """Return the command line of a demo."""
    return [sys.executable, "-m", "hub", "demo", *arguments]


def descendants(pid: int) -> set[int]:
    """Return the ids of all processes below one, by /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue  # it has ended meanwhile
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pids: set[int]) -> set[int]:
    """Return those that still run."""
    return {pid for pid in pids if process.mark(pid) is not None}


@pytest.mark.timeout(_WAIT_S)
@pytest.mark.parametrize("where", ["--province", "--one-county"])
def test_small_demo_agrees_with_the_expectation(where: str, tmp_path: Path) -> None:
    """A demo ends with 0 and no difference, tells what it did as JSON, and leaves no broker behind."""
    home = tmp_path / "demo"
    done = subprocess.run(
        command(*SMALL, where, "--dir", str(home), "--json"),
        capture_output=True,
        text=True,
        timeout=_WAIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    assert summary["comparison"] | {"changes": 0, "figures": 0} == {
        "ticks": 40, "changes": 0, "figures": 0, "differences": 0, "first": [],
    }  # fmt: skip
    assert summary["comparison"]["changes"] > 50
    assert summary["comparison"]["figures"] > 15
    assert sum(summary["events"].values()) == summary["speed"]["events"]
    assert sum(summary["rejected"].values()) > 0
    assert summary["parked"]
    assert summary["plan"]["counties"] == (11 if where == "--province" else 1)
    assert set(summary["events"]) | {"party"} == set(SYSTEMS)  # nobody dies or moves in the first 40 days
    assert summary["tasks"]["admission opened"] > 0
    assert {"R01", "R03"} <= {rule["name"] for rule in summary["rules"]}
    assert {"consent", "member"} <= {guard["name"] for guard in summary["guards"]}
    silent = {rule["name"]: rule["why"] for rule in summary["rules_silent"]}
    assert silent.items() >= {"R05": "class s", "R06": "class s", "R13": "off", "R15": "off"}.items()
    assert {"R16", "R16-adult"} <= {path["name"] for path in summary["paths"]}
    assert not {"R05", "R06"} & {rule["name"] for rule in summary["rules"]}
    assert not {"R05", "R06"} & set(summary["invitations"]["issued_by_rule"])
    assert summary["forgotten"]
    assert len(summary["examples"]) == 5
    assert summary["speed"]["latency_ms"]["invitations"] > 0
    assert broker.status(home / "broker") is None


@pytest.mark.timeout(_WAIT_S)
def test_interrupted_demo_leaves_nothing_running(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a year stops the workers and the broker."""
    home = tmp_path / "demo"
    log = (tmp_path / "out").open("wb")
    demo = subprocess.Popen(command("--people", "2000", "--dir", str(home)), stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _WAIT_S / 2
        while not (home / "demo.json").exists():
            assert demo.poll() is None, (tmp_path / "out").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        below = descendants(demo.pid)
        assert len(below) >= 2
        demo.send_signal(signal.SIGINT)
        assert demo.wait(_WAIT_S / 2) != 0
    finally:
        if demo.poll() is None:
            demo.kill()
        log.close()
    assert alive(below) == set()
    assert broker.status(home / "broker") is None


@pytest.mark.timeout(_WAIT_S)
def test_kept_demo_runs_until_it_is_stopped(tmp_path: Path) -> None:
    """``--keep`` says how to look and how to stop; ``--stop`` stops it."""
    home = tmp_path / "demo"
    kept = subprocess.run(
        command("--one-county", "--people", "50", "--days", "3", "--keep", "--dir", str(home)),
        capture_output=True, text=True, timeout=_WAIT_S, check=False,
    )  # fmt: skip
    try:
        assert kept.returncode == 0, kept.stderr
        running = broker.status(home / "broker")
        assert running is not None
        assert running.bootstrap in kept.stderr
        (workers, _), *_ = json.loads((home / "demo.json").read_text())["processes"]
        assert process.mark(workers) is not None
        again = subprocess.run(
            command("--dir", str(home)), capture_output=True, text=True, timeout=60, check=False
        )
        assert again.returncode != 0
        assert broker.status(home / "broker") == running
        assert "hub demo --stop" in again.stderr
    finally:
        stopped = subprocess.run(
            command("--stop", "--dir", str(home), "--json"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert json.loads(stopped.stdout)["stopped"] is True
    assert broker.status(home / "broker") is None
    assert process.mark(workers) is None


def test_stop_needs_a_directory() -> None:
    """``--stop`` without a directory is refused with a cure."""
    done = subprocess.run(command("--stop"), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "--dir" in done.stderr


def test_unknown_county_is_refused() -> None:
    """A county that does not exist is refused before anything is started."""
    done = subprocess.run(
        command("--county", "999999"), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "six digits" in done.stderr
