"""A whole hub in one directory: broker, topics, keys, rule book, workers. Started, then stopped in order.

Layout::

    broker/      the embedded Kafka
    keys/        the key ring; registry.key is the registry's private key, made for the demo
    state/       the workers' stores
    workers.log  what the workers said
    statistics.log  what the statistics worker said
    demo.json    how to find a demo that was kept running
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub import activation, kafka, packaged, provision
from hub.embedded import broker as embedded
from hub.embedded import process
from hub.embedded.broker import EmbeddedBroker
from hub.errors import StopError, UsageError
from hub.privacy.key_ring import KeyRing
from hub.privacy.suite import SUITES
from hub.rules.book import load as load_book

if TYPE_CHECKING:
    from hub.embedded.jars import Progress
    from hub.settings import Settings

__all__ = ("BOOK", "Site", "stop_kept")

BOOK: Final = "rules/books/zhejiang-2022.yaml"
_STATUS: Final = "demo.json"
_BROKER: Final = {"transaction.partition.verification.enable": "false"}
"""Brokers ask a coordinator about every partition of every transaction, lest a late record of a fenced
producer leaves it open. Nobody is fenced here, and asking was a quarter of all requests."""
_STOP_S: Final = 15.0
_DEAD_LETTER_LIMIT: Final = 1_000_000
"""A demo with many planted problems is no flood."""
_GROUP: Final = "hub"


class Site:
    """A running hub. ``keep`` lets it outlive this process. Use :meth:`open` and :meth:`close`."""

    def __init__(
        self,
        directory: Path | None,
        *,
        workers: int,
        keep: bool,
        targets: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Describe it; without a directory it lives in a temporary one, removed when it is closed.

        ``targets`` is the plan that figures are held against, the packaged one without.
        """
        self._targets = targets
        self.directory = (directory or Path(tempfile.mkdtemp(prefix="hub-demo-"))).expanduser().absolute()
        self._temporary = directory is None
        self._workers, self.keep = workers, keep
        self._progress = progress
        self._broker = EmbeddedBroker(
            self.directory / "broker", detach=keep, progress=progress, extra=_BROKER
        )
        self._hub: process.Launched | None = None
        self._statistics: process.Launched | None = None
        self._opened = False
        self.settings: Settings = embedded.settings_for("localhost:1")
        self.log = self.directory / "workers.log"

    def open(self) -> None:
        """Start the broker, make the topics, the keys and the rule book, start the workers."""
        if (self.directory / _STATUS).exists() or (self.directory / "keys").exists():
            raise UsageError(
                "a demo was here before",
                str(self.directory),
                "give another --dir, or remove this one; see hub demo --stop",
            )
        self.directory.mkdir(parents=True, exist_ok=True)
        self._opened = True
        self._broker.start()
        self.settings = embedded.settings_for(
            self._broker.bootstrap,
            # A partition per worker: each costs requests in every transaction.
            group=_GROUP, partitions=self._workers, replication_factor=1, clock="ticks",
            state_dir=self.directory / "state", key_dir=self.directory / "keys",
            dead_letter_limit=_DEAD_LETTER_LIMIT, metrics_port=_free_port(),
            statistics_port=_free_port(), log_level="WARNING", targets_file=self._targets,
        )  # fmt: skip
        ring = KeyRing.create(self.settings.key_dir, SUITES[self.settings.cipher_suite])
        ring.make_recipient("registry", self.directory / "keys" / "registry.key")
        provision.ensure(kafka.admin(self.settings), self.settings)
        self._activate_book()
        command = [sys.executable, "-m", "hub", "run", "--workers", str(self._workers)]
        with _Environment(self._environment()):
            self._hub = process.launch(command, self.log, guarded=not self.keep)
        self._write_status()

    def publish_statistics(self) -> None:
        """Start a statistics worker beside the others."""
        command = [sys.executable, "-m", "hub", "statistics", "run"]
        with _Environment(self._environment()):
            self._statistics = process.launch(
                command, self.directory / "statistics.log", guarded=not self.keep
            )
        self._write_status()

    def check(self) -> None:
        """Raise StopError with the end of their log when the workers, or the statistics', have ended."""
        for child, log in ((self._hub, self.log), (self._statistics, self.directory / "statistics.log")):
            if child is not None and not child.running():
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
                raise StopError("the workers have ended\n" + "\n".join(lines), str(log), "see the log")

    def close(self, *, remove: bool = True) -> None:
        """Stop the workers, then the broker; nothing is left running. Safe to call twice, also half-open.

        A temporary directory is removed unless ``remove`` is false: then its logs can still be read.
        """
        if not self._opened:
            return  # what is here belongs to somebody else
        for child in (self._statistics, self._hub):
            if child is not None:
                process.end(child.pid, process.mark(child.pid), _STOP_S)
                child.wait(_STOP_S)
        self._statistics = self._hub = None
        if self._temporary and remove and not self.keep:
            self._broker.kill()  # nobody reads its data again: writing them out takes seconds
        else:
            self._broker.stop()
        (self.directory / _STATUS).unlink(missing_ok=True)
        if self._temporary and remove:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        names = (
            "bootstrap_servers", "group", "partitions", "clock", "state_dir", "key_dir", "dead_letter_limit",
            "metrics_port", "statistics_port", "log_level", "targets_file",
        )  # fmt: skip
        told = {f"HUB_{name.upper()}": getattr(self.settings, name) for name in names}
        return {name: str(value) for name, value in told.items() if value is not None}

    def _activate_book(self) -> None:
        """Publish the packaged rule book before the workers start: they know it from their first moment."""
        text = packaged.read_text(BOOK)
        edition = load_book(text, file=BOOK).edition
        activation.publish(
            activation.record(text, edition, "hub demo", "the demo's rule book", int(time.time() * 1000)),
            self.settings,
        )

    def _write_status(self) -> None:
        assert self._hub is not None
        children = [child.pid for child in (self._statistics, self._hub) if child is not None]
        status = {
            "processes": [(pid, process.mark(pid)) for pid in children],
            "bootstrap": self._broker.bootstrap,
        }
        (self.directory / _STATUS).write_text(json.dumps(status), encoding="utf-8")


class _Environment:
    """The hub's variables, and only these, in our environment for a moment: a child inherits them."""

    def __init__(self, ours: dict[str, str]) -> None:
        self._ours = ours
        self._before: dict[str, str] = {}

    def __enter__(self) -> None:
        self._before = dict(os.environ)
        for name in [name for name in os.environ if name.startswith("HUB_")]:
            del os.environ[name]
        os.environ.update(self._ours)

    def __exit__(self, *_: object) -> None:
        os.environ.clear()
        os.environ.update(self._before)


def stop_kept(directory: Path) -> bool:
    """Stop a demo that was kept running in ``directory``; False when none is."""
    directory = directory.expanduser().absolute()
    try:
        status = json.loads((directory / _STATUS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    for pid, mark in status["processes"]:
        process.end(pid, mark, _STOP_S)
    embedded.stop(directory / "broker")
    (directory / _STATUS).unlink(missing_ok=True)
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
