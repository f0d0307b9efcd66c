"""The how-to page for officers works: its commands are run on its own rule, as far as they need no broker."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.cli.rules import app as rules_app
from tests.unit.test_howto import ROOT, Block, blocks, edited

PAGE: Final = ROOT / "docs" / "howto" / "write-a-rule.md"
_END_OF_RULES: Final = "# 入会途径"


def hub(command: str) -> Result:
    """Run one line of the page."""
    program, *arguments = shlex.split(command)
    assert program == "hub"
    return CliRunner().invoke(app, arguments)


def write(block: Block) -> None:
    """Do with a block what the page says: a diff, a rule above the paths, cases at the end."""
    file = Path(block.title)
    text = file.read_text(encoding="utf-8")
    if block.language == "diff":
        text = edited(text, block.text)
    elif file.name.endswith(".cases.yaml"):
        text += block.text
    else:
        before, mark, after = text.partition(_END_OF_RULES)
        assert mark
        text = before + block.text + mark + after
    file.write_text(text, encoding="utf-8")


def assert_printed(shown: str, expected: str) -> None:
    """Fail unless each line of a block was printed, whatever the table's columns are wide."""
    squeezed = [" ".join(line.split()) for line in shown.splitlines()]
    for line in expected.splitlines():
        assert any(" ".join(line.split()) in each for each in squeezed), (line, shown)


def test_the_page_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy, rule, check, mistake, cases, test: each command succeeds and prints what the page shows."""
    monkeypatch.chdir(tmp_path)
    shown, ran = "", []
    for block in blocks(PAGE):
        if block.language == "sh" and block.title != "broker":
            shown = ""
            for command in block.text.splitlines():
                result = hub(command)
                assert result.exit_code == 0, (command, result.output)
                shown += result.stdout
                ran.append(command)
        elif block.title == "output":
            assert_printed(shown, block.text)
        elif block.title == "mistake":
            assert_printed(_mistaken(), block.text)
        elif block.language in ("yaml", "diff"):
            write(block)
    assert ran == [
        "hub rules copy zhejiang-2022 my-rules.yaml", "hub rules check my-rules.yaml",
        "hub rules check my-rules.yaml", "hub rules test my-rules.yaml",
    ]  # fmt: skip
    assert hub("hub rules check my-rules.yaml --strict").exit_code == 0


def _mistaken() -> str:
    """Return what the check says of the mistake the page tells of."""
    text = Path("my-rules.yaml").read_text(encoding="utf-8")
    assert text.count("{field: hours, at_least: 24}") == 1
    Path("mistaken.yaml").write_text(text.replace("{field: hours,", "{field: hour,"), encoding="utf-8")
    return hub("hub rules check mistaken.yaml").stdout


def test_the_commands_that_need_a_broker_are_written_right() -> None:
    """Each command of the page is one of the hub's, and takes the options the page gives it."""
    rules = get_command(rules_app)
    assert isinstance(rules, TyperGroup)
    checked = set()
    for block in blocks(PAGE):
        for line in block.text.splitlines() if block.title == "broker" else ():
            _, group, name, *arguments = shlex.split(line.split(" > ")[0])
            assert (group, name in rules.commands) == ("rules", True)
            known = {option for each in rules.commands[name].params for option in each.opts}
            assert {each for each in arguments if each.startswith("--")} <= known
            checked.add(name)
    assert checked == {"activate", "backtest", "diff", "explain", "history", "rollback", "shadow"}
