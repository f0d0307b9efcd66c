"""A hub on the real broker that plays a script while a test does it harm, and what came of it."""

from __future__ import annotations

import itertools
import os
import time
from typing import TYPE_CHECKING, Any

from hub import activation, contracts, kafka, packaged, provision, topics
from hub.demo.site import BOOK
from hub.embedded.broker import settings_for
from hub.engine.barrier import Barrier
from hub.engine.supervisor import exit_codes
from hub.errors import RetryError
from hub.rules.book import load as load_book
from hub.simulate.publish import Publisher
from tests.faults.outcome import Outcome, check, read_outcome
from tests.faults.workers import PATIENCE_S, Workers, until

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path
    from typing import Self

    from hub.settings import Settings
    from hub.simulate.days import Day
    from hub.simulate.wire import Message
    from tests.faults.script import Script

__all__ = ("Hub", "empty_topics", "hub_settings")

PARTITIONS = 4
_DAY_S = 60.0
_NUMBERS = itertools.count()


def hub_settings(bootstrap: str, directory: Path, key_dir: Path, **more: Any) -> Settings:
    """Return settings of a hub in simulated time, with a group of its own and short time-outs."""
    return settings_for(
        bootstrap, partitions=PARTITIONS, replication_factor=1, clock="ticks",
        group=f"faults{os.getpid()}x{next(_NUMBERS)}", state_dir=directory / "state", key_dir=key_dir,
        session_timeout_s=2, transaction_timeout_s=2, dead_letter_limit=1_000_000, metrics_port=0, **more,
    )  # fmt: skip


def empty_topics(settings: Settings) -> None:
    """Make all of the hub's topics, new and empty. Groups of earlier hubs may still be dying: they stay."""
    admin = kafka.admin(settings)
    names = {topic.name for topic in topics.TOPICS}
    there = sorted(names & set(admin.list_topics(timeout=PATIENCE_S).topics))
    if there:
        for deleted in admin.delete_topics(there).values():
            deleted.result()
        until(lambda: not names & set(admin.list_topics(timeout=PATIENCE_S).topics), "deleted topics to go")
    provision.ensure(admin, settings)


class Hub:
    """Topics, keys, rule book, workers. Use as a context manager; the test starts the workers itself."""

    def __init__(self, settings: Settings, directory: Path) -> None:
        """Work with these settings; logs go into ``directory``."""
        self.settings = settings
        self.workers = Workers(settings, directory)
        self._codec = contracts.codec()

    def __enter__(self) -> Self:
        """Empty the topics and activate the packaged rule book."""
        empty_topics(self.settings)
        text = packaged.read_text(BOOK)
        edition = load_book(text, file=BOOK).edition
        activation.publish(
            activation.record(text, edition, "tests", "tests", int(time.time() * 1000)), self.settings
        )
        self._barrier = self._make_barrier()
        self._publisher = Publisher(self.settings)
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers."""
        self.workers.close()
        self._barrier.close()

    def gone(self) -> None:
        """Wait until the broker has forgotten the members of this hub: then its group can be deleted."""
        admin = kafka.admin(self.settings)

        def empty() -> bool:
            groups = admin.list_consumer_groups().result().valid
            return all(g.state.name == "EMPTY" for g in groups if g.group_id == self.settings.group)

        until(empty, "the group to be empty")

    # --- playing

    def play(
        self,
        script: Script,
        harm: Callable[[int], None] = lambda _: None,
        publish: Callable[[Day], list[Message]] = lambda day: day.messages,
    ) -> None:
        """Play all days; ``harm`` is called with the day's place in the script, while the hub works on it.

        Workers that have ended are started again. Returns when everything has settled.
        """
        for place, day in enumerate(script.days):
            self.tick(day.tick)
            self._publisher.publish(publish(day))
            harm(place)
            self.settle(day.tick)

    def publish(self, messages: list[Message]) -> None:
        """Publish events, and return when the broker has them."""
        self._publisher.publish(messages)

    def tick(self, tick: int) -> None:
        """Let it be ``tick``."""
        self._barrier.publish_tick(tick)

    def settle(self, tick: int) -> None:
        """Wait until nothing is left to do at this tick, keeping the workers running."""

        def settled() -> bool:
            self.workers.revive()
            return self.late(tick) == []

        until(settled, lambda: f"the hub at tick {tick}: {self.late(tick)}", _DAY_S)

    def late(self, tick: int) -> list[str]:
        """Return what is not settled at this tick; what the broker says when it cannot tell."""
        from confluent_kafka import KafkaException

        try:
            return self._barrier.late(tick)
        except KafkaException as error:
            # A broker that came back has other leader epochs, which this client would learn in minutes.
            self._barrier.close()
            self._barrier = self._make_barrier()
            return [str(error.args[0].str())]

    def _make_barrier(self) -> Barrier:
        return Barrier(self.settings, (*topics.UPSTREAM, *topics.HOPS), self._codec.encode)

    def look_on(self, tick: int, looks: int) -> None:
        """Watch the hub at work: come back after so many looks, or when it has settled."""
        for _ in range(looks):
            if self.late(tick) == []:
                return

    # --- what came of it

    def outcome(self) -> Outcome:
        """Read what the run has left in Kafka."""
        return read_outcome(self.settings)

    def check(self, script: Script, undisturbed: Outcome, deaths: Collection[int] = ()) -> Outcome:
        """Fail unless everything is as expected, as undisturbed, and without a violation.

        Workers may have been killed, or have asked to be started again, or ended with one of ``deaths``.
        """
        assert set(self.workers.deaths) <= {-9, *exit_codes(RetryError), *deaths}, self.workers.deaths
        outcome = self.outcome()
        check(outcome, script, undisturbed, self.settings)
        return outcome
