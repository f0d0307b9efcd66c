"""What the stage for class s tells matching: records on hub.facts that name no rule and no kind of class s.

First what goes with the ground, then the ground, all of one person and so in this order. Every record is
of the type ``hub.ground``; ids are of one length, and of the person's history count only the tellings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from hub import topics
from hub.core import assertion, merge
from hub.core.assertion import Assertion
from hub.core.background import Said
from hub.core.sensitive import NO_GROUND, Ground, SensitiveState
from hub.privacy.sealing import Sealer
from hub.schemas.codec import Codec
from hub.stages.contract import Context
from hub.stages.sensitivedecision import SOURCE

FACTS: Final = "hub.person_facts"
TYPE: Final = "hub.ground"
NO_OFFSET: Final = -1
"""A ground comes of all that is known, not of one record: naming one would tell which."""


class GroundTeller:
    """Writes the records, and keeps count in the person's state. Stateless itself."""

    def __init__(self, codec: Codec, sealer: Sealer) -> None:
        """Take the codec and the sealer that intake seals contact blocks with."""
        self._write = codec.writer(FACTS)
        self._sealer = sealer

    def tell(
        self, who: bytes, state: SensitiveState, said: Sequence[Said], ground: Ground | None, ctx: Context
    ) -> None:
        """Tell the background, each piece as of its own time, and then the ground, if it is another one."""
        _count(state, ctx)
        number = 0
        for at, assertions, speaks in said:
            content = assertion.encode(assertions)
            stamp = merge.stamp(at, False, state.tellings, content)
            contact = self._sealer.seal(state.contact, who) if speaks and state.contact is not None else None
            self._emit(who, _id(who, state, number), (at, stamp, content, contact), ctx)
            number += 1
        if ground is not None:
            content = assertion.encode([ground.assertion()])
            stamp = merge.stamp(state.told_at, not ground.holds, state.tellings, content)
            self._emit(who, _id(who, state, number), (ctx.now, stamp, content, None), ctx)

    def retract(self, who: bytes, state: SensitiveState, erasure_on: int, ctx: Context) -> None:
        """Ask for the erasure of what was told after the request for erasure was made."""
        _count(state, ctx)
        told: list[Assertion] = [NO_GROUND.assertion(), ("party", b"", {"erasure_on": erasure_on})]
        content = assertion.encode(told)
        stamp = merge.stamp(state.told_at, True, state.tellings, content)
        self._emit(who, _id(who, state, 0), (ctx.now, stamp, content, None), ctx)

    def _emit(
        self, who: bytes, event_id: str, telling: tuple[int, bytes, bytes, bytes | None], ctx: Context
    ) -> None:
        at, stamp, content, contact = telling
        record: dict[str, Any] = {
            "person": who,
            "event_id": event_id,
            "source": SOURCE,
            "type": TYPE,
            "occurred_at": at,
            "received_at": ctx.now,
            "stamp": stamp,
            "assertions": content,
            "contact": contact,
            "origin": {"topic": topics.FACTS_SENSITIVE, "partition": ctx.partition, "offset": NO_OFFSET},
        }
        ctx.emit(topics.FACTS, who, self._write(record))


def _count(state: SensitiveState, ctx: Context) -> None:
    """Begin a telling: later than every one before it, also within a tick."""
    state.tellings += 1
    state.told_at = max(ctx.now, state.told_at + 1)


def _id(who: bytes, state: SensitiveState, number: int) -> str:
    return f"{who.hex()}/{state.tellings:08}/{number:02}"
