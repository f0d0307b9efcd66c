"""Options of commands that make people up: the same words, limits and defaults wherever they are asked."""

from __future__ import annotations

from typing import Annotated, Final

import typer

__all__ = ("COUNTY", "PROBLEMS", "CountyOption", "DaysOption", "PeopleOption", "ProblemsOption", "SeedOption")

PeopleOption = Annotated[int, typer.Option("--people", min=1, help="Synthetic people.")]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=1500, help="Logical days.")]
SeedOption = Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")]
CountyOption = Annotated[
    str, typer.Option("--county", metavar="CODE", help="Six digits of a county in Zhejiang.")
]
ProblemsOption = Annotated[
    float, typer.Option("--problems", min=0.0, max=1.0, help="Share of events with a data-quality problem.")
]
COUNTY: Final = "330604"
PROBLEMS: Final = 0.03
