"""The hub put together: what is missing is said before a record is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import KeyRingError
from hub.privacy.key_ring import KeyRing
from hub.settings import load
from hub.stages.build import build_stages


def test_without_the_registrys_key_nothing_starts(tmp_path: Path) -> None:
    """Else a worker would run until the first invitation that carries a contact, and end there."""
    settings = load(key_dir=tmp_path / "ring")
    ring = KeyRing.create(settings.key_dir)
    with pytest.raises(KeyRingError, match="no public key for the recipient 'registry'") as caught:
        build_stages(settings)
    assert "there is: none" in caught.value.cure
    ring.make_recipient("registry", tmp_path / "registry.key")
    assert len(build_stages(settings)[0]) == 4
