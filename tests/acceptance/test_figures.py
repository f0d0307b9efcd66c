"""``hub statistics show``, ``export`` and ``watch`` on a real broker."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.core.shelf import order
from hub.errors import TopicsError, UsageError
from hub.figures import reader
from hub.settings import Settings
from tests.unit.figuremaking import figure, province, publish, take_away


def run(settings: Settings, *arguments: str) -> Result:
    """Run ``hub statistics``."""
    return CliRunner().invoke(
        app, ["statistics", *arguments, "--bootstrap", settings.bootstrap_servers], env={"COLUMNS": "240"}
    )


@pytest.fixture
def shown(fresh_topics: Settings) -> Settings:
    """Publish a province's plan, one figure twice and one that is taken away again."""
    old = [each._replace(version=0, value=1.0) for each in province() if each.figure == "T2"]
    publish(fresh_topics, [*old, *province(), figure("T2", "3303", 5.0)])
    take_away(fresh_topics, "T2|region=3303")
    return fresh_topics


def test_the_newest_figures_are_read_whole(shown: Settings) -> None:
    """Every partition to its end; newest version of each key, without what was taken away."""
    assert reader.shelf(shown).figures() == sorted(province(), key=order)


def test_an_officer_sees_the_plan(shown: Settings) -> None:
    """Without arguments the province's plan, in Chinese; with them what is asked for, as JSON too."""
    result = run(shown, "show")
    assert result.exit_code == 0, result.stderr
    assert "浙江省 33：规划指标" in result.stdout
    told = json.loads(run(shown, "show", "T1", "--level", "city", "--json").stdout)
    assert [(each["region"], each["value"]) for each in told["figures"]] == [("3301", 0.018), ("3302", 0.004)]
    assert "no such figure" in run(shown, "show", "T1", "--level", "village").stdout
    assert run(shown, "show", "--region", "hz").exit_code == UsageError.exit_code
    assert run(shown, "show", "--level", "prefecture").exit_code == UsageError.exit_code


def test_an_export_has_the_selection(shown: Settings, tmp_path: Path) -> None:
    """The file holds a row per selected figure."""
    file = tmp_path / "t1.csv"
    told = json.loads(run(shown, "export", "T1", "--to", str(file), "--json").stdout)
    assert told["figures"] == 3
    assert file.read_text("utf-8-sig").count("\n") == 4


@pytest.mark.usefixtures("empty_broker")
def test_without_the_topic_the_cure_is_said(settings: Settings) -> None:
    """A hub without topics is told to make them."""
    result = run(settings, "show")
    assert result.exit_code == TopicsError.exit_code
    assert "hub topics ensure" in result.stderr


def test_watching_prints_what_changes_and_ends_with_ctrl_c(shown: Settings) -> None:
    """Without a terminal each change is a line with the value before and now; SIGINT is a clean end."""
    command = [
        sys.executable,
        "-m",
        "hub",
        "statistics",
        "watch",
        "T2",
        "--bootstrap",
        shown.bootstrap_servers,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        try:
            assert watching.stdout is not None
            assert watching.stdout.readline() == "watching 1 figures\n"
            publish(shown, [figure("T1", "33", 0.5, version=2), figure("T2", "33", 823_000.0, version=2)])
            line = watching.stdout.readline()
            assert line.endswith("T2|region=33: 822,000人 (821,990人–822,010人) → 823,000人\n")
            take_away(shown, "T2|region=33")
            assert watching.stdout.readline() == "T2|region=33: 823,000人 → —\n"
            watching.send_signal(signal.SIGINT)
            rest, errors = watching.communicate(timeout=30)
            assert (watching.returncode, rest, errors) == (0, "", "")
        finally:
            watching.kill()


def test_in_a_terminal_the_view_is_drawn_anew(shown: Settings) -> None:
    """The plan stands there; when a figure changes it is drawn again with the change below; Ctrl-C leaves."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "hub", "statistics", "watch", "--bootstrap", shown.bootstrap_servers]
    size = {**os.environ, "COLUMNS": "200", "LINES": "60", "TERM": "xterm"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=size) as watching:
        try:
            os.close(theirs)
            seen = ""
            while "规划指标" not in seen or "人口 population" not in seen:
                seen += os.read(ours, 65_536).decode("utf-8", "replace")
            publish(shown, [figure("T2", "33", 823_456.0, version=2)])
            while "→ 823,456" not in seen:
                seen += os.read(ours, 65_536).decode("utf-8", "replace")
            watching.send_signal(signal.SIGINT)
            while _more(ours):
                pass
            assert watching.wait(30) == 0
        finally:
            watching.kill()
            os.close(ours)


def _more(terminal: int) -> bool:
    """Read on; False at the end, which a pty tells by an error."""
    try:
        return bool(os.read(terminal, 65_536))
    except OSError:
        return False
