"""``make dashboards-check``: every query of every dashboard, and every alert, on a real Prometheus and hub.

Prints each panel's result as a table, and fails when a query is an error or returns no data.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.table import Table

from hub.settings import load
from tools.dashboards import DASHBOARDS
from tools.prometheus import MissingError, Prometheus, Sample, find
from tools.quick import quick_rules
from tools.running import STATISTICS, RunningHub, events, until

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Result", "main", "results", "settled")

_SHOWN = 4
_ELSEWHERE = ("hub_statistics_", "hub_figure")


class Result(NamedTuple):
    """What one query of one panel returns."""

    dashboard: str
    panel: str
    expression: str
    samples: list[Sample]
    error: str

    @property
    def good(self) -> bool:
        """Whether there is something to be seen."""
        return not self.error and any(not math.isnan(sample.value) for sample in self.samples)


def results(prometheus: Prometheus) -> Iterator[Result]:
    """Evaluate every query of every dashboard now; those of parts that are not installed are left out."""
    for name, dashboard in DASHBOARDS.items():
        for panel in dashboard.panels:
            for query in panel.targets:
                if not STATISTICS and any(part in query.expr for part in _ELSEWHERE):
                    continue
                samples: list[Sample] = []
                error = ""
                try:
                    samples = prometheus.query(query.expr)
                except ValueError as refused:
                    error = str(refused)
                yield Result(name, panel.title, query.expr, samples, error)


def settled(hub: RunningHub, prometheus: Prometheus) -> None:
    """Let the hub take in a county's events, in three parts, until every query has data or time is up."""
    messages = events()
    third = len(messages) // 3 + 1
    for at in range(0, len(messages), third):
        hub.publish(messages[at : at + third])
        until(hub.idle, "the events to be taken in")
    deadline = time.monotonic() + 25
    while time.monotonic() < deadline and not all(result.good for result in results(prometheus)):
        time.sleep(0.5)


def _print(console: Console, found: list[Result], prometheus: Prometheus) -> None:
    table = Table("dashboard", "panel", "query", "result", show_lines=True)
    for result in found:
        values = [f"{_labels(sample)} {sample.value:g}".strip() for sample in result.samples[:_SHOWN]]
        more = len(result.samples) - _SHOWN
        said = result.error or "\n".join(values) + (f"\n… {more} more" if more > 0 else "")
        table.add_row(result.dashboard, result.panel, result.expression, said or "[red]no data[/red]")
    console.print(table)
    alerts = Table("alert", "health", "state", "query")
    firing = {alert.name: alert.state for alert in prometheus.alerts()}
    for rule in prometheus.rules():
        if rule["type"] == "alerting":
            alerts.add_row(rule["name"], rule["health"], firing.get(rule["name"], "inactive"), rule["query"])
    console.print(alerts)


def _labels(sample: Sample) -> str:
    return ",".join(
        f"{k}={v}" for k, v in sorted(sample.labels.items()) if k not in {"__name__", "instance", "job"}
    )


def main() -> int:
    """Check; return 0 when every query returns data and every rule is healthy, else 1."""
    console, progress = Console(width=180), Console(stderr=True)
    try:
        binaries = find(load().cache_dir)
    except MissingError as error:
        progress.print(f"no Prometheus here: {error}")
        return 1
    with tempfile.TemporaryDirectory(prefix="hub-dashboards-") as made:
        directory = Path(made)
        progress.print("starting a broker, two workers" + (", the statistics" if STATISTICS else ""))
        with RunningHub(directory) as hub:
            rules = quick_rules(directory, statistics=STATISTICS)
            with Prometheus(binaries, directory, hub.scraped(rules)) as prometheus:
                progress.print("publishing a county's events, waiting until every query has data")
                settled(hub, prometheus)
                found = list(results(prometheus))
                _print(console, found, prometheus)
                sick = [rule["name"] for rule in prometheus.rules() if rule["health"] != "ok"]
    bad = [result for result in found if not result.good]
    for result in bad:
        console.print(
            f"[red]no data[/red] {result.dashboard} {result.panel}: {result.expression} {result.error}"
        )
    console.print(
        f"{len(found) - len(bad)} of {len(found)} queries have data; rules with errors: {sick or 'none'}"
    )
    return 1 if bad or sick else 0


if __name__ == "__main__":
    sys.exit(main())
