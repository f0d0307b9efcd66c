"""Where the time of one event goes: the stages in process, over a memory context, step by step.

``python -m bench.profile`` prints microseconds per upstream event, by stage and step. No Kafka and
no RocksDB take part; ``--engine`` runs a whole worker on a real broker instead, under cProfile.

A step's time is its own: what it spends in another step of the table is counted there. The clock
around a step costs something itself; that is measured on a function that does nothing, and taken off.
The stage's total comes from a second pass without any clock inside.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Final, NamedTuple

import typer
from rich.console import Console
from rich.table import Table as Grid

from hub import topics
from hub.core import consent, invitation, matching, merge, person, routing, statistics
from hub.stages import announcement, assembly, delivery, identity, intake, neighbourhood
from hub.stages import matching as matching_stage
from hub.stages.build import build_stages
from hub.stages.contract import Batch, Record, Stage, TableChange
from hub.stages.memory import MemoryContext

from bench.ground import keys_in, temporary
from bench.load import Load, Shape, make

__all__ = ("Step", "Stopwatch", "main", "profile")

_BATCH: Final = 8_000
_TOP: Final = 35
_ROUNDS: Final = 3
"""Passes with and without clocks; the best of each counts, since others use the machine too."""


class Step(NamedTuple):
    """What one step of a stage costs."""

    label: str
    calls: int
    nanoseconds: int


class Stopwatch:
    """Exclusive times of wrapped functions."""

    def __init__(self) -> None:
        self._own: dict[str, int] = {}
        self._calls: dict[str, int] = {}
        self._inner = [0]
        """Nanoseconds spent in wrapped functions below each wrapped function that is running."""
        self._undo: list[tuple[Any, str, Any]] = []
        self._inside = self._around = 0
        self._inside, self._around = self._calibrate()

    def wrap(self, label: str, owner: Any, name: str) -> None:
        """Measure ``owner.name`` from now on under ``label``."""
        original = getattr(owner, name)
        self._undo.append(
            (owner, name, owner.__dict__.get(name, _MISSING) if hasattr(owner, "__dict__") else original)
        )
        _set(owner, name, self.timed(label, original))

    def timed(self, label: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with a clock around it."""
        own, calls, inner, clock, around = (
            self._own,
            self._calls,
            self._inner,
            time.thread_time_ns,
            self._around,
        )
        own.setdefault(label, 0)
        calls.setdefault(label, 0)

        def measured(*args: Any, **options: Any) -> Any:
            inner.append(0)
            start = clock()
            try:
                return function(*args, **options)
            finally:
                took = clock() - start
                own[label] += took - inner.pop()
                calls[label] += 1
                inner[-1] += took + around

        return measured

    def restore(self) -> None:
        """Take every clock out."""
        for owner, name, original in reversed(self._undo):
            if original is _MISSING:
                delattr(owner, name)
            else:
                _set(owner, name, original)
        self._undo.clear()

    def steps(self) -> list[Step]:
        """Return what was measured, the clocks' own time taken off, dearest first."""
        found = [
            Step(label, calls, max(0, self._own[label] - calls * self._inside))
            for label, calls in self._calls.items()
            if calls
        ]
        return sorted(found, key=lambda step: -step.nanoseconds)

    def _calibrate(self) -> tuple[int, int]:
        """Return what a clock adds to the step it measures, and to whatever calls it (ns)."""
        rounds = 50_000
        timed = self.timed("", lambda: None)
        bare: Callable[[], None] = lambda: None  # noqa: E731
        start = time.thread_time_ns()
        for _ in range(rounds):
            timed()
        whole = time.thread_time_ns() - start
        start = time.thread_time_ns()
        for _ in range(rounds):
            bare()
        plain = time.thread_time_ns() - start
        inside = self._own.pop("") // rounds
        self._calls.pop("")
        self._inner = [0]
        return max(0, inside - plain // rounds), max(0, whole // rounds - inside)


_MISSING: Final = object()


def _set(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, dict):
        owner[name] = value
    else:
        object.__setattr__(owner, name, value) if not isinstance(owner, type | ModuleType) else setattr(
            owner, name, value
        )


def _watch(watch: Stopwatch, stages: dict[str, Any]) -> None:
    """Put clocks around the steps of the three stages."""
    for label, owner, name in (
        ("decode", stages["intake"]._codec, "decode"),
        ("read envelope", stages["intake"], "_reading"),
        ("check document", _module(intake, "hub.connectors.person"), "check"),
        ("canonical name", _module(intake, "hub.core.name"), "canonical"),
        ("person key", assembly.Assembly, "person"),
        ("assertions, hashed keys", assembly.Assembly, "assertions"),
        ("stamp", assembly.Assembly, "stamp"),
        ("seal contact", assembly.Assembly, "contact"),
        ("encode facts", assembly.Assembly, "facts"),
        ("alias hash", assembly.Assembly, "alias"),
        ("encode alias", assembly.Assembly, "binding"),
        ("encode alias", assembly.Assembly, "waiting"),
        ("park", delivery.Delivery, "park"),
        ("count", intake, "_received"),
        ("read alias", stages["identity"], "_read_alias"),
        ("read facts", stages["identity"], "_read_facts"),
        ("state decode", identity, "decode"),
        ("state encode", identity, "encode"),
        ("deliver", identity.IdentityStage, "_deliver"),
        ("read facts", stages["matching"], "_read"),
        ("state decode", person, "decode"),
        ("state encode", person, "encode"),
        ("merge", merge, "merge"),
        ("evaluate", matching, "evaluate"),
        ("subject", matching, "subject"),
        ("route", matching, "route"),
        ("consent", consent, "status"),
        ("next day", matching, "next_day"),
        ("advance", invitation, "advance"),
        ("offer", invitation, "offer"),
        ("invitation record", announcement.Announcer, "invitation"),
        ("invitation id", announcement.Announcer, "invitation_id"),
        ("re-seal contact", announcement.Announcer, "_contact"),
        ("decision record", announcement.Announcer, "decision"),
        ("encode invitation", stages["matching"]._announce, "_write_invitation"),
        ("encode decision", stages["matching"]._announce, "_write_decision"),
        ("contributions", statistics, "contributions"),
        ("count", matching_stage, "_count"),
        ("index", neighbourhood, "index"),
        ("wake", matching_stage, "_wake"),
    ):
        watch.wrap(label, owner, name)
    plans = stages["intake"]._plans
    for ce_type, plan in plans.items():
        plans[ce_type] = plan._replace(connect=watch.timed("connector", plan.connect))


def _watch_book(watch: Stopwatch, book: Any) -> None:
    for label, name in (
        ("rules", "hits"),
        ("guards", "guard"),
        ("path", "path"),
        ("book's next change", "next_change"),
    ):
        watch.wrap(label, book, name)


def _module(_: Any, name: str) -> Any:
    import importlib

    return importlib.import_module(name)


class Flow:
    """The load on its way through the stages, each over a fresh context of its own."""

    def __init__(self, load: Load, settings: Any, keys: Any) -> None:
        self._load, self._settings, self._keys = load, settings, keys

    def through(self, around: Callable[[str, dict[str, Any]], Any]) -> dict[str, tuple[int, int]]:
        """Run the stages; ``around(stage, by_name)`` is a context manager. Return stage → records, ns."""
        stages, make_tables = build_stages(self._settings, self._keys)
        by_name: dict[str, Any] = {stage.name: stage for stage in stages}
        tables: Any = make_tables()
        now = time.time_ns() // 1_000_000
        contexts = {name: MemoryContext(now=now, tables=tables) for name in by_name}
        for table in self._load.tables:
            tables.apply(*table)
            by_name["matching"].on_table((TableChange(*table),), contexts["matching"])
        contexts["matching"].timers.clear()
        taken: dict[str, tuple[int, int]] = {}
        out: dict[str, list[tuple[bytes | None, bytes | None]]] = {topics.FACTS: [], topics.IDENTITY: []}
        arriving: dict[str, list[tuple[bytes | None, bytes | None]]] = {}
        for event in self._load.events:
            arriving.setdefault(event.topic, []).append((event.key, event.value))
        for name, inputs in (("intake", None), ("identity", topics.IDENTITY), ("matching", topics.FACTS)):
            batches = arriving if inputs is None else {inputs: out[inputs]}
            self.last = contexts[name]
            with around(name, by_name):
                taken[name] = _run(by_name[name], batches, contexts[name], out)
        self.contexts = contexts
        return taken


def _run(
    stage: Stage, inputs: dict[str, list[tuple[bytes | None, bytes | None]]], ctx: MemoryContext,
    out: dict[str, list[tuple[bytes | None, bytes | None]]],
) -> tuple[int, int]:  # fmt: skip
    """Run one stage over everything that arrives; return records and the nanoseconds inside ``process``."""
    records = nanoseconds = 0
    gc.collect()
    gc.freeze()
    gc.disable()
    for topic, arriving in inputs.items():
        for start in range(0, len(arriving), _BATCH):
            batch = Batch(
                topic,
                0,
                [
                    Record(start + n, key, value)
                    for n, (key, value) in enumerate(arriving[start : start + _BATCH])
                ],
            )
            began = time.thread_time_ns()
            stage.process(batch, ctx)
            nanoseconds += time.thread_time_ns() - began
            records += len(batch.records)
            for emitted in ctx.take():
                if emitted.topic in out:
                    out[emitted.topic].append((emitted.key, emitted.value))
            gc.collect(1)
    gc.enable()
    gc.unfreeze()
    return records, nanoseconds


def profile(load: Load, settings: Any, keys: Any, console: Console) -> dict[str, Any]:
    """Run the stages twice, without and with clocks; print and return microseconds per upstream event."""
    events = len(load.events)
    flow = Flow(load, settings, keys)
    plain = _least([flow.through(lambda _name, _stages: _nothing()) for _ in range(_ROUNDS)])
    made = {name: dict(_counts(ctx)) for name, ctx in flow.contexts.items()}
    steps: dict[str, dict[str, Step]] = {}

    @contextmanager
    def clocked(name: str, stages: dict[str, Any]) -> Iterator[None]:
        watch = Stopwatch()
        _watch(watch, stages)
        if name == "matching":
            _watch_book(watch, flow.last.tables.book)  # type: ignore[attr-defined]
        try:
            yield
        finally:
            watch.restore()
            for step in watch.steps():
                best = steps.setdefault(name, {}).setdefault(step.label, step)
                if step.nanoseconds < best.nanoseconds:
                    steps[name][step.label] = step

    for _ in range(_ROUNDS):
        flow.through(clocked)
    result: dict[str, Any] = {}
    for name, (records, nanoseconds) in plain.items():
        grid = Grid(
            title=f"{name}: {nanoseconds / events / 1000:.2f} µs per upstream event ({records:,} records)"
        )
        for heading in ("step", "calls per event", "µs per call", "µs per event"):
            grid.add_column(heading, justify="left" if heading == "step" else "right")
        known = 0
        for step in sorted(steps[name].values(), key=lambda step: -step.nanoseconds):
            known += step.nanoseconds
            grid.add_row(
                step.label, f"{step.calls / events:.2f}", f"{step.nanoseconds / step.calls / 1000:.2f}",
                f"{step.nanoseconds / events / 1000:.2f}",
            )  # fmt: skip
        grid.add_row("everything else", "", "", f"{(nanoseconds - known) / events / 1000:.2f}")
        console.print(grid)
        result[name] = {
            "records": records,
            "us_per_event": nanoseconds / events / 1000,
            "made": made[name],
            "steps": {step.label: step.nanoseconds / events / 1000 for step in steps[name].values()},
        }
    total = sum(nanoseconds for _, nanoseconds in plain.values()) / events / 1000
    console.print(
        f"all stages: [bold]{total:.2f} µs[/bold] per upstream event = {1e6 / total:,.0f} events/s without Kafka and RocksDB"
    )
    return result


def _least(passes: Sequence[dict[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
    return {name: min((each[name] for each in passes), key=lambda one: one[1]) for name in passes[0]}


def _counts(ctx: MemoryContext) -> Iterator[tuple[str, int]]:
    yield "state keys", len(ctx.memory.data)
    yield "state bytes", sum(map(len, ctx.memory.data.values()))
    yield "timers", len(ctx.timers)
    yield "counters", len(ctx.counters)
    yield "dead letters", len(ctx.dead_letters)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _functions(load: Load, settings: Any, keys: Any, stage: str) -> None:
    """Print cProfile's dearest functions of one stage."""
    profiler = cProfile.Profile()

    @contextmanager
    def around(name: str, _stages: dict[str, Any]) -> Iterator[None]:
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
            load = make(
                Shape.of(events, max(10_000, events // 2)), settings, keys, lambda _done, _of: None, cache
            )
        console.print(
            f"{len(load.events):,} events of {load.bytes_per_event:.0f} bytes; {len(load.tables)} table records"
        )
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
