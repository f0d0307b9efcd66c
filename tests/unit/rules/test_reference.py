"""The generated pages about rules and facts."""

from __future__ import annotations

import pytest

from hub.core.subject import READABLE
from hub.rules.days import Moment
from hub.rules.model import All, AnyOf, Condition, FactCondition, Leaf, NoneOf
from hub.rules.operators import OPERATORS
from hub.rules.reference import describe, ends, facts_reference, rules_reference
from tests.unit.rules.facts import BOOK, rule

COURSE = FactCondition(fact="course", where=(Leaf(field="completed_on", operator="within_months", value=12),))
TEAM = FactCondition(fact="rescue_member", where=(Leaf(field="status", operator="is", value="active"),))
REFUSED = FactCondition(
    fact="subject", where=(Leaf(field="declined_on", operator="after", value=Moment(-365, "days")),)
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(COURSE, "`completed_on` + 12 months", id="within"),
        pytest.param(TEAM, "no end", id="no-day"),
        pytest.param(REFUSED, "the day before `declined_on` + 365 days", id="after"),
        pytest.param(All(all=(COURSE, TEAM)), "`completed_on` + 12 months", id="all"),
        pytest.param(AnyOf(any=(COURSE, TEAM)), "the last of: `completed_on` + 12 months, no end", id="any"),
        pytest.param(NoneOf(none=(COURSE,)), "no end", id="none"),
        pytest.param(rule(BOOK, "R01").when, "`expires_on`", id="R01"),
    ],
)
def test_the_end_of_a_ground_is_said(condition: Condition, expected: str) -> None:
    """The page tells how long a ground holds, derived from its condition."""
    assert ends(condition) == expected


def test_the_page_of_rules_shows_the_book() -> None:
    """Every rule, guard and comparison is on the page, in both languages."""
    page = rules_reference(BOOK)
    for each in BOOK.rules:
        assert f"### {each.id} {each.title_zh} · {each.title_en}" in page
        assert each.reason_zh in page
        assert each.phrase in page
        assert each.remark is None or each.remark.zh in page
    for guard in BOOK.guards:
        assert f"| `{guard.code}` | {guard.kind} | {guard.reason_zh}<br>{guard.reason_en} |" in page
    for operator in OPERATORS:
        assert f"| `{operator.name}` |" in page


def test_the_page_of_rules_shows_what_is_named_and_made() -> None:
    """The ground with its text, who is named by it, what makes a task, and the terms of both."""
    page = rules_reference(BOOK)
    (ground,) = BOOK.grounds
    assert f"**{ground.id}** (version {ground.version}): {ground.title_zh} · {ground.title_en}" in page
    assert "P2 · class s · named outside 对外名义 G00 · S0" in page
    assert "P0 · class p · makes `admission_task` · S0" in page
    assert "集中发出: P3 星期一 monday" in page
    assert "due 入会办理期限: 14 days before the session" in page
    assert "recalled, once, after 提醒一次: 30 days" in page


def test_the_page_of_facts_shows_every_field() -> None:
    """Every kind with every field, its merge and its known values."""
    page = facts_reference()
    for kind in READABLE:
        assert f"## {kind.name} {kind.doc_zh}" in page
        for field in kind.fields:
            assert f"| `{field.name}` | {field.type.value} |" in page
    assert "`first_aider` 救护员证" in page


def test_a_negation_is_described() -> None:
    """``none`` reads as what must not hold."""
    assert list(describe(NoneOf(none=(TEAM,)), "en")) == [
        "- none of:", "  - membership of a rescue team:", "    - status: active",
    ]  # fmt: skip
    assert next(describe(NoneOf(none=(TEAM,)), "zh")) == "- 均不满足："
