"""Warnings about a book: what is not warned of. What is stands in the golden files."""

from __future__ import annotations

from typing import Final

import pytest

from hub.rules.book import read
from hub.rules.lint import lint
from hub.rules.source import Source
from tests.unit.rules.goldens import GOLDEN, HERE

SAMPLE: Final = (HERE / "sample.yaml").read_text(encoding="utf-8")
SHADOWED: Final = next(GOLDEN.glob("*-shadowed_rule.yaml")).read_text(encoding="utf-8")
TWICE: Final = next(GOLDEN.glob("*-same_condition_other_priority.yaml")).read_text(encoding="utf-8")


def warned(text: str) -> list[str]:
    """Return the codes of the warnings about a book that has no problem."""
    source = Source(text, "f")
    book = read(source)
    lint(source, book)
    return [each.code for each in source.problems]


def second(text: str, old: str, new: str) -> str:
    """Replace in the book's second rule."""
    before, after = text.split("  - id: R20", 1)
    assert old in after
    return f"{before}  - id: R20{after.replace(old, new, 1)}"


def test_the_books_these_begin_with_are_warned_of() -> None:
    """A rule within a better one, and two that contradict; the valid book has nothing."""
    assert (warned(SHADOWED), warned(TWICE), warned(SAMPLE)) == (["SHADOWED_RULE"], ["SAME_CONDITION"], [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("priority: P2", "priority: P0", id="a-better-priority"),
        pytest.param("status: active", "status: off", id="switched-off"),
        pytest.param("    when:", "    makes: transfer_notice\n    when:", id="another-effect"),
        pytest.param("is: first_aider", "is: trainer", id="other-people"),
    ],
)
def test_a_rule_that_adds_something_is_not_shadowed(old: str, new: str) -> None:
    """Better, off, of another effect or for other people: the rule within another has its own sense."""
    assert warned(second(SHADOWED, old, new)) == []


def test_a_rule_that_is_off_shadows_nothing() -> None:
    """The better one is off: then the other is all there is."""
    assert warned(SHADOWED.replace("status: active", "status: off", 1)) == []


def test_a_rule_on_trial_is_compared_with_active_ones() -> None:
    """On trial in vain is worth a warning; an active rule is not held against one on trial."""
    assert warned(second(SHADOWED, "status: active", "status: shadow")) == ["SHADOWED_RULE"]
    assert warned(SHADOWED.replace("status: active", "status: shadow", 1)) == []


def test_a_longer_cool_down_makes_a_rule_the_narrower_one() -> None:
    """A rule with its own cool-down is within one without it, and not the other way round."""
    with_own = second(TWICE, "    when:", "    cooldown_days: 700\n    when:")
    assert warned(with_own) == ["SHADOWED_RULE"]
    assert warned(TWICE.replace("    when:", "    cooldown_days: 700\n    when:", 1)) == []


def test_a_rule_within_a_dead_one_is_not_compared() -> None:
    """One mistake is said once: what nobody can meet is not also said to be covered by another."""
    dead = second(SHADOWED, "{field: revoked_on, absent: true}", "{field: kind, is: trainer}")
    assert warned(dead) == ["CANNOT_HOLD"]
