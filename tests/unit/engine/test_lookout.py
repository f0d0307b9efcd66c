"""hub.engine.lookout: what needs no broker to be seen. The rest is in tests/acceptance."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from prometheus_client import CollectorRegistry

from hub import data
from hub.embedded.broker import settings_for
from hub.engine.lookout import Lookout, Seen, size_of
from hub.metrics import OutsideMetrics
from hub.topics import UPSTREAM, system_of

if TYPE_CHECKING:
    from pathlib import Path

    from hub.engine.lookout import Eyes


class Blinking:
    """Eyes that see, or not."""

    def __init__(self) -> None:
        """See."""
        self.shut = False

    def look(self) -> Seen:
        """Return what is seen."""
        if self.shut:
            raise TimeoutError
        return Seen(3, {"hub.facts": 7}, {"training": 123.0})


def test_the_size_of_a_tree_is_that_of_its_files(tmp_path: Path) -> None:
    """Files in folders count, links do not lead out, what is not there is nothing."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "x").write_bytes(b"x" * 10)
    (tmp_path / "a" / "b" / "y").write_bytes(b"y" * 5)
    (tmp_path / "a" / "out").symlink_to(tmp_path)
    assert 15 <= size_of(tmp_path / "a") < 15 + 200  # the link itself has a size
    assert size_of(tmp_path / "nothing") == 0


def test_what_was_seen_stays_but_the_lag(tmp_path: Path) -> None:
    """Kafka falls silent: it is down, its lag is unknown, and when a source was last heard is still known."""
    registry = CollectorRegistry()
    lookout = Lookout(settings_for("127.0.0.1:9", state_dir=tmp_path), OutsideMetrics(registry), 1.0)
    eyes = Blinking()
    value = registry.get_sample_value

    assert lookout.broker(cast("Eyes", eyes))
    assert (value("hub_broker_up"), value("hub_brokers")) == (1, 3)
    assert value("hub_group_lag_records", {"topic": "hub.facts"}) == 7
    eyes.shut = True
    assert not lookout.broker(cast("Eyes", eyes))
    assert value("hub_broker_up") == 0
    assert value("hub_group_lag_records", {"topic": "hub.facts"}) is None
    assert value("hub_source_last_event_timestamp_seconds", {"system": "training"}) == 123
    eyes.shut = False
    assert lookout.broker(cast("Eyes", eyes))
    assert value("hub_broker_up") == 1


def test_the_disk_is_seen_before_the_stores_are_made(tmp_path: Path) -> None:
    """A state directory that is not there yet stands on the disk of its parent."""
    registry = CollectorRegistry()
    settings = settings_for("127.0.0.1:9", state_dir=tmp_path / "not" / "yet")
    Lookout(settings, OutsideMetrics(registry), 1.0).disk()
    size, free = (registry.get_sample_value(f"hub_disk_{what}_bytes") or 0 for what in ("size", "free"))
    assert size > free > 0
    assert registry.get_sample_value("hub_state_bytes") == 0


def test_every_system_has_a_rhythm(tmp_path: Path) -> None:
    """It is the plan's, in seconds: what the figures call silent, alerts call silent."""
    registry = CollectorRegistry()
    Lookout(settings_for("127.0.0.1:9", state_dir=tmp_path), OutsideMetrics(registry), 1.0)
    for topic in UPSTREAM:
        days = data.targets().rhythms[system_of(topic)]
        told = registry.get_sample_value("hub_source_rhythm_seconds", {"system": system_of(topic)})
        assert told == days * 86_400
