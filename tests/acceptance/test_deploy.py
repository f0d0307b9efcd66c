"""deploy/: the units are what systemd reads, and compose and units set nothing that is no setting."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.main import get_command

from hub import errors
from hub.cli.main import app
from hub.errors import HubError, RetryError
from hub.settings import KAFKA_PREFIX, PREFIX, Settings

DEPLOY: Final = Path(__file__).parent.parent.parent / "deploy"
UNITS: Final = sorted((DEPLOY / "systemd").glob("*.service"))
_HUB: Final = "/opt/redcross-hub/.venv/bin/hub"
_SETTINGS: Final = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def compose() -> dict[str, Any]:
    """Return the compose file."""
    document: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return document


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_a_unit_is_accepted_by_systemd(unit: Path, tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say of it, once the program is where it is looked for."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here")
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text("utf-8").replace(_HUB, sys.executable), "utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(copy)], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_a_unit_runs_commands_that_exist(unit: Path) -> None:
    """Each ExecStart is a command of the hub, found through its groups."""
    started = re.findall(rf"^ExecStart(?:Pre)?={_HUB} (.*)$", unit.read_text("utf-8"), re.MULTILINE)
    assert started
    for line in started:
        command: Any = get_command(app)
        for word in (each for each in line.split() if not each.startswith("-") and not each.isdigit()):
            command = command.commands[word]
            command = command.load() if hasattr(command, "load") else command
        assert not hasattr(command, "commands"), f"{line}: only a group"


def test_a_unit_starts_again_after_what_may_pass_and_not_after_what_will_not() -> None:
    """Exit codes of errors that a retry may cure are not among those that end the service for good."""
    kinds = [getattr(errors, name) for name in errors.__all__]
    passing = {kind.exit_code for kind in kinds if issubclass(kind, RetryError)}
    known = {kind.exit_code for kind in kinds if issubclass(kind, HubError)}
    for unit in UNITS:
        found = re.search(r"^RestartPreventExitStatus=(.*)$", unit.read_text("utf-8"), re.MULTILINE)
        assert found is not None
        final = set(map(int, found[1].split()))
        assert not final & passing
        assert final <= known


def test_nothing_is_set_that_is_no_setting() -> None:
    """Every HUB_* in units, example and compose is a setting: an unknown one would stop the hub."""
    files = [*UNITS, DEPLOY / "systemd" / "hub.env.example", DEPLOY / "compose.yaml", DEPLOY / "Dockerfile"]
    named = {name for file in files for name in re.findall(r"\bHUB_[A-Z_]+\b", file.read_text("utf-8"))}
    assert {"HUB_BOOTSTRAP_SERVERS", "HUB_STATE_DIR"} <= named
    assert {name for name in named if not name.startswith(KAFKA_PREFIX)} <= _SETTINGS


def test_the_compose_file_hangs_together() -> None:
    """What a service depends on, mounts or is configured by is declared; files it mounts are there."""
    document = compose()
    for service in document["services"].values():
        assert "image" in service
        assert set(service.get("depends_on", {})) <= set(document["services"])
        assert {each["source"] for each in service.get("configs", [])} <= set(document["configs"])
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            assert (DEPLOY / source).exists() if source.startswith("./") else source in document["volumes"]
    rules = yaml.safe_load(document["configs"]["prometheus"]["content"])["rule_files"]
    assert all((DEPLOY / "prometheus" / file).exists() for file in rules)


def test_what_is_unproven_says_so() -> None:
    """Compose file and image could not be tried where they were written: their first lines say it."""
    for name in ("compose.yaml", "Dockerfile"):
        assert "Unproven" in "".join((DEPLOY / name).read_text("utf-8").splitlines(keepends=True)[:4])
