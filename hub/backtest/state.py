"""A stage's state of one partition, as it is now: the worker's store where it is here, and its changelog.

A store is some way behind its changelog and says how far, and what a worker has not flushed yet is in no
file at all. So the store gives what it holds at its position, and the changelog what came after; without a
store that can be trusted the changelog gives everything.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hub.backtest import partition
from hub.engine.store import Kind, Position
from hub.topics import state_topic

if TYPE_CHECKING:
    from hub.backtest.partition import Log
    from hub.backtest.share import Step
    from hub.settings import Settings

__all__ = ("entries",)

_STEP: Final = 1_000


def entries(
    settings: Settings, stage: str, number: int, prefix: bytes, step: Step
) -> Iterator[tuple[bytes, bytes]]:
    """Yield the state keys (without their prefix) and values of a stage's task of partition ``number``."""
    name, topic, begins = f"{stage}-{number}", state_topic(stage), Kind.STATE + prefix
    log = partition.describe(settings, topic, number)
    with tempfile.TemporaryDirectory(prefix="hub-backtest-") as scratch:
        store = _newest_store(settings.state_dir, name, log, Path(scratch))
        start = store.offset if store is not None else log.beginning
        newer: dict[bytes, bytes | None] = {}
        for records in partition.read(settings, topic, number, start):
            newer.update((key, value) for key, value in records if key.startswith(begins))
            step(len(records))
        cut, since = len(begins), 0
        if store is not None:
            for key, value in store.scan(begins):
                if key not in newer:
                    since += 1
                    if since == _STEP:
                        step(since)
                        since = 0
                    yield key[cut:], value
            store.close()
        for key, changed in newer.items():
            if changed is not None:
                yield key[cut:], changed
        step(since)


class _Reader:
    """A store that a worker may be writing, seen as it was flushed last; nothing is locked or changed."""

    def __init__(self, path: Path, scratch: Path) -> None:
        from rocksdict import AccessType, Options, Rdict

        self._db: Any = Rdict(
            str(path), Options(raw_mode=True), access_type=AccessType.secondary(str(scratch))
        )
        found: bytes | None = self._db.get(Kind.POSITION)
        self.position = None if found is None else Position.unpack(found)

    @property
    def offset(self) -> int:
        """The changelog offset from which on the store knows nothing."""
        assert self.position is not None  # one without is not used
        return self.position.offset

    def scan(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield what is stored under a prefix."""
        iterator = self._db.iter()
        iterator.seek(prefix)
        while iterator.valid():
            key: bytes = iterator.key()
            if not key.startswith(prefix):
                break
            yield key, iterator.value()
            iterator.next()
        iterator.status()

    def close(self) -> None:
        """Let go of the files."""
        self._db.close()


def _newest_store(directory: Path, name: str, log: Log, scratch: Path) -> _Reader | None:
    """Return the store that is furthest of all workers' here, or None when none can be trusted."""
    best: _Reader | None = None
    for number, path in enumerate(sorted(directory.glob(f"*/{name}"))):
        try:
            reader = _Reader(path, scratch / str(number))
        except Exception:  # noqa: BLE001, S112 - rocksdict raises plain Exception; the changelog has it all
            continue
        at = reader.position
        usable = at is not None and at.topic_id == log.topic_id and log.beginning <= at.offset <= log.end
        if usable and (best is None or reader.offset > best.offset):
            spare, best = best, reader
        else:
            spare = reader
        if spare is not None:
            spare.close()
    return best
