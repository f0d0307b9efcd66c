"""``make bench``: the hub beside its peers, on one broker, on the same events, in turns."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import delay, latency, made, memory, restore, sweep
from bench.contestants import ALL, BY_NAME, Contestant, run
from bench.ground import Ground, keys_in, temporary
from bench.load import Shape, make
from bench.profile import profile
from bench.report import show
from bench.results import Results
from hub.errors import HubError, UsageError

_QUICK: Final = (30_000, 10_000, 1, 10.0)
"""Events, events of the peers, rounds, seconds of live load: a look, not a measurement."""
_ALONE: Final = ("profile", "memory")
"""Parts that need no broker."""
_PARTS: Final = (*BY_NAME, "latency", "delay", "sweep", "restore", *_ALONE)
_NOT_QUICK: Final = frozenset({"memory"})
_PROFILED: Final = 30_000
"""Events of the last county that are profiled, and that make up the people to be known."""
_CHECK: Final = "hubtail"
"""Does the peers' part of the load, so that it can be seen whether they do the hub's job."""
_SAME_JOB: Final = ("faust", "quix")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_WIDE: Final = 150
"""Columns where there is no terminal: a log."""
_out, _err = Console(width=None if sys.stdout.isatty() else _WIDE), Console(stderr=True)


class Asked(NamedTuple):
    """What is to be measured."""

    shape: Shape
    rounds: int
    parts: frozenset[str]
    rate: float
    live_seconds: float
    people: int
    cache: Path
    logs: Path | None


_PeopleOption = Annotated[
    int, typer.Option("--people", min=10_000, help="People a worker knows, for memory: 1 GB per million.")
]


@app.command()
def bench(
    *,
    events: Annotated[int, typer.Option("--events", min=10_000, help="Events of the load, about.")] = 300_000,
    faust_events: Annotated[
        int, typer.Option("--faust-events", min=5_000, help="Events for the slow peers, about.")
    ] = 30_000,
    rounds: Annotated[
        int, typer.Option("--rounds", min=1, help="Runs of each contestant; medians are shown.")
    ] = 3,
    live_seconds: Annotated[
        float, typer.Option("--live-seconds", min=5, help="Length of the live load, for latency.")
    ] = 40.0,
    rate: Annotated[
        float, typer.Option("--rate", min=10, help="Events per second of the live load.")
    ] = 2000.0,
    people: _PeopleOption = memory.PEOPLE,
    quick: Annotated[
        bool, typer.Option("--quick", help="A look: 30,000 events, one round. Says little about rates.")
    ] = False,
    only: Annotated[
        str, typer.Option("--only", metavar="NAMES", help=f"Only some of: {', '.join(_PARTS)}.")
    ] = "",
    as_json: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write everything found there.", show_default=False),
    ] = None,
    cache: Annotated[
        Path, typer.Option("--cache", metavar="DIR", help="Keeps the load between runs of one day.")
    ] = Path(".hub/bench"),
    logs: Annotated[
        Path | None,
        typer.Option("--logs", metavar="DIR", help="Keep the contestants' logs there.", show_default=False),
    ] = None,
) -> None:
    """Measure the hub beside raw copies, plain Faust and Quix Streams; compare with the design's bars.

    Takes some 30 minutes, with a Kafka of its own. Nothing else should run meanwhile: ratios survive a
    busy machine better than figures do, but not well. docs/benchmarks.md says how to read it.

    Examples:

      python -m bench --quick

      python -m bench --rounds 5 --json results.json

      python -m bench --only hub1,latency

      python -m bench --only memory --people 1000000
    """
    if quick:
        events, faust_events, rounds, live_seconds = _QUICK
    try:
        shape, parts = Shape.of(events, faust_events), _parts(only, quick=quick)
        asked = Asked(shape, rounds, parts, rate, live_seconds, people, cache, logs)
        with temporary() as directory:
            results = _measure(directory, asked)
    except HubError as error:
        _err.print(f"[red]{error}[/red]", soft_wrap=True)
        raise typer.Exit(error.exit_code) from None
    _tell(results, as_json)


def _tell(results: Results, file: Path | None) -> None:
    """Show what was found; everything of it goes into the file."""
    show(_out, results)
    if file is not None:
        text = json.dumps(results.document(), ensure_ascii=False, indent=1)
        file.write_text(text + "\n", encoding="utf-8")


def _parts(only: str, *, quick: bool) -> frozenset[str]:
    asked = frozenset(name.strip() for name in only.split(",") if name.strip())
    asked = asked or frozenset(_PARTS) - (_NOT_QUICK if quick else frozenset())
    unknown = ", ".join(sorted(asked.difference(_PARTS)))
    if unknown:
        raise UsageError(f"there is no {unknown}", "--only", f"choose from {', '.join(_PARTS)}")
    return asked


def _measure(directory: Path, asked: Asked) -> Results:
    """Measure everything asked for, on one broker."""
    settings, keys = keys_in(directory)
    with _counting("making people up", asked.shape.counties) as advance:
        load = make(asked.shape, settings, keys, lambda _done, _of: advance(1), asked.cache)
    results = Results(load)
    gc.collect()
    gc.freeze()  # a million small objects that stay
    if not asked.parts <= set(_ALONE):
        _measure_with_kafka(directory, asked, results)
    part = load._replace(events=load.events[-_PROFILED:])
    if "memory" in asked.parts:
        with _counting(f"getting to know {asked.people:,} people", asked.people) as advance:
            results.memory = memory.measure(directory, part, keys, asked.people, advance)
    if "profile" in asked.parts:
        results.profile = profile(part, settings, keys, _out)
    return results


def _measure_with_kafka(directory: Path, asked: Asked, results: Results) -> None:
    load = results.load
    with Ground(directory) as ground:
        try:
            with _counting("publishing", len(load.events)) as advance:
                ground.publish(load, advance)
            _take_turns(ground, asked, results)
            if "latency" in asked.parts:
                events = int(asked.rate * (asked.live_seconds + latency.WARM_S))
                with _counting(f"live load, {asked.rate:,.0f} events/s", events) as advance:
                    results.latency = latency.measure(ground, load, asked.rate, asked.live_seconds, advance)
            if "delay" in asked.parts:
                events = int(asked.rate * (asked.live_seconds + latency.WARM_S))
                with _counting("live load, figures followed", events) as advance:
                    results.delay = delay.measure(ground, load, asked.rate, asked.live_seconds, advance)
            if "sweep" in asked.parts:
                with _counting("a rule book switched under live load", len(load.live)) as advance:
                    results.sweep = sweep.measure(ground, load, asked.rate, asked.live_seconds, advance)
        finally:
            if asked.logs is not None:
                _keep_logs(directory, asked.logs)


def _take_turns(ground: Ground, asked: Asked, results: Results) -> None:
    """Let every contestant run once per round, so that all meet the same moods of the machine."""
    chosen = [contestant for contestant in ALL if contestant.name in asked.parts]
    for number in range(1, asked.rounds + 1):
        for contestant in chosen:
            if number > 1 and contestant.once:
                continue
            _turn(ground, contestant, results, f"round {number} of {asked.rounds}: {contestant.title}")
            if contestant.name == "hub1" and number == asked.rounds and "restore" in asked.parts:
                results.restored = restore.measure(ground)


def _turn(ground: Ground, contestant: Contestant, results: Results, what: str) -> None:
    """Measure one run; the first of each is looked at for what it has made."""
    total = results.load.tail if contestant.tail else len(results.load.events)
    with _counting(what, total, absolute=True) as advance:
        results.rates.setdefault(contestant.name, []).append(run(ground, contestant, advance))
    if contestant.name in results.made or contestant.name.startswith("raw"):
        return
    results.made[contestant.name] = made.look(ground)
    ours = results.made.get(_CHECK)
    if contestant.name in _SAME_JOB and ours is not None:
        why = made.alike(ours, results.made[contestant.name])
        if why:
            results.unlike[contestant.name] = why


@contextmanager
def _counting(what: str, total: int, *, absolute: bool = False) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error; the function it gives advances it, or sets it when ``absolute``."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_err, transient=True) as bar:
        task = bar.add_task(what, total=total)

        def advance(number: int) -> None:
            if absolute:
                bar.update(task, completed=number)
            else:
                bar.advance(task, number)

        yield advance


def _keep_logs(directory: Path, logs: Path) -> None:
    logs.mkdir(parents=True, exist_ok=True)
    for log in directory.glob("*.log"):
        (logs / log.name).write_bytes(log.read_bytes())


if __name__ == "__main__":
    app()
