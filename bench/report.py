"""What was measured, as tables for a person and as a document for a machine, each figure beside its bar."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

import psutil
from rich.console import Console
from rich.table import Table

from bench.contestants import ALL, BY_NAME
from bench.latency import Latency, Waits
from bench.load import Load
from bench.made import Made
from bench.restore import Restored
from bench.support import Bar, Rate, Summary, Verdict, scaling, summary_of

__all__ = ("BARS", "Results", "show")

_MB: Final = 1 << 20
_COLOURS: Final = {"aim": "green", "bar": "yellow", "miss": "red", "not measured": "dim"}
_WORDS: Final = {"aim": "aim reached", "bar": "bar passed", "miss": "MISSED", "not measured": "not measured"}

FAUST: Final = Bar("hub, 1 worker / plain Faust", 15, 40)
QUIX: Final = Bar("hub, 1 worker / Quix Streams, exactly once", 2.5, 5)
STREAMS: Final = Bar("hub / Kafka Streams, exactly once, warm", 1, 1.6)
RAW_ONE: Final = Bar("hub, 1 worker / raw copy, one hop", 25, 40, "%")
RAW_TWO: Final = Bar("hub, 1 worker / raw copy, two hops", 25, 40, "%")
SECOND: Final = Bar("2 workers / 1 worker, broker's share taken off", 1.6, 1.9)
LATENCY: Final = Bar("event to invitation, p99, live load", 1000, 300, "ms", at_most=True)
RESTORE: Final = Bar("restore of a store from its changelog", 100_000, 300_000, "keys/s")
BARS: Final = (FAUST, QUIX, STREAMS, RAW_ONE, RAW_TWO, SECOND, LATENCY, RESTORE)
"""DESIGN §11."""


@dataclass(slots=True)
class Results:
    """Everything one run of the benchmark has found."""

    load: Load
    rates: dict[str, list[Rate]] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    unlike: dict[str, str] = field(default_factory=dict)
    """Contestant → why it has not done the hub's job on the same events."""
    latency: Latency | None = None
    restored: Restored | None = None
    profile: dict[str, Any] = field(default_factory=dict)

    def summaries(self) -> dict[str, Summary]:
        """Return the medians by contestant."""
        return {name: summary_of(rates) for name, rates in self.rates.items() if rates}

    def verdicts(self) -> list[Verdict]:
        """Return every bar with what was measured."""
        found = self.summaries()
        hub = found.get("hub1")

        def over(name: str, scale: float = 1.0) -> float | None:
            other = found.get(name)
            return None if hub is None or other is None else hub.per_second / other.per_second * scale

        two = found.get("hub2")
        second = scaling(hub, two, os.cpu_count() or 1) if hub is not None and two is not None else None
        plainly = (
            f"{two.per_second / hub.per_second:.2f} × as it is" if hub is not None and two is not None else ""
        )
        live = self.latency
        return [
            Verdict(FAUST, over("faust")),
            Verdict(QUIX, over("quix")),
            Verdict(STREAMS, None, "a Java program; not part of this benchmark"),
            Verdict(RAW_ONE, over("raw1", 100)),
            Verdict(RAW_TWO, over("raw2", 100), "as the hub's events travel: intake, then matching"),
            Verdict(SECOND, second, plainly),
            Verdict(LATENCY, live.seen.p99 if live else None, "as a read-committed consumer sees it"),
            Verdict(RESTORE, self.restored.per_second if self.restored else None),
        ]

    def document(self) -> dict[str, Any]:
        """Return it all as JSON can hold it."""
        return {
            "machine": machine(),
            "load": {
                "events": len(self.load.events), "tail": self.load.tail, "mix": self.load.mix,
                "bytes_per_event": round(self.load.bytes_per_event, 1), "table_records": len(self.load.tables),
            },
            "rates": {
                name: {
                    "median": summary._asdict(),
                    "runs": [rate._asdict() | {"per_second": rate.per_second} for rate in self.rates[name]],
                }
                for name, summary in self.summaries().items()
            },
            "made": {name: made._asdict() for name, made in self.made.items()},
            "not_the_same_job": self.unlike,
            "latency": _nested(self.latency),
            "restored": None if self.restored is None else self.restored._asdict() | {"per_second": self.restored.per_second},
            "bars": [
                {"name": v.bar.name, "value": v.value, "unit": v.bar.unit, "bar": v.bar.bar, "aim": v.bar.aim, "verdict": v.word, "note": v.note}
                for v in self.verdicts()
            ],
            "profile": self.profile,
        }  # fmt: skip


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    names = (
        "confluent-kafka",
        "faust-streaming",
        "quixstreams",
        "rocksdict",
        "msgspec",
        "fastavro",
        "cryptography",
    )
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / (1 << 30), 1),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in names},
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def show(console: Console, results: Results) -> None:
    """Print the results."""
    load = results.load
    console.print(
        f"{len(load.events):,} events of {load.bytes_per_event:.0f} bytes (the peers that cannot do so many: the last "
        f"{load.tail:,}); {len(load.tables):,} table records; {os.cpu_count()} cores, one broker beside"
    )
    _show_rates(console, results)
    _show_made(console, results)
    for name, why in results.unlike.items():
        console.print(f"[red]{BY_NAME[name].title} has not done the same job as the hub: {why}[/red]")
    if results.latency is not None:
        _show_latency(console, results.latency)
    if results.restored is not None:
        restored = results.restored
        console.print(
            f"restore: {restored.changes:,} changes in {restored.seconds:.2f} s, {restored.keys:,} keys in the stores afterwards"
        )
    _show_verdicts(console, results.verdicts())


