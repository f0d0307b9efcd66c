"""Who is measured, and one run of each: started as a process, watched from outside, stopped."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from bench.ground import Ground
from bench.support import Place, Rate, rate_of, reached
from bench.watch import committed, ends, finish_line, watch
from hub import topics
from hub.embedded import process
from hub.errors import StopError

__all__ = ("ALL", "BY_NAME", "Contestant", "check", "launched", "log_of", "run")

_STOP_S: Final = 20.0
_ROOT: Final = Path(__file__).parents[1]
_UPSTREAM: Final = ",".join(topics.UPSTREAM)
_HUB: Final = ("hub", "run", "--workers")
_FAUST: Final = ("bench.faust_app", "worker")


class Contestant(NamedTuple):
    """One program under measurement."""

    name: str
    title: str
    argv: tuple[str, ...]
    """After ``python -m``. The consumer group comes in HUB_GROUP: a new one for every run."""
    works_off: tuple[str, ...]
    """Topics it must have worked off besides the upstream ones."""
    tail: bool = False
    """Too slow for the whole load: gets its last part."""
    once: bool = False
    """Takes part in the first round only."""


ALL: Final[tuple[Contestant, ...]] = (
    Contestant("raw1", "raw copy, one hop", ("bench.raw", f"{_UPSTREAM}>{topics.FACTS}"), ()),
    Contestant(
        "raw2", "raw copy, two hops",
        ("bench.raw", f"{_UPSTREAM}>{topics.FACTS}", f"{topics.FACTS}>{topics.DECISIONS}"), (topics.FACTS,),
    ),
    Contestant("hub1", "hub, 1 worker", (*_HUB, "1"), topics.HOPS),
    Contestant("hub2", "hub, 2 workers", (*_HUB, "2"), topics.HOPS),
    Contestant("hubtail", "hub, 1 worker, the peers' part", (*_HUB, "1"), topics.HOPS, tail=True, once=True),
    Contestant("faust", "plain Faust, at least once", (*_FAUST, "-l", "info"), topics.HOPS, tail=True),
    Contestant("quix", "Quix Streams, exactly once", ("bench.quix_app",), topics.HOPS, tail=True),
)  # fmt: skip
"""In the order in which they take turns in a round."""
STATISTICS: Final = Contestant("statistics", "statistics worker", ("hub", "statistics", "run"), ())
"""Takes no turn: it runs beside the hub's workers where the delay of figures is measured."""
BY_NAME: Final = {contestant.name: contestant for contestant in ALL}


def run(ground: Ground, contestant: Contestant, progress: Callable[[int], None]) -> Rate:
    """Measure one run on clean ground; what it made stays there until the ground is cleared."""
    ground.clear()
    group = ground.new_group(contestant.name)
    starts: dict[Place, int] = {}
    if contestant.tail:
        ground.start_at_tail(group)
        starts = committed(ground.admin, group)
    inputs = {
        place: end for place, end in ends(ground.admin, topics.UPSTREAM).items() if end > starts.get(place, 0)
    }

    def done(now: Mapping[Place, int]) -> bool:
        """Look for the finish only where it may be: it moves as long as inputs are worked off."""
        if not reached(now, inputs):
            return False
        finish.update(inputs | finish_line(ground.settings, ground.admin, contestant.works_off))
        return reached(now, finish)

    def told(now: Mapping[Place, int]) -> None:
        progress(sum(now.get(place, 0) - starts.get(place, 0) for place in inputs))

    finish: dict[Place, int] = {}
    with launched(ground, contestant, group) as child:
        pids = (child.pid, ground.broker_pid)
        alive = partial(check, ground, contestant, child)
        samples = watch(ground.admin, group, pids, done=done, alive=alive, progress=told)
    return rate_of(samples, starts, inputs, finish)


@contextmanager
def launched(ground: Ground, contestant: Contestant, group: str, port: int = 0) -> Iterator[process.Launched]:
    """Start the contestant's process; stop it at the end. The hub's metrics are on ``port`` (0 = any)."""
    peer = ground.directory / "peer"
    peer.mkdir(exist_ok=True)
    ours = ground.environment() | {
        "HUB_GROUP": group, "HUB_METRICS_PORT": str(port), "HUB_STATISTICS_PORT": "0",
        "BENCH_PEER_DIR": str(peer), "PYTHONPATH": str(_ROOT),
    }  # fmt: skip
    with _environment(ours):
        child = process.launch(
            [sys.executable, "-m", *contestant.argv], log_of(ground, contestant), guarded=True
        )
    try:
        yield child
    finally:
        process.end(child.pid, process.mark(child.pid), _STOP_S)
        child.wait(_STOP_S)


def log_of(ground: Ground, contestant: Contestant) -> Path:
    """Return the file that gets what the contestant says."""
    return ground.directory / f"{contestant.name}.log"


@contextmanager
def _environment(ours: dict[str, str]) -> Iterator[None]:
    """Put variables into our environment for a moment, no other HUB_* than these: a child inherits them."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        del os.environ[name]
    os.environ.update(ours)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def check(ground: Ground, contestant: Contestant, child: process.Launched) -> None:
    """Raise StopError with the end of its log when the contestant has ended."""
    if not child.running():
        log = log_of(ground, contestant)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
        raise StopError(f"{contestant.title} has ended\n" + "\n".join(lines), str(log), "see the log")
