"""``hub rules shadow``: a book, or rules, beside the active one; what they would say reaches nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.activation import edition_of
from hub.cli.common import BootstrapOption, JsonOption, console, print_json, print_table
from hub.cli.rulehistory import connected, now, published
from hub.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.trialreport import TrialReport

__all__ = ("register",)


def register(app: typer.Typer) -> None:
    """Add the command to ``hub rules``."""
    app.command()(shadow)


def shadow(
    book: Annotated[
        str | None, typer.Argument(metavar="BOOK", help="The book to try: a path or a packaged one.")
    ] = None,
    *,
    report: Annotated[bool, typer.Option("--report", help="Show what the trial comes to so far.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the trial.")] = False,
    author: Annotated[str, typer.Option(help="Who tries it.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a book run beside the active one on live traffic: what it would say is counted, and reaches nobody.

    Whoever is evaluated meanwhile is evaluated under both. One book at a time; without one, the rules of the
    active book with status shadow are on trial. Rules on sensitive data are never part of it.

    Examples: hub rules shadow draft.yaml --author me --reason "ticket 88"; hub rules shadow --report
    """
    from hub import activation, rulebooks, rulehistory, trialreport

    if (book is not None) + report + stop != 1:
        raise UsageError("one of BOOK, --report and --stop", cure="see `hub rules shadow --help`")
    settings = connected(bootstrap)
    if report:
        _report(trialreport.read(settings), as_json=as_json)
    elif stop:
        trial = rulehistory.read(settings).trial
        if trial is None:
            raise UsageError("no book is on trial", cure="`hub rules history` tells")
        activation.stop_trial(settings)
        published(trial, f"the trial of {edition_of(trial)} is over; its report stays", as_json=as_json)
    elif book is not None:
        if not (author and reason):
            raise UsageError("--author and --reason are missing", cure="say who tries the book, and why")
        file = rulebooks.read(book)
        record = activation.record(file.text, file.load().edition, author, reason, now())
        activation.try_out(record, settings)
        line = f"{edition_of(record)} is on trial; look at it: hub rules shadow --report"
        published(record, line, as_json=as_json)


def _report(found: TrialReport, *, as_json: bool) -> None:
    """Print what a trial comes to."""
    if as_json:
        print_json(found.document())
        return
    columns: Sequence[str] = ("rule", *found.columns)
    print_table(columns, found.rows(), title=found.title)
    console().print(found.remark)
