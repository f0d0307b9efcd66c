"""The examples are different kinds of decisions, in words of both languages."""

from __future__ import annotations

from typing import Any

import yaml

from hub import packaged
from hub.demo.examples import choose, guard_texts
from hub.demo.site import BOOK

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
    texts = guard_texts(yaml.safe_load(packaged.read_text(BOOK)))
    assert {"consent", "member", "deceased", "region"} <= texts.keys()
    assert all(zh and en for zh, en in texts.values())
