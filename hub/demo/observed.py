"""What came out of the hub: read from its topics after the year, in the expectation's own terms."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hub import topics
from hub.demo.topic_reader import read_topic

if TYPE_CHECKING:
    from hub.schemas.codec import Codec
    from hub.settings import Settings

__all__ = ("STOCK", "Change", "Observed", "observe", "without_county")

STOCK: Final = ("persons", "certificates_valid", "qualified", "held", "members", "invitations_open")
"""The stock counters that the expectation knows too."""


@dataclass(slots=True, frozen=True, order=True)
class Change:
    """One record of ``hub.invitations``, sortable into the order of a person's history."""

    tick: int
    episode: int
    offset: int
    view: tuple[Any, ...] = field(compare=False)
    change: str = field(compare=False, default="")
    timestamp: int = field(compare=False, default=0)
    cause_event_id: str | None = field(compare=False, default=None)


@dataclass(slots=True)
class Observed:
    """Everything the summary and the comparison need."""

    invitations: dict[bytes, list[Change]] = field(default_factory=dict)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    dead_letters: Counter[str] = field(default_factory=Counter)
    parked: Counter[str] = field(default_factory=Counter)
    stock: dict[str, int] = field(default_factory=dict)
    flow: dict[str, int] = field(default_factory=dict)


def observe(settings: Settings, codec: Codec) -> Observed:
    """Read the outputs."""
    seen = Observed()
    _invitations(settings, codec, seen)
    _decisions(settings, codec, seen)
    _rejected(settings, codec, seen)
    _counters(settings, codec, seen)
    return seen


def _invitations(settings: Settings, codec: Codec, seen: Observed) -> None:
    read = codec.reader("hub.invitation")
    for message in read_topic(settings, topics.INVITATIONS):
        if message.value is None:
            continue
        record = read(message.value)
        change = Change(
            record["tick"], record["episode"], message.offset, _view(record), record["change"],
            message.timestamp, record["cause_event_id"],
        )  # fmt: skip
        seen.invitations.setdefault(record["person"], []).append(change)
    for history in seen.invitations.values():
        history.sort()


def _view(record: dict[str, Any]) -> tuple[Any, ...]:
    """Return what is compared, in the expectation's order: no id, no change that led here."""
    return (
        record["episode"], record["status"], record["cause"], record["priority"],
        tuple(sorted(record["rule_ids"])), record["kind"], record["organisation"], record["valid_until"],
    )  # fmt: skip


def _decisions(settings: Settings, codec: Codec, seen: Observed) -> None:
    read = codec.reader("hub.decision")
    seen.decisions = [read(m.value) for m in read_topic(settings, topics.DECISIONS) if m.value is not None]


def _rejected(settings: Settings, codec: Codec, seen: Observed) -> None:
    letter = codec.reader("hub.dead_letter")
    for message in read_topic(settings, topics.DEAD_LETTERS):
        if message.value is not None:
            seen.dead_letters[letter(message.value)["code"]] += 1
    for message in read_topic(settings, topics.IDENTITY):
        if message.value is not None and codec.schema_of(message.value).ce_type == "hub.parked":
            seen.parked[codec.decode(message.value)[1]["reason"]] += 1


def _counters(settings: Settings, codec: Codec, seen: Observed) -> None:
    """Sum every counter over its origins, taking each origin's newest value."""
    read = codec.reader("hub.counter_part")
    newest: dict[tuple[str, str], tuple[int, int, int]] = {}
    kinds: dict[str, str] = {}
    for message in read_topic(settings, topics.PARTS):
        if message.value is None:
            continue
        part = read(message.value)
        key = (part["counter"], part["origin"])
        stand = (part["epoch"], part["version"], part["value"])
        newest[key] = max(newest.get(key, stand), stand)
        kinds[part["counter"]] = part["kind"]
    totals: Counter[str] = Counter()
    for (counter, _), (_, _, value) in newest.items():
        totals[counter] += value
    for counter, value in sorted(totals.items()):
        if kinds[counter] == "flow":
            seen.flow[counter] = value
        elif counter.partition("|")[0] in STOCK and value:
            name = without_county(counter)
            seen.stock[name] = seen.stock.get(name, 0) + value


def without_county(counter: str) -> str:
    """Return a counter's name without its county label: the expectation sums over counties."""
    name, *labels = counter.split("|")
    return "|".join([name, *(label for label in labels if not label.startswith("county="))])
