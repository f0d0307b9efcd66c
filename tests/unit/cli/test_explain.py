"""``hub rules explain`` of cases, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub import packaged
from hub.cli.main import app

CASE = """title: {zh: 明天发证, en: Issued tomorrow}
today: 2022-06-15
person: {declined_on: 2022-06-01}
facts:
  - certificate: {kind: first_aider, issued_on: 2022-06-16, expires_on: 2025-06-15}
  - hsc_donation: {completed_on: 2022-03-01}
"""


def test_a_case_needs_no_expectation(tmp_path: Path) -> None:
    """One case alone is explained, in both languages, with the day on which the nearest rule will be met."""
    file = tmp_path / "case.yaml"
    file.write_text(CASE, encoding="utf-8")
    result = CliRunner().invoke(app, ["rules", "explain", "--case", str(file)])
    assert result.exit_code == 0, result.output
    assert "2022-06-16 起将满足" in result.output
    assert "will be met on 2022-06-16" in result.output
    assert "造血干细胞" not in result.output
    assert "stem" not in result.output


def test_an_officer_reads_what_a_branch_does_not(tmp_path: Path) -> None:
    """The same case at the level of a data officer has the rules of class s."""
    file = tmp_path / "case.yaml"
    file.write_text(CASE, encoding="utf-8")
    result = CliRunner().invoke(
        app, ["rules", "explain", "--case", str(file), "--level", "officer", "--json"]
    )
    assert result.exit_code == 0, result.output
    (told,) = json.loads(result.stdout)
    assert told["named"] == ["G00"]
    assert [rule["id"] for rule in told["sensitive"] if rule["holds"]] == ["R05"]


def test_the_cases_beside_a_book_are_explained(tmp_path: Path) -> None:
    """Every case of a file gets an account, with the outcome that the case expects."""
    file = tmp_path / "cases.yaml"
    file.write_text(packaged.read_text("rules/books/zhejiang-2022.cases.yaml"), encoding="utf-8")
    result = CliRunner().invoke(app, ["rules", "explain", "--case", str(file), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert len(told) > 50
    assert {each["outcome"] for each in told} == {"none", "stop", "held", "invite"}


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        pytest.param((), "say of whom", id="nobody"),
        pytest.param(("--person", "--case", "x"), "say of whom", id="two"),
        pytest.param(("--case", "nowhere.yaml"), "cannot be read", id="no file"),
        pytest.param(("--person", "--level", "officer"), "needs a reason", id="class s without a reason"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], missing: str) -> None:
    """Before a document is asked for, or a broker."""
    result = CliRunner().invoke(app, ["rules", "explain", *arguments])
    assert (result.exit_code, missing in result.output) == (2, True)
