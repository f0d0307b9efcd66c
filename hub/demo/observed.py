"""What came out of the hub: read from its topics after the year, in the expectation's own terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hub import topics
from hub.demo.topic_reader import Message, read_topic
from hub.privacy.key_ring import KeyRing
from hub.privacy.person_key import PersonKeys
from hub.simulate.report import TASK_COLUMNS
from hub.stages.decisiondetails import opened

if TYPE_CHECKING:
    from hub.schemas.codec import Codec
    from hub.settings import Settings

__all__ = ("FORGOTTEN", "STOCK", "Change", "Observed", "add_counters", "fold", "observe", "without_county")

Read: TypeAlias = Callable[[str], Iterable[Message]]
"""Topic → its records, in order within a partition."""
STOCK: Final = (
    "persons", "groups", "certificates_valid", "qualified", "held", "members", "invitations_open",
    "invitations_orphaned", "tasks_open", "sensitive_grounds", "sensitive_held", "priority_reach",
    "under_review", "reviews_open", "identities_decided", "candidates", "members_moved", "members_admitted",
)  # fmt: skip
"""The stock counters that the expectation knows too."""
FORGOTTEN: Final = ("flow.anonymous", "flow.beneficiaries")
"""The flows that the expectation knows too."""


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
    tasks: dict[bytes, list[Change]] = field(default_factory=dict)
    """Of each person, all tasks there ever were, after each record: the view is a tuple of theirs."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The first record of each task."""
    task_changes: Counter[str] = field(default_factory=Counter)
    """Records of tasks, by kind and change."""
    decisions: list[dict[str, Any]] = field(default_factory=list)
    dead_letters: Counter[str] = field(default_factory=Counter)
    parked: Counter[str] = field(default_factory=Counter)
    stock: dict[str, int] = field(default_factory=dict)
    flow: dict[str, int] = field(default_factory=dict)

    @property
    def forgotten(self) -> dict[str, int]:
        """The events of which nothing was kept, by flow, over all systems."""
        found: Counter[str] = Counter()
        for counter, value in self.flow.items():
            name = counter.partition("|")[0]
            if name in FORGOTTEN:
                found[name] += value
        return dict(found)


def observe(settings: Settings, codec: Codec) -> Observed:
    """Read the outputs from Kafka."""
    keys = PersonKeys(KeyRing.load(settings.key_dir, settings.cipher_suite).sealer())
    return fold(lambda topic: read_topic(settings, topic), codec, keys)


def fold(read: Read, codec: Codec, keys: PersonKeys | None = None) -> Observed:
    """Make sense of the outputs, whatever ``read`` reads a topic from; with ``keys``, open the decisions."""
    seen = Observed()
    _invitations(read(topics.INVITATIONS), codec, seen)
    _tasks(read(topics.TASKS), codec, seen)
    _decisions(read(topics.DECISIONS), codec, seen)
    if keys is not None:
        wrapped = _wrapped(read(topics.PERSON_KEYS), codec)
        seen.decisions = [opened(each, wrapped.get(each["person"]), keys) for each in seen.decisions]
    _rejected(read(topics.DEAD_LETTERS), read(topics.IDENTITY), codec, seen)
    add_counters(_totals(read(topics.PARTS), codec), seen)
    return seen


def _invitations(messages: Iterable[Message], codec: Codec, seen: Observed) -> None:
    read = codec.reader("hub.invitation")
    for message in messages:
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
        tuple(record["rule_ids"]), record["kind"], record["organisation"], record["valid_until"],
        record["act_by"], record["reminded_on"],
    )  # fmt: skip


def _tasks(messages: Iterable[Message], codec: Codec, seen: Observed) -> None:
    """Fold each person's records into all tasks of theirs after every tick, in an order of its own."""
    read = codec.reader("hub.task")
    records = [(message, read(message.value)) for message in messages if message.value is not None]
    records.sort(key=lambda each: (each[1]["tick"], each[1]["revision"]))
    tasks: dict[bytes, dict[str, tuple[Any, ...]]] = {}
    for message, record in records:
        seen.task_changes[f"{record['kind']} {record['change']}"] += 1
        if record["change"] == "opened":
            seen.asked.append(record)
        theirs = tasks.setdefault(record["person"], {})
        theirs[record["task_id"]] = tuple(record[name] for name in TASK_COLUMNS)
        view = tuple(sorted(theirs.values(), key=repr))
        seen.tasks.setdefault(record["person"], []).append(
            Change(record["tick"], 0, message.offset, view, record["change"], message.timestamp)
        )


def _decisions(messages: Iterable[Message], codec: Codec, seen: Observed) -> None:
    read = codec.reader("hub.decision")
    seen.decisions = [read(message.value) for message in messages if message.value is not None]


def _wrapped(messages: Iterable[Message], codec: Codec) -> dict[bytes, bytes]:
    """Return the wrapped key of every person who has one."""
    read = codec.reader("hub.person_key")
    found: dict[bytes, bytes] = {}
    for message in messages:
        if message.value is not None:
            record = read(message.value)
            found[record["person"]] = record["wrapped"]
        elif message.key is not None:
            found.pop(message.key, None)
    return found


def _rejected(letters: Iterable[Message], identity: Iterable[Message], codec: Codec, seen: Observed) -> None:
    letter = codec.reader("hub.dead_letter")
    for message in letters:
        if message.value is not None:
            seen.dead_letters[letter(message.value)["code"]] += 1
    for message in identity:
        if message.value is not None and codec.schema_of(message.value).ce_type == "hub.parked":
            seen.parked[codec.decode(message.value)[1]["reason"]] += 1


def _totals(messages: Iterable[Message], codec: Codec) -> dict[str, int]:
    """Sum every counter over its origins, taking each origin's newest value."""
    read = codec.reader("hub.counter_part")
    newest: dict[tuple[str, str], tuple[int, int, int]] = {}
    for message in messages:
        if message.value is not None:
            part = read(message.value)
            key = (part["counter"], part["origin"])
            stand = (part["epoch"], part["version"], part["value"])
            newest[key] = max(newest.get(key, stand), stand)
    totals: Counter[str] = Counter()
    for (counter, _), (_, _, value) in newest.items():
        totals[counter] += value
    return totals


def add_counters(totals: Mapping[str, int], seen: Observed) -> None:
    """Sort totals into flows and the stock counters that the expectation knows, over all counties."""
    for counter, value in sorted(totals.items()):
        if counter.startswith("flow."):
            seen.flow[counter] = value
        elif counter.partition("|")[0] in STOCK and value:
            name = without_county(counter)
            seen.stock[name] = seen.stock.get(name, 0) + value


def without_county(counter: str) -> str:
    """Return a counter's name without its county label: the expectation sums over counties."""
    name, *labels = counter.split("|")
    return "|".join([name, *(label for label in labels if not label.startswith("county="))])
