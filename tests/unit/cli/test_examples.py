"""Every command line that the documents and the helps show can be typed: command and options are there."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from hub.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").glob("*.md")])
_BLOCK = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)
_LINE = re.compile(r"^\s*(?:\$ )?(?:HUB_\w+=\S+ )*(hub [a-z].*)$", re.MULTILINE)
_EXAMPLE = re.compile(r"Examples?: (.*)")
_REST = re.compile(r"\s#|\s[|>]|(?<!\w);|; |…")
"""Where a command line ends: a comment, a pipe, the next example, or what everybody fills in."""


def lines() -> list[str]:
    """Return the command lines in code blocks, those of the helps among them, and behind "Example:"."""
    found: list[str] = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for block in _BLOCK.findall(text):
            found += _LINE.findall(block.replace("\\\n", " "))
        for examples in _EXAMPLE.findall(text):
            found += [match for each in examples.split("; ") for match in _LINE.findall(each)]
    return sorted({_REST.split(line)[0].strip() for line in found if not line.endswith(".")})  # prose does


def parse(words: list[str]) -> None:
    """Parse a command line as the hub would; what is wrong with it is an exception."""
    _, name, *rest = words
    row = next((each for each in COMMANDS if each.name == name), None)
    assert row is not None, f"there is no command {name}"
    module = import_module(row.module)
    command: Any = typer.main.get_group(module.app) if row.group else typer.main.get_command(module.app)
    while hasattr(command, "commands"):
        assert rest, "it ends before the command"
        assert rest[0] in command.commands, f"there is no command {rest[0]}"
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context(name, rest)


@pytest.mark.parametrize("line", lines())
def test_an_example_can_be_typed(line: str) -> None:
    """The command exists, takes these options, and wants no argument that is not there."""
    try:
        parse(shlex.split(line))
    except typer.BadParameter as error:
        assert "does not exist" in str(error)  # an example's file is the reader's own  # noqa: PT017


def test_a_wrong_example_would_be_seen() -> None:
    """An argument that is missing, an option nobody knows: both are errors."""
    for line in ("hub rules activate", "hub broker start --nowhere", "hub rules"):
        with pytest.raises((AssertionError, Exception), match=r"(?i)missing|such option|ends before"):
            parse(line.split())
    assert len(lines()) > 60
