"""What runs in the shadow of the active rule book: its own rules on trial, or a whole other book.

Only grounds of class p that invite are tried. A rule of class s on trial is not evaluated at all: the one
stage that knows such facts counts nothing by rule.
"""

from __future__ import annotations

from typing import NamedTuple

from hub.rules.compile import CompiledBook
from hub.rules.model import Rule, RuleBook


class Trial(NamedTuple):
    """A rule book that is evaluated and reaches nobody."""

    book: CompiledBook
    run: int
    """Since when it runs, ms since 1970-01-01 UTC: tells two trials of one book apart."""


def on_trial(book: RuleBook) -> RuleBook | None:
    """Return a book as it would be with its rules on trial switched on; None when there are none."""
    rules = tuple(_switched_on(rule) for rule in book.rules)
    return book.with_rules(rules) if rules != book.rules else None


def _switched_on(rule: Rule) -> Rule:
    if rule.status == "shadow" and rule.data_class == "p" and rule.makes == "invitation":
        return rule.model_copy(update={"status": "active"})
    return rule
