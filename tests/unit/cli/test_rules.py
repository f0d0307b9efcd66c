"""``hub rules``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub import packaged
from hub.cli.main import app
from hub.rules.json_schema import book_schema

BOOK = "rules/books/zhejiang-2022.yaml"
CASES = "rules/books/zhejiang-2022.cases.yaml"


def hub(*args: object) -> Result:
    """Run ``hub rules`` with arguments."""
    return CliRunner().invoke(app, ["rules", *map(str, args)])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Return a copy of the packaged book, with its cases, that a test may spoil."""
    path = tmp_path / "mine.yaml"
    path.write_text(packaged.read_text(BOOK), encoding="utf-8")
    (tmp_path / "mine.cases.yaml").write_text(packaged.read_text(CASES), encoding="utf-8")
    return path


def spoil(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_check_passes_on_what_ships() -> None:
    """The packaged book has no problems, and the next step is named."""
    result = hub("check", "zhejiang-2022")
    assert (result.exit_code, "Next: hub rules test zhejiang-2022" in result.stdout) == (0, True)
    assert json.loads(hub("check", "zhejiang-2022", "--json").stdout) == {"ok": True, "problems": []}


def test_check_lists_every_problem(mine: Path) -> None:
    """Problems of the book and of its cases, with line, hint and the Chinese text; exit code 78."""
    spoil(mine, "fact: certificate", "fact: certificat")
    spoil(mine.with_name("mine.cases.yaml"), "kind: first_aider", "kind: first_aidr")
    result = hub("check", mine)
    assert result.exit_code == 78
    assert "did you mean certificate?" in result.stdout
    assert "是否想写 first_aider？" in result.stdout
    problems = json.loads(hub("check", mine, "--json").stdout)["problems"]
    assert [problem["code"] for problem in problems] == ["UNKNOWN_FACT", "UNKNOWN_VALUE"]
    assert problems[0]["line"] > 1


def test_test_runs_the_cases() -> None:
    """All cases of the packaged book pass."""
    document = json.loads(hub("test", "zhejiang-2022", "--json").stdout)
    assert document["ok"]
    assert document["passed"] == len(document["cases"]) > 50
    assert f"{document['passed']} of {document['passed']} cases passed" in hub("test", "zhejiang-2022").stdout


def test_test_shows_what_differs(mine: Path) -> None:
    """A book that says something else fails its cases, with their lines; exit code 1."""
    spoil(mine, "{field: grade, is: backbone}", "{field: grade, is: regular}")
    result = hub("test", mine)
    assert result.exit_code == 1
    assert "rules: expected" in result.stdout
    assert "mine.cases.yaml:" in result.stdout
    assert not json.loads(hub("test", mine, "--json").stdout)["ok"]


def test_test_needs_cases(mine: Path) -> None:
    """A book without cases is a usage error that says what to write."""
    mine.with_name("mine.cases.yaml").unlink()
    result = hub("test", mine)
    assert (result.exit_code, "no cases beside the book" in result.stderr) == (2, True)


def test_show_lists_rules_and_guards() -> None:
    """The overview names every rule and every guard; --json is the whole book."""
    shown, document = hub("show").stdout, json.loads(hub("show", "--json").stdout)
    assert all(rule["id"] in shown for rule in document["rules"])
    assert all(guard["code"] in shown for guard in document["guards"])


def test_show_explains_one_rule() -> None:
    """A rule in full: its condition in both languages and how long its ground holds."""
    shown = hub("show", "r01").stdout
    assert "证书类别：救护员证" in shown
    assert "kind: first-aider certificate" in shown
    assert "holds until: `expires_on`" in shown
    assert json.loads(hub("show", "R01", "--json").stdout)["holds_until"] == "`expires_on`"


def test_show_tells_what_is_named_and_made() -> None:
    """A rule of class s with the ground named for it; a task; the remark of each."""
    assert "class s · makes invitation · 对外名义 named outside G00" in hub("show", "R05").stdout
    shown = hub("show", "R10").stdout
    assert "P0 · version 1 · active · class p · makes admission_task" in shown
    assert "产生必办任务，不发邀请" in shown


def test_a_book_that_betrays_is_refused(mine: Path) -> None:
    """Without a rule of class p at its priority a rule of class s could be told: the checker says which."""
    spoil(mine, "    priority: P2\n    public: G00\n    data_class: p", "    priority: P2\n    data_class: p")
    result = hub("check", mine, "--json")
    codes = [problem["code"] for problem in json.loads(result.stdout)["problems"]]
    assert (result.exit_code, codes) == (78, ["PRIORITY_BETRAYS", "PRIORITY_BETRAYS"])


def test_show_helps_with_a_wrong_id() -> None:
    """An unknown rule is a usage error that names those there are."""
    result = hub("show", "R99")
    assert (result.exit_code, "R01, R02, R03, R04" in result.stderr) == (2, True)


def test_a_failing_case_stops_an_activation(mine: Path) -> None:
    """A book whose cases fail is not published: no broker is even asked."""
    spoil(mine, "{field: grade, is: backbone}", "{field: grade, is: regular}")
    result = hub("activate", mine, "--author", "officer", "--reason", "test", "--bootstrap", "127.0.0.1:9")
    assert result.exit_code == 1
    assert "nothing was published" in result.stderr


def test_a_broken_book_is_not_activated(mine: Path) -> None:
    """A problem in the book is said instead of publishing it."""
    spoil(mine, "priority: P1", "priority: P7")
    result = hub("activate", mine, "--author", "officer", "--reason", "test", "--bootstrap", "127.0.0.1:9")
    assert (result.exit_code, "UNKNOWN_CHOICE" in result.stderr) == (78, True)


def test_schema_prints_the_json_schema() -> None:
    """What is printed can be checked in as it is."""
    assert hub("schema").stdout == book_schema()
