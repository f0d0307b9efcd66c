"""What the stage for class s keeps of people, sealed: neither a store nor a changelog can be read.

Each value is padded and sealed under the sensitive key, bound to the person, so that it cannot be put
under another one's key either. What remains to be seen is that there is something, and roughly how much.
"""

from __future__ import annotations

from typing import Final

from hub.core import sensitive
from hub.core.sensitive import SensitiveState, Stub
from hub.errors import StateError
from hub.privacy.padding import pad, unpad
from hub.privacy.sealing import Sealer, SealError
from hub.stages.contract import Context

PERSON: Final = b"p"
ERASED: Final = b"e"
BLOCK_BYTES: Final = 1024
"""Stored lengths are a multiple of it: who gave blood once or twice is one block, like anybody else."""
STUB_BYTES: Final = 64


class Vault:
    """Opens and seals states; StateError for one that was damaged. Keeps nothing itself."""

    def __init__(self, sensitive_sealer: Sealer) -> None:
        """Take the sealer under the sensitive key."""
        self._sealer = sensitive_sealer

    def person(self, who: bytes, ctx: Context) -> SensitiveState | None:
        """Return what is known of a person, or None."""
        stored = ctx.state.get(PERSON + who)
        return sensitive.decode(self._open(PERSON + who, stored)) if stored is not None else None

    def keep(self, who: bytes, state: SensitiveState, ctx: Context) -> None:
        """Store what is known of a person."""
        ctx.state.put(PERSON + who, self._seal(PERSON + who, sensitive.encode(state), BLOCK_BYTES))

    def stub(self, who: bytes, ctx: Context) -> Stub | None:
        """Return what is left of a person who was erased, or None."""
        stored = ctx.state.get(ERASED + who)
        return sensitive.decode_stub(self._open(ERASED + who, stored)) if stored is not None else None

    def erase(self, who: bytes, stub: Stub, ctx: Context) -> None:
        """Leave nothing of a person but the stub."""
        ctx.state.delete(PERSON + who)
        ctx.state.put(ERASED + who, self._seal(ERASED + who, sensitive.encode(stub), STUB_BYTES))

    def _seal(self, key: bytes, plain: bytes, block: int) -> bytes:
        return self._sealer.seal(pad(plain, block), key)

    def _open(self, key: bytes, stored: bytes) -> bytes:
        try:
            return unpad(self._sealer.open(stored, key))
        except (SealError, ValueError):
            raise StateError(
                "a person's sealed state is damaged, or was put under another key",
                "state of sensitive",
                "delete the state directory and let it be rebuilt; else restore the changelog from backup",
            ) from None
