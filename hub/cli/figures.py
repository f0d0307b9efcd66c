"""``hub statistics show``: figures and the plan in a terminal, and what all commands on figures share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.common import BootstrapOption, JsonOption, console, err_console, load_settings, print_json
from hub.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from hub.core.shelf import Published, Selection, Shelf
    from hub.settings import Settings

__all__ = (
    "FigureArgument", "LevelOption", "OutsideOption", "PeriodOption", "RegionOption", "chosen", "read_shelf",
    "select", "show", "view",
)  # fmt: skip

PROVINCE: Final = "33"
FigureArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FIGURE…", help="Such as T1, T8 (with T8.invited, …), members.", show_default=False
    ),
]
RegionOption = Annotated[
    str, typer.Option("--region", metavar="CODE", help="This region and those in it: 33, 3301, 330106.")
]
LevelOption = Annotated[
    list[str] | None,
    typer.Option("--level", help="province, city, county, township, council, source; may be repeated."),
]
PeriodOption = Annotated[
    str, typer.Option("--period", help="2022, 2022-Q2, 2022-05, 2022-05-03: or now. All of what begins so.")
]
OutsideOption = Annotated[
    bool, typer.Option("--outside", help="The newest published snapshot, with its suppression, instead.")
]


def select(figures: list[str] | None, region: str, level: list[str] | None, period: str) -> Selection:
    """Return the selection that options make; raise UsageError for what can name nothing."""
    from hub.core.shelf import LEVELS, UNKNOWN, Selection

    if region and region != UNKNOWN and not (region.isdecimal() and len(region) in {2, 4, 6, 9, 12}):
        raise UsageError(f"{region!r} is no region code", "--region", "give 2, 4, 6, 9 or 12 digits")
    wrong = [each for each in level or () if each not in LEVELS]
    if wrong:
        raise UsageError(f"there is no level {wrong[0]!r}", "--level", f"use {', '.join(LEVELS)}")
    return Selection(tuple(figures or ()), region, levels=tuple(level or ()), period=period)


def read_shelf(settings: Settings) -> Shelf:
    """Return every figure as it is now, with a bar on standard error meanwhile."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from hub import kafka, topics
    from hub.engine.tail import size
    from hub.figures import reader

    kafka.require_broker(kafka.admin(settings), settings)
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err_console(), transient=True) as bar:
        row = bar.add_task("reading", total=size(settings, topics.STATISTICS))
        return reader.shelf(settings, lambda read: bar.advance(row, read))


def chosen(settings: Settings, selection: Selection, *, outside: bool) -> list[Published]:
    """Return the selected figures in order: live ones, or those of the newest snapshot."""
    if not outside:
        return read_shelf(settings).figures(selection)
    from hub import kafka
    from hub.core.shelf import order
    from hub.figures import snapshots

    kafka.require_broker(kafka.admin(settings), settings)
    found = snapshots.read(settings)
    if not found.days:
        raise UsageError("no snapshot was published yet", "--outside", "run `hub statistics snapshot`")
    return sorted((each for each in found.figures() if selection.takes(each)), key=order)


def view(selection: Selection, found: list[Published], limit: int) -> RenderableType:
    """Return what a terminal shows of a selection: the plan, when no figure is named."""
    from hub.figures import terminal

    if selection.figures or selection.levels or selection.period:
        return terminal.selection_view(found, limit)
    return terminal.plan_view(selection.region or PROVINCE, found)


def show(
    figures: FigureArgument = None,
    *,
    bootstrap: BootstrapOption = None,
    region: RegionOption = "",
    level: LevelOption = None,
    period: PeriodOption = "",
    outside: OutsideOption = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 200,
    as_json: JsonOption = False,
) -> None:
    """Show figures as they are now 查看统计: the plan of the province, or of --region, when none is named.

    A bar goes to the target; ┃ in it is where the plan wants the value to be by now. A range, low–high,
    stands where identities are under review. Weak counties (T11) are marked ▲, silent sources are named.

    Examples: hub statistics show --region 3301; hub statistics show members T12 --level city --period 2022
    """
    selection = select(figures, region, level, period)
    found = chosen(load_settings(bootstrap), selection, outside=outside)
    if as_json:
        from hub.figures.document import document

        print_json({"total": len(found), "figures": [document(each) for each in found]})
        return
    console().print(view(selection, found, limit))
