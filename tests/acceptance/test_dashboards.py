"""A real Prometheus on a running hub: every panel has data, and alerts fire on what is broken, and clear.

The alerts that are provoked here are in :data:`PROVOKED`. The others need a full disk, days, a defect or a
network that loses packets: ``promtool test rules`` plays those (test_alert_rules.py), and this says which.
"""

from __future__ import annotations

import os
import re
import signal
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner

from hub import kafka, packaged, topics
from hub.cli.main import app
from hub.demo.site import BOOK
from hub.engine.lookout import Eyes
from hub.metrics import catalogues
from hub.settings import load
from tools.dashboards import DASHBOARDS, FOLDER, stale
from tools.dashboards_check import results, settled
from tools.panels import Dashboard
from tools.prometheus import MissingError, Prometheus, find
from tools.quick import DEPLOY, quick_rules
from tools.running import RunningHub, events, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROVOKED = {
    "HubDown", "HubWorkerDown", "HubWorkerNotReady", "HubWorkerRestarting", "HubNoCommits", "HubLagGrowing",
    "HubRecordsOld", "HubBrokerUnreachable", "HubRuleBooksDiffer", "HubSourceStopped", "HubSourceSilent",
    "HubDeadLetterBurst", "HubBroadcastRejected", "HubKeyOld", "HubStatisticsDown", "HubStatisticsRejected",
    "HubDoorDown",
}  # fmt: skip
"""Broken for real below: each fires, and clears when it is mended."""
PLAYED = {
    "HubMemoryHigh", "HubFilesNearlyOut", "HubStalled", "HubTransactionsFailing", "HubTransactionUnknown",
    "HubRetrying", "HubSweepStuck", "HubInvitationsOrphaned", "HubDiskNearlyFull", "HubDiskFilling",
    "HubStatisticsStalled", "HubStatisticsBehind", "HubFiguresOld", "HubStatisticsPublishers",
    "HubDoorReaderRestarting", "HubTargetOffTrack", "HubCountiesWeak", "HubInvitationsLate",
    "HubCandidatesNotMembers",
}  # fmt: skip
"""Only by ``promtool test rules``, on series that are made up."""
_DAY_MS = 86_400_000


