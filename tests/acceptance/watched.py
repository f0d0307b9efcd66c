"""A hub and the Prometheus that watches it, in a test's hand: broken, looked at, mended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from typer.testing import CliRunner

from hub import contracts, kafka
from hub.cli.main import app
from hub.core import dates
from tests.faults.proxy import Proxy
from tests.faults.wire import Request
from tests.unit.connectors.events import event
from tools.prometheus import Prometheus
from tools.quick import DEPLOY
from tools.running import RunningHub, until

__all__ = ("CODEC", "TODAY", "Watched", "Wire", "alert_rules")

CODEC: Final = contracts.codec()
TODAY: Final = dates.day_of(time.time_ns() // 1_000_000)


def alert_rules() -> list[dict[str, Any]]:
    """Return every alert rule as it ships."""
    groups = yaml.safe_load((DEPLOY / "alerts.rules.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


class Wire(Proxy):
    """Everybody's way to the broker."""

    muffled = ""
    """The client, by its id, of whom the broker hears nothing."""

    def passes(self, link: Any, request: Request) -> bool:
        """Decide whether a request goes on to the broker."""
        link.silent = link.silent or request.client == self.muffled
        return super().passes(link, request)


class Watched:
    """``ours``: alert to the labels of the one series of it that is broken here, where others may fire."""

    def __init__(
        self,
        hub: RunningHub,
        wire: Wire,
        prometheus: Prometheus,
        rules: list[Path],
        ours: dict[str, dict[str, str]],
    ) -> None:
        """Hold them; ``rules`` are what Prometheus goes by."""
        self.hub = hub
        self._wire = wire
        self.prometheus = prometheus
        self._rules = rules
        self._ours = ours
        self._events = 0
        self._producer = kafka.producer(hub.settings)
        self.fired: set[str] = set()
        self.impossible: set[str] = set()
        """What cannot be broken on this machine."""
        self.uncleared: set[str] = set()
        """What fired, and was not seen quiet since it was mended."""

    def firing(self) -> set[str]:
        """Return the alerts that fire; their texts must be whole."""
        found = set()
        for alert in self.prometheus.alerts():
            if alert.state == "firing" and self._ours.get(alert.name, {}).items() <= alert.labels.items():
                assert "error expanding" not in " ".join(alert.annotations.values()), alert
                found.add(alert.name)
        self.uncleared &= found
        return found

    def fires(self, *names: str, again: Callable[[], None] = lambda: None, timeout_s: float = 45.0) -> None:
        """Wait until these alerts have fired, not necessarily at once. ``again`` is done at every look."""
        missing = set(names)

        def seen() -> bool:
            again()
            missing.difference_update(self.firing())
            return not missing

        until(seen, lambda: f"{sorted(missing)} to fire", timeout_s)
        self.fired |= set(names)

    @contextmanager
    def broken(self, *names: str, again: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Wait until these alerts fire; inside they are mended, and from then on are to clear."""
        self.fires(*names, again=again)
        yield
        self.uncleared |= set(names)

    def clears(self, *names: str, timeout_s: float = 90.0) -> None:
        """Wait until each of these was quiet since it was mended; all of them when none is named."""

        def waiting() -> set[str]:
            return self.uncleared & (set(names) or self.uncleared)

        until(lambda: self.firing() is not None and not waiting(), lambda: f"{waiting()} to clear", timeout_s)

    # --- what can be done to a hub

    def run(self, *words: str) -> None:
        """Run a command of the hub, as an operator does."""
        environment = {k: v for k, v in self.hub.environment.items() if k.startswith("HUB_")}
        done = CliRunner().invoke(app, list(words), env=environment)
        assert done.exit_code == 0, done.output

    def produce(self, topic: str, values: list[bytes], *, age_ms: int = 0, ce_type: str = "") -> None:
        """Publish anything at all, as of some time ago, on all partitions."""
        headers = [("ce_type", ce_type.encode())] if ce_type else []
        for number, value in enumerate(values):
            at = time.time_ns() // 1_000_000 - age_ms
            self._producer.produce(topic, value, f"k{number}".encode(), timestamp=at, headers=headers)
        assert self._producer.flush(20) == 0

    def produce_to(self, topic: str, partition: int, key: bytes, value: bytes | None) -> None:
        """Publish one record at its place."""
        self._producer.produce(topic, value, key, partition)
        assert self._producer.flush(20) == 0

    def tell(self, ce_type: str, day: int, /, **fields: Any) -> None:
        """Publish an event of its system that occurred on a day; :meth:`told` waits for the broker."""
        self._events += 1
        envelope = {
            "id": f"watched-{self._events}",
            "time": f"{dates.iso(day)}T00:00:00+08:00",
            "seq": self._events,
        }
        value = CODEC.encode(ce_type, event(ce_type, envelope=envelope, **fields))
        self._producer.produce(CODEC.catalogue.by_type(ce_type).topic, value)

    def told(self) -> bool:
        """Return whether the broker has everything that was told."""
        left: int = self._producer.flush(20)
        return left == 0

    @contextmanager
    def topic_setting(self, topic: str, name: str, value: str) -> Iterator[None]:
        """Give a topic another setting, and take it back at the end."""
        admin = kafka.admin(self.hub.settings)
        asked = ConfigResource(ResourceType.TOPIC, topic)
        before = admin.describe_configs([asked])[asked].result(20)[name].value
        self._alter(admin, topic, name, value)
        try:
            yield
        finally:
            self._alter(admin, topic, name, before)

    def _alter(self, admin: AdminClient, topic: str, name: str, value: str) -> None:
        entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
        for future in admin.incremental_alter_configs([resource]).values():
            future.result(20)

    @contextmanager
    def muffled(self, client: str) -> Iterator[None]:
        """Let the broker hear nothing of a client until the end."""
        self._wire.muffled = client
        try:
            yield
        finally:
            self._wire.muffled = ""
            self._wire.heal()

    def scrape(self, *statistics_ports: int) -> None:
        """Let Prometheus look at these statistics workers too."""
        self.prometheus.configure(self.hub.scraped(self._rules, *statistics_ports))
