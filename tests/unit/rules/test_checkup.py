"""The checker held against its own golden files: broken books, and what is said of each."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import pytest

from hub import packaged
from hub.rules.advice import WARNINGS
from hub.rules.checkup import Checkup, check_up
from hub.rules.cures import CURES
from hub.rules.problems import MESSAGES, Problem
from tests.unit.rules.goldens import BOOKS, GOLDEN, HERE, told

VALID: Final = ("sample.yaml", "sensitive.yaml", "tasks.yaml")
_UNSHOWN: Final = {"WRONG_VALUE"}
"""What only a mistake of a new kind would say: everything known today has better words."""


def checked(book: Path, cases: Path | None = None) -> Checkup:
    """Return what is said of a book, with the cases given or those beside it."""
    beside = cases or book.with_suffix(".cases.yaml")
    return check_up(
        book.read_text(encoding="utf-8"), file=book.name,
        cases_text=beside.read_text(encoding="utf-8") if beside.exists() else None, cases_file=beside.name,
    )  # fmt: skip


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)
def test_a_broken_book_is_explained(book: Path) -> None:
    """Each mistake is found where it is, with the nearest right name and the cure; nothing else is said."""
    assert told(book) == book.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)
def test_what_is_said_can_be_acted_on(book: Path) -> None:
    """Line and column are in the file, and message and cure stand there in Chinese and English."""
    found = checked(book)
    problems = (*found.errors, *found.warnings)
    assert problems
    for each in problems:
        lines = (GOLDEN / each.file).read_text(encoding="utf-8").splitlines() or [""]
        assert 1 <= each.line <= len(lines)
        assert 1 <= each.column <= len(lines[each.line - 1]) + 1
        for zh in (each.message_zh, each.cure_zh):
            assert any("\u4e00" <= character <= "\u9fff" for character in zh)
        for en in (each.message, each.cure):
            assert en
            assert "{" not in en.replace("{field", "")


def test_each_book_has_one_mistake() -> None:
    """A broken book differs from a valid one in one or two places; only one file is about several at once."""
    assert len(BOOKS) >= 30
    valid = [_lines(HERE / name) for name in VALID]
    for book in BOOKS:
        cases = book.with_suffix(".cases.yaml")
        changes = min(_changes(_lines(book), lines) for lines in valid)
        if cases.exists():
            changes += _changes(_lines(cases), _lines(HERE / "sample.cases.yaml"))
        assert changes <= 2 or book.stem.endswith("several_at_once"), book.name


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _changes(broken: list[str], valid: list[str]) -> int:
    compared = SequenceMatcher(None, valid, broken, autojunk=False)
    return sum(operation != "equal" for operation, *_ in compared.get_opcodes())


def test_every_code_is_shown_and_cured() -> None:
    """Whatever the checker can say is said of some broken book, and has a cure."""
    assert set(CURES) == set(MESSAGES) | set(WARNINGS)
    found = [checked(book) for book in BOOKS]
    codes = {each.code for each in _all(found)}
    assert set(CURES) - codes == _UNSHOWN


def _all(found: Iterable[Checkup]) -> list[Problem]:
    return [each for one in found for each in (*one.errors, *one.warnings)]


@pytest.mark.parametrize("code", [*MESSAGES, *WARNINGS])
def test_both_languages_say_the_same(code: str) -> None:
    """The Chinese text of a code asks for the same words as the English one."""
    en, zh = MESSAGES.get(code) or WARNINGS[code]
    assert {name.replace("_zh", "") for name in _fields(zh)} == _fields(en)


def _fields(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:] if "}" in part and part[0].isalpha()} - {
        "field: …, is: …"
    }


def test_a_valid_book_with_its_cases_has_no_warning() -> None:
    """Nothing is said of the book the broken ones were broken from, nor of the one that ships."""
    assert checked(HERE / "sample.yaml") == ((), ())
    book, cases = (packaged.read_text(f"rules/books/zhejiang-2022{end}") for end in (".yaml", ".cases.yaml"))
    assert check_up(book, file="b", cases_text=cases, cases_file="c") == ((), ())


def test_warnings_wait_until_there_is_no_error() -> None:
    """A book that is unreadable is not also said to lack cases."""
    found = checked(GOLDEN / BOOKS[0].name)
    assert found.errors
    assert found.warnings == ()


def test_errors_of_both_files_come_at_once() -> None:
    """A mistake in the book does not hide one in the cases."""
    cases = next(book for book in BOOKS if book.stem.endswith("case_with_unknown_fact"))
    found = checked(GOLDEN / "01-absent_false.yaml", cases.with_suffix(".cases.yaml"))
    assert [each.code for each in found.errors] == ["WRITE_TRUE", "UNKNOWN_FACT"]
