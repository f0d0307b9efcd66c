"""hub.doctor.machine: settings, limits, disk, port."""

from __future__ import annotations

import resource
import shutil
import socket
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from pydantic import SecretStr

from hub.doctor import machine
from hub.doctor.outcome import Finding, Patient
from hub.embedded.broker import settings_for
from hub.engine.http import Answer, Server
from hub.settings import Clock

if TYPE_CHECKING:
    from pathlib import Path


def patient(tmp_path: Path, **more: Any) -> Patient:
    """Return a healthy machine with these settings."""
    if "kafka" in more:
        more["kafka"] = {name: SecretStr(value) for name, value in more["kafka"].items()}
    told = {"state_dir": tmp_path / "state", "key_dir": tmp_path / "keys", "broker_dir": tmp_path / "none"}
    return Patient(settings_for("127.0.0.1:9").model_copy(update=told | more), None)


def cures(findings: tuple[Finding, ...]) -> str:
    """Return where and cure of all findings."""
    return "\n".join(f"{each.where} {each.cure}" for each in findings)


def test_the_defaults_with_absolute_directories_are_fine(tmp_path: Path) -> None:
    """There is nothing to say of them."""
    assert machine.settings(patient(tmp_path)).findings == ()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        pytest.param({"clock": Clock.TICKS}, "HUB_CLOCK", id="simulated time"),
        pytest.param({"stall_after_s": 5}, "HUB_STALL_AFTER_S", id="stalls at once"),
        pytest.param({"dead_letter_limit": 1_000_000}, "HUB_DEAD_LETTER_LIMIT", id="no limit"),
        pytest.param({"kafka": {"sasl.password": "x"}}, "HUB_KAFKA_SECURITY_PROTOCOL", id="password unused"),
        pytest.param(
            {"kafka": {"security.protocol": "SASL_PLAINTEXT", "sasl.password": "x"}},
            "SASL_SSL", id="password in the clear",
        ),
    ],
)  # fmt: skip
def test_settings_that_contradict_each_other_are_found(
    tmp_path: Path, wrong: dict[str, Any], named: str
) -> None:
    """The finding names the variable, and never a value of HUB_KAFKA_*."""
    found = machine.settings(patient(tmp_path, **wrong)).findings
    assert len(found) == 1
    assert named in cures(found)
    assert "x" not in {word.strip(",.") for word in cures(found).split()}


def test_keys_among_the_stores_are_found(tmp_path: Path) -> None:
    """Clearing the stores would lose the keys: that is no advice, but a finding."""
    (finding,) = machine.settings(patient(tmp_path, key_dir=tmp_path / "state" / "keys")).findings
    assert not finding.advice
    assert "HUB_KEY_DIR" in finding.where


def test_few_files_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of 1024 files gets advice, a high one none."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    assert "4096" in cures(machine.limits(patient(tmp_path)).findings)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (65_536, 65_536))
    assert machine.limits(patient(tmp_path)).findings == ()


class Usage(NamedTuple):
    """As shutil's."""

    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("free", "found"),
    [
        pytest.param(500 << 30, 0, id="half is free"),
        pytest.param(50 << 30, 1, id="a twentieth is free"),
        pytest.param(1 << 30, 1, id="a GiB is free"),
    ],
)
def test_a_full_disk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, found: int) -> None:
    """Less than a tenth, or than 2 GiB, is a finding; the size of the stores is told."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "x").write_bytes(b"x" * 3000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, (1 << 40) - free, free))
    outcome = machine.disk(patient(tmp_path))
    assert len(outcome.findings) == found
    assert "3 KiB used" in outcome.told


def test_the_port_is_free_or_a_hubs_or_somebody_elses(tmp_path: Path) -> None:
    """A hub on the port tells of its workers; a stranger is a finding."""
    worker = {"ready": False, "reason": "restoring 2 of 4 tasks"}
    server = Server(
        "127.0.0.1", 0, {"/readyz": lambda: Answer.of(good=False, document={"workers": {"0": worker}})}
    )
    port = server.port
    try:
        (finding,) = machine.port(patient(tmp_path, metrics_port=port)).findings
        assert "restoring 2 of 4 tasks" in finding.what
    finally:
        server.close()
    assert machine.port(patient(tmp_path, metrics_port=port)).findings == ()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = int(stranger.getsockname()[1])
        (finding,) = machine.port(patient(tmp_path, metrics_port=taken)).findings
        assert "HUB_METRICS_PORT" in finding.cure
