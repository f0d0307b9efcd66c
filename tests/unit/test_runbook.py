"""docs/runbook.md: a heading per alert, error code and group of dead-letter codes, and nothing left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest
import yaml
from typer.main import get_command

from hub.actions import ACTIONS
from hub.cli.main import COMMANDS, app
from hub.core.codes import Code
from hub.metrics import catalogues
from hub.settings import KAFKA_PREFIX, PREFIX, Settings

ROOT: Final = Path(__file__).parent.parent.parent
TEXT: Final = (ROOT / "docs" / "runbook.md").read_text("utf-8")
_PARTS: Final = re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]
SECTIONS: Final = {part.partition("\n")[0]: part.partition("\n")[2] for part in _PARTS}
ALERTS: Final = {
    rule["alert"]: rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.rules.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
}


def error_codes() -> set[str]:
    """Return the code of every error class in the tree, in hub/errors.py or elsewhere."""
    found = set()
    for file in (ROOT / "hub").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                for line in node.body:
                    target = (
                        line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
                    )
                    value = getattr(line, "value", None)
                    if (
                        isinstance(target, ast.Name)
                        and target.id == "code"
                        and isinstance(value, ast.Constant)
                    ):
                        found.add(str(value.value))
    return found


def groups() -> dict[str, list[str]]:
    """Return the groups of dead-letter codes with their codes."""
    part = TEXT[TEXT.index("## Codes of dead letters") :]
    return {
        name: re.findall(r"`([A-Z_]+)`", body.partition("\n")[0])
        for name, body in SECTIONS.items()
        if f"### {name}\n" in part
    }


def test_every_alert_and_every_code_has_its_heading_and_no_other_is_there() -> None:
    """Both ways, each once."""
    headings = re.findall(r"^### (.*)$", TEXT, re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert {"DEAF", "FENCED", "RULE_BOOK", "SEAL"} <= error_codes()
    wanted = set(ALERTS) | {f"`{code}`" for code in error_codes()} | set(groups())
    assert set(headings) == wanted


def test_every_code_of_dead_letters_is_in_one_group() -> None:
    """None is forgotten, none is there twice."""
    assert sorted(code for codes in groups().values() for code in codes) == sorted(map(str, Code))


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_all_of_it(name: str) -> None:
    """What it means, how to see it, what to do, whom to call; and that in Chinese."""
    body = SECTIONS[name]
    for label in ("Means", "See it", "Do", "Call"):
        assert re.search(rf"^- \*\*{label}\*\*: \S", body, re.MULTILINE), label
    assert re.search(r"^- \*\*中文\*\*：[^\n]*[一-鿿]", body, re.MULTILINE)


@pytest.mark.parametrize("name", ALERTS)
def test_a_section_agrees_with_its_alert(name: str) -> None:
    """Severity and audience are the rule's."""
    labels = ALERTS[name]["labels"]
    assert f"*{labels['severity']} · {labels['audience']}*" in SECTIONS[name]


def test_what_the_runbook_names_is_there() -> None:
    """Commands, settings, log actions and metrics in code marks exist."""
    marked = re.findall(r"`([^`\n]+)`", TEXT)
    commands = {command.name for command in COMMANDS}
    for word in marked:
        if command := re.fullmatch(r"hub ([a-z]+)(?: ([a-z-]+))?(?: .*)?", word):
            assert command[1] in commands, word
            if command[2]:
                group = get_command(app).get_command(None, command[1])  # type: ignore[attr-defined,unused-ignore]
                assert command[2] in group.load().commands, word
        if (
            re.fullmatch(r"[a-z]+\.[a-z_]+", word)
            and word.partition(".")[0] not in {"hub", "region"}
            and word != "broker.log"
        ):
            assert word in {action.name for action in ACTIONS}, word
        if re.fullmatch(r"(hub|process)_[a-z_]+(\{.*\})?", word):
            metric = word.partition("{")[0]
            known = {spec.name for chapter in catalogues() for spec in chapter.specs}
            assert metric in known, word
    settings = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    named = {name.rstrip("_") for name in re.findall(r"\bHUB_[A-Z_]+\b", TEXT)}
    assert {name for name in named if not name.startswith(KAFKA_PREFIX.rstrip("_"))} <= settings
