"""Events and facts become people, as the stages make them while no rule book is active: known, not evaluated.

Nobody is asked for a secret here: of what the stages seal nothing is opened but by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from hub import contracts, topics
from hub.backtest.contrast import Person
from hub.backtest.packed import Packed
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
    from hub.stages.contract import Stage, Tables

__all__ = ("BLIND", "CODEC", "FORM", "UNSEALED", "Gathering", "Learner", "Told", "feed")

CODEC: Final = contracts.codec()
BLIND: Final = BlindIndex(b"synthetic".ljust(32), INTL)
"""For synthetic people: their pseudonyms are the same in every run, and are nobody's in a real hub."""
UNSEALED: Final = Unsealed(SealingKey.of(bytes(INTL.key_bytes), INTL))
"""For what a backtest makes itself: it leaves no memory but for a spool of synthetic people."""

FORM: Final = Packed(CODEC)
"""How facts travel from stage to stage here; those of a broker are read too."""

Told = tuple[bytes | None, bytes | None]
"""Key and value of a record."""


class Learner:
    """Takes in what intake made of events; knows people afterwards."""

    def __init__(self, sensitive_sealer: Sealer = UNSEALED, met: Acquainted | None = None) -> None:
        """Know nobody. ``sensitive_sealer`` opens what is of class s; ``met``: how matching keeps people."""
        self._met: Acquainted = Acquaintance() if met is None else met
        self.tables = HubTables(CODEC, crosswalk())
        self._sealer = sensitive_sealer
        recipients = RecipientSealer({}, INTL)
        self._stages: dict[str, tuple[Stage, Gathering]] = {
            stage.topics[0]: (stage, Gathering(self.tables))
            for stage in (
                IdentityStage(CODEC, FORM),
                SensitiveStage(CODEC, UNSEALED, sensitive_sealer),
                MatchingStage(CODEC, BLIND, UNSEALED, recipients, met=self._met, form=FORM),
            )
        }

    def take(self, told: Mapping[str, Sequence[Told]], now: int, share: tuple[int, int] = (0, 1)) -> None:
        """Take in the records of a tick by topic; of facts those of one share: (which, of how many)."""
        for topic in topics.BROADCAST:
            for key, value in told.get(topic, ()):
                self.tables.apply(topic, key or b"", value)
        waiting = {topic: [*told.get(topic, ())] for topic in topics.HOPS}
        while any(waiting.values()):
            for topic in topics.HOPS:
                records, waiting[topic] = waiting[topic], []
                if topic != topics.IDENTITY and share[1] > 1:
                    records = [each for each in records if _mine(each[0], share)]
                stage, ctx = self._stages[topic]
                for further, more in feed(stage, ctx, topic, records, now).items():
                    if further in waiting:
                        waiting[further] += more

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


class Gathering(MemoryContext):
    """What a stage emits, by topic: of many records together that is less work than one by one."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables that the stage reads."""
        super().__init__(tables=tables)
        self.gathered: dict[str, list[Told]] = {}

    def emit(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> None:
        """Keep key and value."""
        try:
            self.gathered[topic].append((key, value))
        except KeyError:
            self.gathered[topic] = [(key, value)]


def feed(stage: Stage, ctx: Gathering, topic: str, told: list[Told], now: int) -> dict[str, list[Told]]:
    """Let a stage process records, and return what it emits by topic. A source that would stop goes on."""
    ctx.gathered = {}
    if told:
        ctx.now = now
        ctx.released.update(range(len(told)))  # as if an operator had released each record that stops
        new = tuple.__new__  # past the generated constructor: 0.3 µs an event
        records = [new(Record, (offset, key, value, None)) for offset, (key, value) in enumerate(told)]
        stage.process(Batch(topic, 0, records), ctx)
        ctx.dead_letters.clear()
    return ctx.gathered


def _mine(key: bytes | None, share: tuple[int, int]) -> bool:
    """Return whether a person is of a share: pseudonyms are spread evenly as they are."""
    which, of = share
    return int.from_bytes((key or b"\0")[-4:], "big") % of == which
