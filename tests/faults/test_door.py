"""The HTTP door while its broker dies, and while its topic is made anew."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub import kafka, provision, topics
from hub.embedded.broker import EmbeddedBroker, settings_for
from hub.settings import Settings
from tests.acceptance.door import door, figures_of
from tests.unit.figuremaking import figure, province, publish


@pytest.fixture
def lone(tmp_path: Path) -> EmbeddedBroker:
    """Return a broker of this test's own, not started."""
    return EmbeddedBroker(tmp_path / "broker")


def settings_of(broker: EmbeddedBroker) -> Settings:
    """Return settings for a broker, with all topics made."""
    settings = settings_for(broker.bootstrap, partitions=4)
    provision.ensure(kafka.admin(settings), settings)
    return settings


@pytest.mark.slow
def test_a_door_survives_its_broker(lone: EmbeddedBroker) -> None:
    """Killed and started again, the broker is found again: an open stream goes on and misses nothing."""
    with lone as broker:
        settings = settings_of(broker)
        publish(settings, province())
        with door(settings) as running, running.stream() as stream:
            assert next(stream).kind == "caught-up"
            for version in (2, 3):
                broker.kill()
                assert running.get("/v1/figures").json()["total"] == len(province())
                broker.start()
                publish(settings, [figure("T1", "3301", 0.5, version=version)])
                (told,) = figures_of(stream, "T1|region=3301")
                assert told.data["version"] == version
            assert running.get("/livez").status_code == 200


@pytest.mark.slow
def test_watching_survives_the_broker(lone: EmbeddedBroker) -> None:
    """`hub statistics watch` says nothing while the broker is away, and goes on when it is back."""
    with lone as broker:
        settings = settings_of(broker)
        publish(settings, province())
        command = [sys.executable, "-m", "hub", "statistics", "watch", "T2", "--region", "33"]
        command += ["--bootstrap", broker.bootstrap]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
            try:
                assert watching.stdout is not None
                assert watching.stdout.readline() == "watching 1 figures\n"
                broker.kill()
                broker.start()
                publish(settings, [figure("T2", "33", 5.0, version=2)])
                assert watching.stdout.readline().endswith("→ 5人\n")
                watching.send_signal(signal.SIGTERM)
                assert watching.wait(30) == 0
            finally:
                watching.kill()


@pytest.mark.slow
def test_a_topic_made_anew_is_read_anew(lone: EmbeddedBroker) -> None:
    """What the door knew of the old topic is forgotten; a client is told so and gets what there is."""
    with lone as broker:
        settings = settings_of(broker)
        publish(settings, [figure("T1", f"{330100 + n}", 1.0) for n in range(50)])
        with door(settings) as running:
            before = running.get("/v1/figures").json()["position"]
            admin = kafka.admin(settings)
            admin.delete_topics([topics.STATISTICS])[topics.STATISTICS].result()
            provision.ensure(kafka.admin(settings), settings)
            # More records in each partition than there were: offsets alone would not tell.
            publish(settings, [figure("T3", f"{330100 + n}", 1.0) for n in range(400)])
            publish(settings, [figure("T2", "33", 2.0)])
            running.until("/v1/figures", total=401)
            with running.stream(**{"Last-Event-ID": before}) as stream:
                assert next(stream).kind == "reset"
                told = {each.data["figure"] for each in figures_of(stream, "caught-up")}
            assert told == {"T2", "T3"}
