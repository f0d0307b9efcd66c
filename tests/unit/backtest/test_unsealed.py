"""A sealer that seals nothing, where a sealer is asked for."""

from __future__ import annotations

from hub.backtest.learn import UNSEALED


def test_what_is_not_sealed_can_be_opened_by_anybody() -> None:
    """What comes back is what was given."""
    assert UNSEALED.seal(b"plain", b"who") == b"plain" == UNSEALED.open(b"plain", b"who")
