"""``hub simulate``: publish a synthetic population's year, and say what must come out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    err_console,
    load_settings,
    new_app,
    print_json,
)
from hub.cli.synthetic import (
    COUNTY,
    PROBLEMS,
    CountyOption,
    DaysOption,
    PeopleOption,
    ProblemsOption,
    SeedOption,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.simulate.days import Day, Plan, Year

_RateOption = Annotated[
    float | None,
    typer.Option(
        "--rate",
        min=0.1,
        metavar="EVENTS/S",
        help="At most so fast \\[default: as it goes].",
        show_default=False,
    ),
]
_FileOption = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FILE", help="Write an Avro container instead of publishing.", show_default=False
    ),
]
_ExpectOption = Annotated[
    Path | None,
    typer.Option(
        "--expect",
        metavar="FILE",
        help="Write what must come out, as JSON; - for standard output.",
        show_default=False,
    ),
]

app = new_app("Publish synthetic events of a synthetic population.")


@app.command()
def simulate(
    *,
    bootstrap: BootstrapOption = None,
    people: PeopleOption = 20_000,
    days: DaysOption = 365,
    seed: SeedOption = 1,
    county: CountyOption = COUNTY,
    counties: Annotated[
        int, typer.Option("--counties", min=1, max=11, help="Play so many counties, each of another city.")
    ] = 1,
    start: Annotated[str, typer.Option("--start", metavar="DATE", help="First logical day.")] = "2022-01-01",
    problems: ProblemsOption = PROBLEMS,
    rate: _RateOption = None,
    settle: Annotated[
        bool,
        typer.Option(
            "--settle", help="After each day, wait until a hub with HUB_CLOCK=ticks has done all of it."
        ),
    ] = False,
    to: _FileOption = None,
    expect: _ExpectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play a synthetic year in logical days: each day's tick (to hub.ticks), then its events.

    Everybody is made up, every number lies in the unassigned counties 3399xx, every source starts
    with synthetic/. The order is shuffled within a day only. With --settle the year means a year to a
    hub that runs with HUB_CLOCK=ticks, and what it does can be compared with --expect.

    Examples:

      hub simulate --people 1000 --days 30 --to year.avro --expect expected.json

      hub simulate --rate 2000
    """
    from hub import contracts
    from hub.errors import UsageError
    from hub.simulate import files, report
    from hub.simulate.days import Plan

    if to is not None and (rate is not None or settle):
        raise UsageError("a file has no rate and settles nothing", "--to", "leave out --rate and --settle")
    plan = Plan(people, days, seed, county, problems, start, counties)
    year = _year(plan)
    ticks: list[dict[str, Any]] = []
    with _progress(days) as advance:

        def done(day: Day) -> None:
            if expect is not None:
                ticks.append(report.tick_document(day))
            advance(day)

        if to is not None:
            events = files.write(to, year.days(), contracts.codec().writer("hub.tick"), done)
        else:
            events = _publish(year, bootstrap, rate, settle=settle, done=done)
    if expect is not None:
        _write_expectation(expect, report.document(plan, year, ticks))
    if expect is None or str(expect) != "-":
        _print(report.totals(year), events, to, as_json=as_json)


def _year(plan: Plan) -> Year:
    """Return the year of a plan; UsageError for one that makes no sense."""
    from hub import contracts
    from hub.errors import UsageError
    from hub.simulate.days import Year
    from hub.simulate.regions import region_table

    try:
        return Year(plan, region_table(), contracts.codec().writer)
    except ValueError as error:
        raise UsageError(str(error), "--county, --counties, --start") from None


def _publish(
    year: Year, bootstrap: str | None, rate: float | None, *, settle: bool, done: Callable[[Day], None]
) -> int:
    from hub import contracts, kafka, topics
    from hub.engine.barrier import Barrier
    from hub.simulate.publish import Publisher

    settings = load_settings(bootstrap)
    kafka.require_broker(kafka.admin(settings), settings)
    publisher = Publisher(settings, rate)
    barrier = Barrier(settings, (*topics.UPSTREAM, *topics.HOPS), contracts.codec().encode)
    events = 0
    try:
        for day in year.days():
            barrier.publish_tick(day.tick)
            publisher.publish(day.messages)
            if settle:
                barrier.await_settled(day.tick)
            events += len(day.messages)
            done(day)
    finally:
        barrier.close()
    return events


def _progress(days: int) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def shown() -> Iterator[Callable[[Day], None]]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        from hub.simulate.calendar import iso

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("days"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=err_console(), transient=True) as bar:
            task = bar.add_task("making people up", total=days)
            yield lambda day: bar.update(task, advance=1, description=iso(day.number))

    return shown()


def _write_expectation(path: Path, document: dict[str, Any]) -> None:
    if str(path) == "-":
        print_json(document)
    else:
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _print(totals: dict[str, Any], events: int, to: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"synthetic": True, "published": events, "file": str(to) if to else None, **totals})
        return
    out = console()
    out.print(
        f"[green]{events:,}[/green] synthetic events {f'in {to}' if to else 'published'}", soft_wrap=True
    )
    for name in ("events", "dead_letters", "parked"):
        figures = ", ".join(f"{key} {value:,}" for key, value in totals[name].items())
        out.print(f"{name.replace('_', ' ')}: {figures or '–'}", soft_wrap=True)
