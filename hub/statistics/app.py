"""The Faust application: two agents over two topics, and nothing else of Faust's.

No tables, no windows, no web server, no exactly-once: see docs/adr/0012. Faust brings batches and shares
partitions among workers; what it has committed is not relied upon. An agent runs once (``concurrency=1``)
and lets no exception out: whatever happens ends the process instead of skipping what failed.

What was fetched of a partition goes through Faust as one message. Record by record Faust takes some 45 us
of CPU for each, four tasks of asyncio among them, more than all that is done with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import faust
from faust.transport.drivers import aiokafka as driver
from faust.transport.utils import DefaultSchedulingStrategy

from hub import topics
from hub.doors.login import login

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("Take", "make_app")

Take = Callable[[Sequence[Any]], Awaitable[None]]
"""Takes a batch of Kafka records: topic, partition, offset, key, value."""
Assigned = Callable[[str, frozenset[int]], None]
"""Is told which partitions of a topic this worker has now."""
Restored = Callable[[frozenset[str]], Awaitable[Mapping[Any, int]]]
"""Returns where Faust is to go on with these topics, once everything before that was read."""
_RECORDS: Final = 500
"""Records in a message, at most."""
_MESSAGES: Final = 40
"""Messages in a batch, and as many more that wait in a stream, at most."""
_AS_IT_IS: Final[dict[str, Any]] = {"key_serializer": "raw", "value_serializer": "raw"}


class _Whole(DefaultSchedulingStrategy):
    """Brings what was fetched of a partition as one message: the records its value, its place the last's."""

    def iterate(self, records: Mapping[Any, list[Any]]) -> Iterator[tuple[Any, Any]]:
        """Yield a record of records for each partition."""
        for place, fetched in records.items():
            if fetched:
                yield place, replace(fetched[-1], key=None, value=fetched)


class _Thread(driver.AIOKafkaConsumerThread):
    """Faust's consumer, made to read committed records: without exactly-once Faust asks for all."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # What an aborted transaction left would be counted. There is no setting for it, and no other place.
        consumer._isolation_level = "read_committed"  # noqa: SLF001
        consumer._fetch_max_wait_ms = 100  # noqa: SLF001 - Faust's 1.5 s hold a stop up for as long
        return consumer


class _Consumer(driver.Consumer):
    """Faust's consumer, made to go on from where our own readers ended, whatever was committed."""

    def _new_consumer_thread(self) -> Any:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Any:
        """Wait until what was assigned is restored, and go on behind it: nothing is read twice."""
        found = dict(await super().seek_to_committed())
        restored = await cast(Any, self.app).restored(frozenset(each.topic for each in self.assignment()))
        places = {place: restored[place] for place in self.assignment() if place in restored}
        await self._thread.seek_wait(places)
        return found | places


class _Transport(driver.Transport):
    Consumer = _Consumer


def make_app(
    settings: Settings,
    agents: Mapping[str, Take],
    assigned: Assigned,
    restored: Restored,
    failed: Callable[[Exception], None],
    *,
    directory: str,
) -> Any:
    """Return the application: for each topic an agent that hands its batches on to ``agents``.

    Faust makes a directory for tables whether there are any or not: in ``directory``.
    """
    app: Any = faust.App(
        f"{settings.group}-statistics",
        broker=[f"kafka://{address}" for address in settings.bootstrap_servers.split(",")],
        broker_credentials=_credentials(settings),
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 10,
        broker_max_poll_records=_RECORDS,
        consumer_auto_offset_reset="earliest",
        datadir=directory,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        stream_buffer_maxsize=_MESSAGES,
        ConsumerScheduler=_Whole,
        key_serializer="raw",
        value_serializer="raw",
        loghandlers=[],
    )
    app.restored = restored
    app.transport = _Transport(app.conf.broker_consumer, app)
    for topic, take in agents.items():
        name = topic.rpartition(".")[2]
        source = app.topic(topic, **_AS_IT_IS)
        # Half as long for the parts: a figure waits for both.
        interval_s = settings.statistics_interval_s / (2 if topic == topics.PARTS else 1)
        app.agent(source, name=name, concurrency=1)(_agent(take, interval_s, failed))

    def told(partitions: set[Any]) -> None:
        for topic in agents:
            assigned(topic, frozenset(each.partition for each in partitions if each.topic == topic))

    async def on_assigned(_: Any, assigned: set[Any], **__: Any) -> None:
        told(assigned)

    async def on_revoked(*_: Any, **__: Any) -> None:
        told(set())

    app.on_partitions_assigned.connect(on_assigned, weak=False)
    app.on_partitions_revoked.connect(on_revoked, weak=False)
    return app


def _agent(
    take: Take, interval_s: float, failed: Callable[[Exception], None]
) -> Callable[[Any], Awaitable[None]]:
    async def agent(stream: Any) -> None:
        async for events in stream.take_events(_MESSAGES, within=interval_s):
            try:
                await take([record for event in events for record in event.message.value])
            except Exception as error:  # noqa: BLE001 - an exception would make Faust skip what failed
                failed(error)
                await asyncio.Event().wait()  # nothing is acknowledged any more; the process ends

    return agent


def _credentials(settings: Settings) -> Any:
    """Return how Faust logs in; None without a login."""
    given = login(settings)
    context = given.get("ssl_context")
    if "sasl_mechanism" in given:
        return faust.SASLCredentials(
            username=given.get("sasl_plain_username"),
            password=given.get("sasl_plain_password"),
            mechanism=given["sasl_mechanism"],
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context is not None else None


AGENTS: Final = (topics.PARTS, topics.TOTALS)
"""What the agents read: ``parts`` (fold) and ``totals`` (publish)."""
