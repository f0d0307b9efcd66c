"""The stores on this machine: whose they are, whether they can be opened, or are marked as damaged."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING, NamedTuple

from hub.doctor.outcome import Finding, Outcome
from hub.engine.store import DAMAGED

if TYPE_CHECKING:
    from pathlib import Path

    from hub.doctor.outcome import Patient

__all__ = ("stores",)


class _Looked(NamedTuple):
    in_use: bool
    finding: Finding | None


def stores(patient: Patient) -> Outcome:
    """Look at every store below the state directory; nothing in it is changed."""
    root, group = patient.settings.state_dir, patient.settings.group
    found = sorted(path.parent for path in root.glob("*/*/CURRENT"))
    looked = [_look(path) for path in found]
    findings = [each.finding for each in looked if each.finding is not None]
    strange = sorted({path.parent.name for path in found if not _ours(path.parent.name, group)})
    findings += [
        Finding(
            f"stores of {name}, which is no worker of group {group}", str(root / name),
            "remove them when no hub of that group runs on this machine: they are never looked at",
            advice=True,
        )
        for name in strange
    ]  # fmt: skip
    in_use = sum(each.in_use for each in looked)
    return Outcome(f"{len(found)} stores, {in_use} in use by a worker", tuple(findings))


def _ours(name: str, group: str) -> bool:
    stem, _, slot = name.rpartition("-")
    return stem == group and slot.isdigit()


def _look(path: Path) -> _Looked:
    from rocksdict import AccessType, Options, Rdict

    if (path / DAMAGED).exists():
        cure = (
            "nothing: it is rebuilt at the next start. When it happens again, look at the disk (dmesg, SMART)"
        )
        return _Looked(False, Finding("the store was found damaged in use", str(path), cure))
    if _locked(path / "LOCK"):
        return _Looked(True, None)
    try:
        Rdict(str(path), Options(raw_mode=True), access_type=AccessType.read_only()).close()
    except Exception as error:  # noqa: BLE001 - rocksdict raises plain Exception for all RocksDB says
        cure = "stop the workers and remove this directory: it is rebuilt from its changelog"
        return _Looked(
            False, Finding(f"the store cannot be opened ({type(error).__name__})", str(path), cure)
        )
    return _Looked(False, None)


def _locked(lock: Path) -> bool:
    """Return whether some process has the store open: RocksDB holds a lock on this file."""
    try:
        with lock.open("r+b") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            fcntl.lockf(file, fcntl.LOCK_UN)
    except OSError:  # not there, or not ours to open: opening the store will tell
        return False
    return False
