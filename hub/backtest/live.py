"""The people the hub knows now: of matching, and sealed of the stage for class s, partition by partition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub import tables, topics
from hub.backtest import partition
from hub.backtest.contrast import Person
from hub.backtest.share import Place
from hub.backtest.state import entries
from hub.core import person, sensitive
from hub.core.person import PersonState
from hub.privacy.key_ring import KeyRing
from hub.privacy.padding import unpad

if TYPE_CHECKING:
    from hub.backtest.share import Step
    from hub.core.sensitive import SensitiveState
    from hub.settings import Settings

__all__ = ("LiveShare", "place_of", "shares")

_PERSON = b"p"


@dataclass(frozen=True, slots=True)
class LiveShare:
    """The people of one partition."""

    settings: Settings
    number: int
    secrets: bool
    """Whether what class s knows of them is read too: it needs the sensitive key."""
    events: int = 0

    def place(self) -> Place:
        """Return the directory and the regions as they are now."""
        return place_of(self.settings)

    def people(self, step: Step) -> Iterator[Person]:
        """Yield everybody of the partition whom either stage knows."""
        secrets = self._secrets(step) if self.secrets else {}
        for who, stored in entries(self.settings, "matching", self.number, _PERSON, step):
            yield Person(who, person.decode(stored), secrets.pop(who, None))
        for who, secret in secrets.items():
            yield Person(who, PersonState({}, {}), secret)

    def _secrets(self, step: Step) -> dict[bytes, SensitiveState]:
        ring = KeyRing.load(self.settings.key_dir, self.settings.cipher_suite)
        sealer = ring.sensitive_sealer()
        return {
            who: sensitive.decode(unpad(sealer.open(sealed, _PERSON + who)))
            for who, sealed in entries(self.settings, "sensitive", self.number, _PERSON, step)
        }


def shares(settings: Settings, *, secrets: bool) -> list[LiveShare]:
    """Return a share for every partition of the facts."""
    return [LiveShare(settings, number, secrets) for number in range(partition.count(settings, topics.FACTS))]


def place_of(settings: Settings) -> Place:
    """Return the directory and the regions as they are on the broker now."""
    found = tables.read(settings, (topics.ORGANISATIONS, topics.REGIONS))
    return Place(found.organisations, found.regions)
