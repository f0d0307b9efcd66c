"""hub.doctor.keys: the key ring."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hub.doctor.keys import keys
from hub.doctor.outcome import Patient
from hub.embedded.broker import settings_for
from hub.privacy.key_ring import KeyRing

if TYPE_CHECKING:
    from pathlib import Path

_DAY_S = 86_400


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    """Return a hub with a whole key ring."""
    KeyRing.create(tmp_path / "keys").make_recipient("registry", tmp_path / "registry.key")
    return Patient(settings_for("127.0.0.1:9", key_dir=tmp_path / "keys"), None)


def test_a_whole_ring_is_fine(patient: Patient) -> None:
    """Ids are told, no key is."""
    outcome = keys(patient)
    assert outcome.findings == ()
    assert "1 sealing keys" in outcome.told
    assert len(outcome.told) < 100


def test_a_missing_ring_is_found(patient: Patient, tmp_path: Path) -> None:
    """The cure names both ways: a new hub makes one, another one restores it."""
    (tmp_path / "keys" / "ring.json").unlink()
    (finding,) = keys(patient).findings
    assert "hub keys init" in finding.cure


def test_a_readable_ring_is_found(patient: Patient, tmp_path: Path) -> None:
    """A file that others can read, and a directory that everybody can enter."""
    (tmp_path / "keys").chmod(0o755)
    (finding,) = keys(patient).findings
    assert "chmod 700" in finding.cure
    (tmp_path / "keys" / "ring.json").chmod(0o644)
    (finding,) = keys(patient).findings
    assert "chmod 600" in finding.cure


def test_a_ring_without_the_registry_is_found(patient: Patient, tmp_path: Path) -> None:
    """Invitations could not carry a contact."""
    (tmp_path / "keys" / "recipients" / "registry.pub").unlink()
    (finding,) = keys(patient).findings
    assert "registry.pub" in finding.cure


def test_an_old_key_gets_advice(patient: Patient) -> None:
    """After 400 days, not after 399."""
    later = patient._replace(now_s=lambda: time.time() + 399 * _DAY_S)
    assert keys(later).findings == ()
    later = patient._replace(now_s=lambda: time.time() + 401 * _DAY_S)
    (finding,) = keys(later).findings
    assert finding.advice
    assert "rotate" in finding.cure
