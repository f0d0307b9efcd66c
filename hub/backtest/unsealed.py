"""A sealer that seals nothing: for synthetic people in the memory of one process, or in its own spool."""

from __future__ import annotations

from hub.privacy.sealing import Sealer

__all__ = ("Unsealed",)


class Unsealed(Sealer):
    """What it is given comes back as it is, whatever it is bound to."""

    __slots__ = ()

    def seal(self, plain: bytes, aad: bytes = b"") -> bytes:  # as a sealer does
        """Return ``plain``."""
        return plain

    def open(self, sealed: bytes, aad: bytes = b"") -> bytes:  # as a sealer does
        """Return ``sealed``."""
        return sealed