def alert_rules() -> list[dict[str, Any]]:
    """Return every alert rule as it ships."""
    groups = yaml.safe_load((DEPLOY / "alerts.rules.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def name_of(rule: dict[str, Any]) -> str:
    """Return an alert's name."""
    return str(rule["alert"])


class Watched:
    """A hub and the Prometheus that watches it."""

    def __init__(self, hub: RunningHub, prometheus: Prometheus) -> None:
        """Hold both."""
        self.hub = hub
        self.prometheus = prometheus
        self.fired: set[str] = set()

    def fires(self, *names: str, again: Callable[[], None] = lambda: None, timeout_s: float = 45.0) -> None:
        """Wait until these alerts have fired, not necessarily at once; their texts must be whole.

        ``again`` is done at every look.
        """
        missing = set(names)

        def seen() -> bool:
            again()
            for alert in self.prometheus.alerts():
                if alert.state == "firing":
                    missing.discard(alert.name)
                    assert "error expanding" not in " ".join(alert.annotations.values()), alert
            return not missing

        until(seen, lambda: f"{sorted(missing)} to fire", timeout_s)
        self.fired |= set(names)

    def clears(self, *names: str, timeout_s: float = 45.0) -> None:
        """Wait until none of these fires."""
        firing = self.prometheus.firing
        until(
            lambda: not set(names) & firing(), lambda: f"{sorted(set(names) & firing())} to clear", timeout_s
        )

    def run(self, *words: str) -> None:
        """Run a command of the hub, as an operator does."""
        environment = {k: v for k, v in self.hub.environment.items() if k.startswith("HUB_")}
        done = CliRunner().invoke(app, list(words), env=environment)
        assert done.exit_code == 0, done.output

    def produce(self, topic: str, values: list[bytes], *, age_ms: int = 0, ce_type: str = "") -> None:
        """Publish anything at all, as of some time ago."""
        producer = kafka.producer(self.hub.settings)
        headers = [("ce_type", ce_type.encode())] if ce_type else []
        for value in values:
            at = time.time_ns() // 1_000_000 - age_ms
            producer.produce(topic, value, b"k", timestamp=at, headers=headers)
        assert producer.flush(20) == 0


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Run a hub whose keys are old, with a county's events, and a Prometheus with quick rules."""
    try:
        binaries = find(load().cache_dir)
    except MissingError as error:
        pytest.skip(f"no Prometheus here: {error}")
    directory = tmp_path_factory.mktemp("watched")
    with RunningHub(directory, key_age_days=500) as hub:
        rules = quick_rules(directory)
        with Prometheus(binaries, directory, hub.scraped(rules)) as prometheus:
            settled(hub, prometheus, [message for message in events() if message.topic != topics.ORGAN])
            yield Watched(hub, prometheus)


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
def test_alerts_fire_on_what_is_broken_and_clear_when_it_is_mended(watched: Watched) -> None:
    """One fault after the other on a real hub; each alert of PROVOKED fires, and clears when it is mended."""
    healthy = watched.prometheus.firing() - {"HubDiskFilling"}  # three days, from the last ten seconds
    informed = {rule["alert"] for rule in alert_rules() if rule["labels"]["severity"] == "info"}
    assert healthy <= informed
    _bad_records(watched)
    _old_keys_and_restarts(watched)
    _sleeping_workers(watched)
    _statistics(watched)
    _silent_broker(watched)
    _silent_supervisor(watched)
    assert watched.fired == PROVOKED
    watched.clears(*PROVOKED, timeout_s=90.0)  # a worker may have to start again after Kafka's silence


def _bad_records(watched: Watched) -> None:
    """Publish garbage, an old record, and a prohibition that nobody can read; then release and go on."""
    hub = watched.hub
    watched.produce(topics.TRAINING, [b"garbage"] * 60)
    watched.produce(topics.ORGANISATIONS, [b"garbage"])
    watched.produce(topics.ORGAN, [b"garbage"], age_ms=120 * _DAY_MS)  # the only one of its system
    watched.produce(topics.CONSENT, [b"unreadable"], ce_type="consent.withdrawn.v1")
    broken = (
        "HubDeadLetterBurst",
        "HubBroadcastRejected",
        "HubSourceStopped",
        "HubWorkerNotReady",
        "HubSourceSilent",
    )
    watched.fires(*broken)
    late = partial(watched.produce, topics.VOLUNTEER, [b"garbage"], age_ms=_DAY_MS)
    watched.fires("HubRecordsOld", again=late)  # as a source whose clock is slow: one record after the other
    eyes = Eyes(hub.settings)
    (stop,) = eyes.standing_still()
    eyes.close()
    watched.run(
        "sources", "release", stop.topic, str(stop.partition), str(stop.offset), "--reason", "a check"
    )
    watched.produce(topics.ORGAN, [b"garbage"])


def _old_keys_and_restarts(watched: Watched) -> None:
    """Rotate the keys, which are old, and kill the workers again and again: they come back with new ones."""
    watched.fires("HubKeyOld")
    watched.run("keys", "rotate")
    for _ in range(4):
        killed = set(watched.hub.workers())
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        until(partial(_replaced, watched.hub, killed), "the supervisor to start them again")
    watched.fires("HubWorkerRestarting")
    until(watched.hub.ready, "the workers to be ready")


def _replaced(hub: RunningHub, killed: set[int]) -> bool:
    """Return whether the supervisor has buried these workers, and started others."""
    now = set(hub.workers())
    return len(now) == 2 and not now & killed


def _sleeping_workers(watched: Watched) -> None:
    """One worker sleeps through an activation; then both sleep while events come; then they wake."""
    hub = watched.hub
    first, second = hub.workers()
    os.kill(first, signal.SIGSTOP)
    text = packaged.read_text(BOOK)
    hub.activate(text.replace("\nversion: 2\n", "\nversion: 3\n", 1), "zhejiang-2022@3")
    watched.fires("HubRuleBooksDiffer")
    os.kill(second, signal.SIGSTOP)
    for _ in range(4):  # lag that grows from one look to the next
        watched.produce(topics.VOLUNTEER, [b"garbage"] * 200)
        watched.produce(topics.TRAINING, [b"garbage"] * 200)
        time.sleep(1.0)  # the supervisor looks once a second, and must see each step
    watched.produce(topics.TRAINING, [b"garbage"] * 500)
    watched.fires("HubLagGrowing", "HubNoCommits", "HubWorkerDown")
    for worker in (first, second):
        os.kill(worker, signal.SIGCONT)
    until(hub.ready, "the workers to be ready")


def _statistics(watched: Watched) -> None:
    """Publish what the statistics cannot use; then end them, and start them again."""
    watched.produce(topics.PARTS, [b"garbage"])
    watched.fires("HubStatisticsRejected")
    watched.hub.stop("statistics")
    watched.hub.stop("door")
    watched.fires("HubStatisticsDown", "HubDoorDown")
    watched.hub.start("statistics", "statistics", "run")
    watched.hub.start("door", "statistics", "serve")
    watched.clears(
        "HubStatisticsDown", "HubDoorDown"
    )  # before Kafka falls silent: it would not start without


def _silent_broker(watched: Watched) -> None:
    """Kafka stops answering for a few seconds."""
    pid = watched.hub.broker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        watched.fires("HubBrokerUnreachable")
    finally:
        os.kill(pid, signal.SIGCONT)


def _silent_supervisor(watched: Watched) -> None:
    """``hub run`` stops answering."""
    pid = watched.hub.pid("hub")
    os.kill(pid, signal.SIGSTOP)
    try:
        watched.fires("HubDown")
    finally:
        os.kill(pid, signal.SIGCONT)


def test_every_alert_is_provoked_or_played() -> None:
    """Each alert is in exactly one of the lists: none is forgotten."""
    parts = (PROVOKED, PLAYED)
    assert sorted(name for part in parts for name in part) == sorted(rule["alert"] for rule in alert_rules())


def test_the_dashboards_are_what_is_declared() -> None:
    """`make dashboards` would change nothing, and each file is read back as the same dashboard."""
    assert stale() == []
    assert {file.name for file in FOLDER.glob("*.json")} == set(DASHBOARDS)
    for name, each in DASHBOARDS.items():
        assert Dashboard.model_validate_json((FOLDER / name).read_text("utf-8")) == each


def test_dashboards_are_for_people() -> None:
    """Chinese titles, English descriptions; no panel over another, none beyond the page."""
    for each in DASHBOARDS.values():
        taken: set[tuple[int, int]] = set()
        for panel in each.panels:
            assert any("一" <= letter <= "鿿" for letter in panel.title)
            assert panel.description.endswith(".") or ":" in panel.description
            place = panel.gridPos
            cells = {
                (x, y) for x in range(place.x, place.x + place.w) for y in range(place.y, place.y + place.h)
            }
            assert not cells & taken
            assert place.x + place.w <= 24
            taken |= cells


def test_every_metric_is_shown_or_watched() -> None:
    """What nobody looks at is not worth its sample."""
    asked = Path(DEPLOY / "alerts.rules.yml").read_text("utf-8") + (DEPLOY / "recording.rules.yml").read_text(
        "utf-8"
    )
    asked += "".join(
        query.expr for each in DASHBOARDS.values() for panel in each.panels for query in panel.targets
    )
    unseen = [
        spec.name
        for chapter in catalogues()
        for spec in chapter.specs
        if spec.name not in asked and not spec.name.startswith("process_")
    ]
    assert unseen == []
