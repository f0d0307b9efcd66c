"""The key ring: whether it is there, readable by its owner only, whole, and not too old."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from hub.doctor.outcome import Finding, Outcome
from hub.errors import KeyRingError

if TYPE_CHECKING:
    from hub.doctor.outcome import Patient

__all__ = ("keys",)

_OLD_DAYS: Final = 400
_OPEN_DIRECTORY: Final = 0o007
RECIPIENT: Final = "registry"


def keys(patient: Patient) -> Outcome:
    """Look at the key ring as a worker would."""
    from hub.privacy.key_ring import KeyRing

    settings = patient.settings
    try:
        ring = KeyRing.load(settings.key_dir, settings.cipher_suite)
        ring.sensitive_sealer()
    except KeyRingError as error:
        return Outcome("unusable", (Finding(error.what, error.where, error.cure),))
    findings = []
    mode = settings.key_dir.stat().st_mode & 0o777
    if mode & _OPEN_DIRECTORY:
        findings.append(Finding(
            f"the directory of the keys is open to everybody (mode {mode:04o})", str(settings.key_dir),
            f"chmod 700 {settings.key_dir}",
        ))  # fmt: skip
    if RECIPIENT not in ring.recipient_ids:
        findings.append(Finding(
            "the registry's public key is missing: no invitation can carry a contact",
            str(settings.key_dir / "recipients"), f"put the registry's key there as {RECIPIENT}.pub",
        ))  # fmt: skip
    age_days = (patient.now_s() - datetime.fromisoformat(ring.made_at[-1]).timestamp()) / 86_400
    if age_days > _OLD_DAYS:
        findings.append(Finding(
            f"the sealing key has been in use for {age_days:.0f} days", str(settings.key_dir),
            "hub keys rotate; then back the ring up and restart the workers", advice=True,
        ))  # fmt: skip
    told = f"pepper {ring.pepper_id}, {len(ring.key_ids)} sealing keys, the newest {age_days:.0f} days old"
    return Outcome(told, tuple(findings))
