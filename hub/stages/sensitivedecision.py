"""What the stage for class s decided, and on what: a sealed record on hub.decisions.sensitive.

The record shows whom and when. The rest is sealed under the sensitive key, bound to the person, and
padded: rules with their texts as they were, facts used, what is in the way, the ground that came of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from hub import topics
from hub.core import dates
from hub.core.fact import BY_NAME, FieldType
from hub.core.sensitive import Assessment, Ground
from hub.privacy.padding import open_padded, pad
from hub.privacy.sealing import Sealer
from hub.schemas.codec import Codec
from hub.stages.announcementwriter import rfc3339
from hub.stages.contract import Context

SCHEMA: Final = "hub.sensitive_decision"
SOURCE: Final = "/redcross/33/hub/sensitive"
BLOCK_BYTES: Final = 1024
"""The sealed content's length is a multiple of it: one rule with its texts and a few facts fill less."""


class RuleUsed(msgspec.Struct, frozen=True):
    """A rule that hit, with its text as it was."""

    id: str
    version: int
    priority: int
    title_zh: str
    title_en: str
    reason_zh: str
    reason_en: str
    until: int | None
    """The last day on which its ground holds, None = open-ended."""


class FactUsed(msgspec.Struct, frozen=True):
    """A fact that the decision rests on."""

    kind: str
    key: str
    """The business key, hex."""
    fields: dict[str, str]
    """Every field as text, days as YYYY-MM-DD."""


class SensitiveDecision(msgspec.Struct, frozen=True):
    """What is sealed."""

    number: int
    """The person's decisions are counted from 1."""
    ground: Ground
    codes: tuple[str, ...]
    rules: tuple[RuleUsed, ...]
    facts_used: tuple[FactUsed, ...]
    book: str
    cause_event_id: str | None
    """The upstream event that led to it; None when time or another rule book did."""


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(SensitiveDecision).decode


def decided(number: int, found: Assessment, book: str, cause_event_id: str | None) -> SensitiveDecision:
    """Return the decision that records an assessment."""
    rules = tuple(
        RuleUsed(
            id=hit.rule.id, version=hit.rule.version, priority=hit.rule.priority,
            title_zh=hit.rule.title_zh, title_en=hit.rule.title_en,
            reason_zh=hit.rule.reason_zh, reason_en=hit.rule.reason_en, until=hit.until,
        )
        for hit in found.hits
    )  # fmt: skip
    return SensitiveDecision(
        number, found.ground, found.codes, rules, _facts_used(found), book, cause_event_id
    )


def _facts_used(found: Assessment) -> tuple[FactUsed, ...]:
    """Return the facts the rules rest on, and those of whom something is in the way, each once."""
    used = dict.fromkeys(each for hit in found.hits for each in hit.evidence if each[0] in BY_NAME)
    if found.codes:
        used |= dict.fromkeys(("organ_family", entry["key"]) for entry in found.view.get("organ_family", ()))
    return tuple(
        FactUsed(kind, key.hex(), _shown(kind, entry))
        for kind, key in used
        for entry in found.view[kind]
        if entry["key"] == key
    )


def _shown(kind: str, entry: Mapping[str, Any]) -> dict[str, str]:
    days = {field.name for field in BY_NAME[kind].fields if field.type is FieldType.DAY}
    return {
        name: dates.iso(value) if name in days else str(value)
        for name, value in sorted(entry.items())
        if name != "key"
    }


class DecisionSealer:
    """Writes and opens the records."""

    def __init__(self, codec: Codec, sensitive: Sealer) -> None:
        """Take the codec and the sealer under the sensitive key."""
        self._write = codec.writer(SCHEMA)
        self._sealer = sensitive

    def emit(self, person: bytes, decision: SensitiveDecision, ctx: Context) -> None:
        """Record a decision."""
        envelope = {
            "id": f"{person.hex()}/{decision.number:08}", "source": SOURCE, "type": SCHEMA,
            "specversion": "1.0", "time": rfc3339(ctx.now), "recordedat": None, "dataschema": None,
            "subject": None, "region": None, "legalmode": None, "seq": 0,
        }  # fmt: skip
        sealed = self._sealer.seal(pad(_encode(decision), BLOCK_BYTES), person)
        value = self._write({"envelope": envelope, "person": person, "tick": ctx.now, "sealed": sealed})
        headers = [
            (f"ce_{name}", str(envelope[name]).encode())
            for name in ("id", "source", "type", "specversion", "time")
        ]
        ctx.emit(topics.DECISIONS_SENSITIVE, person, value, headers)


def open_decision(person: bytes, sealed: bytes, sensitive: Sealer) -> SensitiveDecision:
    """Return what the field ``sealed`` of a person's record says; ``sensitive`` is of the key ring.

    Raise KeyRingError when its key is not in the ring, SealError when it was damaged or is another
    person's.
    """
    return open_padded(sealed, person, sensitive, _decode, "decision")
