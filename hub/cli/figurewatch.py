"""``hub statistics watch``: the figures as they change."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.common import BootstrapOption, console, load_settings, terminable
from hub.cli.figures import FigureArgument, LevelOption, PeriodOption, RegionOption, select, view

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.core.shelf import Placed, Selection
    from hub.figures.reader import FigureReader

__all__ = ("watch",)

_WAIT_S: Final = 0.5
_SHOWN_CHANGES: Final = 8


def watch(
    figures: FigureArgument = None,
    *,
    bootstrap: BootstrapOption = None,
    region: RegionOption = "",
    level: LevelOption = None,
    period: PeriodOption = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 40,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.0, help="Leave after so long; default: on Ctrl-C.", show_default=False),
    ] = None,
) -> None:
    """Follow figures as they change 实时查看; Ctrl-C leaves.

    In a terminal the view of `hub statistics show` is drawn anew, with the last changes below it. Without
    one, each change is a line: time, key, value before, value now.

    Example: hub statistics watch T1 T2 --region 3301
    """
    from hub import kafka
    from hub.figures.reader import FigureReader

    selection = select(figures, region, level, period)
    settings = load_settings(bootstrap)
    kafka.require_broker(kafka.admin(settings), settings)
    until_s = None if seconds is None else time.monotonic() + seconds
    with terminable(), FigureReader(settings) as reader:
        try:
            reader.catch_up()
            if sys.stdout.isatty():
                _draw(reader, selection, limit, until_s)
            else:
                _print(reader, selection, until_s)
        except KeyboardInterrupt:  # how one leaves
            return


def _changes(
    reader: FigureReader, selection: Selection, until_s: float | None
) -> Iterator[list[tuple[Placed, str]]]:
    """Yield, about twice a second, the selected changes with what each was before."""
    from hub.figures.text import NOTHING, value_text

    known = {each.key: value_text(each) for each in reader.shelf.figures(selection)}
    while until_s is None or time.monotonic() < until_s:
        told = []
        for placed in reader.changes(_WAIT_S):
            before = known.get(placed.key, NOTHING)
            if placed.figure is None and known.pop(placed.key, None) is not None:
                told.append((placed, before))
            elif placed.figure is not None and selection.takes(placed.figure):
                known[placed.key] = value_text(placed.figure)
                if known[placed.key] != before:
                    told.append((placed, before))
        yield told


def _line(placed: Placed, before: str) -> str:
    from hub.figures.text import NOTHING, value_text
    from hub.stages.announcementwriter import rfc3339

    now = NOTHING if placed.figure is None else value_text(placed.figure)
    at = "" if placed.figure is None else rfc3339(placed.figure.as_of) + " "
    return f"{at}{placed.key}: {before} → {now}"


def _print(reader: FigureReader, selection: Selection, until_s: float | None) -> None:
    typer.echo(f"watching {len(reader.shelf.figures(selection))} figures")
    for told in _changes(reader, selection, until_s):
        for placed, before in told:
            typer.echo(_line(placed, before))
        sys.stdout.flush()


def _draw(reader: FigureReader, selection: Selection, limit: int, until_s: float | None) -> None:
    from rich.console import Group, RenderableType
    from rich.live import Live
    from rich.text import Text

    recent: list[str] = []

    def drawn() -> RenderableType:
        lines: Sequence[Text] = [Text(line, style="cyan") for line in recent]
        return Group(view(selection, reader.shelf.figures(selection), limit), *lines)

    with Live(drawn(), console=console(), auto_refresh=False, vertical_overflow="crop") as live:
        for told in _changes(reader, selection, until_s):
            if told:
                recent = [*recent, *(_line(*each) for each in told)][-_SHOWN_CHANGES:]
                live.update(drawn(), refresh=True)
