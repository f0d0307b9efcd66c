"""Two ``hub run`` in one group, as on two machines."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from hub.engine.slots import holders
from hub.errors import UsageError
from tests.faults.workers import PATIENCE_S, environment, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.harness import Hub


class Machine:
    """A ``hub run`` with a directory of its own."""

    def __init__(self, hub: Hub, directory: Path, *arguments: str) -> None:
        """Start it."""
        directory.mkdir()
        self.log = directory / "hub.log"
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub", "run", *arguments],
                env=environment(hub.settings, clock="wall", state_dir=directory / "state"),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    def workers(self) -> dict[str, Any]:
        """Return what /readyz says of each worker by its slot; nothing while nobody answers."""
        said = re.search(r"http://\S+/readyz", self.log.read_text("utf-8").replace("\n", ""))
        if said is None:
            return {}
        try:
            with urllib.request.urlopen(said.group(), timeout=5) as answer:
                document = json.load(answer)
        except urllib.error.HTTPError as error:
            document = json.load(error)
        except OSError:
            return {}
        found: dict[str, Any] = document["workers"]
        return found

    def lanes(self) -> list[int]:
        """Return the lanes of its workers that are ready."""
        return sorted(
            lane for worker in self.workers().values() if worker["ready"] for lane in worker["lanes"]
        )


@pytest.fixture
def machines(hub: Hub, tmp_path: Path) -> Iterator[dict[str, Machine]]:
    """Start two machines: one with the first slot, one that goes on at the next."""
    started = {
        "one": Machine(hub, tmp_path / "one"),
        "two": Machine(hub, tmp_path / "two", "--first-slot", "1"),
    }
    yield started
    for machine in started.values():
        machine.process.kill()
        machine.process.wait()


def shared(machines: dict[str, Machine]) -> bool:
    """Tell whether both have half of the lanes, under slots of their own."""
    one, two = machines["one"], machines["two"]
    return (
        [*one.workers(), *two.workers()] == ["0", "1"]
        and len(one.lanes()) == len(two.lanes()) == 2
        and sorted(one.lanes() + two.lanes()) == [0, 1, 2, 3]
    )


def test_machines_of_a_group_share_the_work(hub: Hub, machines: dict[str, Machine], tmp_path: Path) -> None:
    """Numbered apart they share the lanes; a third with a slot that is taken is refused, and told a free one.

    A slot whose process has ended is taken again.
    """
    until(lambda: shared(machines), lambda: f"halves: {[m.workers() for m in machines.values()]}")
    third = machines["third"] = Machine(hub, tmp_path / "third")
    assert third.process.wait(PATIENCE_S) == UsageError.exit_code
    told = " ".join(third.log.read_text("utf-8").split())
    assert f"slot 0: {holders(hub.settings)[0].where}" in told
    assert "--first-slot 2" in told
    assert shared(machines)
    assert "worker.failed" not in machines["one"].log.read_text() + machines["two"].log.read_text()
    machines["one"].process.send_signal(signal.SIGTERM)
    assert machines["one"].process.wait(PATIENCE_S) == 0
    left = holders(hub.settings).get(0)
    assert left is None or left.ended
    machines["one"] = Machine(hub, tmp_path / "again")
    until(lambda: shared(machines), "the first machine to be back")
