"""``hub statistics snapshot``: publishes figures for use outside."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.common import BootstrapOption, JsonOption, console, load_settings, print_json
from hub.cli.figures import PROVINCE, read_shelf

__all__ = ("snapshot",)


def snapshot(
    *,
    bootstrap: BootstrapOption = None,
    trial: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be shown and suppressed; publish nothing.")
    ] = False,
    wait_s: Annotated[
        float,
        typer.Option(
            "--wait",
            min=0,
            help="Wait so many seconds for figures that are behind the counters, then refuse.",
        ),
    ] = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Publish a snapshot of today for use outside 发布对外快照: small cells and what betrays them suppressed.

    Once a day at most; once a month is usual. It cannot be taken back: cells that are hidden together stay
    so in every later snapshot. So it waits until the figures have taken in all that is counted by now, and is
    refused (exit code 75) when they have not in time, as while a first statistics worker catches up.
    `show --outside`, `export --outside` and HTTP's /v1/snapshots read it.

    Example: hub statistics snapshot --dry-run
    """
    from hub import kafka
    from hub.core import dates
    from hub.figures import snapshots
    from hub.outputs import Outputs
    from hub.verification import abreast

    settings = load_settings(bootstrap)
    kafka.require_broker(kafka.admin(settings), settings)
    day = dates.iso(Outputs(settings).today())
    abreast.require(settings, PROVINCE, wait_s)
    live = read_shelf(settings).figures()
    cells = snapshots.publish(settings, live, day, trial=trial)
    hidden = sum(cell.suppressed for cell in cells)
    by_figure: dict[str, list[int]] = {}
    for cell in cells:
        by_figure.setdefault(cell.figure, [0, 0])[cell.suppressed] += 1
    if as_json:
        told = {name: {"shown": shown, "suppressed": held} for name, (shown, held) in by_figure.items()}
        print_json({"snapshot": day, "published": not trial, "cells": len(cells), "suppressed": hidden,
                    "by_figure": told})  # fmt: skip
        return
    from hub.cli.common import print_table

    print_table(("figure", "shown", "suppressed"), [(name, *counts) for name, counts in by_figure.items()])
    verb = "would be published" if trial else "published"
    console().print(f"snapshot of {day} {verb}: {len(cells)} cells, {hidden} suppressed")
