"""What the cases try: which rules hit and only just do not, which lines were true and false."""

from __future__ import annotations

from typing import Any, Final

import pytest

from hub import packaged
from hub.rules.book import load
from hub.rules.cases import Cases, load_cases
from hub.rules.coverage import Tried, cover
from hub.rules.model import RuleBook
from tests.unit.rules.facts import BOOK
from tests.unit.rules.goldens import HERE

SAMPLE: Final = load((HERE / "sample.yaml").read_text(encoding="utf-8"), file="sample.yaml")
CASES: Final = load_cases((HERE / "sample.cases.yaml").read_text(encoding="utf-8"), file="c")
PACKAGED: Final = load_cases(packaged.read_text("rules/books/zhejiang-2022.cases.yaml"), file="c")


def tried(name: str, book: RuleBook = SAMPLE, cases: Cases = CASES) -> Tried:
    """Return what the cases show of one rule, path or guard."""
    return next(each for each in cover(book, cases) if each.owner.id == name)


def without(title: str) -> Cases:
    """Return the sample's cases without one."""
    kept = tuple(case for case in CASES.cases if case.title.en != title)
    assert len(kept) < len(CASES.cases)
    return Cases(CASES.book, kept, CASES.lines[: len(kept)])


def test_a_rule_is_tried_from_both_sides() -> None:
    """Hits, near misses and hits that a guard stopped are counted by case."""
    assert tried("R01")[1:4] == (2, 2, 1)
    assert tried("R01", cases=without("Known to have died"))[1:4] == (1, 2, 0)
    assert tried("R01", cases=without("A certificate that has expired"))[1:4] == (2, 1, 1)


def test_a_line_is_counted_by_entry() -> None:
    """Each line has the number of entries in which it was true and false; without one it is uncovered."""
    assert [(line.leaf.field, line.true, line.false) for line in tried("R01").lines] == [
        ("kind", 3, 1), ("expires_on", 3, 1),
    ]  # fmt: skip
    lines = tried("R01", cases=without("A CPR certificate")).lines
    assert [line.covered for line in lines] == [False, True]


def test_far_is_no_near_miss() -> None:
    """Neither nobody's certificate nor one with two lines false shows where a rule's boundary is."""
    case = CASES.cases[1]
    for entries in ((), ({"certificate": {"kind": "trainer", "expires_on": "2022-06-14"}},)):
        far = case.model_copy(update={"facts": entries})
        assert tried("R01", cases=Cases("sample", (far,), (1,)))[1:3] == (0, 0)


def test_a_rule_that_is_off_is_tried_where_it_is_switched_on() -> None:
    """R13 counts in the cases that switch it on, and in no other."""
    on = sum("R13" in case.switch_on for case in PACKAGED.cases)
    found = tried("R13", BOOK, PACKAGED)
    assert on >= found.hits + found.misses > 0
    off = tuple(case.model_copy(update={"switch_on": ()}) for case in PACKAGED.cases)
    assert tried("R13", BOOK, Cases("b", off, PACKAGED.lines))[1:4] == (0, 0, 0)


def test_a_rules_own_cool_down_is_a_line() -> None:
    """What cooldown_days adds is tried like a written line, and stands where it is written."""
    rule = SAMPLE.rules[0].model_copy(update={"cooldown_days": 400})
    book = SAMPLE.with_rules((rule,))
    line = tried("R01", book).lines[-1]
    assert (line.at, line.leaf.field, line.true, line.false) == (
        ("rules", 0, "cooldown_days"), "declined_on", 0, 4,
    )  # fmt: skip
    refused = CASES.cases[0].model_copy(update={"person": {"declined_on": "2022-01-01"}})
    found = tried("R01", book, Cases("sample", (*CASES.cases, refused), (*CASES.lines, 99)))
    assert (found.hits, found.misses, found.lines[-1].covered) == (2, 3, True)


@pytest.mark.parametrize("each", cover(BOOK, PACKAGED), ids=lambda each: each.owner.id)
def test_the_packaged_book_is_covered(each: Tried) -> None:
    """Every rule, path and guard hits in a case and only just does not in another; every line was both."""
    assert each.hits
    assert each.misses
    assert [line for line in each.lines if not line.covered] == []


def test_a_part_within_none_is_tried_too() -> None:
    """R06 forbids those under 18: that line was true in a case, and then the rule only just did not hit."""
    only = tuple(
        case for case in PACKAGED.cases if case.person == {"age": 17} and "organ_family" in _kinds(case)
    )
    found = tried("R06", BOOK, Cases("b", only, tuple(range(len(only)))))
    assert (found.hits, found.misses) == (0, len(only))
    assert (found.lines[-1].leaf.field, found.lines[-1].true) == ("age", len(only))


def _kinds(case: Any) -> set[str]:  # a case's facts
    return {kind for fact in case.facts for kind in fact}
