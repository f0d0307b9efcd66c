"""``hub statistics snapshot`` on a real broker: published once, whole, and read by what is for outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub import contracts, data, kafka, topics
from hub.cli.main import app
from hub.core import dates
from hub.core.figure import REVISIONS
from hub.core.snapshot import Cell, compose
from hub.core.totals import Total
from hub.errors import BrokerError, RetryError, UsageError
from hub.figures import reader, snapshots
from hub.settings import Settings
from tests.acceptance.statisticians import Statisticians, Writers
from tests.unit.figuremaking import figure, publish

MEMBERS = [
    figure("members", code, value, labels="kind=adult")
    for code, value in (("330102", 40.0), ("330105", 3.0), ("330106", 9.0), ("330203", 50.0))
]


def run(settings: Settings, *arguments: str) -> Result:
    """Run ``hub statistics``."""
    return CliRunner().invoke(
        app, ["statistics", *arguments, "--bootstrap", settings.bootstrap_servers], env={"COLUMNS": "240"}
    )


@pytest.fixture
def counted(fresh_topics: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Publish members, on a day of simulated time."""
    monkeypatch.setenv("HUB_CLOCK", "ticks")
    publish(fresh_topics, MEMBERS)
    tell_time(fresh_topics, "2022-06-30")
    return fresh_topics


def tell_time(settings: Settings, day: str) -> None:
    """Let it be noon of a day."""
    now = dates.midnight_ms(dates.parse_day(day)) + 43_200_000
    producer = kafka.connected(kafka.producer(settings))
    producer.produce(topics.TICKS, contracts.codec().encode("hub.tick", {"now": now}))
    assert producer.flush(30) == 0


def test_a_snapshot_is_published_once_a_day(counted: Settings) -> None:
    """Tried first without effect; then published, shown and exported suppressed; not again that day."""
    tried = json.loads(run(counted, "snapshot", "--dry-run", "--json").stdout)
    assert (tried["published"], snapshots.read(counted).days) == (False, [])
    assert run(counted, "show", "members", "--outside").exit_code == UsageError.exit_code
    result = run(counted, "snapshot", "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["snapshot"], told["published"], told["cells"]) == ("2022-06-30", True, tried["cells"])
    shown = json.loads(run(counted, "show", "members", "--region", "3301", "--outside", "--json").stdout)
    values = {each["region"]: each["value"] for each in shown["figures"]}
    assert (values["330102"], values["330105"], values["330106"]) == (40.0, None, None)
    assert "隐匿" in run(counted, "show", "members", "--region", "330105", "--outside").stdout
    assert run(counted, "snapshot").exit_code == UsageError.exit_code
    assert snapshots.read(counted).days == ["2022-06-30"]


def test_a_later_snapshot_keeps_what_was_hidden(counted: Settings) -> None:
    """The groups of the first are read from the topic, and hold in the second."""
    assert run(counted, "snapshot").exit_code == 0
    publish(counted, [figure("members", "330105", 30.0, labels="kind=adult", version=2)])
    tell_time(counted, "2022-07-31")
    assert run(counted, "snapshot").exit_code == 0
    held = snapshots.read(counted)
    assert held.days == ["2022-06-30", "2022-07-31"]
    newest = {cell.key: cell for cell in held.of()}
    assert newest["members|kind=adult|region=330105"].suppressed
    fresh = {cell.key: cell for cell in compose("x", reader.shelf(counted).figures(), [], ())}
    assert not fresh["members|kind=adult|region=330105"].suppressed


def test_no_snapshot_is_published_of_figures_that_are_behind(
    fresh_topics: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """While no worker has added up and published what was counted it is refused; then it has all of it."""
    monkeypatch.setenv("HUB_CLOCK", "ticks")
    tell_time(fresh_topics, "2022-06-30")
    counties = list(data.regions().codes("county"))
    Writers(fresh_topics).count(
        "matching/hub.facts/0", {f"members|county={code}|kind=adult": 40 for code in counties}
    )
    for option in ("--json", "--dry-run"):
        refused = run(fresh_topics, "snapshot", "--wait", "0", option)
        assert refused.exit_code == RetryError.exit_code
        assert f"{len(counties)} counters are not summed up yet" in " ".join(refused.stderr.split())
    assert snapshots.read(fresh_topics).days == []
    with Statisticians(fresh_topics, tmp_path, clock="ticks") as workers:
        workers.start()
        result = run(fresh_topics, "snapshot")
        assert result.exit_code == 0, result.stderr
    values = {cell.key: cell.value for cell in snapshots.read(fresh_topics).of()}
    assert values["members|kind=adult|region=33"] == 40 * len(counties)


def test_figures_that_are_not_published_of_what_was_added_up_are_behind_too(counted: Settings) -> None:
    """Totals without their figures are refused; figures of a later position in the totals are not behind."""
    total = Total("members|county=330203|kind=adult", "stock", 51, 9, 0, ("matching/hub.facts/0@9",))
    record = contracts.codec().encode("hub.counter_total", {**total._asdict(), "origins": [*total.origins]})
    producer = kafka.producer(counted)
    producer.produce(topics.TOTALS, record, total.counter)
    assert producer.flush(30) == 0
    refused = run(counted, "snapshot", "--wait", "0")
    assert refused.exit_code == RetryError.exit_code
    assert "3 figures are not published yet" in " ".join(refused.stderr.split())
    newer = {"labels": "kind=adult", "version": 1 << REVISIONS}
    publish(counted, [figure("members", code, 52.0, **newer) for code in ("330203", "3302", "33")])
    assert run(counted, "snapshot", "--wait", "0").exit_code == 0


def test_a_second_writer_ends_the_first(counted: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at once: the one that began first publishes nothing, and says so; what is there is whole."""
    live = reader.shelf(counted).figures()
    second: list[Cell] = []

    def slow(*_: object) -> list[Cell]:
        monkeypatch.undo()
        second.extend(snapshots.publish(counted, live, "2022-06-30"))
        return second

    monkeypatch.setattr(snapshots, "compose", slow)
    with pytest.raises(BrokerError, match="not published"):
        snapshots.publish(counted, live, "2022-06-30")
    assert snapshots.read(counted).cells == sorted(second, key=lambda cell: cell.key)
