"""A tiny stage that counts, for tests of the engine alone, and a process that runs it.

Input ``<name>.in``, and more topics if wanted: key = a word, value = what to do. The state holds a count
per word; every record emits ``word → count`` to ``<name>.out``. Some values ask for more: ``timer:<ms>`` sets
a timer, ``boom`` raises, ``halt`` stops the source.

``python -m tests.acceptance.toy NAME SLOT [TOPIC ...]`` runs one worker with the settings of its
environment, which also reads these topics. The first input's partitions are the lanes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry

from hub import kafka, provision
from hub.engine.clock import TickClock, WallClock
from hub.engine.failpoints import from_environment
from hub.engine.status import Status, pipe_writer
from hub.engine.wiring import Wiring
from hub.engine.worker import Worker
from hub.errors import HubError
from hub.log import to_stderr
from hub.metrics import Metrics
from hub.settings import Clock, Settings
from hub.settings import load as load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.stages.contract import Batch, Context, Stage, TableChange


class ToyTables:
    """Tables that remember every broadcast record."""

    def __init__(self) -> None:
        """Start empty."""
        self.edition = ""
        self.rows: dict[tuple[str, bytes], bytes | None] = {}

    def apply(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Fold one record in; the rule book's value is its edition."""
        self.rows[topic, key] = value
        if topic == "hub.rules":
            self.edition = (value or b"").decode(errors="replace")


class ToyStage:
    """Counts words."""

    small_state = False

    def __init__(self, name: str, *more: str) -> None:
        """Read ``<name>.in`` and ``more``, write ``<name>.out``, keep state in ``hub.state.<name>``."""
        self.name = name
        self.topics: tuple[str, ...] = (f"{name}.in", *more)
        self.out = f"{name}.out"

    def process(self, batch: Batch, ctx: Context) -> None:
        """Count every record's key and do what its value asks for."""
        state, emit = ctx.state, ctx.emit
        for record in batch.records:
            key, value = record.key or b"", record.value or b""
            if value == b"boom":
                raise ValueError(value.decode())
            if value == b"halt":
                ctx.stop_source(record, "PROHIBITION_UNREADABLE", "a prohibition cannot be read")
                continue
            count = int(state.get(key) or b"0") + 1
            packed = b"%d" % count
            state.put(key, packed)
            emit(self.out, key, packed)
            ctx.count("flow.seen", 1)
            if value.startswith(b"timer:"):
                ctx.schedule(int(value[6:]), key)

    def on_timer(self, key: bytes, ctx: Context) -> None:
        """Emit that the timer of a word fired, and count it like a record."""
        count = int(ctx.state.get(key + b"/timer") or b"0") + 1
        ctx.state.put(key + b"/timer", b"%d" % count)
        ctx.emit(self.out, key + b"/timer", b"%d" % count)

    def on_table(self, changes: Sequence[TableChange], ctx: Context) -> None:
        """Emit each change once per task."""
        for change in changes:
            word = b"table/%s/%d" % (change.key, ctx.partition)
            count = int(ctx.state.get(word) or b"0") + 1
            ctx.state.put(word, b"%d" % count)
            ctx.emit(self.out, word, b"%d" % count)

    def sweep(self, after: bytes, limit: int, ctx: Context) -> bytes | None:
        """Emit every word once per edition."""
        last = None
        for done, (key, _) in enumerate(ctx.state.scan(b"", after)):
            if done == limit:
                return last
            if b"/" not in key:
                ctx.emit(self.out, key + b"/swept/" + ctx.tables.edition.encode(), b"1")
            last = key
        return None


class PlainSeals:
    """Seals that do not seal."""

    def seal(self, plain: bytes, aad: bytes = b"") -> bytes:
        """Return it as it is."""
        del aad
        return plain

    def open(self, sealed: bytes, aad: bytes = b"") -> bytes:
        """Return it as it is."""
        del aad
        return sealed


def encode(name: str, fields: dict[str, Any]) -> bytes:
    """Stand in for the codec: JSON, bytes as latin-1."""
    return json.dumps({"type": name, **fields}, default=lambda b: b.decode("latin-1")).encode()


def decode(value: bytes) -> dict[str, Any]:
    """Undo :func:`encode`."""
    fields: dict[str, Any] = json.loads(value)
    return fields


def wiring(settings: Settings, stage: Stage) -> Wiring:
    """Wire a worker for the toy stage."""

    def clock() -> WallClock | TickClock:
        if settings.clock is Clock.TICKS:
            plain = {"isolation.level": "read_uncommitted"}
            return TickClock(
                lambda: kafka.consumer(settings, None, plain), lambda value: int(decode(value)["now"])
            )
        return WallClock()

    return Wiring(
        stages=(stage,),
        tables=ToyTables(),
        encode=encode,
        decode=decode,
        seals=PlainSeals(),
        sensitive_seals=PlainSeals(),
        make_clock=clock,
        check_topics=lambda: provision.check(kafka.admin(settings), settings),
        lane_topic=stage.topics[0],
    )


def main() -> None:
    """Run a worker until SIGTERM; exit with an error's code."""
    settings = load_settings()
    name, slot = sys.argv[1], int(sys.argv[2])
    to_stderr("DEBUG", worker=slot)
    status = Status(slot, Metrics(CollectorRegistry()), pipe_writer(1))
    stage = ToyStage(name, *sys.argv[3:])
    worker = Worker(settings, slot, wiring(settings, stage), status, from_environment())
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    try:
        worker.run()
    except HubError as error:
        sys.stderr.write(f"{type(error).__name__} {error}\n")
        os._exit(error.exit_code)


if __name__ == "__main__":
    main()
