"""The cases beside the book: all pass, and a wrong one is told apart."""

from __future__ import annotations

from typing import Final

import pytest

from hub import packaged
from hub.rules.cases import Case, Cases, load_cases, run
from hub.rules.condition import conditions_of
from hub.rules.model import GuardCode
from hub.rules.problems import RuleBookError
from tests.unit.rules.facts import BOOK, COMPILED
from tests.unit.rules.facts import rule as rule_of

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


def _fired(case: Case) -> set[str]:
    """Return the rules a case says hit, whatever they make and whoever may know."""
    return {*case.expect.rules, *case.expect.sensitive, *case.expect.tasks}


def test_the_cases_cover_the_book() -> None:
    """Every rule fires in one case and its invitation is stopped in another; every guard has a case."""
    inviting = {rule.id for rule in BOOK.rules if rule.makes == "invitation"}
    fired = {rule for case in CASES.cases for rule in _fired(case) if case.expect.outcome == "invite"}
    stopped = {rule for case in CASES.cases for rule in _fired(case) if case.expect.code is not None}
    assert fired >= inviting <= stopped
    assert {rule for case in CASES.cases for rule in case.expect.tasks} == {
        rule.id for rule in BOOK.rules
    } - inviting
    assert {case.expect.code for case in CASES.cases} >= set(GuardCode)
    assert {case.expect.path for case in CASES.cases} == {"group", "youth", "adult"}


@pytest.mark.parametrize("rule", [rule.id for rule in BOOK.rules])
@pytest.mark.parametrize(("zh", "en"), [("迟到", "late"), ("乱序", "out of order")])
def test_every_rule_is_tried_late_and_out_of_order(rule: str, zh: str, en: str) -> None:
    """For each rule there is a case of what arrives late, and one of what arrives in the wrong order."""
    kinds = _reads(rule)
    about = [case for case in CASES.cases if zh in case.title.zh and en in case.title.en.lower()]
    assert [
        case for case in about if kinds & {kind for fact in case.facts for kind in fact} or _moved(case, rule)
    ]


def _reads(rule_id: str) -> set[str]:
    return {fact.fact for fact in conditions_of(rule_of(BOOK, rule_id).when)} - {"subject"}


def _moved(case: Case, rule: str) -> bool:
    """Return whether a case is about R18, which reads nothing but the computed subject."""
    return rule == "R18" and "moved" in case.person


@pytest.mark.parametrize("rule", ["R13", "R15"])
def test_rules_that_are_off_are_tried_apart(rule: str) -> None:
    """A rule that is off says nothing in a case, unless the case switches it on."""
    for case in CASES.cases:
        if rule in case.expect.sensitive:
            assert rule in case.switch_on
            off = case.model_copy(update={"switch_on": ()})
            (result,) = run(COMPILED, Cases(CASES.book, (off,), (1,)))
            assert any(difference.startswith("sensitive: expected") for difference in result.differences)


def test_a_rule_switched_on_must_exist() -> None:
    """A case that switches on what is not there fails, and says so."""
    (result,) = run(
        COMPILED, load_cases(ONE.replace("    facts:", "    switch_on: [R99]\n    facts:"), file=FILE)
    )
    assert result.differences == ("switch_on: expected R99, found no rule R99",)


def test_no_case_names_a_sensitive_rule_outside() -> None:
    """What an organisation would read never has the id of a rule of class s."""
    sensitive = {rule.id for rule in BOOK.rules if rule.data_class == "s"}
    named = [case.expect.named for case in CASES.cases if case.expect.named is not None]
    assert sum("G00" in ids for ids in named) > 5
    assert not sensitive & {rule for ids in named for rule in ids}
    assert not sensitive & {rule for case in CASES.cases for rule in case.expect.rules}


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
        pytest.param(
            ("outcome: invite", "outcome: invite, named: [G00]"), "named: expected G00, found R01", id="named"
        ),
        pytest.param(
            ("outcome: invite", "outcome: invite, sensitive: {R05: open}"),
            "sensitive: expected",
            id="sensitive",
        ),
        pytest.param(
            ("outcome: invite", "outcome: invite, tasks: {R10: [2022-09-20]}"), "tasks: expected", id="tasks"
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
        pytest.param(
            ("outcome: invite", "outcome: invite, sensitive: {R05: soon}"),
            "NOT_A_DAY",
            "",
            id="sensitive-end",
        ),
        pytest.param(
            ("outcome: invite", "outcome: invite, tasks: {R10: [soon]}"), "NOT_A_DAY", "", id="task-end"
        ),
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
