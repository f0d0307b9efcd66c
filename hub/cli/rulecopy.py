"""``hub rules copy``: a packaged book as files of one's own, to be changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.common import console


def copy(
    book: Annotated[str, typer.Argument(metavar="BOOK", help="A packaged book, or the path of one.")],
    to: Annotated[Path, typer.Argument(metavar="FILE", help="The new book: a name that ends in .yaml.")],
) -> None:
    """Copy a book to a file of one's own, with its cases and the schema by which editors help.

    Nothing is written over. Example: hub rules copy zhejiang-2022 my-rules.yaml
    """
    from hub import packaged, rulebooks
    from hub.errors import UsageError

    if to.suffix != ".yaml":
        raise UsageError(f"{to} is no name of a book", cure=f"call it {to.with_suffix('.yaml')}")
    file = rulebooks.read(book)
    schema = to.with_name("book.schema.json")
    wanted = [(to, file.text)]
    if file.cases_text is not None:
        wanted.append((to.with_name(f"{to.stem}.cases.yaml"), file.cases_text))
    there = next((path for path, _ in wanted if path.exists()), None)
    if there is not None:
        raise UsageError("the file is there already", str(there), "choose another name, or move it away")
    if not schema.exists():
        wanted.append((schema, packaged.read_text(rulebooks.SCHEMA)))
    for path, text in wanted:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"the file cannot be written: {error.strerror}", str(path)) from None
    console().print(f"wrote {', '.join(str(path) for path, _ in wanted)}. Next: hub rules check {to}")
