"""Facts as rules see them, for tests of rules."""

from __future__ import annotations

from typing import Any, Final

from hub import packaged
from hub.rules.book import load
from hub.rules.compile import CompiledBook, compile_book
from hub.rules.hit import Facts
from hub.rules.model import Condition, Rule, RuleBook

TODAY: Final = 19_158
"""2022-06-15."""
ORDINARY: Final[dict[str, Any]] = {
    "key": b"", "age": 34, "student": False, "citizen": True, "deceased": False, "erasure": False,
    "superseded": False, "never": False, "member": False, "applied": False, "review": "", "consent": "valid",
    "guardian_missing": False, "region_known": True, "group": False, "stale_grounds": False, "moved": False,
}  # fmt: skip
"""The computed subject of somebody nothing speaks against."""
BOOK: Final[RuleBook] = load(packaged.read_text("rules/books/zhejiang-2022.yaml"), file="zhejiang-2022.yaml")
COMPILED: Final[CompiledBook] = compile_book(BOOK)


def facts(subject: dict[str, Any] | None = None, **entries: list[dict[str, Any]]) -> Facts:
    """Return facts with a subject that is ordinary but for what is given."""
    return {"subject": [{**ORDINARY, **(subject or {})}], **entries}


def book_with(when: Condition, **changes: Any) -> RuleBook:
    """Return a book with one rule."""
    rule = BOOK.rules[0].model_copy(update={"when": when, **changes})
    return BOOK.with_rules((rule,))


def rule(book: RuleBook, rule_id: str) -> Rule:
    """Return a rule that must be there."""
    found = book.rule(rule_id)
    assert found is not None
    return found
