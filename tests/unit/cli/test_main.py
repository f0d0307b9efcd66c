"""hub.cli.main: the table of commands, and what an error looks like."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from rich.text import Text
from typer.testing import CliRunner

from hub.cli import main, reference
from hub.cli.common import JsonOption, print_json, print_table
from hub.cli.main import COMMANDS, Command
from hub.errors import BrokerError


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_of_the_table_exists(command: Command) -> None:
    """Its module exports a Typer app, and its help can be shown."""
    assert isinstance(import_module(command.module).app, typer.Typer)
    shown = CliRunner().invoke(main.app, [command.name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert "Usage" in shown.output


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda command: command.name)
def test_a_terminal_shows_what_is_written_in_brackets(entry: Command) -> None:
    """Rich takes `[env: HUB_X]` for a style and leaves it out: each bracket that is no style is escaped."""
    for path, command in reference._walk(entry.name, main._LazyCommand(entry).load()):
        for text in (command.help or "", *(getattr(each, "help", None) or "" for each in command.params)):
            shown = Text.from_markup(text).plain.replace("\b\n", "").rstrip()
            assert shown == reference._plain(text), path


def test_help_lists_every_command_in_order() -> None:
    """`hub --help` shows the table."""
    output = CliRunner().invoke(main.app, ["--help"]).output
    lines = [line.strip("│ ") for line in output.splitlines()]
    words = [line.split(maxsplit=1)[0] for line in lines if line]
    names = [command.name for command in COMMANDS]
    assert [word for word in words if word in names] == names


def test_help_imports_no_heavy_library() -> None:
    """`hub --help` is quick because it loads neither Kafka nor pydantic nor any command."""
    code = (
        "import sys\nfrom hub.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted(set(sys.modules) & "
        "{'confluent_kafka', 'pydantic', 'fastavro', 'rocksdict', 'cryptography', 'hub.cli.broker'}))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "[]"


def test_an_unknown_command_suggests_the_nearest() -> None:
    """A typing mistake exits with 2 and says what was meant."""
    result = CliRunner().invoke(main.app, ["topic"])
    assert result.exit_code == 2
    assert "topics" in result.output


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `hub broker fail` raise a BrokerError."""
    app = typer.Typer()

    @app.command()
    def fail(*, as_json: JsonOption = False) -> None:
        print_json({"as_json": as_json})
        raise BrokerError("nobody answers", "localhost:9092", "start one")

    @app.command()
    def other() -> None:
        pass

    monkeypatch.setattr(import_module("hub.cli.broker"), "app", app)


@pytest.mark.usefixtures("failing")
def test_an_error_is_told_in_three_parts_with_its_exit_code() -> None:
    """What, where and cure go to standard error, without a traceback."""
    result = CliRunner().invoke(main.app, ["broker", "fail"])
    assert result.exit_code == BrokerError.exit_code
    assert result.stderr.splitlines() == [
        "error [BROKER] nobody answers",
        "  where: localhost:9092",
        "  cure:  start one",
    ]


@pytest.mark.usefixtures("failing")
def test_an_error_is_json_for_machines() -> None:
    """With --json the error is one object on standard error; results are on standard output."""
    result = CliRunner().invoke(main.app, ["broker", "fail", "--json"])
    assert json.loads(result.stderr)["error"] == {
        "code": "BROKER",
        "what": "nobody answers",
        "where": "localhost:9092",
        "cure": "start one",
    }
    assert json.loads(result.stdout) == {"as_json": True}


def test_a_table_cuts_nothing_off(capsys: pytest.CaptureFixture[str]) -> None:
    """Long cells fold: every character is printed."""
    print_table(("name", "text"), [("hub.facts", "x" * 500)])
    output = capsys.readouterr().out
    assert output.count("x") == 501  # and the one in "text"
    assert "hub.facts" in output
