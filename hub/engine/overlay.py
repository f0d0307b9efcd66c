"""The changes of a running transaction, over a store that knows only what is committed.

Layers can be pushed and then kept or dropped: that is how a record that raises is taken out of a
batch without touching its neighbours. Nothing reaches the store from here; the worker writes
:meth:`Overlay.changes` after the commit.
"""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING, Final

from hub.core.codes import Code
from hub.errors import DeadLetterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.engine.recent import Recent
    from hub.engine.store import Change, Store

__all__ = ("MAX_VALUE_BYTES", "Overlay")

MAX_VALUE_BYTES: Final = 1 << 20
"""Largest state value or output: half of what the topics accept, so that keys and headers fit too."""

_ABSENT: Final = b"\xff(nothing known)"


class Overlay:
    """One kind of a store's keys (see ``store.Kind``), with uncommitted changes on top.

    Keys here are without the kind's byte. Implements ``hub.stages.contract.State``.
    """

    def __init__(self, store: Store, kind: bytes, recent: Recent | None = None) -> None:
        """Lay an empty overlay over the keys of one kind; ``recent`` caches what the store said."""
        self._store = store
        self._kind = kind
        self._recent = recent
        self._base: dict[bytes, bytes | None] = {}
        self._layers: list[dict[bytes, bytes | None]] = []
        self._top = self._base

    def get(self, key: bytes) -> bytes | None:
        """Return the value as this transaction sees it, or None."""
        value = self._top.get(key, _ABSENT)
        if value is not _ABSENT:
            return value
        if self._layers:
            for layer in self._layers[-2::-1]:
                value = layer.get(key, _ABSENT)
                if value is not _ABSENT:
                    return value
            value = self._base.get(key, _ABSENT)
            if value is not _ABSENT:
                return value
        recent = self._recent
        if recent is None:
            return self._store.get(self._kind + key)
        value = recent.get(key, _ABSENT)
        if value is _ABSENT:
            value = self._store.get(self._kind + key)
            recent.put(key, value)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        """Set the value; DeadLetterError when it is too large to travel."""
        if len(value) > MAX_VALUE_BYTES:
            raise DeadLetterError(
                Code.RECORD_TOO_LARGE, "", f"a state value would exceed {MAX_VALUE_BYTES} bytes"
            )
        self._top[key] = value

    def delete(self, key: bytes) -> None:
        """Remove the key; no error when absent."""
        self._top[key] = None

    def scan(self, prefix: bytes, after: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Yield the pairs whose key starts with ``prefix`` and is > ``after``, in byte order.

        Sees the moment of the call. Costs the size of the overlay besides what it yields.
        """
        changed: dict[bytes, bytes | None] = {}
        for layer in (self._base, *self._layers):
            changed.update((k, v) for k, v in layer.items() if k > after and k.startswith(prefix))
        kind = self._kind
        stored = (
            (key[1:], value) for key, value in self._store.scan(kind + prefix, kind + after if after else b"")
        )
        if not changed:
            yield from stored  # type: ignore[misc]  # a store's scan never yields None
            return
        kept = ((key, value) for key, value in stored if key not in changed)
        fresh = ((key, changed[key]) for key in sorted(changed))
        for key, value in merge(kept, fresh):
            if value is not None:
                yield key, value

    def push(self) -> None:
        """Begin a layer that can be dropped without a trace."""
        self._top = {}
        self._layers.append(self._top)

    def keep(self) -> None:
        """Fold the newest layer into the one below."""
        layer = self._layers.pop()
        self._top = self._layers[-1] if self._layers else self._base
        if self._top:
            self._top.update(layer)
        elif self._layers:
            self._layers[-1] = self._top = layer
        else:
            self._base = self._top = layer

    def drop(self) -> None:
        """Throw the newest layer away."""
        self._layers.pop()
        self._top = self._layers[-1] if self._layers else self._base

    def changes(self) -> list[Change]:
        """Return every changed pair, keys with their kind's byte; only when no layer is open."""
        kind = self._kind
        return [(kind + key, value) for key, value in self._base.items()]

    def __len__(self) -> int:
        """Return the number of changed keys."""
        return len(self._base)

    def settle(self) -> None:
        """Forget the changes: they are in the store now. What was read or written stays cached."""
        if self._recent is not None:
            self._recent.take_in(self._base)
        self.discard()

    def discard(self) -> None:
        """Forget the changes: the transaction was aborted."""
        self._base = self._top = {}
        self._layers.clear()
