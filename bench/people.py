"""Simulated persons as the matching stage keeps them: to be known many times over, under other keys.

Each is the state of one simulated person just before the last fact about them, and that fact: real
sizes, real merging and evaluating. Only a contact block does not open under another key than its own; it
is as large as it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from struct import pack
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from bench.load import Load, Table
from hub import topics
from hub.engine.store import Change, Kind
from hub.privacy.key_ring import KeyRing
from hub.settings import Settings
from hub.stages.build import build_stages
from hub.stages.contract import Batch, Record
from hub.stages.matching import PERSON
from hub.stages.memory import MemoryContext

__all__ = ("KEY_BYTES", "People", "Person", "people_of")

KEY_BYTES: Final = 16
_BATCH: Final = 8_000
_Records: TypeAlias = list[tuple[bytes | None, bytes | None]]


class Person(NamedTuple):
    """One simulated person."""

    pairs: list[tuple[bytes, bytes]]
    """What a store holds of them: what stands before the person in a key, and the value."""
    fact: tuple[bytes, bytes]
    """What stands before and after the person in the value of their last fact."""

    def known_as(self, key: bytes) -> Iterator[Change]:
        """Yield the store's pairs of a person of that key."""
        return ((before + key, value) for before, value in self.pairs)

    def next_fact(self, key: bytes) -> bytes:
        """Return the value of their last fact."""
        return self.fact[0] + key + self.fact[1]


class People(NamedTuple):
    """Simulated persons, and the tables they were evaluated with."""

    tables: list[Table]
    persons: list[Person]

    def save(self, file: Path) -> None:
        """Write them to a file."""
        file.write_bytes(msgspec.msgpack.encode(self))

    @classmethod
    def read(cls, file: Path) -> People:
        """Read what :meth:`save` wrote."""
        return msgspec.msgpack.decode(file.read_bytes(), type=cls)


def people_of(load: Load, settings: Settings, keys: KeyRing) -> People:
    """Let the load run through the stages; return everybody of whom there is more than one fact."""
    stages, make_tables = build_stages(settings, keys)
    by_name: dict[str, Any] = {stage.name: stage for stage in stages}
    tables: Any = make_tables()
    for table in load.tables:
        tables.apply(*table)
    now = time.time_ns() // 1_000_000
    arriving: dict[str, _Records] = {}
    for event in load.events:
        arriving.setdefault(event.topic, []).append((event.key, event.value))
    emitted = _run(by_name["intake"], arriving, MemoryContext(now=now, tables=tables))
    found = _run(
        by_name["identity"],
        {topics.IDENTITY: emitted[topics.IDENTITY]},
        MemoryContext(now=now, tables=tables),
    )
    facts = [*emitted[topics.FACTS], *found[topics.FACTS]]
    last = {key: value for key, value in facts if key is not None and value is not None}
    before = [(key, value) for key, value in facts if key is None or last.get(key) is not value]
    ctx = MemoryContext(now=now, tables=tables)
    _run(by_name["matching"], {topics.FACTS: before}, ctx)
    return People(load.tables, list(_persons(ctx, last)))


def _run(stage: Any, inputs: dict[str, _Records], ctx: MemoryContext) -> dict[str, _Records]:
    """Run a stage over everything; return what it sends on, by topic."""
    out: dict[str, _Records] = {topics.FACTS: [], topics.IDENTITY: []}
    for topic, records in inputs.items():
        for start in range(0, len(records), _BATCH):
            part = [Record(start + n, *pair) for n, pair in enumerate(records[start : start + _BATCH])]
            stage.process(Batch(topic, 0, part), ctx)
            for each in ctx.take():
                if each.topic in out:
                    out[each.topic].append((each.key, each.value))
    return out


def _persons(ctx: MemoryContext, last: dict[bytes, bytes]) -> Iterator[Person]:
    """Yield everybody who is known, with what a task's store would hold of them."""
    known = {key[len(PERSON) :] for key in ctx.memory.data if key.startswith(PERSON)}
    pairs: dict[bytes, list[tuple[bytes, bytes]]] = {who: [] for who in known}

    def keep(kind: bytes, key: bytes, value: bytes) -> None:
        who = key[-KEY_BYTES:]
        if who in pairs:  # else a timer or an index entry of nobody
            pairs[who].append((kind + key[:-KEY_BYTES], value))

    for key, value in ctx.memory.data.items():
        keep(Kind.STATE, key, value)
    for key, due in ctx.timers.items():
        packed = pack(">Q", due)
        keep(Kind.TIMER, key, packed)
        keep(Kind.DUE + packed, key, b"")
    for who in known:
        before, named, after = last[who].partition(who)
        if named and who not in after:
            yield Person(pairs[who], (before, after))
