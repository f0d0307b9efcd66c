"""One worker: a consumer, a transactional producer, and a task per partition of its lanes.

The cycle (DESIGN §6), everything in one thread and one transaction:

1. consume a batch and sort it by task; take one tick of the clock;
2. each task acts on table changes, due timers, its records, a sweep step: in memory;
3. begin the transaction; produce the outputs and the changelog;
4. send the positions of every task that takes part: at least one, always, as that is the fence
   against a zombie, also when only timers were due;
5. commit;
6. only then write the stores, each together with the changelog position it reaches.

Aborted: forget 2, seek every task back to its position, do it again. Outcome unknown: forget
everything, take the slot anew, restore from the changelogs and go on from the committed offsets.
"""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Final

from hub import kafka
from hub.engine import slots
from hub.engine.assignment import Assignment
from hub.engine.broadcast import Broadcast
from hub.engine.changelog import Restorer
from hub.engine.controls import Controls
from hub.engine.deadletters import DeadLetters, FloodGate, Place
from hub.engine.growth import Growth
from hub.engine.hearing import STATISTICS, DeafError, Hearing
from hub.engine.inbox import CONSUMER, Inbox
from hub.engine.lanes import Lanes
from hub.engine.pace import Pace
from hub.engine.recovery import Recovery, text_of
from hub.engine.status import Status
from hub.engine.store import Position, RocksFactory
from hub.engine.task import Services, Task
from hub.engine.taskmaker import Taskmaker
from hub.engine.transactions import PRODUCER, End, Transactions
from hub.engine.watch import Watch
from hub.errors import BrokerError, FloodError, RetryError, TopicsError
from hub.log import log
from hub.provision import wanted_partitions
from hub.settings import Clock
from hub.topics import BROADCAST, BY_NAME, PARTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.engine.context import Halt
    from hub.engine.failpoints import Failpoints
    from hub.engine.inbox import Batches
    from hub.engine.wiring import Wiring
    from hub.settings import Settings

__all__ = ("Worker",)

_PATIENCE_S: Final = 40.0
"""How long the broadcast topics may take to be read at the start."""
YOUNG_COLLECTION: Final = 1_000_000
"""Records between two collections of young garbage; the collector is off otherwise. One looks at all that is
under way, some 900,000 objects, and found no garbage: at every 100,000 records it took 5 µs of each event."""


