"""Commits of which a worker never learns what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.proxy import Loss, Reach
from tests.faults.script import SHORT, script
from tests.faults.workers import until

if TYPE_CHECKING:
    from tests.faults.harness import Hub
    from tests.faults.outcome import Outcome
    from tests.faults.proxy import Proxy

_AIM = "aimed-at"
"""Client id of the worker that loses its commits."""
_FIRST_DAY = 2
_SPARED = (0, 1, 4, 9)
"""So many commits go through before one is lost, four times."""
_REFUSED = {47, 90}
"""INVALID_PRODUCER_EPOCH, PRODUCER_FENCED."""


class _Losses:
    """Loses one commit after the other while a script is played, and sees to it that the worker notices."""

    def __init__(self, hub: Hub, proxy: Proxy, loss: Loss, reach: Reach) -> None:
        self._hub, self._proxy, self._loss, self._reach = hub, proxy, loss, reach
        self._left = list(_SPARED)
        self._planned = False

    def harm(self, day: int) -> None:
        """Wait until a commit is lost or the day's work is done; what was planned then stays planned."""
        if day < _FIRST_DAY or not (self._left or self._planned):
            return
        if not self._planned:
            self._proxy.lose(_AIM, self._loss, self._reach, self._left.pop(0))
            self._planned = True
        undecided, ready = self.told("transaction.undecided"), self.told("partitions.ready")
        tick = script(SHORT).days[day].tick
        until(lambda: self._proxy.lost or self._hub.late(tick) == [], "a commit, or the end of the day")
        if self._proxy.lost:
            self._planned = False
            until(lambda: self.told("transaction.undecided") > undecided, "the worker to give up waiting")
            self._proxy.heal()
            if self._reach is Reach.CONNECTION:
                until(lambda: self.told("partitions.ready") > ready, "the worker to be back")
                self._deliver_late()

    def _deliver_late(self) -> None:
        if self._loss is Loss.REQUEST:
            assert self._proxy.deliver() in _REFUSED

    def told(self, action: str) -> int:
        """Return how often the worker has logged an action."""
        return sum(record["action"] == action for record in self._hub.workers.logged(0))


@pytest.mark.slow
@pytest.mark.parametrize("reach", Reach, ids=lambda reach: reach.name.lower())
@pytest.mark.parametrize("loss", Loss, ids=lambda loss: loss.name.lower())
def test_commit_of_unknown_outcome(
    distant_hub: Hub, proxy: Proxy, calm_short: Outcome, loss: Loss, reach: Reach
) -> None:
    """What the broker has committed is not done again, what it has not is, though the worker was never told.

    Four commits are lost for longer than the worker waits. It takes its slot anew, which decides them: one
    that arrives after that is refused.
    """
    hub, played = distant_hub, script(SHORT)
    losses = _Losses(hub, proxy, loss, reach)
    hub.workers.start(0, kafka_client_id=_AIM)
    if reach is Reach.NETWORK:
        hub.workers.start(1)
    hub.play(played, losses.harm)
    assert losses.told("transaction.undecided") == len(_SPARED)
    hub.check(played, calm_short)
