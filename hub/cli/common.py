"""What all commands share: options, output for people and machines, and how an error looks.

A command raises a HubError and stops there; ``hub.cli.main`` prints what, where and cure on standard
error and exits with the error's code. Results go to standard output, nothing else does: with
``--json`` it is one JSON document that can be piped.
"""

from __future__ import annotations

import json
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from hub.errors import HubError
    from hub.settings import Settings

__all__ = (
    "BootstrapOption",
    "JsonOption",
    "console",
    "err_console",
    "load_settings",
    "new_app",
    "print_json",
    "print_table",
    "report",
    "terminable",
)

_JSON: str = "hub.json"


def _remember_json(ctx: typer.Context, value: bool) -> bool:  # noqa: FBT001 - typer's callback signature
    """Let the error handler know that a machine is listening."""
    ctx.find_root().meta[_JSON] = value
    return value


BootstrapOption = Annotated[
    str | None,
    typer.Option(
        "--bootstrap",
        metavar="HOST:PORT,…",
        help="Kafka to use, any version from 3.5 on \\[env: HUB_BOOTSTRAP_SERVERS; default: localhost:9092].",
        show_default=False,
    ),
]
"""``bootstrap: BootstrapOption = None``: hand it to :func:`load_settings`."""

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document for machines.", callback=_remember_json)
]
"""``as_json: JsonOption = False``: hand results to :func:`print_json` when set."""


def new_app(help_text: str) -> typer.Typer:
    """Return the Typer app of a command group: help without arguments, tracebacks never."""
    return typer.Typer(
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
    )


def load_settings(bootstrap: str | None = None, **overrides: Any) -> Settings:
    """Read the settings; options given on the command line win over the environment."""
    from hub.settings import load

    return load(bootstrap_servers=bootstrap, **overrides)


def console() -> Console:
    """Return a console on standard output."""
    from rich.console import Console

    # A pipe or a file has no width: long lines are for whoever reads them to fold.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 200)


def err_console() -> Console:
    """Return a console on standard error: progress and remarks, never results."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_json(document: Any) -> None:
    """Print one JSON document on standard output."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Print a table on standard output: the first column whole, other cells fold, nothing is cut off."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console().print(table)


def report(error: HubError, ctx: typer.Context) -> None:
    """Print an error on standard error: three plain parts for people, or JSON after ``--json``."""
    if ctx.find_root().meta.get(_JSON):
        parts = {"code": error.code, "what": error.what, "where": error.where, "cure": error.cure}
        typer.echo(json.dumps({"error": parts}, ensure_ascii=False), err=True)
        return
    sys.stdout.flush()
    typer.secho(f"error [{error.code}]", fg="red", bold=True, err=True, nl=False)
    typer.echo(" " + error.what.replace("\n", "\n  "), err=True)
    if error.where:
        typer.echo(f"  where: {error.where}", err=True)
    if error.cure:
        typer.echo(f"  cure:  {error.cure}", err=True)


@contextmanager
def terminable() -> Iterator[None]:
    """Make SIGTERM what Ctrl-C is: a reason to leave in order."""

    def interrupt(*_: Any) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
