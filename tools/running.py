"""A whole hub by the wall clock, in a directory: what dashboards and alerts are tried on.

Broker, topics, keys, rule book, ``hub run`` with two workers, ``hub statistics run`` and
``serve``, and a synthetic county's events. Everything ends with the process that made it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from hub import activation, contracts, kafka, packaged, provision
from hub.core import dates
from hub.demo.site import BOOK
from hub.embedded import guard
from hub.embedded.broker import EmbeddedBroker, settings_for
from hub.engine.lookout import Eyes
from hub.privacy.key_ring import KeyRing
from hub.rules.book import load as load_book
from hub.simulate.days import Plan, Year
from hub.simulate.publish import Publisher
from hub.simulate.regions import region_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Self

    from hub.settings import Settings
    from hub.simulate.wire import Message

__all__ = ("WORKERS", "RunningHub", "events", "free_ports", "until")

WORKERS: Final = 2
_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.1
_DAYS: Final = 120


def until(there: Callable[[], Any], what: str | Callable[[], str], timeout_s: float = _PATIENCE_S) -> None:
    """Return when ``there``; AssertionError saying what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not there():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what if isinstance(what, str) else what()}")
        time.sleep(_LOOK_S)


def events(people: int = 600) -> list[Message]:
    """Return the events of a synthetic county whose days end today."""
    today = dates.day_of(time.time_ns() // 1_000_000)
    plan = Plan(people, _DAYS, 12, start=dates.iso(today - _DAYS + 1), reforms=False, problems=0.05)
    year = Year(plan, region_table(), contracts.codec().writer)
    return [message for day in year.days() for message in day.messages]


class RunningHub:
    """Made by :meth:`opened`: inside, everything runs and is ready."""

    def __init__(self, directory: Path, broker: EmbeddedBroker, address: str) -> None:
        """Take a directory and a broker; ``address``: where it is found, if not at its own."""
        self.directory = directory
        self.broker = broker
        self._address = address
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.settings: Settings = settings_for("localhost:1")

    @classmethod
    @contextlib.contextmanager
    def opened(
        cls,
        directory: Path,
        *,
        broker: EmbeddedBroker | None = None,
        address: str = "",
        key_age_days: float = 0.0,
        plan: Path | None = None,
        before: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Iterator[Self]:
        """Start everything, and end it all at the end.

        ``broker``: another than the plain one, and ``address``, where everybody is to look for it.
        ``key_age_days``: how long ago the keys shall say they were made. ``plan``: another than the packaged
        one. ``before`` and ``environment`` are for ``hub run``, see :meth:`start`.
        """
        broker = broker or EmbeddedBroker(directory / "broker")
        with contextlib.closing(cls(directory, broker, address)) as hub:
            hub.prepare(key_age_days * 86_400, plan)
            hub.run(before=before, environment=environment)
            hub.start("statistics", "statistics", "run")
            hub.start("door", "statistics", "serve")
            until(hub.ready, "the workers to be ready")
            yield hub

    def prepare(self, key_age_s: float = 0.0, plan: Path | None = None) -> None:
        """Start the broker, and make topics, keys and an active rule book; see :meth:`opened`."""
        self.broker.start()
        ports = free_ports(3)
        self.settings = settings_for(
            self._address or self.broker.bootstrap, group="checks", partitions=WORKERS, replication_factor=1,
            state_dir=self.directory / "state", key_dir=self.directory / "keys", metrics_port=ports[0],
            lookout_interval_s=1.0, session_timeout_s=3.0, transaction_timeout_s=3.0,
            dead_letter_limit=1_000_000, statistics_port=ports[1], http_port=ports[2],
            targets_file=plan,
        )  # fmt: skip
        ring = KeyRing.create(self.settings.key_dir, clock=lambda: time.time() - key_age_s)
        ring.make_recipient("registry", self.directory / "registry.key")
        provision.ensure(kafka.admin(self.settings), self.settings)
        text = packaged.read_text(BOOK)
        edition = load_book(text, file=BOOK).edition
        self.activate(text, edition)

    def activate(self, text: str, edition: str) -> None:
        """Activate a rule book."""
        now_ms = time.time_ns() // 1_000_000
        activation.publish(activation.record(text, edition, "check", "check", now_ms), self.settings)

    def publish(self, messages: list[Message]) -> None:
        """Publish events; return when the broker has them."""
        Publisher(self.settings).publish(messages)

    def idle(self) -> bool:
        """Return whether everything is taken in."""
        eyes = Eyes(self.settings)
        try:
            return not any(eyes.look().lag.values())
        finally:
            eyes.close()

    # --- processes

    @property
    def environment(self) -> dict[str, str]:
        """Return a process environment with this hub's settings, and no other."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        told = {name: getattr(self.settings, name) for name in self.settings.model_fields_set - {"kafka"}}
        ours = {f"HUB_{name.upper()}": str(getattr(value, "value", value)) for name, value in told.items()}
        return kept | ours

    def run(self, *, before: tuple[str, ...] = (), environment: Mapping[str, str] | None = None) -> None:
        """Start ``hub run``."""
        self.start("hub", "run", "--workers", str(WORKERS), before=before, environment=environment)

    def start(
        self,
        name: str,
        *command: str,
        before: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start a command of the hub under a name; its output goes to ``<name>.log``.

        ``before``: a program that becomes the one whose command line follows its own. ``environment``: what
        is to be different in it.
        """
        guarded = (sys.executable, "-I", "-S", str(Path(guard.__file__)), str(os.getpid()))
        with (self.directory / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [*before, *guarded, sys.executable, "-m", "hub", *command],
                env=self.environment | dict(environment or {}),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def pid(self, name: str) -> int:
        """Return the id of a process that was started here."""
        return self._processes[name].pid

    def workers(self) -> list[int]:
        """Return the ids of the workers that run now."""
        pid = self.pid("hub")
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]

    def stop(self, name: str) -> None:
        """End a process in order, or else without."""
        process = self._processes.pop(name)
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def ready(self) -> bool:
        """Return whether /readyz says so."""
        try:
            with urllib.request.urlopen(f"http://{self.target}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def close(self) -> None:
        """End everything. Workers that a check has put to sleep are woken: they would never hear of it."""
        if "hub" in self._processes and self._processes["hub"].poll() is None:
            for worker in self.workers():
                os.kill(worker, signal.SIGCONT)
        for name in list(self._processes):
            self.stop(name)
        self.broker.kill()

    # --- Prometheus

    @property
    def target(self) -> str:
        """Return where ``hub run`` serves its metrics."""
        return f"127.0.0.1:{self.settings.metrics_port}"

    def scraped(self, rules: list[Path], *statistics_ports: int) -> str:
        """Return a configuration of Prometheus that looks at this hub every second.

        ``statistics_ports``: those of further statistics workers.
        """
        settings = self.settings
        jobs = (
            ("hub", settings.metrics_port),
            *(("hub-statistics", port) for port in (settings.statistics_port, *statistics_ports)),
            ("hub-door", settings.http_port),
        )
        places: dict[str, list[str]] = {}
        for name, port in jobs:
            places.setdefault(name, []).append(f"127.0.0.1:{port}")
        document = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(rule) for rule in rules],
            "scrape_configs": [
                {"job_name": name, "static_configs": [{"targets": targets}]}
                for name, targets in places.items()
            ],
        }
        return yaml.safe_dump(document)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody uses now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports
