"""Why a case came out as it did."""

from __future__ import annotations

from hub.rules.book import read
from hub.rules.cases import load_cases, run
from hub.rules.caseshow import failed_lines
from hub.rules.compile import compile_book
from hub.rules.source import Source
from tests.unit.rules.goldens import HERE

CASES = (HERE / "sample.cases.yaml").read_text(encoding="utf-8")


def shown(old: str, new: str, *, index: int = 0) -> list[str]:
    """Return what is shown of a case of the sample in which something is replaced."""
    assert old in CASES
    source = Source((HERE / "sample.yaml").read_text(encoding="utf-8"), "sample.yaml")
    book = read(source)
    result = run(compile_book(book), load_cases(CASES.replace(old, new, 1), file="c"))[index]
    return list(failed_lines(source, book, result))


def test_every_line_of_a_rule_is_shown_where_it_stands() -> None:
    """Each line has its number in the book, what it asks, and what was there as one would write it."""
    assert shown("expires_on: 2022-06-15", "expires_on: 2022-06-14") == [
        "rule R01 does not hold 不成立: sample.yaml:8",
        "  ✗ 19: certificate 1",
        "    ✓ 21: kind is: first_aider — found 实为 first_aider",
        "    ✗ 22: expires_on on_or_after: today — found 实为 2022-06-14",
    ]


def test_what_is_not_there_is_said() -> None:
    """No entry at all, and an entry without the field."""
    assert shown("certificate: {kind: first_aider, expires_on: 2022-06-15}", "course: {hours: 8}")[1] == (
        "  ✗ 19: certificate: no entry 没有记录"
    )
    assert shown("kind: first_aider, ", "")[2] == "    ✗ 21: kind is: first_aider — found 实为 nothing 无"


def test_the_guard_and_the_path_are_shown_where_they_differ() -> None:
    """Where the outcome differs the guard expected is shown, where the path does all paths are."""
    assert shown("outcome: invite", "outcome: stop, code: deceased")[0] == (
        "guard deceased does not hold 不成立: sample.yaml:37"
    )
    assert shown("outcome: invite", "outcome: invite, path: youth")[0] == (
        "path R16 does not hold 不成立: sample.yaml:24"
    )


def test_a_case_that_passes_shows_nothing() -> None:
    """There is nothing to explain."""
    assert shown("book: sample", "book: sample") == []
