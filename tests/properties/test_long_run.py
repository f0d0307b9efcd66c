"""One long run on the real broker: what may not depend on order, repetition or batches does not."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from hub.demo.result import agreement, pseudonyms
from hub.privacy.key_ring import KeyRing
from hub.privacy.suite import SUITES
from hub.simulate.days import Plan
from tests.faults.harness import Hub, hub_settings
from tests.faults.outcome import check, differences
from tests.faults.script import script

if TYPE_CHECKING:
    from pathlib import Path

    from hub.embedded.broker import EmbeddedBroker
    from hub.simulate.days import Day
    from hub.simulate.wire import Message
    from tests.faults.outcome import Outcome

PLAN = Plan(people=500, days=40, seed=11, problems=0.1, reforms=False)
"""Region codes stay: what is said again after they changed means another place."""
_REPEATED = 0.3
_REPEATEDLY_COUNTED = {"dead letters", "parked", "forgotten"}
"""Every delivery of what cannot be used counts: here many are delivered more than once."""


class Shuffler:
    """Publishes each day in another order, with repetitions from this and earlier days, under other keys."""

    def __init__(self, seed: int) -> None:
        """Draw everything from ``seed``."""
        self._rng = Random(seed)
        self._past: list[Message] = []

    def __call__(self, day: Day) -> list[Message]:
        """Return what to publish on a day."""
        rng = self._rng
        self._past += day.messages
        messages = day.messages + rng.sample(self._past, int(len(day.messages) * _REPEATED))
        rng.shuffle(messages)
        return [message._replace(key=b"%d" % rng.randrange(1000)) for message in messages]


def stock(outcome: Outcome) -> Outcome:
    """Return the outcome without flows: they count what happened, repetitions too."""
    outcome.counters = {
        name: value for name, value in outcome.counters.items() if not name.startswith("flow.")
    }
    return outcome


@pytest.mark.slow
def test_order_repetition_partitions_and_batches_do_not_matter(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """However permuted within ticks, repeated, keyed and batched, an event set comes to the same."""
    keys = tmp_path / "keys"
    ring = KeyRing.create(keys, SUITES["sm"])
    ring.make_recipient("registry", tmp_path / "registry.key")
    played = script(PLAN)
    outcomes = []
    for number, (workers, batch) in enumerate([(1, 8000), (2, 3)]):
        directory = tmp_path / str(number)
        directory.mkdir()
        with Hub(hub_settings(broker.bootstrap, directory, keys), directory) as hub:
            for slot in range(workers):
                hub.workers.start(slot, batch_records=batch)
            if number:
                hub.play(played, publish=Shuffler(number))
            else:
                hub.play(played)
            outcomes.append(hub.outcome())
            if not number:
                check(outcomes[0], played, None, hub.settings)
        hub.gone()
    one, other = (stock(outcome) for outcome in outcomes)
    assert not (found := differences(other, one)), found[:10]
    pseudonym = pseudonyms(ring.blind_index())
    ticks = [(day.tick, day.expected) for day in played.days]
    _, found_too = agreement(ticks, played.totals, other.seen, pseudonym)
    found_too = [difference for difference in found_too if difference.where not in _REPEATEDLY_COUNTED]
    assert not found_too, "\n".join(map(str, found_too[:10]))
