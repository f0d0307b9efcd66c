"""hub.embedded.locked: one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.embedded.locked import Busy, locked


def test_a_held_lock_is_busy_and_a_released_one_is_not(tmp_path: Path) -> None:
    """Who will not wait is told; afterwards the lock can be taken again."""
    path = tmp_path / "new" / ".lock"
    with locked(path), pytest.raises(Busy), locked(path, wait=False):
        pass
    with locked(path, wait=False):
        pass
