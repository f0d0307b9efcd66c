"""A real Prometheus on a running hub: every panel has data, and alerts fire on what is broken, and clear.

What is broken, and how, is in :mod:`tests.acceptance.breaking` and :mod:`tests.acceptance.misinforming`.
``promtool test rules`` plays every alert by its shipped times, too (test_alert_rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub import topics
from hub.embedded.broker import EmbeddedBroker
from hub.settings import load
from tests.acceptance import breaking, misinforming
from tests.acceptance.watched import Watched, Wire, alert_rules
from tools.dashboards_check import results, settled
from tools.prometheus import MissingError, Prometheus, find
from tools.quick import quick_rules
from tools.running import RunningHub, events, until

BREAKAGES: tuple[Callable[[Watched], None], ...] = (
    breaking.full_disk, breaking.scarce, misinforming.lost_dissolution, breaking.killed_workers,
    misinforming.orphans, misinforming.late_invitations, breaking.second_publisher,
    breaking.everything_stopped, misinforming.broken_plan, misinforming.bad_records,
    breaking.sleeping_workers, breaking.refused_writes, breaking.dead_broker,
)  # fmt: skip
"""In this order: the first one needs the hub as it was started, and each leaves it ready for the next."""


def name_of(rule: dict[str, Any]) -> str:
    """Return an alert's name."""
    return str(rule["alert"])


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Run a hub whose keys are old and whose disk is small, with a county's events, under quick rules."""
    try:
        binaries = find(load().cache_dir)
    except MissingError as error:
        pytest.skip(f"no Prometheus here: {error}")
    directory = tmp_path_factory.mktemp("watched")
    (directory / "slow").touch()
    wire = Wire()
    broker = EmbeddedBroker(
        directory / "broker", extra={"advertised.listeners": f"PLAINTEXT://{wire.address}"}
    )
    running = RunningHub.opened(
        directory,
        broker=broker,
        address=wire.address,
        key_age_days=500,
        plan=misinforming.plan(directory),
        before=breaking.on_small_disk(directory / "state"),
        environment=breaking.environment(directory),
    )
    rules = quick_rules(directory)
    with (
        wire.before(broker),
        running as hub,
        Prometheus.opened(binaries, directory, hub.scraped(rules)) as prometheus,
    ):
        made = Watched(hub, wire, prometheus, rules, misinforming.OURS)
        misinforming.three_days_ago(made)
        misinforming.settle_plan(made)
        settled(hub, prometheus, [message for message in events() if message.topic != topics.ORGAN])
        yield made


@pytest.mark.slow
def test_every_query_of_every_dashboard_has_data(watched: Watched) -> None:
    """No query is an error, none returns nothing, and every rule can be evaluated."""
    bad = [(r.dashboard, r.panel, r.expression, r.error) for r in results(watched.prometheus) if not r.good]
    assert bad == []
    assert [rule["name"] for rule in watched.prometheus.rules() if rule["health"] != "ok"] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "rule", [rule for rule in alert_rules() if rule["labels"]["audience"] == "plan"], ids=name_of
)
def test_alerts_of_the_plan_look_at_figures_that_there_are(watched: Watched, rule: dict[str, Any]) -> None:
    """Without its comparison each finds figures on a hub in ordinary work: its labels are theirs."""
    selector = re.sub(r"_on_track|( (==|<|>) [0-9.]+$)", "", rule["expr"])
    assert selector != rule["expr"]
    assert watched.prometheus.query(selector) != []


@pytest.mark.slow
def test_a_hub_in_ordinary_work_is_quiet(watched: Watched) -> None:
    """None of what is broken below fires before it is broken, but for the keys, which are old."""
    until(lambda: watched.firing() <= {"HubKeyOld"}, lambda: f"{sorted(watched.firing())} to be over")


@pytest.mark.slow
@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: str(breakage.__name__))
def test_what_is_broken_fires(watched: Watched, breakage: Callable[[Watched], None]) -> None:
    """Each fault on the real hub makes the alerts that watch for it fire."""
    breakage(watched)


@pytest.mark.slow
def test_every_alert_fired_above_and_clears(watched: Watched) -> None:
    """None is left that was not provoked, and each was seen quiet after what it watches was mended."""
    assert watched.fired | watched.impossible == {rule["alert"] for rule in alert_rules()}
    watched.clears()
