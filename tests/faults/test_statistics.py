"""Workers and statistics workers killed at random while they count: the figures are the recount's in the end.

``KILLS`` says how many are killed, ``KILLS_SEED`` when and which.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from hub import data
from hub.verification.rest import await_rest
from hub.verification.verify import Asked, Outcome, verify
from tests.acceptance.statisticians import Statisticians
from tests.faults.script import LONG, script
from tools.recount.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.harness import Hub

KILLS: Final = int(os.environ.get("KILLS", "8"))
SEED: Final = int(os.environ.get("KILLS_SEED", "1"))
RESIDENTS: Final = Path(data.__file__).parent / "zhejiang-residents.csv"
_SLOTS: Final = (0, 1)
_REST_S: Final = 120.0
_DRAWN: Final = 100


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_figures_survive_random_kills(
    hub: Hub,
    key_dir: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:
    """After kill -9 of random workers all figures equal the recount, and a hundred drawn ones their facts."""
    played, chance = script(LONG), random.Random(SEED)
    days = sorted(chance.choices(range(1, len(played.days)), k=KILLS))
    victims = {"worker": 0, "statistics": 0}
    with Statisticians(hub.settings, tmp_path) as statisticians:
        for slot in _SLOTS:
            hub.workers.start(slot)
            statisticians.start(slot)

        def harm(place: int) -> None:
            for _ in range(days.count(place)):
                hub.look_on(played.days[place].tick, chance.randrange(8))
                slot, kind = chance.choice(_SLOTS), chance.choice(tuple(victims))
                victims[kind] += 1
                if kind == "worker":
                    hub.workers.kill(slot)
                    hub.workers.revive()
                else:
                    statisticians.kill(slot)
                    statisticians.start(slot)

        hub.play(played, harm)
        await_rest(hub.settings, data.targets(), _REST_S)
        record_property("killed", dict(victims))
        assert all(victims.values()), "both kinds must have been struck"
        assert set(hub.workers.deaths) == {-9}
        capsys.readouterr()
        code = main([
            "--bootstrap", hub.settings.bootstrap_servers, "--keys", str(key_dir),
            "--residents", str(RESIDENTS), "--compare",
        ])  # fmt: skip
        said = capsys.readouterr().out
        assert code == 0, said
        record_property("recount", said.splitlines()[-1])
        drawn = Asked(sample=_DRAWN, seed=SEED)
        report = verify(hub.settings, data.targets(), drawn, lambda _: None)
        assert report.balance.holds, report.balance
        assert [each for each in report.findings if each.outcome is not Outcome.AGREES] == []
        assert len(report.findings) == _DRAWN
