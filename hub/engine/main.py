"""The process of one worker: ``python -m hub.engine.main SLOT PIPE``, started by the supervisor.

Imports no CLI framework: a restart after a crash should take as little as possible.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics

from hub import kafka, provision
from hub.core.codes import Code
from hub.engine.clock import Clock, TickClock, WallClock
from hub.engine.failpoints import from_environment
from hub.engine.isolation import place_of
from hub.engine.status import Status, pipe_writer
from hub.engine.wiring import Wiring
from hub.engine.worker import Worker
from hub.errors import HubError, StopError
from hub.log import log, to_stderr
from hub.metrics import Metrics
from hub.settings import Clock as ClockKind
from hub.settings import load
from hub.topics import FACTS

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("main", "wiring")


def wiring(settings: Settings) -> Wiring:
    """Return the hub's own stages, wired."""
    from hub.privacy.key_ring import KeyRing
    from hub.stages.build import build_stages, make_codec

    keys = KeyRing.load(settings.key_dir, settings.cipher_suite)
    stages, make_tables = build_stages(settings, keys)
    codec = make_codec(settings)

    def decode(value: bytes) -> dict[str, Any]:
        return codec.decode(value)[1]

    def make_clock() -> Clock:
        if settings.clock is ClockKind.WALL:
            return WallClock()
        return TickClock(
            lambda: kafka.consumer(settings, None, {"isolation.level": "read_uncommitted"}),
            lambda value: int(decode(value)["now"]),
        )

    admin = kafka.admin(settings)
    return Wiring(
        stages=stages,
        tables=make_tables(),
        encode=codec.encode,
        decode=decode,
        seals=keys.sealer(),
        sensitive_seals=keys.sensitive_sealer(),
        make_clock=make_clock,
        check_topics=lambda: provision.check(admin, settings),
        lane_topic=FACTS,
        needs_book=True,
        keys_made_s=tuple(
            (kind, datetime.fromisoformat(made_at[-1]).timestamp())
            for kind, made_at in (("sealing", keys.made_at), ("sensitive", keys.sensitive_made_at))
            if made_at
        ),
    )


def _metrics(wired: Wiring) -> Metrics:
    """Return a worker's metrics: the catalogue's, begun, and what the system says of the process."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # when a counter was made: half of the page
    metrics = Metrics(CollectorRegistry())
    ProcessCollector(registry=metrics.registry)
    metrics.expect((stage.name for stage in wired.stages), map(str, Code))
    for kind, made_s in wired.keys_made_s:
        metrics.key_made.labels(kind).set(made_s)
    return metrics


def main() -> None:
    """Run one worker; exit with the code of the error that ended it."""
    slot, pipe = int(sys.argv[1]), int(sys.argv[2])
    faulthandler.enable()  # what crashes in a library says at least where it was called: names, no values
    code = 0
    try:
        settings = load()
        to_stderr(settings.log_level, worker=slot)
        wired = wiring(settings)
        status = Status(slot, _metrics(wired), pipe_writer(pipe))
        worker = Worker(settings, slot, wired, status, from_environment())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        worker.run()
    except HubError as error:
        code = error.exit_code
        log(
            "worker.failed",
            level="ERROR",
            code=error.code,
            what=error.what,
            where=error.where,
            cure=error.cure,
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, it is sorted here
        # A bug: everything would fail. Its text may hold values of a record, its type and place do not.
        code = StopError.exit_code
        log("worker.failed", level="ERROR", code="BUG", what=place_of(error))
    sys.stderr.flush()
    # Not sys.exit: librdkafka's threads may still be waiting for a broker that is gone.
    os._exit(code)


if __name__ == "__main__":
    main()
