"""What was ever active, and where each task switched to it: read from the broker, for ``hub rules history``.

The activations are records on ``hub.rules``; the switches are written beside the committed offsets
(:mod:`hub.engine.progress`), in the transaction that switches: no topic of their own, and never in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub import contracts, kafka, topics
from hub.activation import KEY, edition_of
from hub.engine.progress import Progress, swept_part
from hub.engine.tail import read_all
from hub.errors import UsageError
from hub.stages.tables import HISTORY, SHADOW

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("Books", "Point", "Standing", "points", "read", "standings")

_TIMEOUT_S: Final = 10.0
_STAGES: Final = {topics.FACTS: "matching", topics.FACTS_SENSITIVE: "sensitive"}
"""The topics whose tasks keep people, and the stage of each: the others know nobody, so nothing switches."""


class Books(NamedTuple):
    """Everything on ``hub.rules``: ``hub.rule_book`` records."""

    activations: tuple[dict[str, Any], ...]
    """In the order in which they were made."""
    trial: dict[str, Any] | None
    """The book on trial."""
    active: dict[str, Any] | None = None
    """The last activation, unless it was taken back."""

    def text(self, edition: str) -> str | None:
        """Return the text that was last active as this edition; None when none ever was."""
        found = [book for book in self.activations if edition_of(book) == edition]
        return str(found[-1]["text"]) if found else None

    def before(self, edition: str | None) -> dict[str, Any]:
        """Return the activation to go back to: of an edition, or of the last one that is not the active one.

        Raise UsageError when there is none.
        """
        active = self.activations[-1] if self.activations else None
        book: dict[str, Any]
        for book in reversed(self.activations):
            mine = edition_of(book)
            if mine == edition or (edition is None and active is not None and mine != edition_of(active)):
                return book
        known = ", ".join(dict.fromkeys(map(edition_of, self.activations))) or "none"
        raise UsageError(
            f"{edition} was never active" if edition else "no other book was ever active",
            topics.RULES, f"these were: {known}; see `hub rules history`",
        )  # fmt: skip


class Point(NamedTuple):
    """Where a task switched to a book, and how far its sweep is."""

    stage: str
    partition: int
    position: int
    """The first input record for which the book was used."""
    tick: int
    """The tick (ms) of the transaction."""
    swept: int | None
    """The tick at which everybody known was evaluated under it; None = not yet, or a later book came."""
    part: float
    """How much of the sweep is done: 1 when it is complete."""


class Standing(NamedTuple):
    """An activation, and what the tasks made of it."""

    book: dict[str, Any]
    points: tuple[Point, ...]
    waiting: int
    """Tasks that have not switched to it; of the newest activation only, else 0."""

    @property
    def part(self) -> float:
        """Return how much of the sweep is done over all tasks: 1 when it is complete."""
        tasks = len(self.points) + self.waiting
        return sum(point.part for point in self.points) / tasks if tasks else 1.0


Tasks = Sequence[tuple[str, int, Progress]]
"""Stage, partition, and what is committed beside the offset."""


def read(settings: Settings) -> Books:
    """Read the topic of rule books. Raise TopicsError when there is none."""
    decode = contracts.codec().reader("hub.rule_book")
    made: dict[int, dict[str, Any]] = {}
    trial: dict[str, Any] | None = None
    active: dict[str, Any] | None = None
    for key, value in read_all(settings, topics.RULES):
        book = decode(value) if value is not None else None
        if key == SHADOW:
            trial = book
        elif key == KEY:
            active = book
        if book is not None and key is not None and (key == KEY or key.startswith(HISTORY)):
            made[book["activated_at"]] = book
    return Books(tuple(made[at] for at in sorted(made)), trial, active)


def points(settings: Settings) -> Tasks:
    """Return what every task that keeps people has committed beside its offset. Raise BrokerError."""
    from confluent_kafka import TopicPartition

    listed = kafka.admin(settings).list_topics(timeout=_TIMEOUT_S).topics
    places = [
        TopicPartition(topic, partition)
        for topic in _STAGES
        if topic in listed
        for partition in sorted(listed[topic].partitions)
    ]
    committed = kafka.committed(settings, places, _TIMEOUT_S)
    return [(_STAGES[each.topic], each.partition, Progress.parse(each.metadata)) for each in committed]


def standings(activations: Sequence[dict[str, Any]], tasks: Tasks) -> list[Standing]:
    """Return each activation with the points at which tasks switched to it, in the order of activation.

    A task tells its newest switches only, and may have passed over a book that was active while it was
    down: so switches are paired from the newest on, each with the newest activation of its edition.
    """
    found: list[list[Point]] = [[] for _ in activations]
    for stage, partition, progress in tasks:
        for place, point in _placed(activations, stage, partition, progress):
            found[place].append(point)
    newest = len(activations) - 1
    return [
        Standing(book, tuple(mine), len(tasks) - len(mine) if place == newest else 0)
        for place, (book, mine) in enumerate(zip(activations, found, strict=True))
    ]


def _placed(
    activations: Sequence[dict[str, Any]], stage: str, partition: int, progress: Progress
) -> Iterable[tuple[int, Point]]:
    """Yield the place of each of a task's switches among the activations."""
    place = len(activations)
    last = progress.switches[-1] if progress.switches else None
    for switch in reversed(progress.switches):
        place = next(
            (each for each in reversed(range(place)) if edition_of(activations[each]) == switch.edition), -1
        )
        if place < 0:
            return
        running = switch is last and progress.sweep is not None
        part = swept_part(progress.sweep or b"") if running else float(bool(switch.swept))
        yield place, Point(stage, partition, switch.position, switch.tick, switch.swept or None, part)
