"""Taking and giving up lanes: from the rebalance callback to tasks that are open.

The group spreads lanes; what is assigned are the partitions of every consumed topic that belong to
them (:mod:`hub.engine.lanes`). The callback only takes note, paused; the rest happens in steps between
the worker's cycles, so that the tasks it already has go on: the group's committed offset once it is
*stable* (no transaction of a predecessor may still change it), then the changelog's end, restoring, the
tables, seek and resume.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from hub.engine.changelog import Log, Restorer
from hub.engine.cursors import Cursors
from hub.engine.hearing import DeafError
from hub.engine.store import Kind
from hub.errors import BrokerError, TopicsError
from hub.log import log

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from confluent_kafka import Consumer, TopicPartition
    from confluent_kafka.admin import AdminClient

    from hub.engine.growth import Growth
    from hub.engine.lanes import Key, Lanes
    from hub.engine.task import Task

__all__ = ("Assignment",)

_COMMITTED_TIMEOUT_S: Final = 5.0
"""How long one question for stable offsets may hold up the other tasks; then it is asked again."""
_ADMIN_TIMEOUT_S: Final = 10.0
_ANSWER_S: Final = 2 * _ADMIN_TIMEOUT_S
"""An answer that librdkafka owes us for so long after its own time-out never comes."""

_SILENCE: Final = frozenset({"_TRANSPORT", "_TIMED_OUT", "_ALL_BROKERS_DOWN"})
_DEAF_AFTER: Final = 3
"""The admin client may lose every broker for ever when one comes back (see :mod:`hub.engine.hearing`), and
has no statistics to listen to; but the consumer was answered just before: somebody is there. In 30 s."""


class Assignment:
    """The worker's lanes, their partitions and the tasks of these."""

    def __init__(
        self,
        consumer: Consumer,
        restorer: Restorer,
        admin: AdminClient,
        lanes: Lanes,
        growth: Growth,
        *,
        make_task: Callable[[str, int], Task],
        may_open: Callable[[Cursors], bool],
    ) -> None:
        """``make_task`` opens a store; ``may_open`` says whether tables and clock are far enough."""
        self._consumer = consumer
        self._restorer = restorer
        self._admin = admin
        self._lanes = lanes
        self._growth = growth
        self._make_task = make_task
        self._may_open = may_open
        self.lanes: set[int] = set()
        """The lanes the group has given us."""
        self._assigned: set[Key] = set()
        """What our consumer is assigned: the partitions of these lanes, and nothing else."""
        self.tasks: dict[Key, Task] = {}
        """The open tasks."""
        self._noted: dict[Key, Task | None] = {}
        self._restoring: set[Task] = set()
        self._restored: list[Task] = []
        self._committed: dict[Task, tuple[int, int]] = {}
        self._began_s = 0.0
        self._began_keys = 0
        self._unstable = ""
        """Why positions cannot be read now, as last said."""
        self._unanswered = 0
        """Questions in a row that nobody answered the admin client, though the consumer was answered."""
        self.joined = False
        """Whether the group has given us an assignment, be it an empty one."""

    @property
    def opening(self) -> int:
        """Return how many partitions are ours but not open yet."""
        return len(self._noted) + len(self._restoring) + len(self._restored)

    # --- rebalance callbacks, called inside consume(): no transaction is ever open then

    def on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Take up new lanes; TopicsError when the lane topic has more of them than it had at birth."""
        self.joined = True
        lanes = {p.partition for p in partitions}
        self.lanes |= lanes
        taken = self._take(lanes)
        if lanes:
            log("lanes.taken", lanes=sorted(lanes), partitions=taken)
        self._refuse_more_lanes()

    def on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Give lanes up in good order: everything we did is committed or was aborted."""
        given = self._give_up({p.partition for p in partitions})
        if partitions:
            log("lanes.given", lanes=sorted(p.partition for p in partitions), partitions=given)

    def on_lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Forget lanes that others have had for some time already."""
        given = self._give_up({p.partition for p in partitions})
        log(
            "lanes.lost",
            level="WARNING",
            lanes=sorted(p.partition for p in partitions),
            partitions=given,
        )

    # --- between cycles

    def grow(self) -> None:
        """Take up partitions that topics have got since we took our lanes; TopicsError as above."""
        self._refuse_more_lanes()
        if self._missing(self.lanes):
            log("partitions.new", partitions=self._take(self.lanes))

    def step(self, timeout_s: float) -> None:
        """Bring the partitions that are not open yet one step further."""
        if self._noted:
            self._look()
        if self._restoring:
            for task in self._restorer.step(timeout_s):
                self._restoring.discard(task)
                self._restored.append(task)
        if self._restored:
            self._open()
        if not self.opening:
            seconds = round(time.monotonic() - self._began_s, 3)
            log(
                "partitions.ready",
                open=len(self.tasks),
                keys=self._restorer.restored - self._began_keys,
                seconds=seconds,
            )

    def reopen(self, tasks: Iterable[Task]) -> None:
        """Begin again with tasks whose state or position can no longer be trusted."""
        for task in list(tasks):
            place = (task.topic, task.partition)
            if self.tasks.get(place) is task:
                del self.tasks[place]
                task.discard()
                self._pause(task)
                self._noted[place] = task

    def close(self) -> None:
        """Close every store."""
        for task in (
            *self.tasks.values(),
            *self._restoring,
            *self._restored,
            *filter(None, self._noted.values()),
        ):
            task.close()
        self.tasks.clear()

    def _refuse_more_lanes(self) -> None:
        count = self._lanes.count
        if self._growth.counts.get(self._lanes.topic, 0) > count or any(lane >= count for lane in self.lanes):
            raise TopicsError(
                f"there are more partitions than {count}: keys have moved away from their state",
                self._lanes.topic,
                "its partitions are fixed at birth (HUB_PARTITIONS): rebuild the hub's topics",
            )

    def _missing(self, lanes: Collection[int]) -> list[Key]:
        """Return the partitions of these lanes that we are not assigned."""
        return [key for key in self._lanes.expand(lanes, self._growth.counts) if key not in self._assigned]

    def _take(self, lanes: Collection[int]) -> int:
        """Assign what belongs to these lanes and is not ours yet, paused from the first moment on."""
        from confluent_kafka import TopicPartition

        new = self._missing(lanes)
        if new and not self.opening:
            self._began_s, self._began_keys = time.monotonic(), self._restorer.restored
        # An explicit start keeps librdkafka from asking for committed offsets before they are stable. A
        # plain number: OFFSET_END is looked up in the background, and the answer can overtake our seek.
        self._consumer.incremental_assign([TopicPartition(*key, 0) for key in new])
        self._assigned.update(new)
        self._consumer.pause([TopicPartition(*key) for key in new])
        self._noted.update(dict.fromkeys(new))
        return len(new)

    def _give_up(self, lanes: Collection[int]) -> int:
        """Close and unassign what belongs to these lanes, whatever step it is in."""
        from confluent_kafka import TopicPartition

        gone = [key for key in self._assigned if self._lanes.of(key[1]) in lanes]
        for key in gone:
            self._close(key)
        self._consumer.incremental_unassign([TopicPartition(*key) for key in gone])
        self._assigned.difference_update(gone)
        self.lanes.difference_update(lanes)
        return len(gone)

    def _close(self, key: Key) -> None:
        task = self.tasks.pop(key, None) or self._noted.pop(key, None)
        for other in [*self._restoring, *self._restored]:
            if (other.topic, other.partition) == key:
                task = other
        if task is not None:
            self._restorer.forget(task)
            self._restoring.discard(task)
            self._committed.pop(task, None)
            if task in self._restored:
                self._restored.remove(task)
            task.close()

    def _look(self) -> None:
        """Ask Kafka where the new partitions stand, and begin to restore them."""
        from confluent_kafka import KafkaException, TopicPartition

        try:
            asked = self._consumer.committed(
                [TopicPartition(*place) for place in self._noted], _COMMITTED_TIMEOUT_S
            )
        except KafkaException as error:
            # A predecessor's transaction is still undecided: at most its transaction timeout.
            reason = error.args[0].name()
            if reason != self._unstable:  # asked again at once, ninety times a second: said once
                log("offsets.unstable", level="WARNING", reason=reason)
            self._unstable = reason
            return
        self._unstable = ""
        committed = {(p.topic, p.partition): p.offset for p in asked if p.error is None}
        tasks = []
        for place, task in list(self._noted.items()):
            if place in committed:
                tasks.append(task or self._make_task(*place))
                self._noted[place] = tasks[-1]
        if not tasks:
            return
        try:
            logs, beginnings = self._describe(tasks)
        except KafkaException as error:
            # Leaders have moved, or nobody answers: a broker restarts.
            reason = error.args[0].name()
            log("changelogs.unknown", level="WARNING", reason=reason)
            self._unanswered = self._unanswered + 1 if reason in _SILENCE else 0
            if self._unanswered >= _DEAF_AFTER:
                cure = "nothing to do: the process starts again, and asks the bootstrap servers"
                raise DeafError("a client of Kafka has lost every broker", "admin", cure) from None
            return
        except TimeoutError:
            raise BrokerError(
                "librdkafka owes us an answer about the changelogs", cure="look at the brokers' logs"
            ) from None
        self._unanswered = 0
        by_log: dict[Key, list[Task]] = {}
        for task in tasks:
            place = (task.changelog_topic, task.changelog_partition)
            if not self._restorer.busy(*place):
                by_log.setdefault(place, []).append(task)
        for place, waiting in by_log.items():
            self._restorer.start(*place, logs[place], waiting)
            for task in waiting:
                key = (task.topic, task.partition)
                del self._noted[key]
                self._restoring.add(task)
                self._committed[task] = (committed[key], beginnings[key])

    def _describe(self, tasks: Iterable[Task]) -> tuple[dict[Key, Log], dict[Key, int]]:
        """Return the changelogs of tasks, and where their inputs begin, as they are on the broker now."""
        from confluent_kafka import IsolationLevel, TopicCollection, TopicPartition
        from confluent_kafka.admin import ConfigResource, OffsetSpec, ResourceType

        admin, timeout = self._admin, _ADMIN_TIMEOUT_S
        places = {(task.changelog_topic, task.changelog_partition) for task in tasks}
        inputs = {(task.topic, task.partition) for task in tasks}
        names = sorted({topic for topic, _ in places})
        # Who leads is asked first, and alone. list_offsets would ask too, but librdkafka (2.12) crashes when
        # other metadata arrive at that moment; it would also go on believing in leaders of long ago.
        admin.list_topics(timeout=timeout)
        ids = admin.describe_topics(TopicCollection(names), request_timeout=timeout)
        configs = admin.describe_configs(
            [ConfigResource(ResourceType.TOPIC, n) for n in names], request_timeout=timeout
        )

        def offsets(wanted: Iterable[Key], spec: Any) -> dict[Key, int]:
            found = admin.list_offsets(
                {TopicPartition(*place): spec for place in wanted},
                isolation_level=IsolationLevel.READ_UNCOMMITTED,
                request_timeout=timeout,
            )
            return {(p.topic, p.partition): future.result(_ANSWER_S).offset for p, future in found.items()}

        first = offsets(places | inputs, OffsetSpec.earliest())
        end = offsets(places, OffsetSpec.latest())
        topic_ids = {name: str(ids[name].result(_ANSWER_S).topic_id) for name in names}
        kept = {
            r.name: int(future.result(_ANSWER_S)["delete.retention.ms"].value)
            for r, future in configs.items()
        }
        logs = {place: Log(topic_ids[place[0]], first[place], end[place], kept[place[0]]) for place in places}
        return logs, {place: first[place] for place in inputs}

    def _open(self) -> None:
        """Open restored tasks where the tables and the clock are far enough."""
        from confluent_kafka import KafkaException, TopicPartition

        for task in list(self._restored):
            if not self._may_open(Cursors.unpack(task.store.get(Kind.META))):
                continue
            start = task.open(*self._committed[task])
            place = TopicPartition(task.topic, task.partition, start)
            try:
                # Seek last: only that wakes librdkafka's fetcher, which else sleeps for up to a second.
                if task.stopped is None:
                    self._consumer.resume([place])
                self._consumer.seek(place)
            except KafkaException as error:
                # The partition is not being fetched yet, or a rebalance is under way: next step.
                log("seek.postponed", level="DEBUG", task=task.origin, reason=error.args[0].name())
                self._pause(task)
                continue
            self._restored.remove(task)
            del self._committed[task]
            self.tasks[task.topic, task.partition] = task

    def _pause(self, task: Task) -> None:
        from confluent_kafka import KafkaException, TopicPartition

        try:
            self._consumer.pause([TopicPartition(task.topic, task.partition)])
        except KafkaException as error:
            log("pause.failed", level="WARNING", task=task.origin, reason=error.args[0].name())
