"""``hub.statistics.snapshots``: published snapshots, read whole, and the one writer of a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from hub import data, kafka, topics
from hub.core.shelf import Published
from hub.core.snapshot import Cell, compose, figure_of
from hub.engine.tail import read_all
from hub.errors import BrokerError, UsageError
from hub.stages.build import make_codec

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("Snapshots", "publish", "read")

_TIMEOUT_S: Final = 30.0


class Snapshots(NamedTuple):
    """Every snapshot that was published."""

    days: list[str]
    """Oldest first."""
    cells: list[Cell]
    """Of all of them, oldest first."""

    def of(self, day: str | None = None) -> list[Cell]:
        """Return the cells of a day's snapshot, by default of the newest; none when there is no such day."""
        wanted = day if day is not None else (self.days[-1] if self.days else "")
        return [cell for cell in self.cells if cell.snapshot == wanted]

    def figures(self, day: str | None = None) -> list[Published]:
        """Return the same as figures; suppressed ones have the note ``suppressed``."""
        return [figure_of(cell) for cell in self.of(day)]


def read(settings: Settings) -> Snapshots:
    """Read all published snapshots. One that was broken off is not there: it is one transaction."""
    decode = make_codec(settings).reader("hub.snapshot_cell")
    newest: dict[bytes, Cell | None] = {}
    for key, value in read_all(settings, topics.SNAPSHOTS):
        newest[key or b""] = None if value is None else Cell(**decode(value))
    cells = sorted(
        (cell for cell in newest.values() if cell is not None), key=lambda each: (each.snapshot, each.key)
    )
    return Snapshots(sorted({cell.snapshot for cell in cells}), cells)


def publish(settings: Settings, live: Sequence[Published], day: str, *, trial: bool = False) -> list[Cell]:
    """Compose a day's snapshot and publish it in one transaction; ``trial`` composes only.

    1. Take the writer's name: from here on no other writer can commit.
    2. Read what was published; a snapshot of this day or a later one must not be there (UsageError).
    3. Compose, publish, commit.

    Raises BrokerError when Kafka refuses, or another writer took over meanwhile: nothing was published then.
    """
    from confluent_kafka import KafkaException

    producer = kafka.connected(kafka.producer(settings, f"{settings.group}.snapshots"))
    try:
        if not trial:
            producer.init_transactions(_TIMEOUT_S)
        earlier = read(settings)
        if earlier.days and earlier.days[-1] >= day:
            raise UsageError(
                f"there is a snapshot of {earlier.days[-1]} already",
                day,
                "snapshots are published once and in order: what others have seen cannot be taken back",
            )
        cells = compose(day, live, list(data.regions().codes("county")), earlier.cells)
        if trial:
            return cells
        encode = make_codec(settings).writer("hub.snapshot_cell")
        records = [(f"{cell.snapshot}|{cell.key}".encode(), encode(cell._asdict())) for cell in cells]
        producer.begin_transaction()
        for key, value in records:
            producer.produce(topics.SNAPSHOTS, value, key)
            producer.poll(0)
        producer.commit_transaction(_TIMEOUT_S)
    except KafkaException as error:
        raise BrokerError(
            f"the snapshot was not published: {error.args[0].str()}",
            settings.bootstrap_servers,
            "look at the brokers, and whether somebody else publishes one; then try again",
        ) from None
    return cells
