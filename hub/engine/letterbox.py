"""The dead letters from an operator's side: read them, send them back, or put them aside.

A redrive publishes the stored bytes, never a new reading of anything, and marks the letter in the
same transaction: killed at any moment, a letter is either open or has been sent once.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub import kafka
from hub.engine.deadletters import ATTEMPTS_HEADER, REDRIVE_HEADER, TYPE
from hub.engine.tail import read_all
from hub.errors import BrokerError, DeadLetterError, UsageError
from hub.topics import DEAD_LETTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hub.engine.deadletters import DeadLetters
    from hub.settings import Settings

__all__ = ("Filter", "Letter", "Letterbox")

_TRANSACTION: Final = 500
"""Letters per transaction of a redrive: well within its timeout."""
_TIMEOUT_S: Final = 30.0


class Letter(NamedTuple):
    """A dead letter as it stands now."""

    id: str
    fields: dict[str, Any]
    """The decoded ``hub.dead_letter``."""

    @property
    def redrivable(self) -> bool:
        """Return whether it was a record: timers, sweep steps and table changes cannot be sent again."""
        return "/" not in self.fields["topic"] and self.fields["original"] is not None


class Filter(NamedTuple):
    """Which letters are meant. Empty fields match all."""

    status: str = "open"
    codes: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    since_ms: int = 0

    def matches(self, letter: Letter) -> bool:
        """Return whether a letter is meant."""
        fields = letter.fields
        return (
            (self.status in {"all", fields["status"]})
            and (not self.codes or fields["code"] in self.codes)
            and (not self.topics or fields["topic"] in self.topics)
            and (not self.types or (fields["event_type"] or "") in self.types)
            and (not self.ids or letter.id in self.ids)
            and fields["at"] >= self.since_ms
        )


class Letterbox:
    """All dead letters of a hub. Memory: their number times about a kilobyte."""

    def __init__(
        self,
        settings: Settings,
        encode: Callable[[str, dict[str, Any]], bytes],
        decode: Callable[[bytes], dict[str, Any]],
    ) -> None:
        """Use the codec's ``encode`` and ``decode``."""
        self._settings = settings
        self._encode = encode
        self._decode = decode
        self.unreadable = 0
        """Records of the topic that are no dead letters of ours."""

    def read(self, wanted: Filter) -> list[Letter]:
        """Return the letters a filter means, oldest first."""
        newest: dict[str, Letter] = {}
        for key, value in read_all(self._settings, DEAD_LETTERS):
            letter_id = (key or b"").decode()
            newest.pop(letter_id, None)
            if value is not None:
                try:
                    newest[letter_id] = Letter(letter_id, self._decode(value))
                except DeadLetterError:
                    self.unreadable += 1
        found = [letter for letter in newest.values() if wanted.matches(letter)]
        found.sort(key=lambda letter: (letter.fields["at"], letter.id))
        return found

    def redrive(self, letters: Sequence[Letter], opener: DeadLetters) -> Iterator[int]:
        """Publish the originals again; yield, after each transaction, how many letters it held."""
        stuck = [letter.id for letter in letters if not letter.redrivable]
        if stuck:
            raise UsageError(
                f"{len(stuck)} of these are timers, sweep steps or table changes: they cannot be sent again",
                stuck[0],
                "mend the cause; or put them aside with `hub deadletters skip`",
            )
        return self._in_transactions(letters, lambda letter: self._again(letter, opener))

    def skip(self, letters: Sequence[Letter]) -> Iterator[int]:
        """Mark letters as skipped; yield, after each transaction, how many it held."""
        return self._in_transactions(letters, lambda letter: [self._marked(letter, "skipped")])

    def _again(self, letter: Letter, opener: DeadLetters) -> Iterable[tuple[Any, ...]]:
        original = opener.original(letter.fields)
        ours = {REDRIVE_HEADER, ATTEMPTS_HEADER}
        headers = [(name, value) for name, value in original.headers or () if name not in ours]
        headers += [
            (REDRIVE_HEADER, letter.id.encode()),
            (ATTEMPTS_HEADER, b"%d" % letter.fields["attempts"]),
        ]
        return [
            (letter.fields["topic"], original.value, original.key, headers),
            self._marked(letter, "redriven"),
        ]

    def _marked(self, letter: Letter, status: str) -> tuple[Any, ...]:
        value = self._encode(TYPE, {**letter.fields, "status": status})
        return DEAD_LETTERS, value, letter.id.encode(), [("ce_type", TYPE.encode())]

    def _in_transactions(
        self, letters: Sequence[Letter], records: Callable[[Letter], Iterable[tuple[Any, ...]]]
    ) -> Iterator[int]:
        from confluent_kafka import KafkaException

        # One id for all: a second redrive at the same time fences the first instead of doubling it.
        producer = kafka.connected(kafka.producer(self._settings, f"{self._settings.group}-redrive"))
        try:
            producer.init_transactions(_TIMEOUT_S)
            for start in range(0, len(letters), _TRANSACTION):
                part = letters[start : start + _TRANSACTION]
                producer.begin_transaction()
                for letter in part:
                    for topic, value, key, headers in records(letter):
                        producer.produce(topic, value, key, headers=headers)
                producer.commit_transaction(_TIMEOUT_S)
                yield len(part)
        except KafkaException as error:
            raise BrokerError(
                f"the transaction failed: {error.args[0].str()}",
                cure="nothing of it was published; letters of earlier transactions are done; run it again",
            ) from None


def since(text: str, now_ms: int | None = None) -> int:
    """Return the ms of ``30m``, ``2h``, ``7d`` ago, or of an ISO date or time; ValueError otherwise."""
    from datetime import UTC, datetime

    now_ms = int(time.time() * 1000) if now_ms is None else now_ms
    units = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
    if text[-1:] in units and text[:-1].isdigit():
        return now_ms - int(text[:-1]) * units[text[-1]]
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
