"""The broken books and what is said of them; ``python -m tests.unit.rules.goldens`` writes it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hub.rules.checkup import check_up

HERE: Final = Path(__file__).parent
GOLDEN: Final = HERE / "golden"
BOOKS: Final = tuple(path for path in sorted(GOLDEN.glob("*.yaml")) if not path.name.endswith(".cases.yaml"))


def told(book: Path) -> str:
    """Return what ``hub rules check`` says of a broken book, with the cases beside it if there are any.

    That a book has no cases is said of the one that is about that, and else left out.
    """
    cases = book.with_suffix(".cases.yaml")
    found = check_up(
        book.read_text(encoding="utf-8"),
        file=book.name,
        cases_text=cases.read_text(encoding="utf-8") if cases.exists() else None,
        cases_file=cases.name,
    )
    listed = [
        each
        for each in (*found.errors, *found.warnings)
        if each.code != "NO_CASES" or book.stem.endswith("no_cases")
    ]
    return "".join(f"{each.told}\n" for each in listed)


if __name__ == "__main__":
    for path in BOOKS:
        path.with_suffix(".txt").write_text(told(path), encoding="utf-8")
