"""Stores that are lost, damaged, or cannot be written: they are caches, and are restored from Kafka."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.faults.script import SHORT, script
from tests.faults.workers import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.harness import Hub
    from tests.faults.outcome import Outcome

_TOO_SMALL = 6144
"""Bytes a file may have on our full disk: not even RocksDB's options fit."""


def delete(state: Path) -> None:
    """Remove everything."""
    shutil.rmtree(state)


def truncate(state: Path) -> None:
    """Cut every file of RocksDB in half."""
    for file in _files(state):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def corrupt(state: Path) -> None:
    """Turn every bit in the first quarter of every table: RocksDB opens it and fails when it reads it."""
    tables = [file for file in _files(state) if file.suffix == ".sst"]
    assert tables, "a graceful stop writes tables"
    for file in tables:
        data = bytearray(file.read_bytes())
        for at in range(len(data) // 4):
            data[at] ^= 0xFF
        file.write_bytes(data)


def _files(state: Path) -> list[Path]:
    return [file for file in state.rglob("*") if file.is_file() and file.name != "LOCK"]


@pytest.mark.slow
@pytest.mark.parametrize("harm_done", [delete, truncate, corrupt], ids=["deleted", "truncated", "corrupted"])
def test_lost_state_is_restored(hub: Hub, calm_short: Outcome, harm_done: Callable[[Path], None]) -> None:
    """A state directory that was deleted, truncated or corrupted is restored from the changelog."""
    played = script(SHORT)

    def harm(day: int) -> None:
        if day == 8:
            assert hub.workers.stop(0) == 0
            harm_done(hub.settings.state_dir)
            hub.workers.start(0)

    hub.workers.start(0)
    hub.play(played, harm)
    hub.check(played, calm_short)


@pytest.mark.slow
def test_full_disk(hub: Hub, calm_short: Outcome) -> None:
    """A worker whose disk is full says so and ends; when there is room again, nothing is missing."""
    played = script(SHORT)
    ended: list[int | None] = []

    def harm(day: int) -> None:
        if day == 5:  # the disk fills up under a running worker: its stores can no longer be closed
            hub.workers.limit_files(0, _TOO_SMALL)
            hub.workers.terminate(0)
            until(lambda: hub.workers.ended(0) is not None, "the worker to end")
            ended.append(hub.workers.ended(0))
        if day == 6:  # a worker starts on a full disk
            hub.workers.kill(0)
            shutil.rmtree(hub.settings.state_dir)
            hub.workers.start(0, file_limit=_TOO_SMALL)
            until(lambda: hub.workers.ended(0) is not None, "the worker to end")
            ended.append(hub.workers.ended(0))

    hub.workers.start(0)
    hub.play(played, harm)
    assert ended[1] not in {None, 0}
    failures = [record for record in hub.workers.logged(0) if record["action"] == "worker.failed"]
    assert any("disk" in record["cure"] for record in failures if "cure" in record), failures
    hub.check(played, calm_short, deaths={*map(int, filter(None, ended)), 0})
