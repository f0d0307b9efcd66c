"""Rule books as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub import packaged, rulebooks
from hub.errors import UsageError


def test_packaged_books_have_names() -> None:
    """A packaged book is found by name, with its cases; the cases are no book."""
    assert rulebooks.names() == ("zhejiang-2022",)
    found = rulebooks.read("zhejiang-2022")
    assert found.text == packaged.read_text("rules/books/zhejiang-2022.yaml")
    assert found.cases_text == packaged.read_text("rules/books/zhejiang-2022.cases.yaml")


def test_a_book_is_read_from_a_path_with_the_cases_beside_it(tmp_path: Path) -> None:
    """Cases are the file of the same name, when it is there."""
    book, cases = tmp_path / "mine.yaml", tmp_path / "mine.cases.yaml"
    book.write_text("id: mine", encoding="utf-8")
    assert rulebooks.read(str(book)) == (str(book), "id: mine", str(cases), None)
    cases.write_text("book: mine", encoding="utf-8")
    assert rulebooks.read(str(book)).cases_text == "book: mine"


def test_a_wrong_name_is_explained() -> None:
    """The nearest packaged name is offered."""
    with pytest.raises(UsageError, match="did you mean zhejiang-2022"):
        rulebooks.read("zhejang-2022")


def test_a_file_in_another_encoding_is_explained(tmp_path: Path) -> None:
    """A book saved as GB 18030 is a clear error, not a traceback."""
    book = tmp_path / "mine.yaml"
    book.write_bytes("title: 规则".encode("gb18030"))
    with pytest.raises(UsageError, match="not UTF-8"):
        rulebooks.read(str(book))


def test_the_pages_are_about_the_packaged_book() -> None:
    """The reference generator finds both pages here."""
    assert "zhejiang-2022@2" in rulebooks.rules_reference()
    assert rulebooks.facts_reference().startswith("# Facts")
