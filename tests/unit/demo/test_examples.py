"""The examples are different kinds of decisions, in words of both languages."""

from __future__ import annotations

from typing import Any

from hub import packaged
from hub.demo.examples import choose, each_guard, each_path, each_rule, each_task, guard_texts, silent_rules
from hub.demo.site import BOOK
from hub.rules.book import load
from hub.simulate.calendar import day_number

RULE = {
    "id": "R01",
    "version": 1,
    "title_zh": "救护员",
    "title_en": "first-aider",
    "reason_zh": "因",
    "reason_en": "why",
}
GUARDS = {"consent": ("没有同意", "no consent")}


def decision(person: int, **changes: Any) -> dict[str, Any]:
    """Return a decision about a person."""
    made: dict[str, Any] = {
        "person": bytes([person]) * 16, "tick": person, "outcome": "invite", "code": "",
        "priority": 1, "rules": [RULE], "kind": "adult", "organisation": "RC-V", "change": "issued",
        "book": "zhejiang-2022@1",
        "facts_used": [{"kind": "certificate", "key": "00", "fields": {"kind": "first_aider"}}],
    }  # fmt: skip
    return made | changes


def test_chooses_different_kinds() -> None:
    """At most five, one per kind and per person, the earliest first."""
    decisions = [
        decision(2),
        decision(1),
        decision(3, change="raised"),
        decision(4, kind="youth"),
        decision(5, outcome="held", change=None, code="consent"),
        decision(6, change="withdrawn", code="consent"),
        decision(7, change="expired"),
    ]
    chosen = choose(decisions, GUARDS)
    assert [example.person[:2] for example in chosen] == ["01", "03", "04", "05", "06"]


def test_tells_rule_guard_and_facts_in_both_languages() -> None:
    """Rule and version, the guard's reason, the organisation, the book and the facts used are all told."""
    (example,) = choose([decision(5, outcome="held", change=None, code="consent")], GUARDS)
    assert example.zh[0] == "R01 v1 救护员：因"
    assert example.en[0] == "R01 v1 first-aider: why"
    assert "consent: no consent" in example.en
    assert "consent：没有同意" in example.zh
    assert example.en[-1] == "rule book zhejiang-2022@1; facts used certificate(kind first_aider)"


def test_every_guard_of_the_book_has_both_texts() -> None:
    """The packaged book gives a Chinese and an English reason for each guard."""
    texts = guard_texts(load(packaged.read_text(BOOK), file=BOOK))
    assert {"consent", "member", "deceased", "region"} <= texts.keys()
    assert all(zh and en for zh, en in texts.values())


def test_every_rule_and_every_guard_is_told_once() -> None:
    """Each rule that hit and each guard that applied has its earliest decision, and how many there were."""
    other = RULE | {"id": "G00", "title_zh": "公益贡献"}
    decisions = [
        decision(3, code="consent", rules=[RULE, other]),
        decision(2, rules=[other]),
        decision(1, rules=[], code="batch"),
    ]
    rules, guards = each_rule(decisions), each_guard(decisions, GUARDS)
    assert [(brief.name, brief.person[:2], brief.times) for brief in rules] == [
        ("G00", "02", 2),
        ("R01", "03", 1),
    ]
    assert rules[0].zh == "公益贡献：因"
    assert rules[0].came_of_it == "G00: issued → RC-V; certificate(kind first_aider)"
    assert guards[0].came_of_it == "R01+G00: issued consent → RC-V; certificate(kind first_aider)"
    assert [(brief.name, brief.en, brief.times) for brief in guards] == [("consent", "no consent", 1)]


def test_rules_that_make_tasks_are_told_by_their_tasks() -> None:
    """A rule that makes no invitation is told by the first task it made."""
    opened = {
        "task_id": "1", "person": b"\x07" * 16, "tick": 5, "rule_id": "R10", "reason_zh": "提名",
        "reason_en": "nominated", "kind": "admission", "status": "open", "organisation": "RC-S",
        "due_on": day_number("2022-03-01"),
    }  # fmt: skip
    (brief,) = each_task([opened])
    assert (brief.name, brief.zh, brief.en, brief.times) == ("R10", "任务：提名", "task: nominated", 1)
    assert brief.came_of_it == "admission open → RC-S, due 2022-03-01"


def test_every_way_in_is_told_by_the_first_invitation_to_it() -> None:
    """A path has its earliest invitation, by the kind of member; other decisions do not count."""
    book = load(packaged.read_text(BOOK), file=BOOK)
    decisions = [decision(3, kind="youth"), decision(2), decision(1, kind="youth", change="expired")]
    paths = each_path(decisions, book)
    assert [(brief.name, brief.person[:2], brief.times) for brief in paths] == [
        ("R16", "03", 1),
        ("R16-adult", "02", 1),
    ]
    assert all(brief.zh and brief.en for brief in paths)


def test_rules_without_a_decision_are_told_with_why() -> None:
    """A rule that is off, one of class s and one that nobody met each say so; the others are left out."""
    book = load(packaged.read_text(BOOK), file=BOOK)
    told = {rule.id for rule in book.rules} - {"R01", "R05", "R13"}
    assert [(silent.name, silent.why, silent.public) for silent in silent_rules(book, told)] == [
        ("R01", "no hit", "R01"),
        ("R05", "class s", "G00"),
        ("R13", "off", "G00"),
    ]
