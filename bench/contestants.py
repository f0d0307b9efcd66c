"""Who is measured, and one run of each: started as a process, watched from outside, stopped."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from bench.ground import Ground
from bench.support import Place, Rate, rate_of
from bench.watch import committed, ends, finish_line, watch
from hub import topics
from hub.embedded import process
from hub.errors import StopError

__all__ = ("ALL", "BY_NAME", "Contestant", "launched", "run")

_STOP_S: Final = 20.0
_ROOT: Final = Path(__file__).parents[1]
_UPSTREAM: Final = ",".join(topics.UPSTREAM)


class Contestant(NamedTuple):
    """One program under measurement."""

    name: str
    title: str
    group: str
    argv: tuple[str, ...]
    """After ``python -m``."""
    works_off: tuple[str, ...]
    """Topics it must have worked off besides the upstream ones."""
    tail: bool = False
    """Too slow for the whole load: gets its last part."""


ALL: Final[tuple[Contestant, ...]] = (
    Contestant("raw1", "raw copy, one hop", "bench-raw1", ("bench.raw", "bench-raw1", f"{_UPSTREAM}>{topics.FACTS}"), ()),
    Contestant(
        "raw2", "raw copy, two hops", "bench-raw2",
        ("bench.raw", "bench-raw2", f"{_UPSTREAM}>{topics.FACTS}", f"{topics.FACTS}>{topics.DECISIONS}"), (topics.FACTS,),
    ),
    Contestant("hub1", "hub, 1 worker", "hub", ("hub", "run", "--workers", "1"), (topics.IDENTITY, topics.FACTS)),
    Contestant("hub2", "hub, 2 workers", "hub", ("hub", "run", "--workers", "2"), (topics.IDENTITY, topics.FACTS)),
    Contestant(
        "faust", "plain Faust, at least once", "bench-faust", ("bench.faust_app", "worker", "-l", "info"),
        (topics.IDENTITY, topics.FACTS), tail=True,
    ),
    Contestant(
        "quix", "Quix Streams, exactly once", "bench-quix", ("bench.quix_app",), (topics.IDENTITY, topics.FACTS), tail=True,
    ),
)  # fmt: skip
"""In the order in which they take turns in a round."""
BY_NAME: Final = {contestant.name: contestant for contestant in ALL}


def run(ground: Ground, contestant: Contestant, progress: Callable[[int], None]) -> Rate:
    """Measure one run on clean ground; what it made stays there until the ground is cleared."""
    ground.clear()
    starts: dict[Place, int] = {}
    if contestant.tail:
        ground.start_group(contestant.group, tail=True)
        starts = committed(ground.admin, contestant.group)
    inputs = {place: end for place, end in ends(ground.admin, topics.UPSTREAM).items() if end > starts.get(place, 0)}
    with launched(ground, contestant) as child:
        pids = (child.pid, ground.broker_pid)
        samples = watch(ground.admin, contestant.group, inputs, pids, lambda: _alive(ground, contestant, child), progress)
    finish = inputs | finish_line(ground.settings, ground.admin, contestant.works_off)
    return rate_of(samples, starts, inputs, finish)


@contextmanager
def launched(ground: Ground, contestant: Contestant) -> Iterator[process.Launched]:
    """Start the contestant's process; stop it at the end."""
    peer = ground.directory / "peer"
    peer.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= ground.environment() | {"BENCH_PEER_DIR": str(peer), "HUB_METRICS_PORT": str(_free_port())}
    command = ["env", "-C", str(_ROOT), *(f"{name}={value}" for name, value in environment.items() if name not in os.environ)]
    child = process.launch([*command, sys.executable, "-m", *contestant.argv], log_of(ground, contestant), guarded=True)
    try:
        yield child
    finally:
        process.end(child.pid, process.mark(child.pid), _STOP_S)
        child.wait(_STOP_S)


def log_of(ground: Ground, contestant: Contestant) -> Path:
    """Return the file that gets what the contestant says."""
    return ground.directory / f"{contestant.name}.log"


def _alive(ground: Ground, contestant: Contestant, child: process.Launched) -> None:
    if not child.running():
        log = log_of(ground, contestant)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
        raise StopError(f"{contestant.title} has ended\n" + "\n".join(lines), str(log), "see the log")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