def _show_rates(console: Console, results: Results) -> None:
    grid = _grid("throughput: medians; between the first commit and the last", (
        "", "rounds", "events/s", "slowest – fastest", "CPU s per million", "broker, likewise", "resident MB",
    ))  # fmt: skip
    found = results.summaries()
    for contestant in ALL:
        each = found.get(contestant.name)
        if each is not None:
            grid.add_row(
                contestant.title, str(each.rounds), f"{each.per_second:,.0f}", f"{each.slowest:,.0f} – {each.fastest:,.0f}",
                f"{each.cpu_per_million:,.1f}", f"{each.broker_per_million:,.1f}", f"{each.rss / _MB:,.0f}",
            )  # fmt: skip
    console.print(grid)


def _show_made(console: Console, results: Results) -> None:
    if not results.made:
        return
    grid = _grid("what was made", (
        "", "facts", "identity", "invitations", "their changes", "decisions", "dead letters", "counter parts (of)",
    ))  # fmt: skip
    for name, made in results.made.items():
        parts = f"{made.parts:,} ({made.counters:,})" if made.parts else "–"
        grid.add_row(
            BY_NAME[name].title, f"{made.facts:,}", f"{made.bindings:,}", f"{made.issued:,}", f"{made.invitations:,}",
            f"{made.decisions:,}", f"{made.dead_letters:,}", parts,
        )  # fmt: skip
    console.print(grid)


def _show_latency(console: Console, latency: Latency) -> None:
    grid = _grid(
        f"event to invitation: {latency.rate:,.0f} events/s for {latency.seconds:.0f} s, {latency.invitations:,} invitation records",
        ("ms", "p50", "p95", "p99", "longest"),
    )
    for name, waits in (
        ("seen by a read-committed consumer", latency.seen),
        ("stamped (CreateTime)", latency.stamped),
    ):
        grid.add_row(name, *(f"{value:,.0f}" for value in waits))
    console.print(grid)
    console.print(
        f"counter parts meanwhile: {latency.parts_per_second:,.0f} records/s ({latency.parts:,} in all)"
    )


def _show_verdicts(console: Console, verdicts: Iterable[Verdict]) -> None:
    grid = _grid("against DESIGN §11", ("", "measured", "bar", "aim", "", "note"))
    for verdict in verdicts:
        bar, word = verdict.bar, verdict.word
        grid.add_row(
            bar.name, _figure(verdict.value, bar.unit), ("≤ " if bar.at_most else "≥ ") + _figure(bar.bar, bar.unit),
            _figure(bar.aim, bar.unit), f"[{_COLOURS[word]}]{_WORDS[word]}[/]", verdict.note,
        )  # fmt: skip
    console.print(grid)


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    text = (
        f"{value:,.0f}"
        if value >= 100 or value == int(value)
        else f"{value:.2f}"
        if unit == "×"
        else f"{value:.1f}"
    )
    return f"{text} {unit}"


def _grid(title: str, headings: tuple[str, ...]) -> Table:
    grid = Table(title=title, title_justify="left")
    for number, heading in enumerate(headings):
        grid.add_column(heading, justify="left" if number == 0 or heading in {"", "note"} else "right")
    return grid


def _nested(latency: Latency | None) -> Mapping[str, Any] | None:
    if latency is None:
        return None
    return {
        name: value._asdict() if isinstance(value, Waits) else value
        for name, value in latency._asdict().items()
    }
