"""One statistics worker: the application, its readers, its metrics, and the watch over all of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, generate_latest

from hub.doors.login import login
from hub.engine.http import Answer, Server
from hub.engine.isolation import place_of
from hub.errors import BrokerError, HubError, StopError
from hub.log import log, to_stderr
from hub.settings import Compression
from hub.stages.build import make_codec
from hub.statistics.agent import Agent
from hub.statistics.app import make_app
from hub.statistics.folding import Folding
from hub.statistics.metrics import Metrics
from hub.statistics.publishing import Publishing
from hub.statistics.reading import Positions
from hub.statistics.records import Records
from hub.statistics.tools import Tools
from hub.statistics.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.core.targets import Targets
    from hub.settings import Settings

__all__ = ("run",)

_LIBRARIES: Final = ("faust", "mode", "aiokafka")
_PATIENCE_S: Final = 30.0


class _Failure:
    """The first error of a worker; it ends with it."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.happened = asyncio.Event()

    def __call__(self, error: Exception) -> None:
        if self.error is None:
            self.error = error
        self.happened.set()


def run(settings: Settings, targets: Targets) -> int:
    """Work until told to stop; return 0, or the exit code of what went wrong."""
    to_stderr(settings.log_level)
    _quieten()
    return asyncio.run(_work(settings, targets))


async def _work(settings: Settings, targets: Targets) -> int:
    failure, stopping = _Failure(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    metrics = Metrics(CollectorRegistry())
    try:
        async with contextlib.AsyncExitStack() as stack:
            await _start(settings, targets, metrics, failure, stack)
            await asyncio.wait(
                [asyncio.create_task(failure.happened.wait()), asyncio.create_task(stopping.wait())],
                return_when=asyncio.FIRST_COMPLETED,
            )
            _end_at_the_latest_in(settings.stop_timeout_s, failure)
    except HubError as error:
        failure(error)
    code = _told(failure.error)
    log("statistics.stopped", exit_code=code)
    return code


async def _start(
    settings: Settings,
    targets: Targets,
    metrics: Metrics,
    failed: Callable[[Exception], None],
    stack: contextlib.AsyncExitStack,
) -> None:
    """Start everything; the stack closes it in the opposite order."""
    codec = make_codec(settings)
    producer = await _producer(settings)
    stack.push_async_callback(producer.stop)
    tools = Tools(settings, codec, Records(codec), producer, metrics, failed)
    folding, publishing = Folding(tools), Publishing(tools, targets)
    seats: dict[str, Agent] = {each.seat.topic: each for each in (folding, publishing)}
    watching = Watching(settings, metrics, seats)
    stack.push_async_callback(folding.close)
    stack.push_async_callback(publishing.close)
    stack.push_async_callback(watching.close)
    pages: dict[str, Callable[[], Answer]] = {
        "/metrics": lambda: Answer(True, generate_latest(metrics.registry).decode()),
        "/livez": lambda: Answer.of(good=watching.alive, document={"stalled_s": watching.stalled_s}),
        "/readyz": lambda: Answer.of(
            good=watching.ready, document={topic: sorted(each.seat.held) for topic, each in seats.items()}
        ),
    }
    server = Server(settings.metrics_host, settings.statistics_port, pages)
    stack.callback(server.close)

    async def restored(topics: frozenset[str]) -> Positions:
        for topic in topics:
            await seats[topic].seat.wait()
        return {place: offset for topic in topics for place, offset in seats[topic].positions.items()}

    app = make_app(
        settings,
        {topic: each.take for topic, each in seats.items()},
        lambda topic, partitions: seats[topic].assign(partitions),
        restored,
        failed,
        directory=stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-statistics-")),
    )
    await app.start()
    stack.push_async_callback(app.stop)
    for each in (folding.tick, publishing.tick):
        _every(settings.statistics_interval_s, each, failed, stack)
    _every(1.0, watching.look, failed, stack)
    log("statistics.started", plan=targets.plan, port=server.port)


async def _producer(settings: Settings) -> Any:
    compression = None if settings.compression is Compression.NONE else settings.compression.value
    producer = AIOKafkaProducer(
        **login(settings),
        client_id=f"{settings.group}-statistics",
        enable_idempotence=True,
        acks="all",
        linger_ms=5,
        max_batch_size=256 << 10,
        compression_type=compression,
    )
    try:
        await asyncio.wait_for(producer.start(), _PATIENCE_S)
    except (KafkaError, TimeoutError) as error:
        await producer.stop()
        raise BrokerError(
            f"no Kafka broker answers: {type(error).__name__}",
            settings.bootstrap_servers,
            "start one with `hub broker start`, or point --bootstrap at yours",
        ) from None
    return producer


def _every(interval_s: float, do: Callable[[], Any], failed: Callable[[Exception], None], stack: Any) -> None:
    """Do something again and again until the stack is closed; an error ends the worker."""

    async def go() -> None:
        try:
            while True:
                await do()
                await asyncio.sleep(interval_s)
        except Exception as error:  # noqa: BLE001 - whatever it is, the worker ends with it
            failed(error)

    task = asyncio.create_task(go())

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


def _told(error: Exception | None) -> int:
    """Log what ended the worker; return its exit code."""
    if error is None:
        return 0
    if isinstance(error, HubError):
        log(
            "statistics.failed",
            level="ERROR",
            code=error.code,
            what=error.what,
            where=error.where,
            cure=error.cure,
        )
        return error.exit_code
    if isinstance(error, KafkaError | TimeoutError):
        log("statistics.failed", level="ERROR", code=BrokerError.code, what=type(error).__name__)
        return BrokerError.exit_code
    # A bug. Its text may hold values of a record, its type and place do not.
    log("statistics.failed", level="ERROR", code="BUG", what=place_of(error))
    return StopError.exit_code


def _end_at_the_latest_in(limit_s: float, failure: _Failure) -> None:
    """End the process when closing takes too long: a consumer may wait for a broker that is gone."""

    def end() -> None:
        code = _told(failure.error)
        log("statistics.stopped", level="WARNING", exit_code=code, seconds=limit_s)
        sys.stderr.flush()
        os._exit(code)

    asyncio.get_running_loop().call_later(limit_s, end)


class _Library(logging.Handler):
    """What the libraries have to say, as records of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log("statistics.library", level="ERROR", logger=record.name, said=record.getMessage())


def _quieten() -> None:
    """Let the libraries speak of errors only: they tell of every rebalance."""
    for name in _LIBRARIES:
        logger = logging.getLogger(name)
        logger.setLevel(logging.ERROR)
        logger.handlers = [_Library()]
        logger.propagate = False
