"""``hub rules backtest``: what a book would do, before it does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    err_console,
    load_settings,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.settings import Settings


def backtest(
    book: Annotated[str, typer.Argument(metavar="BOOK", help="The book to try: a path or a packaged name.")],
    *,
    against: Annotated[
        str,
        typer.Option(
            "--against", metavar="SOURCE",
            help="live-state: everybody the hub knows now; FILE: what `hub simulate --to FILE` wrote; "
            "hub.facts: the facts on the broker, as far back as they reach.",
        ),
    ],
    than: Annotated[
        str | None,
        typer.Option(
            "--than", metavar="BOOK", show_default=False,
            help="The book to compare with \\[default: the active one; for a file the packaged one].",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", show_default=False,
            help="Evaluate that day, with what was known by then \\[default: today, or a file's last day].",
        ),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="Processes.")] = 1,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", show_default=False, help="Write a page that is whole."),
    ] = None,
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Say whom a book would invite, raise and withdraw that another one does not. Nothing is written.

    Against live-state it says what `hub rules activate BOOK` would do now. People are pseudonyms.

    Example: hub rules backtest new.yaml --against live-state --workers 2 --html forecast.html
    """
    from hub.backtest.forecast import Plan, forecast
    from hub.backtest.report import document
    from hub.cli.outputs import day_of

    day = day_of(as_of, "--as-of") if as_of is not None else None
    plan = Plan(book, against, than, day, workers)
    with _progress() as step:
        told = document(forecast(plan, lambda: _settings(bootstrap), step))
    if html is not None:
        _write_page(told, html)
    if as_json:
        print_json(told)
    else:
        _print(told, html)


def _settings(bootstrap: str | None) -> Settings:
    """Return the settings; BrokerError when no broker answers."""
    from hub import kafka

    found = load_settings(bootstrap)
    kafka.require_broker(kafka.admin(found), found)
    return found


def _write_page(told: Mapping[str, Any], file: Path) -> None:
    from hub.backtest.page import page
    from hub.errors import UsageError

    try:
        file.write_text(page(told), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"the page cannot be written: {error.strerror}", str(file), "give another FILE"
        ) from None


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err_console(), transient=True) as bar:
        task = bar.add_task("records and people", total=None)
        yield lambda done: bar.update(task, advance=done)


def _print(told: Mapping[str, Any], html: Path | None) -> None:
    from hub.backtest.contrast import Effect
    from hub.backtest.report import TASK_WORDS, WORDS, task_rows

    out = console()
    events = f", {told['events']:,} events" if told["events"] else ""
    out.print(
        f"[bold]{told['before']} → {told['after']}[/bold] · {told['against']} · {told['day']} · "
        f"{told['people']:,} people{events} in {told['elapsed_s']:.1f} s",
        soft_wrap=True,
    )
    rows = [(*WORDS[effect], f"{told['effects'][effect.value]:,}") for effect in WORDS]
    print_table(("影响", "effect", "people"), rows)
    if told["class_s_in_sum"]:
        secret = ", ".join(f"{name} {count:,}" for name, count in told["class_s_in_sum"].items())
        out.print(f"其中敏感依据（仅合计）of which class s, in sum: {secret}")
    print_table(("task", *(" ".join(words) for words in TASK_WORDS.values())), task_rows(told["tasks"]))
    shown = [
        effect.value for effect in WORDS if effect is not Effect.UNCHANGED and told["effects"][effect.value]
    ]
    for name, title in (("by_rule", "rule"), ("by_county", "county"), ("by_priority", "priority")):
        if told[name]:
            counts = [
                (each, *(found.get(effect, 0) for effect in shown)) for each, found in told[name].items()
            ]
            print_table((title, *shown), counts)
    sides = [
        (each, side["before"], side["after"], f"{side['after'] - side['before']:+,}")
        for each, side in told["hits"].items()
    ]
    print_table(("rule hits", "before", "after", "±"), sides)
    for effect, people in told["examples"].items():
        out.print(f"{effect}: {', '.join(each['person'] for each in people)}", soft_wrap=True)
    if html is not None:
        out.print(f"the page: {html}")
