"""hub.doctor.stores: stores on disk, open, damaged, strange."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hub.doctor.outcome import Patient
from hub.doctor.stores import stores
from hub.embedded.broker import settings_for
from hub.engine.store import DAMAGED, RocksFactory

if TYPE_CHECKING:
    from pathlib import Path

_HOLD = """
import sys
from pathlib import Path
from hub.engine.store import RocksFactory
store = RocksFactory(Path(sys.argv[1]), 1 << 20).open("matching-1")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    """Return a hub with one store of slot 0."""
    RocksFactory(tmp_path / "hub-0", 1 << 20).open("matching-0").close()
    return Patient(settings_for("127.0.0.1:9", state_dir=tmp_path), None)


def test_a_closed_store_is_fine(patient: Patient) -> None:
    """It can be opened, and is left as it was."""
    assert stores(patient) == stores(patient)
    assert stores(patient).told == "1 stores, 0 in use by a worker"
    assert stores(patient).findings == ()


def test_a_store_in_use_is_told_and_left_alone(patient: Patient, tmp_path: Path) -> None:
    """A worker's lock is seen; the worker goes on."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path / "hub-1")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        outcome = stores(patient)
        assert holder.poll() is None
        assert holder.stdin is not None
        holder.stdin.close()
    assert holder.returncode == 0
    assert (outcome.told, outcome.findings) == ("2 stores, 1 in use by a worker", ())


def test_damage_is_found(patient: Patient, tmp_path: Path) -> None:
    """A manifest full of rubbish, and the mark that a worker leaves when a store fails in use."""
    store = tmp_path / "hub-0" / "matching-0"
    for manifest in store.glob("MANIFEST-*"):
        manifest.write_bytes(b"rubbish" * 100)
    (finding,) = stores(patient).findings
    assert str(store) == finding.where
    assert "rebuilt" in finding.cure
    (store / DAMAGED).touch()
    (finding,) = stores(patient).findings
    assert "damaged in use" in finding.what


def test_stores_of_another_group_are_pointed_out(patient: Patient, tmp_path: Path) -> None:
    """They only take room: advice."""
    RocksFactory(tmp_path / "trial-0", 1 << 20).open("matching-0").close()
    (finding,) = stores(patient).findings
    assert finding.advice
    assert finding.where.endswith("trial-0")
