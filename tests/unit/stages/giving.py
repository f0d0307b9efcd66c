"""A stage for class s with everything in memory, and the sealed facts to feed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from hub import contracts, topics
from hub.core import assertion, dates, merge, sensitive
from hub.core.assertion import Assertion
from hub.core.sensitive import SensitiveState
from hub.data import crosswalk
from hub.privacy.padding import pad, unpad
from hub.privacy.sealing import Sealer, SealingKey
from hub.privacy.suite import INTL
from hub.stages.contract import Batch, Record
from hub.stages.memory import MemoryContext
from hub.stages.sensitive import SensitiveStage
from hub.stages.sensitivedecision import SensitiveDecision, open_decision
from hub.stages.tables import HubTables
from hub.stages.vault import PERSON
from tests.unit.core.donors import DonorBook, said
from tests.unit.core.people import TODAY

CODEC: Final = contracts.codec()
SEALER: Final = Sealer(SealingKey.of(b"k" * INTL.key_bytes, INTL))
SECRET: Final = Sealer(SealingKey.of(b"s" * INTL.key_bytes, INTL))
ANNA, BEN = b"a" * 16, b"b" * 16
CONTACT: Final = {"name": "测试", "phone": "13800000000"}


@lru_cache(maxsize=1)
def stage() -> SensitiveStage:
    """Return a stage with keys of its own."""
    return SensitiveStage(CODEC, SEALER, SECRET)


class DonorTables(HubTables):
    """The real tables with the rule book of five rules."""

    def __init__(self, book: DonorBook | None = None) -> None:
        """Start with an active book."""
        super().__init__(CODEC, crosswalk())
        self.book = book or DonorBook()  # type: ignore[assignment]  # what the stage asks of a CompiledBook


def context(today: int = TODAY, tables: HubTables | None = None) -> MemoryContext:
    """Return a context at noon of a day."""
    return MemoryContext(now=noon(today), tables=tables or DonorTables())


def noon(day: int) -> int:
    """Return a time of a day."""
    return dates.midnight_ms(day) + 43_200_000


def facts(
    who: bytes = ANNA,
    at: int = 1,
    contact: Mapping[str, Any] | None = None,
    *,
    prohibits: bool = False,
    **kinds: Mapping[str, Any],
) -> bytes:
    """Return a framed ``hub.sensitive_facts``."""
    return asserted(who, at, said(**kinds), contact, prohibits=prohibits)


def asserted(
    who: bytes,
    at: int,
    assertions: Iterable[Assertion],
    contact: Mapping[str, Any] | None = None,
    *,
    prohibits: bool = False,
) -> bytes:
    """Return a framed ``hub.sensitive_facts`` with these assertions."""
    content = assertion.encode(assertions)
    sealed = {
        "type": "secret.happening.v1", "source": "/secret/source",
        "origin": ("redcross.secret.events", 3, 7),
        "assertions": content, "contact": contact,
    }  # fmt: skip
    stamp = merge.stamp(at, prohibits, 0, content)
    return framed(who, at, SECRET.seal(pad(msgspec.msgpack.encode(sealed), 1024), who), stamp)


def framed(who: bytes, at: int, sealed: bytes, stamp: bytes) -> bytes:
    """Return a framed ``hub.sensitive_facts`` with whatever is sealed in it."""
    return CODEC.encode(
        "hub.sensitive_facts",
        {"person": who, "event_id": f"upstream-{at}", "received_at": at, "stamp": stamp, "sealed": sealed},
    )


def process(ctx: MemoryContext, *values: bytes | None) -> None:
    """Hand records to the stage, in one batch."""
    records = [Record(offset, None, value) for offset, value in enumerate(values)]
    stage().process(Batch(topics.FACTS_SENSITIVE, 0, records), ctx)


def until(ctx: MemoryContext, day: int) -> None:
    """Let time pass to a day, one timer after the other."""
    while ctx.timers and min(ctx.timers.values()) <= dates.midnight_ms(day):
        ctx.now = min(ctx.timers.values())
        for key in ctx.due():
            stage().on_timer(key, ctx)
    ctx.now = noon(day)


def told(ctx: MemoryContext) -> list[dict[str, Any]]:
    """Return the records on hub.facts so far, with their assertions read."""
    records = [
        CODEC.decode(each.value)[1]
        for each in ctx.emitted
        if each.topic == topics.FACTS and each.value is not None
    ]
    return [{**each, "assertions": assertion.decode(each["assertions"])} for each in records]


def grounds(ctx: MemoryContext) -> list[dict[str, Any]]:
    """Return what was said of grounds so far, without what was cleared."""
    return [
        {name: value for name, value in fields.items() if value is not None}
        for each in told(ctx)
        for kind, _, fields in each["assertions"]
        if kind == "ground"
    ]


def decisions(ctx: MemoryContext) -> list[SensitiveDecision]:
    """Return the decisions so far, opened."""
    found = []
    for each in ctx.emitted:
        if each.topic == topics.DECISIONS_SENSITIVE and each.value is not None:
            record = CODEC.decode(each.value)[1]
            found.append(open_decision(record["person"], record["sealed"], SECRET))
    return found


def stock(ctx: MemoryContext) -> dict[str, int]:
    """Return the counters that are not zero."""
    return {name: value for name, value in ctx.counters.items() if value}


def state_of(ctx: MemoryContext, who: bytes = ANNA) -> SensitiveState:
    """Return what is stored of a person."""
    stored = ctx.state.get(PERSON + who)
    assert stored is not None
    return sensitive.decode(unpad(SECRET.open(stored, PERSON + who)))


def data(ctx: MemoryContext) -> dict[bytes, bytes]:
    """Return all that is stored."""
    return dict(ctx.state.scan(b""))
