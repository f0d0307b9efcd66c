"""A matching stage with everything in memory, and the facts and announcements to feed it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from hub import contracts, topics
from hub.core import dates, merge
from hub.core.assertion import encode
from hub.core.person import PersonState, decode
from hub.data import crosswalk
from hub.privacy.blind_index import BlindIndex
from hub.privacy.person_key import PersonKeys
from hub.privacy.sealing import RecipientOpener, RecipientSealer, Sealer, SealingKey, new_pair
from hub.privacy.suite import INTL
from hub.stages import orphans
from hub.stages.contract import Batch, Record, TableChange
from hub.stages.decisiondetails import opened
from hub.stages.matching import PERSON, MatchingStage
from hub.stages.memory import MemoryContext
from hub.stages.tables import HubTables
from tests.unit.core.people import CERTIFICATE, CONSENT, PARTY, TODAY, FakeBook, assertion, organisation

SEALER: Final = Sealer(SealingKey.of(b"k" * INTL.key_bytes, INTL))
PRIVATE, PUBLIC = new_pair()
REGISTRY: Final = RecipientOpener(PRIVATE)
CODEC: Final = contracts.codec()
ANNA, BEN = b"a" * 16, b"b" * 16
CONTACT: Final = {"name": "测试", "phone": "13800000000", "guardian": {"phone": "13900000000"}}


@lru_cache(maxsize=1)
def stage() -> MatchingStage:
    """Return a stage with keys of its own."""
    blind = BlindIndex(b"p" * 32, INTL)
    return MatchingStage(CODEC, blind, SEALER, RecipientSealer({"registry": PUBLIC}, INTL))


class FakeTables(HubTables):
    """The real tables with the rule book of a few lines."""

    def __init__(self, book: FakeBook | None = None) -> None:
        """Start with a society in the county that everybody lives in."""
        super().__init__(CODEC, crosswalk())
        self.book = book or FakeBook()  # type: ignore[assignment]  # what matching asks of a CompiledBook
        announce(self, "SOC", organisation("society", PARTY["residence"][:6]))


def announce(
    tables: HubTables, org_id: str, announced: Mapping[str, Any] | None, aspect: str = "established"
) -> TableChange:
    """Fold an announcement of an organisation into the tables; return it as a task gets to know of it."""
    value = (
        CODEC.encode("hub.organisation", {"org_id": org_id, "aspect": aspect, **announced})
        if announced
        else None
    )
    change = TableChange(topics.ORGANISATIONS, f"{org_id}/{aspect}".encode(), value)
    tables.apply(*change)
    return change


def dissolved(on: int) -> dict[str, Any]:
    """Return what ``dissolved`` announces."""
    unchanged = dict.fromkeys(("org_class", "name", "parent", "region", "host_unit"))
    return {**unchanged, "on": on, "stamp": b"2"}


def moved(on: int, **changed: str) -> dict[str, Any]:
    """Return what ``moved`` announces."""
    return {**dissolved(on), **changed}


def context(today: int = TODAY, tables: HubTables | None = None) -> MemoryContext:
    """Return a context at noon of a day."""
    return MemoryContext(now=dates.midnight_ms(today) + 43_200_000, tables=tables or FakeTables())


def facts(
    who: bytes = ANNA,
    at: int = 1,
    contact: Mapping[str, Any] | None = None,
    *,
    restrictive: bool = False,
    received_at: int | None = None,
    **kinds: Mapping[str, Any],
) -> bytes:
    """Return a framed ``hub.person_facts``."""
    content = encode([assertion(kind, fields) for kind, fields in kinds.items()])
    return CODEC.encode(
        "hub.person_facts",
        {
            "person": who,
            "event_id": f"event-{at}",
            "source": "/test",
            "type": "test.v1",
            "occurred_at": at,
            "received_at": at if received_at is None else received_at,
            "stamp": merge.stamp(at, restrictive, 0, content),
            "assertions": content,
            "contact": SEALER.seal(msgspec.msgpack.encode(contact), who) if contact is not None else None,
            "origin": {"topic": "test", "partition": 0, "offset": 0},
        },
    )


def everything(who: bytes = ANNA, at: int = 1, **kinds: Mapping[str, Any]) -> bytes:
    """Return facts that make somebody invited, with a contact block."""
    told: dict[str, Any] = {"party": PARTY, "consent": CONSENT, "certificate": CERTIFICATE, **kinds}
    return facts(who, at, CONTACT, **told)


def process(ctx: MemoryContext, *values: bytes | None) -> None:
    """Hand records to the stage, in one batch."""
    records = [Record(offset, None, value) for offset, value in enumerate(values)]
    stage().process(Batch(topics.FACTS, 0, records), ctx)


def fire(ctx: MemoryContext) -> None:
    """Fire what is due until nothing is left."""
    while due := ctx.due():
        for key in due:
            stage().on_timer(key, ctx)


def tell(ctx: MemoryContext, *changes: TableChange) -> None:
    """Let the stage act on table changes, and fire what that made due."""
    stage().on_table(changes, ctx)
    fire(ctx)


def until(ctx: MemoryContext, day: int) -> None:
    """Let time pass to a day, in one step."""
    ctx.now = dates.midnight_ms(day)
    fire(ctx)


def state_of(ctx: MemoryContext, who: bytes = ANNA) -> PersonState:
    """Return what is stored of a person."""
    stored = ctx.state.get(PERSON + who)
    assert stored is not None
    return decode(stored)


def sent(ctx: MemoryContext, topic: str) -> list[dict[str, Any]]:
    """Return the records emitted to a topic, decoded; of decisions also what is sealed in them."""
    records = [
        CODEC.decode(each.value)[1] for each in ctx.emitted if each.topic == topic and each.value is not None
    ]
    if topic != topics.DECISIONS:
        return records
    keys = {each["person"]: each["wrapped"] for each in sent(ctx, topics.PERSON_KEYS)}
    return [opened(each, keys.get(each["person"]), PersonKeys(SEALER)) for each in records]


def story(ctx: MemoryContext) -> list[tuple[str, str | None]]:
    """Return the changes of invitations so far: change and cause."""
    return [(each["change"], each["cause"]) for each in sent(ctx, topics.INVITATIONS)]


def stock(ctx: MemoryContext) -> dict[str, int]:
    """Return the stock counters that are not zero."""
    return {name: value for name, value in ctx.counters.items() if value and not name.startswith("flow.")}


def data(ctx: MemoryContext) -> dict[bytes, bytes]:
    """Return all that is stored."""
    return dict(ctx.state.scan(b""))


def timers(ctx: MemoryContext) -> dict[bytes, int]:
    """Return the timers, but the one that counts orphans every day."""
    return {key: due for key, due in ctx.timers.items() if key != orphans.TIMER}
