"""The rule books that evaluation is measured with."""

from __future__ import annotations

import pytest

from bench.rules import LARGE, TODAY, book_of, measure, people
from hub.rules import interpret
from hub.rules.compile import compile_book
from hub.rules.logic import impossible


def test_the_large_book_is_no_copy_of_the_small_one() -> None:
    """Two hundred rules, all of them of other ids and other conditions, which somebody can meet."""
    book = book_of(LARGE)
    assert len({rule.id for rule in book.rules}) == len({rule.condition for rule in book.rules}) == LARGE
    assert not [rule.id for rule in book.rules if impossible(rule.condition)]
    known = {kind for facts in people(200) for kind in facts}
    added = compile_book(book.with_rules(book.rules[len(book_of(1).rules) :])).kinds
    assert added <= known


def test_most_of_the_large_book_hits_somebody() -> None:
    """Nine of ten that invite hit one of the people who are measured, and the interpreter says the same."""
    book, persons = book_of(LARGE), people()
    compiled = compile_book(book)
    hit = {hit.rule.id for facts in persons for hit in compiled.hits(facts, TODAY)}
    assert len(hit) > 0.9 * len(book.inviting())
    for facts in persons[:20]:
        assert compiled.hits(facts, TODAY) == interpret.hits(book, facts, TODAY)


def test_a_measurement_has_every_figure() -> None:
    """Times are above nothing, and asking everything takes no less than asking for the rules."""
    cost = measure(book_of(18), people(50), rounds=2)
    assert cost.rules == 18
    assert min(cost.compile_ms, cost.outlook, cost.all, cost.hits) > 0


def test_there_is_an_end_to_variations() -> None:
    """More rules than there are variations for are refused, not repeated."""
    with pytest.raises(ValueError, match="variations"):
        book_of(1_000)
