"""One whole worker under cProfile, in this process, on a real broker: what the engine adds to the stages."""

from __future__ import annotations

import cProfile
import os
import pstats
import threading
import time
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry
from rich.console import Console

from bench.ground import Ground
from bench.load import Load
from bench.watch import committed, ends
from hub import topics
from hub.engine.failpoints import from_environment
from hub.engine.main import wiring
from hub.engine.status import Status
from hub.engine.worker import Worker
from hub.metrics import Metrics

__all__ = ("run",)

_TOP: Final = 60
_POLL_S: Final = 0.2


def run(load: Load, directory: Path, console: Console, *, profiled: bool = True) -> None:
    """Process the load in a worker of this process; print where its main thread's time went."""
    with Ground(directory) as ground:
        console.print("publishing")
        ground.publish(load, lambda _: None)
        ground.clear()
        os.environ.update(ground.environment())
        settings = ground.settings
        worker = Worker(
            settings, 0, wiring(settings), Status(0, Metrics(CollectorRegistry())), from_environment()
        )
        watcher = threading.Thread(target=_stop_when_done, args=(ground, worker), daemon=True)
        watcher.start()
        profiler = cProfile.Profile()
        began, cpu = time.monotonic(), time.thread_time()
        if profiled:
            profiler.enable()
        worker.run()
        profiler.disable()
        events = len(load.events)
        cpu = time.thread_time() - cpu
        took, each = time.monotonic() - began, cpu / events * 1e6
        with_profiler = " (cProfile included)" if profiled else ""
        console.print(
            f"{events:,} events in {took:.1f} s; main thread {each:.1f} µs per event{with_profiler}"
        )
        if profiled:
            pstats.Stats(profiler).sort_stats("tottime").print_stats(_TOP)


def _stop_when_done(ground: Ground, worker: Worker) -> None:
    while True:
        time.sleep(_POLL_S)
        reached = committed(ground.admin, ground.settings.group)
        wanted = ends(ground.admin, (*topics.UPSTREAM, *topics.HOPS))
        if all(reached.get(place, 0) >= end for place, end in wanted.items()):
            worker.stop()
            return
