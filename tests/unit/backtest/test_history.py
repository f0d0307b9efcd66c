"""People of a file of simulated events, against the whole flow in memory and in any number of shares."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub import contracts, data
from hub.backtest import history, run
from hub.backtest.forecast import Plan as Asked
from hub.backtest.forecast import forecast
from hub.backtest.learn import BLIND, CODEC
from hub.backtest.tally import Tally
from hub.cli.main import app
from hub.core import dates, person
from hub.errors import UsageError
from hub.privacy.sealing import RecipientSealer, Sealer, SealingKey
from hub.privacy.suite import INTL
from hub.settings import Settings
from hub.simulate import files
from hub.simulate.days import Plan, Year
from hub.simulate.regions import region_table
from hub.stages.identity import IdentityStage
from hub.stages.intake import IntakeStage
from hub.stages.matching import MatchingStage
from hub.stages.pipeline import MemoryPipeline
from hub.stages.sensitive import SensitiveStage
from hub.stages.tables import HubTables
from tests.unit.backtest.books import BOOKS, PACKAGED

SEALER = Sealer(SealingKey.of(b"synthetic".ljust(INTL.key_bytes), INTL))
SENSITIVE = Sealer(SealingKey.of(b"synthetic/s".ljust(INTL.key_bytes), INTL))
PLAN = Plan(people=300, days=120, problems=0.1, counties=2, seed=4)


def no_broker() -> Settings:
    """Fail: a file needs none."""
    raise AssertionError


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a simulation to a file."""
    path = tmp_path_factory.mktemp("history") / "year.avro"
    year = Year(PLAN, region_table(), contracts.codec().writer)
    files.write(path, year.days(), contracts.codec().writer("hub.tick"), lambda _: None)
    return path


def counted(source: Path, directory: Path, shares: int) -> Tally:
    """Evaluate a file in so many shares, one after the other."""
    directory.mkdir()
    spools = tuple(directory / str(number) for number in range(shares))
    now = 0
    for number in range(shares):
        now = history.spool(source, spools[number], (number, shares), None, lambda _: None)
    asked = run.Comparison(PACKAGED, BOOKS["everything"], now, batches=False)
    total = Tally()
    for number in range(shares):
        total += run.count(history.HistoryShare(spools, number, shares), asked, lambda _: None)
    return total


def test_any_number_of_shares_comes_to_the_same(source: Path, tmp_path: Path) -> None:
    """Three processes count what one counts: people, events, effects, examples."""
    one, three = counted(source, tmp_path / "one", 1), counted(source, tmp_path / "three", 3)
    assert one == three
    assert one.people > 200
    assert one.changed > 10


def test_people_are_known_as_the_stages_know_them(source: Path, tmp_path: Path) -> None:
    """Everybody's facts are those of the whole flow in memory on which no book is active."""
    stages = (
        IntakeStage(CODEC, BLIND, SEALER, data.regions(), data.crosswalk(), sensitive=SENSITIVE),
        IdentityStage(CODEC),
        SensitiveStage(CODEC, SEALER, SENSITIVE),
        MatchingStage(CODEC, BLIND, SEALER, RecipientSealer({}, INTL)),
    )
    flow = MemoryPipeline(stages, lambda: HubTables(CODEC, data.crosswalk()))
    for day in Year(PLAN, region_table(), contracts.codec().writer).days():
        for message in day.messages:
            flow.publish(message.topic, message.key, message.value)
        flow.tick(day.tick)
    (memory,) = [task.context.memory.data for task in flow.tasks if task.stage.name == "matching"]
    spool = tmp_path / "spool"
    history.spool(source, spool, (0, 1), None, lambda _: None)
    found = {
        each.key: each.state.facts
        for each in history.HistoryShare((spool,), 0, 1).people(lambda _: None)
        if each.state.facts
    }
    expected = {
        key[1:]: state.facts
        for key, value in memory.items()
        if key[:1] == b"p" and (state := person.decode(value)).facts
    }
    assert found == expected


def test_a_day_hides_what_came_later(source: Path, tmp_path: Path) -> None:
    """As of an earlier day fewer events count, and the question is asked for that day."""
    book = tmp_path / "tried.yaml"
    book.write_text(BOOKS["everything"], encoding="utf-8")
    day = dates.parse_day("2022-02-15")
    early = forecast(Asked(str(book), str(source), as_of=day), no_broker, lambda _: None)
    late = forecast(Asked(str(book), str(source)), no_broker, lambda _: None)
    assert (early.day, late.day) == (day, dates.parse_day("2022-04-30"))
    assert 0 < early.tally.events < late.tally.events
    with pytest.raises(UsageError, match="no events by that day"):
        forecast(Asked(str(book), str(source), as_of=day - 999), no_broker, lambda _: None)


def test_the_command_tells_people_machines_and_a_browser(source: Path, tmp_path: Path) -> None:
    """A table, or one document; and a page without anything from outside. No rule of class s is in either."""
    book, page = tmp_path / "tried.yaml", tmp_path / "page.html"
    book.write_text(BOOKS["everything"], encoding="utf-8")
    command = ["rules", "backtest", str(book), "--against", str(source)]
    shown = CliRunner().invoke(app, [*command, "--html", str(page)])
    assert shown.exit_code == 0, shown.output
    assert "zhejiang-2022@2 → zhejiang-2022@3" in shown.stdout
    told = CliRunner().invoke(app, [*command, "--json"])
    html = page.read_text(encoding="utf-8")
    for text in (shown.stdout, told.stdout, html):
        for rule in ("R05", "R06", "R07", "R09"):
            assert rule not in text
    assert "<svg" in html
    for outside in ("http:", "https:", "//", "<script", "<link", "@import", "url("):
        assert outside not in html


@pytest.mark.parametrize(
    ("against", "what"),
    [
        pytest.param("nowhere", "there is no nowhere", id="nothing"),
        pytest.param(__file__, "no file of", id="text"),
    ],
)
def test_what_is_no_source_is_refused(against: str, what: str) -> None:
    """With what it may be."""
    with pytest.raises(UsageError, match=what):
        forecast(Asked("zhejiang-2022", against), no_broker, lambda _: None)


def test_a_tally_of_nobody_is_empty() -> None:
    """The sum of nothing."""
    total = Tally()
    total += Tally()
    assert (total.people, total.changed, total.effects) == (0, 0, Counter())
