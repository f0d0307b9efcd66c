"""hub.cli.run: what is refused before a worker is started."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from hub.cli import main
from hub.errors import UsageError


def test_more_workers_than_lanes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that could never get a lane is not started; the error says how many, and the cure."""
    monkeypatch.setenv("HUB_PARTITIONS", "4")
    result = CliRunner().invoke(main.app, ["run", "--workers", "5"])
    assert result.exit_code == UsageError.exit_code
    assert "4 lanes" in result.stderr
    assert "at most 4" in result.stderr
