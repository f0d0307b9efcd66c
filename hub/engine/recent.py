"""Values a task used lately, so that a person seen again costs no read of RocksDB.

Two generations of a dict instead of a linked list: a hit costs one lookup and no bookkeeping. When
the young generation has used half of the budget it becomes the old one, and the old one is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("Recent",)

_OVERHEAD: Final = 170
"""Bytes that Python spends on one entry besides its content (two bytes objects and the dict slot)."""


class Recent:
    """A cache of committed values, bounded in bytes. It also remembers that a key is absent."""

    def __init__(self, budget_bytes: int) -> None:
        """Hold about ``budget_bytes`` at most."""
        self._half = budget_bytes // 2
        self._young: dict[bytes, bytes | None] = {}
        self._old: dict[bytes, bytes | None] = {}
        self._used = 0

    def get(self, key: bytes, default: bytes) -> bytes | None:
        """Return the value (None = known to be absent), or ``default`` when nothing is known."""
        value = self._young.get(key, default)
        if value is not default:
            return value
        value = self._old.get(key, default)
        if value is not default:
            self.put(key, value)
        return value

    def put(self, key: bytes, value: bytes | None) -> None:
        """Remember a committed value."""
        if self._used > self._half:
            self._old = self._young
            self._young = {}
            self._used = 0
        self._young[key] = value
        self._used += _OVERHEAD + len(key) + (len(value) if value is not None else 0)

    def take_in(self, values: Mapping[bytes, bytes | None]) -> None:
        """Remember what a transaction committed: :meth:`put` for each, without a call for each.

        0.24 instead of 0.32 µs a value. The generations change between values, as in :meth:`put`.
        """
        young, used, half = self._young, self._used, self._half
        for key, value in values.items():
            if used > half:
                self._old = young
                self._young = young = {}
                used = 0
            young[key] = value
            used += _OVERHEAD + len(key) + (len(value) if value is not None else 0)
        self._used = used

    def clear(self) -> None:
        """Forget everything."""
        self._young = {}
        self._old = {}
        self._used = 0
