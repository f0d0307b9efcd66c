"""What two rule books say differently."""

from __future__ import annotations

from typing import Any

import pytest

from hub import packaged
from hub.rules.book import load
from hub.rules.difference import differences
from hub.rules.model import RuleBook

TEXT = packaged.read_text("rules/books/zhejiang-2022.yaml")
BOOK = load(TEXT, file="book")


def changed(rule_id: str, **fields: Any) -> RuleBook:
    """Return the book with one rule that says something else."""
    return BOOK.with_rules(
        tuple(rule.model_copy(update=fields) if rule.id == rule_id else rule for rule in BOOK.rules)
    )


def test_a_book_does_not_differ_from_itself() -> None:
    """Nothing is found, whatever the YAML looked like."""
    assert differences(BOOK, load(TEXT + "\n# a remark\n", file="other")) == []


def test_rules_come_and_go() -> None:
    """A rule that is only in one of them is added or removed, with its titles."""
    shorter = BOOK.with_rules(tuple(rule for rule in BOOK.rules if rule.id != "R03"))
    (gone,), (come,) = differences(BOOK, shorter), differences(shorter, BOOK)
    assert (gone.section, gone.id, gone.kind, come.kind) == ("rule", "R03", "removed", "added")
    assert (gone.title_zh, gone.title_en) == (come.title_zh, come.title_en)
    assert gone.title_zh.startswith("一年内")


def test_a_condition_is_compared_in_words() -> None:
    """What changed is shown in both languages, and that the version was not raised."""
    other = load(TEXT.replace("within_months: 12", "within_months: 6", 1), file="other")
    (found,) = differences(BOOK, other)
    assert (found.section, found.id, found.same_version) == ("rule", "R03", True)
    assert {change.field for change in found.changes} == {"when.zh", "when.en"}
    assert "not more than 6 months ago" in str(found.changes[1].after)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"status": "off", "version": 9}, {"status", "version"}),
        ({"priority": 3}, {"priority"}),
        ({"title": BOOK.rules[1].title}, {"title.zh", "title.en"}),
        ({"cooldown_days": 9}, {"cooldown_days"}),
    ],
    ids=["status", "priority", "title", "a field that was not there"],
)
def test_each_field_is_named(fields: dict[str, Any], names: set[str]) -> None:
    """Every field that says something else stands with what it said and says."""
    (found,) = differences(BOOK, changed("R01", **fields))
    assert {change.field for change in found.changes} == names
    assert all(change.before != change.after for change in found.changes)
    assert found.same_version is ("version" not in fields)


def test_switching_a_rule_off_needs_no_other_version() -> None:
    """No decision is made by it, so none can be taken for another."""
    (found,) = differences(BOOK, changed("R01", status="off"))
    assert not found.same_version


def test_the_book_itself_and_its_guards_are_compared() -> None:
    """Terms of the book, and the kind and reason of a guard."""
    guard = BOOK.guards[0].model_copy(update={"kind": "hold"})
    other = BOOK.model_copy(update={"version": 3, "guards": (guard, *BOOK.guards[1:])})
    assert [(each.section, each.id, each.kind) for each in differences(BOOK, other)] == [
        ("book", "", "changed"), ("guard", guard.code, "changed"),
    ]  # fmt: skip
