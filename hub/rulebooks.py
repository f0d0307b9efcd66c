"""Rule books as files: the packaged ones by name, others by path, with the cases beside them.

The shell around :mod:`hub.rules`, which is pure and takes texts.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple

from hub import packaged
from hub.errors import UsageError
from hub.rules.book import load
from hub.rules.model import RuleBook
from hub.rules.reference import facts_reference as _facts_reference
from hub.rules.reference import rules_reference as _rules_reference

__all__ = ("DEFAULT", "SCHEMA", "BookFile", "facts_reference", "names", "of", "read", "rules_reference")

BOOKS: Final = "rules/books"
"""Where the packaged books are."""
DEFAULT: Final = "zhejiang-2022"
"""The book the reference page shows, and commands take when none is named."""
SCHEMA: Final = f"{BOOKS}/book.schema.json"
"""The JSON Schema for editors."""
_CASES: Final = ".cases.yaml"
_SUFFIX: Final = ".yaml"


class BookFile(NamedTuple):
    """A book's text and that of its cases, with the names problems are reported under."""

    file: str
    text: str
    cases_file: str
    cases_text: str | None
    """None when there are no cases beside the book."""

    def load(self) -> RuleBook:
        """Return the book. Raise RuleBookError for one that does not pass its check."""
        return load(self.text, file=self.file)


def names() -> tuple[str, ...]:
    """Return the names of the packaged books."""
    found = packaged.names(BOOKS, _SUFFIX)
    return tuple(name.removesuffix(_SUFFIX) for name in found if not name.endswith(_CASES))


def read(book: str) -> BookFile:
    """Return the packaged book of that name, or the file at that path. Raise UsageError for neither."""
    if book in names():
        cases = f"{book}{_CASES}"
        there = cases in packaged.names(BOOKS, _CASES)
        text = packaged.read_text(f"{BOOKS}/{book}{_SUFFIX}")
        return BookFile(
            f"{book}{_SUFFIX}", text, cases, packaged.read_text(f"{BOOKS}/{cases}") if there else None
        )
    path = Path(book)
    if not path.is_file():
        raise UsageError(f"there is no rule book {book}", cure=_cure(book))
    beside = path.with_name(path.name.removesuffix(_SUFFIX) + _CASES)
    return BookFile(book, _text(path), str(beside), _text(beside) if beside.is_file() else None)


def of(text: str, edition: str, cases: Path | None = None) -> BookFile:
    """Return a book that was active, by its text, with the cases of a file.

    Without a file: with the packaged cases where it is a packaged book to the letter, else with none.
    """
    if cases is not None:
        return BookFile(edition, text, str(cases), _text(cases))
    same = (read(name) for name in names())
    found = next((each for each in same if each.text == text), None)
    return found._replace(file=edition) if found is not None else BookFile(edition, text, "", None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            "the file is not UTF-8", f"{path}, byte {error.start}", "save it as UTF-8 in your editor"
        ) from None
    except OSError as error:
        raise UsageError(f"the file cannot be read: {error.strerror}", str(path)) from None


def _cure(book: str) -> str:
    near = get_close_matches(book.removesuffix(_SUFFIX), names(), n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{hint}give a path, or the name of a packaged book: {', '.join(names())}"


def rules_reference() -> str:
    """Return the reference page of rules, with the packaged book."""
    return _rules_reference(read(DEFAULT).load())


def facts_reference() -> str:
    """Return the reference page of facts."""
    return _facts_reference()
