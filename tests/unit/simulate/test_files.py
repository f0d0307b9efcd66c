"""``hub simulate``: files, the expectation document, and what the command refuses."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub import contracts
from hub.cli.main import app
from hub.simulate import files
from hub.simulate.report import COLUMNS, FORMAT

SMALL = ["simulate", "--people", "120", "--days", "20"]


def invoke(*arguments: str) -> Any:
    """Run the command."""
    return CliRunner().invoke(app, [*SMALL, *arguments])


def test_file_holds_the_year(tmp_path: Path) -> None:
    """The container holds each day's tick, then its framed events; the same seed gives the same bytes."""
    first, again = tmp_path / "first.avro", tmp_path / "again.avro"
    result = invoke("--to", str(first), "--json")
    assert result.exit_code == 0, result.output
    assert invoke("--to", str(again)).exit_code == 0
    assert first.read_bytes() == again.read_bytes()
    records = list(files.read(first))
    ticks = [record for record in records if record["topic"] == "hub.ticks"]
    assert len(ticks) == 20
    assert len(records) - len(ticks) == json.loads(result.stdout)["published"]
    assert contracts.codec().decode(ticks[0]["value"])[1] == {"now": ticks[0]["tick"]}
    assert records[0]["topic"] == "hub.ticks"
    assert all(before["day"] <= record["day"] for before, record in pairwise(records))


def test_expectation_document(tmp_path: Path) -> None:
    """The expectation lists every tick's changes and the totals, and no invitation id."""
    expected = tmp_path / "expected.json"
    result = invoke("--to", str(tmp_path / "year.avro"), "--expect", str(expected), "--problems", "0.3")
    assert result.exit_code == 0, result.output
    document = json.loads(expected.read_text("utf-8"))
    assert document["format"] == FORMAT
    assert document["synthetic"] is True
    assert document["columns"] == list(COLUMNS)
    assert len(document["ticks"]) == 20
    views = [view for tick in document["ticks"] for view in tick["changes"].values()]
    assert views
    assert all(len(view) == len(COLUMNS) for view in views)
    assert document["totals"]["stock"]["persons"] > 0
    assert sum(document["totals"]["problems"].values()) > 0


def test_expectation_on_standard_output(tmp_path: Path) -> None:
    """``--expect -`` prints the document and nothing else."""
    result = invoke("--to", str(tmp_path / "year.avro"), "--expect", "-")
    assert json.loads(result.stdout)["plan"]["people"] == 120


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--county", "999999"], "six digits"),
        (["--start", "yesterday"], "yesterday"),
        (["--rate", "10"], "no rate"),
        (["--settle"], "settles nothing"),
    ],
)
def test_refuses_nonsense(arguments: list[str], message: str, tmp_path: Path) -> None:
    """Arguments that make no sense end with a message that says which."""
    result = invoke("--to", str(tmp_path / "year.avro"), *arguments)
    assert result.exit_code != 0
    assert message in result.stderr
    assert not (tmp_path / "year.avro").exists()
