"""Where the time of one event goes, step by step: ``python -m bench.profile``.

The stages run in this process over a memory context: no Kafka and no RocksDB take part. A stage's
total comes from passes without any clock inside, its steps from passes with them; the best of a few
passes counts, since others use the machine too. ``--functions STAGE`` prints cProfile's view of one
stage instead, ``--engine`` that of a whole worker on a real broker.
"""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from bench.flow import Flow, Taken
from bench.ground import keys_in, temporary
from bench.load import Load, Shape, make
from bench.steps import watch
from bench.stopwatch import Step, Stopwatch
from hub.privacy.key_ring import KeyRing
from hub.settings import Settings

__all__ = ("profile",)

_PASSES: Final = 3
_TOP: Final = 40


def profile(load: Load, settings: Settings, keys: KeyRing, console: Console) -> dict[str, Any]:
    """Print and return microseconds per upstream event, by stage and step."""
    events = len(load.events)
    flow = Flow(load, settings, keys)
    passes = [flow.through(lambda *_: nullcontext()) for _ in range(_PASSES)]
    whole = {
        name: min((each[name] for each in passes), key=lambda one: one.nanoseconds) for name in passes[0]
    }
    steps: dict[str, dict[str, Step]] = {name: {} for name in whole}
    gone: set[str] = set()

    @contextmanager
    def clocked(name: str, stages: dict[str, Any], book: Any) -> Iterator[None]:
        stopwatch = Stopwatch()
        gone.update(watch(stopwatch, stages, book))
        try:
            yield
        finally:
            stopwatch.restore()
            for step in stopwatch.steps():
                best = steps[name].get(step.label, step)
                steps[name][step.label] = min(step, best, key=lambda one: one.nanoseconds)

    for _ in range(_PASSES):
        flow.through(clocked)
    for name, taken in whole.items():
        console.print(_grid(name, taken, steps[name], events))
    if gone:
        console.print(f"steps that are no longer there by this name: {', '.join(sorted(gone))}")
    total = sum(taken.nanoseconds for taken in whole.values()) / events / 1000
    console.print(
        f"all stages: [bold]{total:.1f} µs[/bold] per upstream event, so {1e6 / total:,.0f} events/s at most "
        "by one worker, before Kafka and RocksDB"
    )
    return {
        name: {
            "records": taken.records,
            "us_per_event": taken.nanoseconds / events / 1000,
            "steps": {step.label: step.nanoseconds / events / 1000 for step in steps[name].values()},
        }
        for name, taken in whole.items()
    }


def _grid(name: str, taken: Taken, steps: Mapping[str, Step], events: int) -> Table:
    """Return the table of one stage."""
    title = (
        f"{name}: {taken.nanoseconds / events / 1000:.1f} µs per upstream event ({taken.records:,} records)"
    )
    grid = Table(title=title, title_justify="left")
    for heading in ("step", "calls per event", "µs per call", "µs per event"):
        grid.add_column(heading, justify="left" if heading == "step" else "right")
    known = 0
    for step in sorted(steps.values(), key=lambda step: -step.nanoseconds):
        known += step.nanoseconds
        each, per_event = step.nanoseconds / step.calls / 1000, step.nanoseconds / events / 1000
        grid.add_row(step.label, f"{step.calls / events:.2f}", f"{each:.2f}", f"{per_event:.2f}")
    grid.add_row("everything else", "", "", f"{max(0, taken.nanoseconds - known) / events / 1000:.2f}")
    return grid


def _functions(load: Load, settings: Settings, keys: KeyRing, stage: str) -> None:
    """Print cProfile's dearest functions of one stage."""
    profiler = cProfile.Profile()

    @contextmanager
    def around(name: str, _stages: dict[str, Any], _book: Any) -> Iterator[None]:
        if name == stage:
            profiler.enable()
        try:
            yield
        finally:
            profiler.disable()

    Flow(load, settings, keys).through(around)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(_TOP)


def main(
    *,
    events: Annotated[int, typer.Option(min=1000, help="Upstream events, about.")] = 30_000,
    functions: Annotated[
        str, typer.Option(metavar="STAGE", help="Print cProfile's top functions of this stage instead.")
    ] = "",
    engine: Annotated[
        bool, typer.Option("--engine", help="Profile a whole worker on a real broker instead.")
    ] = False,
    cache: Annotated[Path, typer.Option(help="Where the load is kept between runs.")] = Path(".hub/bench"),
) -> None:
    """Show where the time of one event goes."""
    console = Console()
    with temporary() as directory:
        settings, keys = keys_in(directory)
        with console.status("making people up"):
            load = make(Shape.of(events, events), settings, keys, lambda _done, _of: None, cache)
        console.print(f"{len(load.events):,} events of {load.bytes_per_event:.0f} bytes")
        if engine:
            from bench.worker_profile import run

            run(load, directory, console)
        elif functions:
            _functions(load, settings, keys, functions)
        else:
            profile(load, settings, keys, console)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
