"""``hub demo``: a synthetic year of a province on a real broker, compared with what must come out."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from hub.cli.common import JsonOption, console, err_console, new_app, print_json, terminable
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
    from collections.abc import Iterator

    from hub.core.shelf import Published
    from hub.demo.result import Result
    from hub.demo.site import Site
    from hub.simulate.days import Plan

_PROVINCE: Final = 11
"""Cities of Zhejiang."""
_PROVINCE_CODE: Final = "33"
_REST_S: Final = 120.0

app = new_app("Play a synthetic year of a province, from events to invitations.")


@app.command()
def demo(
    *,
    people: PeopleOption = 18_000,
    days: DaysOption = 365,
    seed: SeedOption = 1,
    county: CountyOption = COUNTY,
    province: Annotated[
        bool,
        typer.Option(
            "--province/--one-county", help="One county of each of the 11 cities, or --county alone."
        ),
    ] = True,
    problems: ProblemsOption = PROBLEMS,
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            "-w",
            min=1,
            max=16,
            help="Worker processes. On two cores one is fastest: the rest is busy too.",
        ),
    ] = 1,
    directory: Annotated[
        Path | None,
        typer.Option(
            "--dir", help="Where everything lives \\[default: a temporary directory].", show_default=False
        ),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave broker and workers running, and say how to look.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop a demo that was kept in --dir, and do nothing else.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Start a real Kafka and the hub, play a year of synthetic events, compare with what must come out.

    Nothing needs to be installed; the first run downloads Kafka (45 MB). Everything is synthetic.
    Exits with the code of CheckFailedError when anything differs from the expectation.

    Examples:

      hub demo

      hub demo --one-county --people 2000 --days 90 --json

      hub demo --keep --dir /tmp/hub-demo
    """
    from hub.simulate.days import Plan

    if stop:
        _stop(directory, as_json=as_json)
        return
    plan = Plan(people, days, seed, county, problems, counties=_PROVINCE if province else 1)
    with terminable():
        result = _perform(plan, directory, workers, keep=keep, as_json=as_json)
    _require_agreement(result)


def _stop(directory: Path | None, *, as_json: bool) -> None:
    """Stop what was kept there; UsageError when it is not said where."""
    from hub.demo.site import stop_kept
    from hub.errors import UsageError

    if directory is None:
        raise UsageError(
            "--stop needs the directory of the demo", "--dir", "give the --dir it was started with"
        )
    stopped = stop_kept(directory)
    if as_json:
        print_json({"stopped": stopped, "dir": str(directory)})
    else:
        console().print("stopped" if stopped else f"no demo runs in {directory}", soft_wrap=True)


def _require_agreement(result: Result) -> None:
    from hub.errors import CheckFailedError

    if result.differences:
        raise CheckFailedError(
            f"{len(result.differences)} differences from the expectation; the first: {result.differences[0]}",
            "hub demo",
            "a difference is a defect of the hub or of the simulation: keep the output and the seed",
        )


def _perform(plan: Plan, directory: Path | None, workers: int, *, keep: bool, as_json: bool) -> Result:
    """Run it all; whatever happens, nothing is left running unless it was to be kept."""
    from hub import contracts
    from hub.cli.broker import progress_bar
    from hub.demo.observed import observe
    from hub.demo.play import play
    from hub.demo.result import make_result, pseudonyms
    from hub.demo.show import show
    from hub.demo.site import Site
    from hub.privacy.key_ring import KeyRing
    from hub.simulate.days import Year
    from hub.simulate.regions import region_table

    codec = contracts.codec()
    try:
        year = Year(plan, region_table(), codec.writer)
    except ValueError as error:
        from hub.errors import UsageError

        raise UsageError(str(error), "--county") from None
    with progress_bar() as downloads:
        site = Site(directory, workers=workers, keep=keep, progress=downloads)
        with _closed_on_failure(site):
            site.open()
    with _closed_on_failure(site):
        with _playing(plan.days) as progress:
            played = play(site, year, codec, progress)
        site.publish_statistics()  # it catches up with the year while we compare
        with err_console().status("reading what came out"):
            seen = observe(site.settings, codec)
            result = make_result(
                plan, year, played, seen, pseudonyms(KeyRing.load(site.settings.key_dir).blind_index())
            )
        with err_console().status("waiting for the statistics"):
            plan_figures = _statistics(site)
        if not keep:
            site.close()
    if as_json:
        from hub.figures.document import document

        print_json({**result.summary, "statistics": [document(each) for each in plan_figures]})
    else:
        from hub.figures.terminal import plan_view

        console().print(plan_view(_PROVINCE_CODE, [each for each in plan_figures if not each.labels]))
        show(console(), result.summary)
    if keep:
        _how_to_look(site)
    return result


def _statistics(site: Site) -> list[Published]:
    """Return the published plan, province and cities, once everything that was counted is in it."""
    from hub import data
    from hub.core.shelf import Selection
    from hub.figures import reader
    from hub.verification.rest import await_rest

    await_rest(site.settings, data.targets(), _REST_S, site.check)
    found = reader.shelf(site.settings).figures(Selection(region=_PROVINCE_CODE))
    return [each for each in found if each.kind == "target" and each.level in {"province", "city"}]


@contextmanager
def _closed_on_failure(site: Site) -> Iterator[None]:
    """Stop everything when the block fails or is interrupted; logs of a failure stay where they are."""
    try:
        yield
    except KeyboardInterrupt:
        site.close()
        raise
    except BaseException:
        site.close(remove=False)
        err_console().print(f"logs are in {site.directory}", soft_wrap=True)
        raise


@contextmanager
def _playing(days: int) -> Iterator[Any]:
    """Show how far the year is, on standard error."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from hub.simulate.calendar import iso

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("days"),
        TextColumn("{task.fields[events]:,} events"), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err_console(), transient=True) as bar:
        task = bar.add_task("starting", total=days, events=0)
        events = 0

        def show(day: Any) -> None:
            nonlocal events
            events += len(day.messages)
            bar.update(task, advance=1, description=iso(day.number), events=events)

        yield show


def _how_to_look(site: Site) -> None:
    out = err_console()
    bootstrap = site.settings.bootstrap_servers
    out.print("\nIt goes on running, in simulated time. 演示环境仍在运行（模拟时间）。")
    for line in (
        f"hub deadletters list --bootstrap {bootstrap}",
        f"hub topics check --bootstrap {bootstrap}          (with HUB_PARTITIONS={site.settings.partitions})",
        f"hub statistics show --bootstrap {bootstrap}",
        f"HUB_CLOCK=ticks hub statistics verify --sample 100 --bootstrap {bootstrap}",
        f"curl http://127.0.0.1:{site.settings.metrics_port}/metrics",
        f"curl http://127.0.0.1:{site.settings.statistics_port}/metrics",
        f"hub demo --stop --dir {site.directory}      stops it",
    ):
        out.print("  " + line, soft_wrap=True, markup=False)
