"""A broker that dies or restarts under load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.embedded.broker import EmbeddedBroker
from hub.engine.hearing import DeafError
from tests.faults.harness import Hub, hub_settings
from tests.faults.script import SHORT, script
from tests.faults.workers import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.outcome import Outcome
    from tests.faults.proxy import Proxy

_AIM = "aimed-at"
"""Client id of the worker that loses sight of the broker."""


@pytest.mark.slow
def test_broker_dies_and_restarts(calm_short: Outcome, key_dir: Path, tmp_path: Path) -> None:
    """The only broker is killed twice and restarted once under load; the workers find it and go on."""
    played = script(SHORT)
    directory = tmp_path / "hub"
    directory.mkdir()
    with (
        EmbeddedBroker(tmp_path / "broker") as broker,
        Hub(hub_settings(broker.bootstrap, directory, key_dir), directory) as hub,
    ):

        def harm(day: int) -> None:
            if day in {3, 6}:
                hub.look_on(played.days[day].tick, 2 * day)
                broker.kill()
                broker.start()
            elif day == 9:
                hub.look_on(played.days[day].tick, 1)
                broker.restart()

        for slot in range(2):
            hub.workers.start(slot)
        hub.play(played, harm)
        hub.check(played, calm_short)


@pytest.mark.slow
def test_worker_that_lost_every_broker(distant_hub: Hub, proxy: Proxy, calm_short: Outcome) -> None:
    """A worker whose clients were told of no broker until they knew none ends, and its successor goes on."""
    hub, played = distant_hub, script(SHORT)

    def deaf() -> bool:
        return any(record.get("code") == DeafError.code for record in hub.workers.logged(0))

    def harm(day: int) -> None:
        if day == 5:
            proxy.deserted = _AIM
            until(deaf, "the worker to find out")
            proxy.deserted = ""

    hub.workers.start(0, kafka_client_id=_AIM)
    hub.play(played, harm)
    assert deaf()
    hub.check(played, calm_short)
