"""Fixtures of the fault tests: one key ring, and one undisturbed run per script, for the whole session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub import kafka
from hub.embedded.broker import EmbeddedBroker, settings_for
from hub.privacy.key_ring import KeyRing
from hub.privacy.suite import SUITES
from tests.faults.harness import Hub, hub_settings
from tests.faults.outcome import check
from tests.faults.proxy import Proxy
from tests.faults.script import LONG, SHORT, script
from tests.faults.workers import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.simulate.days import Plan
    from tests.faults.outcome import Outcome


@pytest.fixture(scope="session")
def key_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a key ring that all runs share: the pseudonyms of two runs can be compared."""
    directory = tmp_path_factory.mktemp("keys") / "ring"
    ring = KeyRing.create(directory, SUITES["sm"])
    ring.make_recipient("registry", directory / "registry.key")
    return directory


@pytest.fixture(scope="session")
def calm_short(broker: EmbeddedBroker, key_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Return what the short script comes to undisturbed, which is as the simulation expects it."""
    return _undisturbed(SHORT, broker, key_dir, tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="session")
def calm_long(broker: EmbeddedBroker, key_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Return the same for the long script."""
    return _undisturbed(LONG, broker, key_dir, tmp_path_factory.mktemp("long"))


def _undisturbed(plan: Plan, broker: EmbeddedBroker, key_dir: Path, directory: Path) -> Outcome:
    """Play a plan with one worker and no harm. Before the test's own hub: they share the topics."""
    with Hub(hub_settings(broker.bootstrap, directory, key_dir), directory) as hub:
        hub.workers.start(0)
        hub.play(script(plan))
        outcome = hub.outcome()
        check(outcome, script(plan), None, hub.settings)
        assert not hub.workers.deaths
    return outcome


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Return a proxy with a broker of its own behind it, which tells every client to come through it."""
    made = Proxy()
    extra = {"advertised.listeners": f"PLAINTEXT://{made.address}"}
    broker = EmbeddedBroker(tmp_path_factory.mktemp("proxied"), extra=extra)
    with made.before(broker), broker:
        yield made


@pytest.fixture
def hub(broker: EmbeddedBroker, key_dir: Path, tmp_path: Path) -> Iterator[Hub]:
    """Return a hub on the session's broker, its topics empty, without workers."""
    with Hub(hub_settings(broker.bootstrap, tmp_path, key_dir), tmp_path) as made:
        yield made


@pytest.fixture
def distant_hub(proxy: Proxy, key_dir: Path, tmp_path: Path) -> Iterator[Hub]:
    """Return a hub whose every connection goes through the proxy, without workers."""
    with Hub(hub_settings(proxy.address, tmp_path, key_dir), tmp_path) as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def no_members_left(broker: EmbeddedBroker) -> Iterator[None]:
    """Let the sessions of killed static members run out, so that later tests may delete their groups."""
    yield
    if broker.running:
        admin = kafka.admin(settings_for(broker.bootstrap))
        until(
            lambda: all(g.state.name == "EMPTY" for g in admin.list_consumer_groups().result().valid),
            "the groups to be empty",
        )
