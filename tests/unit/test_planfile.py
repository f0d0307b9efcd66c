"""Which plan a command works with."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub import data, packaged, planfile
from hub.cli.main import app
from hub.errors import ConfigurationError


def test_the_packaged_plan_is_the_default(tmp_path: Path) -> None:
    """Without a file it is the packaged plan; a copy of it says the same."""
    copy = tmp_path / "plan.yaml"
    copy.write_text(packaged.read_text("rules/targets/zhejiang-2022.yaml"), "utf-8")
    assert planfile.read(None) == planfile.read(copy) == data.targets()


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file and one that is not UTF-8 are errors with a cure."""
    wrong = tmp_path / "gbk.yaml"
    wrong.write_bytes("计划".encode("gb18030"))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        planfile.read(tmp_path / "none.yaml")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        planfile.read(wrong)


def test_targets_check_shows_what_a_plan_asks_for_or_what_is_wrong(tmp_path: Path) -> None:
    """A good plan is shown; a wrong one is an exit code and a place."""
    good = CliRunner().invoke(app, ["statistics", "targets", "check", "--json"])
    assert good.exit_code == 0
    assert '"target": 0.02' in good.stdout
    broken = tmp_path / "plan.yaml"
    broken.write_text("plan: x\n", "utf-8")
    bad = CliRunner().invoke(app, ["statistics", "targets", "check", str(broken)])
    assert bad.exit_code == ConfigurationError.exit_code
    assert "MISSING_KEY" in bad.stderr
