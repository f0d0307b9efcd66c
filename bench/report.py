"""The results as tables for a person, each figure beside its bar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.contestants import ALL, BY_NAME
from bench.delay import Delay
from bench.latency import Latency
from bench.memory import Held
from bench.results import Results, machine
from bench.support import Verdict
from bench.sweep import Sweep

__all__ = ("show",)

_MB: Final = 1 << 20
_WORDS: Final = {
    "aim": "[green]aim reached[/]",
    "bar": "[yellow]bar passed[/]",
    "miss": "[red]MISSED[/]",
    "not measured": "[dim]not measured[/]",
}


def show(console: Console, results: Results) -> None:
    """Print the results."""
    load, found = results.load, machine()
    console.print(
        f"{len(load.events):,} events of {load.bytes_per_event:.0f} bytes, for the slow peers the last "
        f"{load.tail:,} of them; {found['cores']} cores ({found['processor']}), shared with the broker"
    )
    if results.rates:
        console.print(_rates(results))
    if results.made:
        console.print(_made(results))
    for name, why in results.unlike.items():
        console.print(f"[red]{BY_NAME[name].title} has not done the same job as the hub: {why}[/red]")
    if results.latency is not None:
        _show_latency(console, results.latency)
    if results.delay is not None:
        _show_delay(console, results.delay)
    if results.sweep is not None:
        _show_sweep(console, results.sweep)
    if results.restored is not None:
        back = results.restored
        console.print(
            f"restore: {back.changes:,} changes in {back.seconds:.2f} s; {back.keys:,} keys in the stores"
        )
    if results.memory:
        console.print(_memory(results.memory))
    console.print(_verdicts(results.verdicts()))


def _rates(results: Results) -> Table:
    grid = _grid("throughput: medians, between the first commit and the last", (
        "", "rounds", "events/s", "slowest – fastest", "CPU s per million", "busiest process",
        "broker's likewise", "resident MB",
    ))  # fmt: skip
    found = results.summaries()
    for contestant in ALL:
        if contestant.name in found:
            each = found[contestant.name]
            grid.add_row(
                contestant.title, str(each.rounds), f"{each.per_second:,.0f}",
                f"{each.slowest:,.0f} – {each.fastest:,.0f}", f"{each.cpu_per_million:,.1f}",
                f"{each.busiest:.0%}", f"{each.broker_per_million:,.1f}", f"{each.rss / _MB:,.0f}",
            )  # fmt: skip
    return grid


def _made(results: Results) -> Table:
    grid = _grid("what was made of the events", (
        "", "facts", "identity", "invitations", "their changes", "decisions", "dead letters",
        "counter parts (of)",
    ))  # fmt: skip
    for name, made in results.made.items():
        parts = f"{made.parts:,} ({made.counters:,})" if made.parts else "–"
        grid.add_row(
            BY_NAME[name].title, f"{made.facts:,}", f"{made.identity:,}", f"{made.issued:,}",
            f"{made.invitations:,}", f"{made.decisions:,}", f"{made.dead_letters:,}", parts,
        )  # fmt: skip
    return grid


def _show_latency(console: Console, latency: Latency) -> None:
    title = (
        f"event to invitation at {latency.rate:,.0f} events/s for {latency.seconds:.0f} s: "
        f"{latency.invitations:,} invitation records"
    )
    grid = _grid(title, ("ms", "p50", "p95", "p99", "longest"))
    grid.add_row("until a read-committed consumer has it", *(f"{value:,.0f}" for value in latency.seen))
    grid.add_row("by Kafka's timestamps (CreateTime)", *(f"{value:,.0f}" for value in latency.stamped))
    console.print(grid)
    console.print(
        f"counter parts meanwhile: {latency.parts_per_second:,.0f} records/s ({latency.parts:,} in all)"
    )


def _show_delay(console: Console, delay: Delay) -> None:
    grid = _grid(
        f"event to published figure at {delay.rate:,.0f} events/s: {delay.events:,} events",
        ("ms", "p50", "p95", "p99", "longest"),
    )
    grid.add_row("until a consumer has the figure", *(f"{value:,.0f}" for value in delay.waits))
    grid.add_row("of that, since the newest part's tick", *(f"{value:,.0f}" for value in delay.told))
    console.print(grid)
    console.print(
        f"meanwhile {delay.parts_per_second:,.0f} counter parts/s in and {delay.figures_per_second:,.0f} "
        f"figures/s out, with {delay.cores:.0%} of a core"
    )


def _show_sweep(console: Console, sweep: Sweep) -> None:
    grid = _grid(
        f"event to invitation at {sweep.rate:,.0f} events/s, a rule book switched meanwhile: everybody known "
        f"evaluated in {sweep.seconds:.1f} s, {sweep.withdrawn:,} invitations withdrawn",
        ("ms", "p50", "p95", "p99", "longest"),
    )
    for span in ("before", "during", "after"):
        waits = getattr(sweep, span)
        if waits is not None:
            grid.add_row(span, *(f"{value:,.0f}" for value in waits))
    console.print(grid)


def _memory(memory: Iterable[Held]) -> Table:
    grid = _grid("memory: the matching stage's stores and tasks, all partitions in one process", (
        "people", "MiB, filling", "MiB, working", "MiB, afterwards", "GB on disk", "facts/s",
    ))  # fmt: skip
    for held in memory:
        grid.add_row(
            f"{held.people:,}", f"{held.filling / _MB:,.0f}", f"{held.working / _MB:,.0f}",
            f"{held.resident / _MB:,.0f}", f"{held.disk / 1e9:,.1f}", f"{held.per_second:,.0f}",
        )  # fmt: skip
    return grid


def _verdicts(verdicts: Iterable[Verdict]) -> Table:
    grid = _grid("against DESIGN §11", ("", "measured", "bar", "aim", "verdict", "note"))
    for verdict in verdicts:
        bar, sign = verdict.bar, "≤ " if verdict.bar.at_most else "≥ "
        grid.add_row(
            bar.name, _figure(verdict.value, bar.unit), sign + _figure(bar.bar, bar.unit),
            sign + _figure(bar.aim, bar.unit), _WORDS[verdict.word], verdict.note,
        )  # fmt: skip
    return grid


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    digits = 0 if value >= 100 else 2 if unit == "×" else 1
    return f"{value:,.{digits}f} {unit}"


def _grid(title: str, headings: tuple[str, ...]) -> Table:
    grid = Table(title=title, title_justify="left")
    for heading in headings:
        grid.add_column(heading, justify="left" if heading in {"", "ms", "verdict", "note"} else "right")
    return grid
