"""A real Apache Kafka of one node (KRaft), started from Python: for demos, tests and small sites.

Layout of a broker's directory::

    server.properties   written at every start
    data/               Kafka's logs and metadata: all that must survive
    broker.log          what Kafka and Java had to say, of the last start
    broker.json         the running broker: process, port; absent when stopped
    .lock               held while somebody starts
"""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hub.embedded import jars, process, properties
from hub.embedded.locked import Busy, locked
from hub.embedded.running import HOST, Status, forget, remember, status, stop
from hub.errors import EmbeddedBrokerError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    from hub.embedded.jars import Progress
    from hub.embedded.runtime import Runtime
    from hub.settings import Settings

__all__ = ("EmbeddedBroker", "Status", "settings_for", "status", "stop")

_POLL_S: Final = 0.02
_FORMAT_TIMEOUT_S: Final = 60
_LOG_TAIL_LINES: Final = 8


class EmbeddedBroker:
    """A broker in a directory; a context manager that starts it and stops it.

    Unless detached it dies with this process, however that ends (Linux). After :meth:`kill` or
    :meth:`stop`, :meth:`start` brings it back on the same port with its data.
    """

    def __init__(
        self,
        directory: Path | str,
        *,
        port: int = 0,
        cache_dir: Path | None = None,
        maven_url: str | None = None,
        extra: Mapping[str, str] | None = None,
        uncompressed: bool = False,
        heap_mb: int = 256,
        detach: bool = False,
        progress: Progress | None = None,
        runtime: Runtime | None = None,
        jvm: tuple[str, ...] = (),
    ) -> None:
        """Describe a broker; nothing happens before :meth:`start`.

        ``port`` 0 takes a free one. ``extra`` are properties for server.properties. ``uncompressed``
        makes the broker store every batch in the clear, for tests that search its files. ``runtime``
        and ``jvm`` (more flags for Java) are for the training run.
        """
        self.directory = Path(directory).expanduser().absolute()
        self.port = port
        self._cache_dir, self._maven_url = cache_dir, maven_url
        self._extra = dict(extra or {})
        if uncompressed:
            self._extra.setdefault("compression.type", "uncompressed")
        self._heap_mb, self._detach, self._progress = heap_mb, detach, progress
        self._child: process.Launched | None = None
        self._runtime, self._jvm = runtime, jvm

    def __repr__(self) -> str:
        """Answer what a debugger would ask."""
        return f"EmbeddedBroker({str(self.directory)!r}, port={self.port}, running={self.running})"

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def bootstrap(self) -> str:
        """Return the address for clients; of a broker on a free port only known after the start."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Return Java's process id, or None when it does not run."""
        return self._child.pid if self._child is not None and self._child.running() else None

    @property
    def running(self) -> bool:
        """Tell whether the process runs."""
        return self.pid is not None

    def start(self, timeout_s: float = 60.0) -> Self:
        """Start and return when the broker answers.

        Raises EmbeddedBrokerError (or its JavaMissingError, DownloadError) with what to do about it.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with locked(self.directory / ".lock", wait=False):
                self._start(timeout_s)
        except Busy:
            raise EmbeddedBrokerError(
                "another process is starting a broker here",
                str(self.directory),
                "wait for it, or use another --dir",
            ) from None
        except OSError as error:
            raise EmbeddedBrokerError(
                f"cannot use the broker's directory: {error.strerror}",
                str(self.directory),
                "use another --dir",
            ) from None
        return self

    def _start(self, timeout_s: float) -> None:
        running = status(self.directory)
        if running is not None:
            raise EmbeddedBrokerError(
                f"a broker runs here already, on {running.bootstrap}",
                str(self.directory),
                "use it, or `hub broker stop` it first",
            )
        self._runtime = self._runtime or self._prepare()
        self.port = _port(self.port)
        config = self.directory / "server.properties"
        config.write_text(
            properties.render(self.directory / "data", self.port, _port(0), self._extra), encoding="ascii"
        )
        (self.directory / "broker.log").unlink(missing_ok=True)
        self._format(config)
        command = self._runtime.command("kafka.Kafka", str(config), heap_mb=self._heap_mb, jvm=self._jvm)
        self._child = process.launch(command, self.directory / "broker.log", guarded=not self._detach)
        try:
            self._await_ready(timeout_s)
            remember(self.directory, self._child.pid, self.port)
        except BaseException:
            self.kill()
            raise

    def _prepare(self) -> Runtime:
        from hub.embedded.runtime import prepare
        from hub.embedded.training import train
        from hub.settings import load

        settings = load(cache_dir=self._cache_dir, maven_url=self._maven_url)
        return prepare(settings.cache_dir, settings.maven_url, train, self._progress)

    def _format(self, config: Path) -> None:
        """Give a new data directory its identity; without this step KIP-848 groups stay off."""
        if (self.directory / "data" / "meta.properties").exists():
            return
        assert self._runtime is not None
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A", 1)
        command = self._runtime.command(
            "kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", cluster, "-c", str(config)
        )
        with (self.directory / "broker.log").open("ab") as log:
            done = subprocess.run(  # noqa: S603 - our own argument list, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=_FORMAT_TIMEOUT_S,
                check=False,
            )
        if done.returncode != 0:
            raise self._failure("cannot format the data directory")

    def _await_ready(self, timeout_s: float) -> None:
        """Return when a client gets an answer; EmbeddedBrokerError when Java ends or time runs out."""
        from confluent_kafka import KafkaException

        from hub import kafka

        assert self._child is not None
        deadline = time.monotonic() + timeout_s
        while not _listens(self.port):
            if self._child.wait(_POLL_S):
                raise self._failure("Kafka ended while starting")
            if time.monotonic() > deadline:
                raise self._failure(f"Kafka did not start within {timeout_s:.0f} s")
        admin = kafka.admin(settings_for(self.bootstrap))
        while True:
            try:
                if admin.list_topics(timeout=1.0).brokers:
                    return
            except KafkaException:
                pass  # it listens before it answers
            if not self._child.running() or time.monotonic() > deadline:
                raise self._failure(f"Kafka did not answer within {timeout_s:.0f} s")

    def _failure(self, what: str) -> EmbeddedBrokerError:
        """Return an error that says what the log says, and repair a damaged cache."""
        log = self.directory / "broker.log"
        try:
            lines = [
                line
                for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
                if line.strip()
            ]
        except OSError:
            lines = []
        told = [line for line in lines if "ERROR" in line or "FATAL" in line or "Exception" in line] or lines
        damaged = self._remove_damaged()
        cure = "see the log; for a start from scratch remove the directory"
        if damaged:
            cure = f"damaged files were removed from the cache ({', '.join(damaged)}): start again"
        return EmbeddedBrokerError("\n".join([what, *told[:_LOG_TAIL_LINES]]), str(log), cure)

    def _remove_damaged(self) -> list[str]:
        from hub.settings import load

        try:
            damaged = jars.remove_damaged(load(cache_dir=self._cache_dir).cache_dir)
            if self._runtime is not None and self._runtime.aot_cache is not None:
                self._runtime.aot_cache.unlink(missing_ok=True)  # the only other thing we hand to Java
        except OSError:
            return []
        self._runtime = None
        return damaged

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the broker ends by itself; False when the time ran out first."""
        return self._child is None or self._child.wait(timeout_s)

    def stop(self, timeout_s: float = 20.0) -> None:
        """Stop in order, or by force when that takes too long; no error when it does not run."""
        if self._child is not None:
            process.end(self._child.pid, process.mark(self._child.pid), timeout_s)
            self._child.wait()
        forget(self.directory)

    def kill(self) -> None:
        """End the process as a crash would (SIGKILL); the data stay as they were at that moment."""
        if self.pid is not None:
            assert self._child is not None
            os.kill(self._child.pid, signal.SIGKILL)
            self._child.wait()
        forget(self.directory)

    def restart(self, timeout_s: float = 60.0) -> None:
        """Stop in order and start again, on the same port."""
        self.stop()
        self.start(timeout_s)


def settings_for(bootstrap: str, **overrides: Any) -> Settings:
    """Return settings that point at an embedded broker: plain, without the environment's SASL or TLS."""
    from hub.settings import load

    return load(bootstrap_servers=bootstrap, **overrides).model_copy(update={"kafka": {}})


def _port(wanted: int) -> int:
    """Return a port that is free now: the wanted one, or any for 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does: TIME_WAIT is no obstacle
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise EmbeddedBrokerError(
                f"port {wanted} cannot be used: {error.strerror}",
                f"{HOST}:{wanted}",
                "use another --port, or --port 0 for any free one",
            ) from None
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1.0).close()
    except OSError:
        return False
    return True
