"""The cases beside the book: all pass, and a wrong one is told apart."""

from __future__ import annotations

from typing import Final

import pytest

from hub import packaged
from hub.rules.cases import Case, Cases, load_cases, run
from hub.rules.model import GuardCode
from hub.rules.problems import RuleBookError
from tests.unit.rules.facts import BOOK, COMPILED

FILE: Final = "zhejiang-2022.cases.yaml"
CASES: Final = load_cases(packaged.read_text(f"rules/books/{FILE}"), file=FILE)
ONE: Final = """\
book: zhejiang-2022
cases:
  - title: {zh: 有效, en: Valid}
    today: 2022-06-15
    facts:
      - certificate: {kind: first_aider, issued_on: 2021-03-01, expires_on: 2024-02-29}
    expect: {rules: {R01: 2024-02-29}, outcome: invite}
"""


@pytest.mark.parametrize("index", range(len(CASES.cases)), ids=lambda index: f"line-{CASES.lines[index]}")
def test_a_case_of_the_packaged_book_passes(index: int) -> None:
    """The book answers what an officer wrote down, compiled and interpreted alike."""
    (result,) = run(COMPILED, Cases(CASES.book, (CASES.cases[index],), (CASES.lines[index],)))
    assert result.differences == (), result.case.title.en


def test_the_cases_cover_the_book() -> None:
    """Every rule fires in one case and is stopped by a guard in another; every guard has a case."""
    fired = {rule for case in CASES.cases if case.expect.outcome == "invite" for rule in case.expect.rules}
    stopped = {rule for case in CASES.cases if case.expect.code is not None for rule in case.expect.rules}
    assert fired >= {rule.id for rule in BOOK.rules} <= stopped
    assert {case.expect.code for case in CASES.cases} >= set(GuardCode)
    assert {case.expect.path for case in CASES.cases} == {"adult", "youth"}


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        pytest.param(("R01: 2024-02-29", "R01: 2024-03-01"), "rules: expected", id="end"),
        pytest.param(("{R01: 2024-02-29}", "{}"), "rules: expected", id="rule"),
        pytest.param(("outcome: invite", "outcome: held, code: consent"), "outcome: expected", id="outcome"),
        pytest.param(("outcome: invite", "outcome: invite, path: youth"), "path: expected youth", id="path"),
        pytest.param(
            ("outcome: invite", "outcome: invite, next_change: never"),
            "next_change: expected never",
            id="change",
        ),
    ],
)
def test_a_wrong_case_fails(change: tuple[str, str], difference: str) -> None:
    """Each thing a case expects is really looked at."""
    (result,) = run(COMPILED, load_cases(ONE.replace(*change), file=FILE))
    assert len(result.differences) == 1
    assert result.differences[0].startswith(difference)


@pytest.mark.parametrize(
    ("change", "code", "near"),
    [
        pytest.param(("certificate:", "certificat:"), "UNKNOWN_FACT", "certificate", id="fact"),
        pytest.param(("expires_on", "expired_on"), "UNKNOWN_FIELD", "expires_on", id="field"),
        pytest.param(("first_aider", "first_aidr"), "UNKNOWN_VALUE", "first_aider", id="value"),
        pytest.param(("kind: first_aider", "kind: 3"), "VALUE_TYPE", "", id="type"),
        pytest.param(("2021-03-01", "soon"), "NOT_A_DAY", "", id="day"),
        pytest.param(("today: 2022-06-15", "today: today"), "NOT_A_DAY", "", id="today"),
        pytest.param(("R01: 2024-02-29", "R01: later"), "NOT_A_DAY", "", id="end"),
        pytest.param(("outcome: invite", "outcome: held"), "MISSING_KEY", "", id="held-without-code"),
        pytest.param(
            ("outcome: invite", "outcome: held, code: consents"), "UNKNOWN_CODE", "consent", id="code"
        ),
        pytest.param(
            ("    facts:", "    person: {ages: 3}\n    facts:"), "UNKNOWN_FIELD", "age", id="person"
        ),
        pytest.param(("    facts:", "    fact:"), "UNKNOWN_KEY", "facts", id="key"),
    ],
)
def test_a_broken_case_is_explained(change: tuple[str, str], code: str, near: str) -> None:
    """Mistakes in a case are found with their place, as in a book."""
    with pytest.raises(RuleBookError) as caught:
        load_cases(ONE.replace(*change), file=FILE)
    (problem,) = caught.value.problems
    assert (problem.code, problem.nearest) == (code, near)
    assert problem.line > 1


def test_a_case_says_who_it_is_for() -> None:
    """Every case has a title in both languages, and no two the same."""
    titles: list[Case] = list(CASES.cases)
    assert len({case.title.zh for case in titles}) == len({case.title.en for case in titles}) == len(titles)
