"""``make dashboards-check``: every query of every dashboard, and every alert, on a real Prometheus and hub.

Prints each panel's result as a table, and fails when a query is an error or returns no data.
"""

from __future__ import annotations

import itertools
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
from tools.running import RunningHub, events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.simulate.wire import Message

__all__ = ("Result", "main", "results", "settled")

_SHOWN = 4
_PATIENCE_S = 30.0
_TRICKLE = 20
_LOOK_S = 0.5


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
    """Evaluate every query of every dashboard now."""
    for name, dashboard in DASHBOARDS.items():
        for panel in dashboard.panels:
            for query in panel.targets:
                samples: list[Sample] = []
                error = ""
                try:
                    samples = prometheus.query(query.expr)
                except ValueError as refused:
                    error = str(refused)
                yield Result(name, panel.title, query.expr, samples, error)


def settled(hub: RunningHub, prometheus: Prometheus, messages: list[Message]) -> None:
    """Let the hub take in events, and go on with some until every query has data, or time is up."""
    hub.publish(messages)
    deadline = time.monotonic() + _PATIENCE_S
    for at in itertools.count(0, _TRICKLE):
        if time.monotonic() > deadline or all(each.good for each in results(prometheus)):
            return
        # Rates are of what happens while Prometheus looks: who had his turn comes again, with nothing new.
        hub.publish(messages[at % len(messages) :][:_TRICKLE])
        time.sleep(_LOOK_S)


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
        progress.print("starting a broker, two workers, the statistics and their HTTP door")
        with RunningHub.opened(directory) as hub:
            rules = quick_rules(directory)
            with Prometheus.opened(binaries, directory, hub.scraped(rules)) as prometheus:
                progress.print("publishing a county's events, waiting until every query has data")
                settled(hub, prometheus, events())
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
