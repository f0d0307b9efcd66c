"""An intake and an identity stage with everything in memory, and what the tests want to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from hub import contracts, data, topics
from hub.core import assertion
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import Sealer, SealingKey
from hub.privacy.suite import INTL
from hub.stages.confidential import Content, open_content
from hub.stages.contract import Batch, Record, Stage
from hub.stages.identity import IdentityStage
from hub.stages.intake import IntakeStage
from hub.stages.memory import Emitted, MemoryContext
from tests.unit.connectors.events import NOW, SENSITIVE, event

CODEC: Final = contracts.codec()
BLIND: Final = BlindIndex(b"p" * 32, INTL)
SEALER: Final = Sealer(SealingKey.of(b"k" * INTL.key_bytes, INTL))
SENSITIVE_SEALER: Final = Sealer(SealingKey.of(b"s" * INTL.key_bytes, INTL))
FORGETTING: Final = ("flow.anonymous", "flow.beneficiaries")
"""The counters of events of which nothing is kept."""


@lru_cache(maxsize=1)
def intake() -> IntakeStage:
    """Return an intake stage with keys of its own."""
    return new_intake()


def new_intake(**limits: Any) -> IntakeStage:
    """Return an intake stage of one's own."""
    return IntakeStage(
        CODEC, BLIND, SEALER, data.regions(), data.crosswalk(), sensitive=SENSITIVE_SEALER, **limits
    )


@lru_cache(maxsize=1)
def identity() -> IdentityStage:
    """Return an identity stage."""
    return IdentityStage(CODEC)


def framed(ce_type: str, **changes: Any) -> bytes:
    """Return a valid event of the type with fields changed, as it comes from upstream."""
    return CODEC.encode(ce_type, event(ce_type, **changes))


def topic_of(ce_type: str) -> str:
    """Return the topic on which a type of event comes."""
    return CODEC.catalogue.by_type(ce_type).topic


def fed(
    stage: Stage,
    topic: str,
    values: Sequence[bytes | None],
    *,
    headers: list[tuple[str, bytes]] | None = None,
    ctx: MemoryContext | None = None,
) -> MemoryContext:
    """Let a stage process values as one batch; return the context with what came of it."""
    ctx = ctx or MemoryContext(NOW)
    ctx.run(stage, Batch(topic, 0, [Record(at, b"k", value, headers) for at, value in enumerate(values)]))
    return ctx


def taken_in(ce_type: str, **changes: Any) -> MemoryContext:
    """Return what intake makes of one event."""
    return fed(intake(), topic_of(ce_type), [framed(ce_type, **changes)])


def on(ctx: MemoryContext, topic: str) -> list[Emitted]:
    """Return what was emitted on a topic."""
    return [emitted for emitted in ctx.emitted if emitted.topic == topic]


def decoded(emitted: Emitted) -> tuple[str, dict[str, Any]]:
    """Return type and fields of an emitted record, its assertions decoded."""
    assert emitted.value is not None
    schema, fields = CODEC.decode(emitted.value)
    if "assertions" in fields:
        fields["assertions"] = assertion.decode(fields["assertions"])
    return schema.ce_type, fields


def ends(ctx: MemoryContext) -> list[str]:
    """Return to which end each record came, in order of the ends; a binding is no end."""
    found = []
    for emitted in ctx.emitted:
        name, fields = decoded(emitted)
        if name == "hub.person_facts":
            superseded = any("superseded_on" in told for _, _, told in fields["assertions"])
            found += [] if superseded else ["facts"]
        elif name == "hub.alias":
            if fields["facts"] is not None:
                found.append("alias" if fields["person"] is None else "facts")
        elif name == "hub.sensitive_facts":
            found += ["sensitive"] if content_of(emitted).type in SENSITIVE else []
        else:
            found.append("parked" if name == "hub.parked" else "broadcast")
    for flow in FORGETTING:
        found += ["forgotten"] * sum(times for name, times in ctx.counters.items() if name.startswith(flow))
    return [*found, *("dead letter" for _ in ctx.dead_letters), *("stop" for _ in ctx.stops)]


def content_of(emitted: Emitted) -> Content:
    """Return what is sealed in a record of class s, opened for the person it is about."""
    fields = decoded(emitted)[1]
    assert fields["person"] == emitted.key
    return open_content(fields["person"], fields["sealed"], SENSITIVE_SEALER)


def told_of(ctx: MemoryContext) -> list[Emitted]:
    """Return the facts of sure persons, as matching gets them: straight, or by way of a source's key."""
    found = []
    for emitted in ctx.emitted:
        name, fields = decoded(emitted)
        if emitted.topic == topics.FACTS:
            found.append(emitted)
        elif name == "hub.alias" and fields["person"] is not None and fields["facts"] is not None:
            found.append(Emitted(topics.FACTS, fields["person"], fields["facts"]))
    return found


def facts_of(ctx: MemoryContext) -> dict[str, Any]:
    """Return the fields of the one facts record that was emitted."""
    (emitted,) = told_of(ctx)
    fields = decoded(emitted)[1]
    assert fields["person"] == emitted.key
    return fields


def asserted(facts: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return what a facts record asserts of the one fact of a kind."""
    (fields,) = (fields for each, _, fields in facts["assertions"] if each == kind)
    return dict(fields)
