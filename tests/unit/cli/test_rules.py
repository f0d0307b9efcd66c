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
    assert json.loads(hub("check", "zhejiang-2022", "--json").stdout) == {
        "ok": True, "problems": [], "warnings": [],
    }  # fmt: skip


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


SHADOWED = """\
  - id: R20
    version: 1
    title: {zh: 三星以上在队, en: Three stars}
    reason: {zh: 诚邀您加入。, en: Please join.}
    phrase: 志愿者
    source: D
    priority: P3
    data_class: p
    discloses: [name, phone]
    when:
      fact: volunteer
      where:
        - {field: status, is: active}
        - {field: level, is: registered}
        - {field: active_on, within_months: 6}

  - id: R10
"""


def test_check_warns_and_can_be_strict(mine: Path) -> None:
    """Warnings leave the exit code alone, unless --strict makes problems of them; both are in the JSON."""
    spoil(mine, "  - id: R10\n", SHADOWED)
    result = hub("check", mine)
    assert (result.exit_code, "warning SHADOWED_RULE" in result.stdout) == (0, True)
    assert "办法：请删除该规则" in result.stdout
    assert "1 warning. Next: hub rules test" in result.stdout
    document = json.loads(hub("check", mine, "--json").stdout)
    assert (document["ok"], [each["code"] for each in document["warnings"]]) == (
        True, ["SHADOWED_RULE"],
    )  # fmt: skip
    assert document["warnings"][0]["severity"] == "warning"
    assert document["warnings"][0]["cure_zh"]
    strict = hub("check", mine, "--strict", "--json")
    assert (strict.exit_code, json.loads(strict.stdout)["ok"]) == (78, False)


def test_check_names_the_place_and_the_cure(mine: Path) -> None:
    """A problem has file, line, column and cure, for people and in the JSON."""
    spoil(mine, "fact: certificate", "fact: certificat")
    (problem,) = json.loads(hub("check", mine, "--json").stdout)["problems"]
    place = f"{mine}:{problem['line']}:{problem['column']}: UNKNOWN_FACT"
    shown = hub("check", mine).stdout
    assert place in shown
    assert f"cure: {problem['cure']}" in shown
    assert "1 problem\n" in shown


def test_test_tells_what_each_rule_did() -> None:
    """The table has a row for every rule, path and guard, and all lines of the packaged book are tried."""
    shown, document = (
        hub("test", "zhejiang-2022").stdout,
        json.loads(hub("test", "zhejiang-2022", "--json").stdout),
    )
    tried = {each["id"]: each for each in document["tried"]}
    assert all(f"{each['what']} {name}" in shown for name, each in tried.items())
    assert all(each["failed"] == 0 < each["passed"] for each in tried.values())
    assert all(line["true"] and line["false"] for each in tried.values() for line in each["lines"])
    assert "从未" not in shown
    assert (tried["R01"]["hits"], tried["R01"]["stopped"]) > (20, 10)


def test_test_shows_a_failure_line_by_line(mine: Path) -> None:
    """What was expected, what came, and each line of the rule with what was there and where it stands."""
    spoil(mine, "{field: grade, is: backbone}", "{field: grade, is: regular}")
    shown = hub("test", mine).stdout
    line = next(
        number for number, text in enumerate(mine.read_text(encoding="utf-8").splitlines(), 1)
        if "grade, is: regular" in text
    )  # fmt: skip
    assert "rules: expected R02 open, found nothing" in shown
    assert f"✗ {line}: grade is: regular — found 实为 backbone" in shown
    document = json.loads(hub("test", mine, "--json").stdout)
    wrong = [each for case in document["cases"] for each in case["wrong"]]
    assert {"what": "rules", "expected": "R02 open", "found": "nothing", "rule": "R02"} in wrong
    assert next(each for each in document["tried"] if each["id"] == "R02")["failed"] == 6


def test_test_shows_the_guard_behind_an_outcome(mine: Path) -> None:
    """When a guard no longer stops anybody it is shown with its lines, and so is a path that changed."""
    spoil(mine, "{field: deceased, is: true}", "{field: deceased, is: false}")
    shown = hub("test", mine).stdout
    assert "outcome: expected stop deceased, found invite" in shown
    assert "guard deceased does not hold 不成立" in shown
    assert "deceased is: false — found 实为 true" in shown


def test_test_says_which_line_no_case_tries(mine: Path) -> None:
    """A line that is always true in the cases is named, with its place."""
    cases = mine.with_name("mine.cases.yaml")
    text = cases.read_text(encoding="utf-8")
    cases.write_text(text.replace("region_known: false", "region_known: true"), encoding="utf-8")
    assert "region: subject.region_known is: false — never true 从未成立" in hub("test", mine).stdout


def test_copy_makes_files_of_ones_own(tmp_path: Path) -> None:
    """Book, cases and schema are copied as they are, and the copy passes its check."""
    result = hub("copy", "zhejiang-2022", tmp_path / "my.yaml")
    assert result.exit_code == 0
    assert f"Next: hub rules check {tmp_path / 'my.yaml'}" in result.stdout.replace("\n", " ")
    assert (tmp_path / "my.yaml").read_text(encoding="utf-8") == packaged.read_text(BOOK)
    assert (tmp_path / "my.cases.yaml").read_text(encoding="utf-8") == packaged.read_text(CASES)
    assert (tmp_path / "book.schema.json").read_text(encoding="utf-8") == book_schema()
    assert hub("check", tmp_path / "my.yaml", "--strict").exit_code == 0


def test_copy_writes_nothing_over(mine: Path) -> None:
    """What is there stays there, nothing else is written; and a book's name ends in .yaml."""
    before = sorted(path.name for path in mine.parent.iterdir())
    for to, said in ((mine, "there already"), (mine.with_suffix(".txt"), "is no name of a book")):
        result = hub("copy", "zhejiang-2022", to)
        assert (result.exit_code, said in result.stderr) == (2, True)
    assert sorted(path.name for path in mine.parent.iterdir()) == before
