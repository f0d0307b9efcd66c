"""Events and facts become people, as the stages make them while no rule book is active: known, not evaluated.

Nobody is asked for a secret here: of what the stages seal nothing is opened but by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from hub import contracts, topics
from hub.backtest.contrast import Person
from hub.backtest.unsealed import Unsealed
from hub.core import sensitive
from hub.core.person import PersonState
from hub.data import crosswalk
from hub.privacy.blind_index import BlindIndex
from hub.privacy.padding import unpad
from hub.privacy.sealing import RecipientSealer, Sealer, SealingKey
from hub.privacy.suite import INTL
from hub.stages.acquaintance import Acquaintance, Acquainted
from hub.stages.contract import Batch, Record
from hub.stages.identity import IdentityStage
from hub.stages.matching import PERSON, MatchingStage
from hub.stages.memory import MemoryContext
from hub.stages.sensitive import SensitiveStage
from hub.stages.tables import HubTables

if TYPE_CHECKING:
    from hub.stages.contract import Stage

__all__ = ("BLIND", "CODEC", "UNSEALED", "Learner", "feed")

CODEC: Final = contracts.codec()
BLIND: Final = BlindIndex(b"synthetic".ljust(32), INTL)
"""For synthetic people: their pseudonyms are the same in every run, and are nobody's in a real hub."""
UNSEALED: Final = Unsealed(SealingKey.of(bytes(INTL.key_bytes), INTL))
"""For what a backtest makes itself: it leaves no memory but for a spool of synthetic people."""

Told = tuple[str, bytes | None, bytes | None]
"""Topic, key and value."""


class Learner:
    """Takes in what intake made of events; knows people afterwards."""

    def __init__(self, sensitive_sealer: Sealer = UNSEALED, met: Acquainted | None = None) -> None:
        """Know nobody. ``sensitive_sealer`` opens what is of class s; ``met``: how matching keeps people."""
        self._met: Acquainted = Acquaintance() if met is None else met
        self.tables = HubTables(CODEC, crosswalk())
        self._sealer = sensitive_sealer
        recipients = RecipientSealer({}, INTL)
        self._stages: dict[str, tuple[Stage, MemoryContext]] = {
            stage.topics[0]: (stage, MemoryContext(tables=self.tables))
            for stage in (
                IdentityStage(CODEC),
                SensitiveStage(CODEC, UNSEALED, sensitive_sealer),
                MatchingStage(CODEC, BLIND, UNSEALED, recipients, met=self._met),
            )
        }

    def take(self, told: Iterable[Told], now: int, share: tuple[int, int] = (0, 1)) -> None:
        """Take in the records of a tick; of facts those of one share: (which, of how many)."""
        waiting: dict[str, list[tuple[bytes | None, bytes | None]]] = {topic: [] for topic in topics.HOPS}
        for topic, key, value in told:
            if topic in topics.BROADCAST:
                self.tables.apply(topic, key or b"", value)
            elif topic in waiting:
                waiting[topic].append((key, value))
        while any(waiting.values()):
            for topic in topics.HOPS:
                records, waiting[topic] = waiting[topic], []
                if topic != topics.IDENTITY and share[1] > 1:
                    records = [each for each in records if _mine(each[0], share)]
                stage, ctx = self._stages[topic]
                for told_next in feed(stage, ctx, topic, records, now):
                    if told_next[0] in waiting:
                        waiting[told_next[0]].append(told_next[1:])

    def people(self) -> Iterator[Person]:
        """Yield everybody who is known, each once."""
        secrets = {
            key[len(PERSON) :]: sensitive.decode(unpad(self._sealer.open(sealed, key)))
            for key, sealed in self._state(topics.FACTS_SENSITIVE)
        }
        for key, stored in self._state(topics.FACTS):
            who = key[len(PERSON) :]
            yield Person(who, self._met.recall(who, stored), secrets.pop(who, None))
        for who, secret in secrets.items():
            yield Person(who, PersonState({}, {}), secret)

    def _state(self, topic: str) -> Iterable[tuple[bytes, bytes]]:
        memory = self._stages[topic][1].memory.data
        return [(key, value) for key, value in memory.items() if key.startswith(PERSON)]


def feed(
    stage: Stage, ctx: MemoryContext, topic: str, records: list[tuple[bytes | None, bytes | None]], now: int
) -> Iterator[Told]:
    """Let a stage process records, and yield what it emits. A source that would stop goes on."""
    if not records:
        return
    ctx.now = now
    ctx.released.update(range(len(records)))  # as if an operator had released each record that stops
    stage.process(Batch(topic, 0, [Record(offset, *each) for offset, each in enumerate(records)]), ctx)
    for emitted in ctx.take():
        yield emitted.topic, emitted.key, emitted.value
    ctx.dead_letters.clear()


def _mine(key: bytes | None, share: tuple[int, int]) -> bool:
    """Return whether a person is of a share: pseudonyms are spread evenly as they are."""
    which, of = share
    return int.from_bytes((key or b"\0")[-4:], "big") % of == which
