"""``hub statistics export``: figures as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.common import BootstrapOption, JsonOption, console, load_settings, print_json
from hub.cli.figures import (
    FigureArgument,
    LevelOption,
    OutsideOption,
    PeriodOption,
    RegionOption,
    chosen,
    select,
)

__all__ = ("export",)


def export(
    figures: FigureArgument = None,
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Ends in .csv, .xlsx or .parquet.")],
    bootstrap: BootstrapOption = None,
    region: RegionOption = "",
    level: LevelOption = None,
    period: PeriodOption = "",
    outside: OutsideOption = False,
    as_json: JsonOption = False,
) -> None:
    """Export figures to CSV, Excel or Parquet 导出统计.

    One row per figure; what each column means is in docs/howto/read-the-figures.md, on the workbook's second
    sheet and in the Parquet fields' metadata. CSV begins with a byte order mark, so Excel shows the Chinese.

    Example: hub statistics export T1 T2 T3 --level county --to plan.xlsx
    """
    from hub.figures import files

    selection = select(figures, region, level, period)
    found = chosen(load_settings(bootstrap), selection, outside=outside)
    files.write(found, to)
    if as_json:
        print_json({"file": str(to), "figures": len(found)})
        return
    console().print(f"{len(found)} figures written to {to}")
