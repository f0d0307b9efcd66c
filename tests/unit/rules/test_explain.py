"""Explanations, leaf by leaf and in one paragraph."""

from __future__ import annotations

from typing import Any

import pytest

from hub.rules.explain import explain, explain_sensitive, paragraph, render_en, render_rules, render_zh
from tests.unit.rules.facts import BOOK, COMPILED, TODAY, book_with, facts

VALID: dict[str, Any] = {
    "key": b"c",
    "kind": "first_aider",
    "issued_on": TODAY - 10,
    "expires_on": TODAY + 10,
}
DECISION: dict[str, Any] = {
    "outcome": "invite", "code": "", "priority": 1, "kind": "adult", "organisation": "ORG-1",
    "book": "zhejiang-2022@1",
    "rules": [{"id": "R01", "version": 1, "title_zh": "持有有效救护员证", "title_en": "Holds a certificate",
               "reason_zh": "您持有救护员证。", "reason_en": "You hold a certificate.", "until": TODAY}],
    "facts_used": [
        {"kind": "certificate", "key": "63", "fields": {"kind": "first_aider", "issued_on": "2021-03-01"}}
    ],
}  # fmt: skip


def test_the_tree_shows_what_was_seen_and_asked() -> None:
    """Every leaf stands there with its value and the demand, in both languages."""
    found = explain(COMPILED, facts({"consent": "missing"}, certificate=[VALID]), TODAY)
    zh, en = render_zh(found), render_en(found)
    assert "✓ R01 持有有效救护员证 — 至 2022-06-25" in zh
    assert "✓ 有效期至：2022-06-25（要求：不早于今天）" in zh
    assert "✗ 没有“救援队员身份”记录" in zh
    assert "✓ expires on: 2022-06-25 (required: today or later)" in en
    assert "! consent (hold) There is no usable consent" in en
    assert "consent: missing (required: known, and not valid)" in en
    assert found.code == "consent"


def test_entries_are_told_apart() -> None:
    """With two certificates one sees which of them served."""
    found = explain(COMPILED, facts(certificate=[{**VALID, "revoked_on": TODAY}, VALID]), TODAY)
    assert "✗ entry 1" in render_en(found)
    assert "✓ 第 2 项" in render_zh(found)


def test_the_youth_path_is_explained() -> None:
    """The condition of the path taken is shown with the age."""
    found = explain(COMPILED, facts({"age": 17}), TODAY)
    assert found.path.kind == "youth"
    assert "✓ 周岁：17（要求：不大于 17）" in render_zh(found)
    assert "Guards: none applies" in render_en(found)


def test_a_rule_on_trial_is_marked() -> None:
    """A shadow rule is explained too, and said to have no effect."""
    from hub.rules.compile import compile_book

    found = explain(
        compile_book(book_with(BOOK.rules[0].when, status="shadow")), facts(certificate=[VALID]), TODAY
    )
    assert "(on trial: not acted on)" in render_en(found)


def test_a_sensitive_rule_is_explained_apart() -> None:
    """What matching explains has no rule of class s, whatever it is shown; what the person may ask has."""
    person = facts(hsc_donation=[{"key": b"2022-03", "completed_on": TODAY - 100}])
    found = explain(COMPILED, person, TODAY)
    shown = render_zh(found) + render_en(found)
    for each in BOOK.rules:
        assert (each.title_zh in shown) is (each.data_class == "p" and each.status == "active"), each.id
    told = explain_sensitive(COMPILED, person, TODAY)
    assert [each.rule.id for each in told if each.trace.holds] == ["R05"]
    assert "✓ R05 造血干细胞捐献者 — 无期限（对外以 G00 的名义）" in render_rules(told, "zh")
    assert "✗ R06 Family of somebody whose organs or body were given (named G00 outside)" in render_rules(
        told, "en"
    )


def test_what_a_rule_makes_is_told() -> None:
    """A task and a notice are marked as such: they are no invitation."""
    person = facts(
        {"member": True, "moved": True},
        candidacy=[{"key": b"1", "status": "nominated", "session_on": TODAY + 9}],
    )
    found = explain(COMPILED, person, TODAY)
    assert "✓ R10 理事候选人须先履行入会手续 — 至 2022-06-24（产生入会办理任务）" in render_zh(found)
    assert "whose organisation is no more — no end (makes a transfer notice)" in render_en(found)


def test_an_organisation_is_invited_as_a_group() -> None:
    """The kind of a decision about an organisation is told in both languages."""
    group = {**DECISION, "kind": "group"}
    assert "（P1，团体会员，ORG-1）" in paragraph(group, "zh")
    assert "(P1, group member, ORG-1)" in paragraph(group, "en")


def test_the_explanation_agrees_with_the_compiled_book() -> None:
    """What is ticked is what hits."""
    person = facts(certificate=[VALID], course=[{"key": b"1", "completed_on": TODAY - 5}])
    ticked = {each.rule.id for each in explain(COMPILED, person, TODAY).rules if each.trace.holds}
    assert ticked == {hit.rule.id for hit in COMPILED.hits(person, TODAY)} == {"R01", "R03"}


def test_a_decision_is_one_paragraph() -> None:
    """Rule, reason, facts used and what comes of it, in the words the rule had then."""
    assert paragraph(DECISION, "zh") == (
        "规则 R01（第 1 版，至 2022-06-15）“持有有效救护员证”：您持有救护员证。"
        "所依据的事实：培训证书（发证日期 2021-03-01，证书类别 救护员证）。"
        "结果：发出邀请（P1，成人会员，ORG-1）。（规则集 zhejiang-2022@1）"
    )
    assert paragraph(DECISION, "en") == (
        "Rule R01 (version 1, until 2022-06-15), Holds a certificate: You hold a certificate. "
        "Facts used: a training certificate (issued on 2021-03-01, kind first-aider certificate). "
        "Outcome: invited (P1, adult member, ORG-1). [rule book zhejiang-2022@1]"
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("zh", "结果：暂缓（guardian）：未满 18 周岁，尚无监护人同意。", id="zh"),
        pytest.param(
            "en", "Outcome: held (guardian): The person is under 18 and no guardian has consented.", id="en"
        ),
    ],
)
def test_what_stood_in_the_way_is_told(language: Any, expected: str) -> None:
    """A decision that holds somebody gives the guard's text."""
    held = {**DECISION, "outcome": "held", "code": "guardian"}
    assert expected in paragraph(held, language, BOOK)
    assert "guardian" in paragraph(held, language)