class Worker:
    """One slot of the hub. :meth:`run` returns when :meth:`stop` was called."""

    def __init__(
        self, settings: Settings, slot: int, wiring: Wiring, status: Status, failpoints: Failpoints
    ) -> None:
        """Prepare; connects in :meth:`run`. Two workers of one slot fence each other off."""
        self._settings = settings
        self._slot = slots.name(settings, slot)
        self._wiring = wiring
        self._status = status
        self._metrics = status.metrics
        self._failpoints = failpoints
        self._stopping = False
        self._flushed_s = 0.0
        self._collected = 0
        self._controls_seen = 0

    # --- life

    def stop(self) -> None:
        """Ask for a graceful end: the running cycle is finished, then everything is closed."""
        self._stopping = True

    def run(self) -> None:
        """Work until :meth:`stop`; raises StopError or RetryError when going on makes no sense."""
        from confluent_kafka import KafkaException

        try:
            if self._await("topics", lambda: not self._wiring.check_topics()):
                self._connect()
                if self._await("an active rule book", self._book_is_there):
                    self._loop()
        except KafkaException as error:
            raise BrokerError(f"Kafka refuses: {text_of(error)}", cure="look at the brokers' logs") from None
        finally:
            self._close()

    def _await(self, what: str, there: Callable[[], bool]) -> bool:
        """Wait until ``there``; return False when stopped before."""
        told = False
        while not self._stopping:
            try:
                if there():
                    return True
                reason = f"waiting for {what}"
            except DeafError:
                raise
            except RetryError as error:
                reason = f"waiting for {what}: {error}"
            if not told:
                log("worker.waiting", reason=reason)
                told = True
            self._status.waiting(reason)
            time.sleep(0.2)
        return False

    def _book_is_there(self) -> bool:
        self._broadcast.poll()
        self._restorer.serve()
        self._inbox.serve(self._assignment, 0.0)
        self._hearing.check()
        return not self._wiring.needs_book or bool(self._wiring.tables.edition)

    def _connect(self) -> None:
        settings, wiring = self._settings, self._wiring
        self._hearing = hearing = Hearing()
        admin = kafka.admin(settings)
        plain = STATISTICS | {
            "enable.partition.eof": True,
            "queued.max.messages.kbytes": 16 << 10,
            "fetch.wait.max.ms": 10 if settings.clock is Clock.TICKS else 500,
        }
        self._transactions = Transactions(
            lambda: kafka.connected(kafka.producer(settings, self._slot, PRODUCER)),
            2 * settings.transaction_timeout_s,
        )
        self._controls = Controls(wiring.decode)
        self._broadcast = Broadcast(
            kafka.informed(kafka.consumer(settings, None, plain, hearing.of("broadcast"))),
            BROADCAST,
            wiring.tables,
            self._controls.observe,
        )
        self._broadcast.catch_up(_PATIENCE_S)
        self._clock = wiring.make_clock()
        main = {**slots.identity(settings, self._slot), **CONSUMER, **STATISTICS}
        self._consumer = kafka.informed(kafka.consumer(settings, settings.group, main, hearing.of("main")))
        restoring = plain | {"fetch.wait.max.ms": 10, "queued.max.messages.kbytes": 64 << 10}
        self._restorer = Restorer(
            kafka.informed(kafka.consumer(settings, None, restoring, hearing.of("restorer")))
        )
        maker = self._make_taskmaker()
        lanes = Lanes(wiring.lane_topic, settings.partitions, maker.topics)
        self._growth = Growth(admin, lanes.topics, settings.partition_check_s)
        self._growth.first()
        self._assignment = Assignment(
            self._consumer,
            self._restorer,
            admin,
            lanes,
            self._growth,
            make_task=maker.make,
            may_open=maker.may_open,
        )
        self._inbox = Inbox(self._consumer, settings, simulated=self._clock.simulated)
        self._watch = Watch(
            self._consumer,
            self._assignment,
            restorer=self._restorer,
            broadcast=self._broadcast,
            tables=wiring.tables,
            status=self._status,
            stall_after_s=settings.stall_after_s,
            stop=self.stop,
        )
        self._recovery = Recovery(
            self._consumer, self._assignment, self._inbox, settings, lambda: self._stopping
        )

    def _make_taskmaker(self) -> Taskmaker:
        settings, wiring = self._settings, self._wiring
        self._pace = Pace(settings.sweep_records, settings.sweep_patience_s, simulated=self._clock.simulated)
        services = Services(
            wiring.tables,
            self._broadcast,
            DeadLetters(wiring.encode, wiring.seals, wiring.sensitive_seals),
            FloodGate(settings.dead_letter_limit, int(settings.dead_letter_window_s * 1000)),
            wiring.encode,
            wanted_partitions(BY_NAME[PARTS], settings),
            settings.partitions,
            self._pace,
            int(settings.position_renewal_s * 1000),
            self._controls.released,
        )
        rocks = RocksFactory(settings.state_dir / self._slot, settings.store_cache_bytes)
        return Taskmaker(wiring.stages, services, rocks, self._clock)

    def _loop(self) -> None:
        assignment = self._assignment
        self._consumer.subscribe(
            [self._wiring.lane_topic],
            on_assign=assignment.on_assign,
            on_revoke=assignment.on_revoke,
            on_lost=assignment.on_lost,
        )
        log("worker.started", slot=self._slot)
        gc.collect()
        gc.freeze()
        gc.disable()
        from confluent_kafka import KafkaException

        while not self._stopping:
            try:
                self._cycle()
            except (RetryError, KafkaException) as error:
                self._metrics.retries.inc()
                self._recovery.failed(error)

    def _close(self) -> None:
        gc.enable()
        # The consumer first: leaving the group calls back to give up the partitions.
        for name in ("_consumer", "_assignment", "_restorer", "_broadcast", "_clock"):
            part = getattr(self, name, None)
            if part is not None:
                part.close()
        log("worker.stopped", slot=self._slot)

    # --- the cycle

    def _cycle(self) -> None:
        if self._recovery.tries:  # it may fail again before it comes to that
            self._watch.look(busy=True)
        # 1.
        batches, age_s = self._inbox.take(self._assignment)
        if self._assignment.opening:
            self._assignment.step(0.0 if batches else 0.02)
        if self._broadcast.poll():
            self._failpoints.passing("table_read_before_act")
        self._inbox.mark_positions(self._assignment)
        now = self._clock.now(exact=bool(batches))
        self._pace.begin(age_s)
        # 2.
        work = self._run_tasks(batches, now) if now is not None else []
        # 3. to 6.
        if work:
            self._transact(work)
        if batches:  # what only flushes counters has no age, and would wipe out that of the newest batch
            self._status.metrics.record_age.set(age_s)
        if self._controls.version != self._controls_seen:
            self._release()
        self._watch.look(busy=bool(batches) or self._recovery.tries > 0)
        if self._growth.look(time.monotonic()):
            self._grow()
        self._hearing.check()

    def _run_tasks(self, batches: Batches, now: int) -> list[Task]:
        """Step 2: run every task that has something to do."""
        simulated = self._clock.simulated
        clock_s = time.monotonic()
        flush = simulated or clock_s - self._flushed_s >= self._settings.flush_interval_s
        if flush:
            self._flushed_s = clock_s
        work = [
            task
            for task in self._assignment.tasks.values()
            if task in batches or task.wants(now, adopt=simulated) or (flush and task.dirty)
        ]
        try:
            for task in work:
                task.run(batches.get(task, ()), now, flush=flush)
        except BaseException:
            self._recovery.rewind(work)
            raise
        if work:
            self._metrics.batch_seconds.observe(time.monotonic() - clock_s)
        return work

    def _transact(self, work: list[Task]) -> None:
        """Carry out steps 3 to 6 for the tasks that were run."""
        from confluent_kafka import KafkaException, TopicPartition

        started_s = time.monotonic()
        transactions = self._transactions
        reached: dict[Task, int] = {}
        try:
            # 3.
            reached = transactions.begin(work)
            # 4.
            simulated = self._clock.simulated
            positions = [
                TopicPartition(
                    task.topic, task.partition, task.reached, task.progress(simulated=simulated).text()
                )
                for task in work
            ]
            if transactions.send_offsets(positions, self._consumer.consumer_group_metadata()):
                self._failpoints.passing("before_commit")
                if not any(task.records_run for task in work):
                    self._failpoints.passing("timer_only_before_commit")
                # 5.
                end = transactions.commit()
            else:
                end = transactions.abort()
        except KafkaException as error:
            log("transaction.failed", level="ERROR", reason=text_of(error))
            end = transactions.abort()
        self._metrics.transactions.labels(end.name.lower()).inc()
        if end is End.ABORTED:
            self._metrics.retries.inc(self._recovery.aborted(work))
        elif end is End.UNKNOWN:
            # Trust nothing but Kafka: take the slot anew, which decides it, and restore.
            self._assignment.reopen(self._assignment.tasks.values())
            self._watch.look(busy=True)  # the coordinator may be away for long, and we with it
            transactions.open()
        else:
            self._failpoints.passing("after_commit_before_store")
            # 6.
            self._settle(work, reached)
            self._failpoints.passing("after_store")
            self._recovery.succeeded()
            self._metrics.transaction_seconds.observe(time.monotonic() - started_s)

    def _settle(self, work: list[Task], reached: dict[Task, int]) -> None:
        """Step 6, and what follows from it: figures, stopped sources, a flood."""
        self._transactions.producer.poll(0)  # the last delivery reports
        now_ms = int(time.time() * 1000)
        self._watch.progress()
        halted = [(task, task.halted) for task in work if task.halted is not None]
        total = 0
        # No call to Kafka in this loop: if one failed, a task that is committed would be rewound.
        for task in work:
            self._status.count(task)
            total += task.records_run
            position = task.store.position()
            if task in reached and position is not None:
                position = Position(position.topic_id, reached[task] + 1, now_ms)
            task.settle(position)
        if total:
            self._metrics.batch_records.observe(total)
        self._collected += total
        if self._collected >= YOUNG_COLLECTION:
            self._collected = 0
            gc.collect(1)
        for task, halt in halted:
            self._halt(task, halt)

    def _halt(self, task: Task, halt: Halt) -> None:
        """Stop a source before a record, or the worker when dead letters flood."""
        from confluent_kafka import TopicPartition

        if not halt.flood:
            self._consumer.pause([TopicPartition(task.topic, task.partition)])
            log("source.stopped", level="ERROR", task=task.origin, offset=halt.offset, code=halt.code)
            return
        settings = self._settings
        raise FloodError(
            f"{settings.dead_letter_limit} dead letters within {settings.dead_letter_window_s:g} s, "
            f"and most records are bad; the last reason was {halt.code}",
            f"{task.topic}[{task.partition}]@{halt.offset}",
            "look at `hub deadletters list`; when the cause is mended, start again and redrive them",
        )

    def _grow(self) -> None:
        """Take up new partitions, unless they are of a topic whose partitions are fixed at birth."""
        findings = self._wiring.check_topics()
        if findings:
            raise TopicsError(
                "\n".join(map(str, findings)), cure="correct what each line names, then start again"
            )
        self._assignment.grow()

    # --- what operators say

    def _release(self) -> None:
        """Let sources move on that an operator has released."""
        from confluent_kafka import TopicPartition

        self._controls_seen = self._controls.version
        for task in self._assignment.tasks.values():
            stop = task.stopped
            if stop is not None and self._controls.released(Place(task.topic, task.partition, stop.offset)):
                task.stopped = None
                place = TopicPartition(task.topic, task.partition, task.position)
                self._consumer.resume([place])
                self._consumer.seek(place)
                log("source.released", task=task.origin, offset=stop.offset)
