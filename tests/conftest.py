"""Fixtures every test may use: a clean environment, and one real broker for the whole run."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import settings as hypothesis

from hub import kafka, provision
from hub.embedded.broker import EmbeddedBroker, settings_for
from hub.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confluent_kafka.admin import AdminClient

    from hub.settings import Settings

_KEPT = ("HUB_CACHE_DIR", "HUB_MAVEN_URL")
"""Where downloads live may come from outside; every other setting would make a test depend on the machine."""
_WAIT_S = 30.0
_LOOK_S = 0.01
_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 2 << 30
"""A run of all tests leaves some 200 MB."""


_LONG: Final = (
    "tests/acceptance/test_monitoring.py", "tests/faults/test_kill.py", "tests/faults/test_commit.py",
    "tests/acceptance/test_statistics.py",
    "tests/acceptance/test_lanes.py", "tests/acceptance/test_demo.py",
    "tests/acceptance/test_verification.py",
    "tests/acceptance/test_recount.py",
    "tests/acceptance/test_engine.py", "tests/faults/test_statistics.py", "tests/faults/test_broker.py",
    "tests/faults/test_activation.py", "tests/acceptance/test_backtest.py", "tests/faults/test_membership.py",
    "tests/faults/test_state.py", "tests/acceptance/test_erasure.py",
)  # fmt: skip
"""What takes longest, longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long files begin first: none is left over at the end, for one core alone."""
    place = {name: at for at, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


hypothesis.register_profile(
    "untimed", parent=hypothesis.get_profile(hypothesis.get_current_profile_name()), deadline=None
)
hypothesis.load_profile("untimed")
"""No example fails because the machine was busy; everything else is as Hypothesis found it right here."""


def pytest_configure() -> None:
    """Keep temporary directories in memory where there is room.

    Kafka flushes the files of every partition that is made or deleted: on a disk, three seconds per test.
    Nothing is claimed of what a disk does without power.
    """
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """Hide the developer's own HUB_* variables from the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("HUB_") and name not in _KEPT:
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """Run one embedded Kafka for the whole test session; it dies with the session, however that ends."""
    with EmbeddedBroker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def bootstrap(broker: EmbeddedBroker) -> str:
    """Return the session broker's address."""
    return broker.bootstrap


@pytest.fixture
def settings(bootstrap: str, tmp_path: Path) -> Settings:
    """Return settings for the session broker, with 4 partitions and directories of this test's own."""
    return settings_for(
        bootstrap,
        partitions=4,
        state_dir=tmp_path / "state",
        key_dir=tmp_path / "keys",
        broker_dir=tmp_path / "broker",
        metrics_port=0,
    )


@pytest.fixture
def empty_broker(settings: Settings) -> AdminClient:
    """Remove all of the hub's topics and all groups from the session broker; return an admin client."""
    admin = kafka.admin(settings)
    groups = [g.group_id for g in admin.list_consumer_groups().result().valid]
    if groups:
        for group in admin.delete_consumer_groups(groups).values():
            group.result()
    names = {topic.name for topic in TOPICS}
    there = sorted(names & set(admin.list_topics(timeout=_WAIT_S).topics))
    if there:
        for deleted in admin.delete_topics(there).values():
            deleted.result()
    deadline = time.monotonic() + _WAIT_S
    while names & set(admin.list_topics(timeout=_WAIT_S).topics):  # the answer lags behind the deed
        assert time.monotonic() < deadline, "the broker does not forget deleted topics"
        time.sleep(_LOOK_S)
    return admin


@pytest.fixture
def fresh_topics(settings: Settings, empty_broker: AdminClient) -> Settings:
    """Give the session broker all of the hub's topics, new and empty; return settings for it."""
    provision.ensure(empty_broker, settings)
    return settings
