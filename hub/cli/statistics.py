"""``hub statistics``: the live figures and the plan. The commands stand in modules of their own."""

from __future__ import annotations

from hub.cli import (
    figureexport,
    figures,
    figureserve,
    figuresnapshot,
    figureverify,
    figurewatch,
    statisticsrun,
)
from hub.cli.common import new_app

app = new_app("See, follow, export and publish the live figures and how they stand to the plan.")
app.command()(figures.show)
app.command()(figurewatch.watch)
app.command()(figureexport.export)
app.command()(figuresnapshot.snapshot)
app.command()(figureserve.serve)
app.command()(figureverify.verify)
app.command()(statisticsrun.run)
app.add_typer(statisticsrun.targets, name="targets")
