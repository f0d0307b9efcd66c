"""The command ``hub``: a table of commands, each in its own module, imported when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from hub.cli import common
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("COMMANDS", "app", "main")


class Command(NamedTuple):
    """One command or command group: its module exports ``app``, a typer.Typer."""

    name: str
    module: str
    group: bool
    help: str


COMMANDS: Final[tuple[Command, ...]] = (
    Command(
        "demo", "hub.cli.demo", False, "Play a synthetic year of a province, from events to invitations."
    ),
    Command("broker", "hub.cli.broker", True, "Start, look at and stop the embedded Kafka broker."),
    Command("topics", "hub.cli.topics", True, "Make and check the topics the hub needs."),
    Command("keys", "hub.cli.keys", True, "Make, rotate and show the keys that protect personal data."),
    Command("run", "hub.cli.run", False, "Run the workers that turn events into invitations."),
    Command("simulate", "hub.cli.simulate", False, "Publish synthetic events of a synthetic population."),
    Command("schemas", "hub.cli.schemas", True, "List, show and check the event schemas."),
    Command("rules", "hub.cli.rules", True, "Check, test, explain and activate rule books."),
    Command(
        "deadletters", "hub.cli.deadletters", True, "List, show and redrive what could not be processed."
    ),
    Command(
        "invitations", "hub.cli.invitations", True, "List, show and audit the invitations that were sent."
    ),
    Command(
        "statistics", "hub.cli.statistics", True, "See, follow and export the live figures and the plan."
    ),
    Command("council", "hub.cli.council", True, "See which candidates for a council are not members yet."),
    Command("review", "hub.cli.review", True, "List what waits for a human: parked events, people held."),
    Command("person", "hub.cli.person", True, "Show, export and erase what is known of one person."),
    Command("audit", "hub.cli.audit", True, "See who looked at what is known of people."),
    Command("sources", "hub.cli.sources", True, "See how far each input is; release one that stopped."),
    Command("doctor", "hub.cli.doctor", False, "Examine this hub: what is wrong, where, and what to do."),
)
"""Every command, in the order of ``hub --help``. Add one here and nowhere else."""


class _LazyCommand(TyperCommand):
    """Stands for a command until it is called: ``hub --help`` imports none of them."""

    def __init__(self, command: Command) -> None:
        super().__init__(command.name, help=command.help)
        self._command = command

    def load(self) -> Any:
        """Import the module and return its command."""
        module = import_module(self._command.module)
        make = typer.main.get_group if self._command.group else typer.main.get_command
        command = make(module.app)
        command.name = self._command.name
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Hand over to the real command."""
        return self.load().make_context(info_name, args, parent, **extra)


class _HubGroup(TyperGroup):
    """The root: knows the commands, and turns a HubError into a message and an exit code."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self.commands = {command.name: _LazyCommand(command) for command in COMMANDS}

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the table's order."""
        return [command.name for command in COMMANDS]

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a HubError becomes a message on standard error and its exit code."""
        try:
            return super().invoke(ctx)
        except HubError as error:
            common.report(error, ctx)
            raise typer.Exit(error.exit_code) from None


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback signature
    if wanted:
        from importlib.metadata import version

        typer.echo(f"redcross-hub {version('redcross-hub')}")
        raise typer.Exit


app = typer.Typer(
    cls=_HubGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.callback(
    epilog="Settings come from HUB_* variables: docs/reference/settings.md. Exit code 130 is Ctrl-C."
)
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Red Cross membership hub: events of many systems in, membership invitations out, exactly once.

    [bold]First steps[/bold]

      hub demo                        see everything at work, nothing to install
      hub broker start --detach       a real Kafka on localhost:9092
      hub topics ensure               its topics
      hub keys init                   the key ring
      hub rules activate BOOK …       the rule book, for example zhejiang-2022
      hub run --workers 2             the workers

    Every command takes --bootstrap (or HUB_BOOTSTRAP_SERVERS) to use another Kafka.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run ``hub`` with the process's arguments."""
    app(args=args, prog_name="hub")
