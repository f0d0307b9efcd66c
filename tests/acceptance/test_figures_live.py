"""The whole way of a figure: a count, the statistics, the HTTP stream, and a snapshot for outside."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from hub.cli.main import app
from hub.figures import snapshots
from hub.settings import Settings
from tests.acceptance.door import door, figures_of
from tests.acceptance.statisticians import Statisticians, Writers

ORIGIN = "matching/hub.facts/0"


def members(**by_county: int) -> dict[str, int]:
    """Return values of the counter of adult members by county, each behind a c."""
    return {f"members|county={c.removeprefix('c')}|kind=adult": value for c, value in by_county.items()}


def test_a_count_reaches_officers_and_outsiders(fresh_topics: Settings, tmp_path: Path) -> None:
    """It is streamed as the plan's T2, shown with the plan, and in the snapshot without the small county."""
    settings = fresh_topics
    runner, there = CliRunner(), ["--bootstrap", settings.bootstrap_servers]
    with Statisticians(settings, tmp_path) as team, door(settings) as running:
        team.start()
        with running.stream("?figure=T2&region=33") as stream:
            Writers(settings).count(ORIGIN, members(c330106=40, c330102=3, c330105=9, c330203=50))
            told = figures_of(stream, "T2|region=33")[-1]
            while told.data["value"] != 102.0:
                told = figures_of(stream, "T2|region=33")[-1]
        assert (told.data["unit"], told.data["target"] >= 1_000_000) == ("persons", True)
        plan = {each["key"] for each in running.get("/v1/plan?region=3301").json()["figures"]}
        assert {"T1|region=3301", "T2|region=3301", "T3|region=3301", "T11|region=3301"} <= plan
        seen = runner.invoke(app, ["statistics", "show", *there], env={"COLUMNS": "240"})
        assert seen.exit_code == 0, seen.stderr
        assert "102人" in seen.stdout
        assert team.stop() == 0
    made = runner.invoke(app, ["statistics", "snapshot", "--json", *there])
    assert json.loads(made.stdout)["by_figure"]["T1"]["shown"] > 0
    cells = {cell.key: cell for cell in snapshots.read(settings).cells}
    shown = {code: cells[f"T2|region={code}"].value for code in ("33", "3301", "330106", "330102", "330105")}
    assert shown["330102"] is None
    assert shown["330105"] is None
    assert cells["members|kind=adult|region=330106"].value == 40.0
    small = [cell for cell in cells.values() if cell.figure in {"members", "T2"} and cell.value is not None]
    assert all(cell.value is not None and cell.value >= 5 for cell in small)
