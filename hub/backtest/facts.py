"""The people of the facts on the broker: ``hub.facts``, as far as the topic reaches back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub import topics
from hub.backtest import partition
from hub.backtest.learn import CODEC, UNSEALED, Learner, Told
from hub.backtest.live import place_of
from hub.core import dates, merge
from hub.errors import DeadLetterError
from hub.privacy.key_ring import KeyRing

if TYPE_CHECKING:
    from hub.backtest.contrast import Person
    from hub.backtest.share import Place, Step
    from hub.privacy.sealing import Sealer
    from hub.settings import Settings

__all__ = ("FactsShare",)


@dataclass(slots=True)
class FactsShare:
    """The people of one partition of the facts."""

    settings: Settings
    number: int
    secrets: bool
    """Whether what is of class s is read too: it needs the sensitive key. Else grounds are as told."""
    until: int | None
    """The last day: facts that occurred or were received later are not known yet."""
    now: int
    """The instant that is asked about, ms."""
    events: int = 0

    def place(self) -> Place:
        """Return the directory and the regions: as they are now, since they are kept by their own dates."""
        return place_of(self.settings)

    def people(self, step: Step) -> Iterator[Person]:
        """Take the facts in, then yield everybody of the partition."""
        learner = Learner(self._sealer())
        names = (topics.FACTS_SENSITIVE, topics.FACTS) if self.secrets else (topics.FACTS,)
        for name in names:
            start = partition.describe(self.settings, name, self.number).beginning
            for records in partition.read(self.settings, name, self.number, start):
                learner.take({name: self._known(name, records)}, self.now)
                self.events += len(records)
                step(len(records))
        yield from learner.people()

    def _sealer(self) -> Sealer:
        if not self.secrets:
            return UNSEALED
        return KeyRing.load(self.settings.key_dir, self.settings.cipher_suite).sensitive_sealer()

    def _known(self, name: str, records: list[partition.Record]) -> Sequence[Told]:
        """Return the records that were known by the last day."""
        if self.until is None:
            return records
        kind = "hub.person_facts" if name == topics.FACTS else "hub.sensitive_facts"
        read = CODEC.reader(kind, ("received_at", "stamp"))
        known: list[Told] = []
        for key, value in records:
            try:
                told = read(value) if value is not None else None
            except DeadLetterError:
                continue
            if told is not None and self._by_then(told["received_at"], told["stamp"]):
                known.append((key, value))
        return known

    def _by_then(self, received_at: int, stamp: bytes) -> bool:
        assert self.until is not None  # else everything is known
        return max(dates.day_of(received_at), dates.day_of(merge.occurred_at(stamp))) <= self.until
