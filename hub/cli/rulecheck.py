"""What ``hub rules check`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from hub.cli.common import console, print_json
from hub.rules.checkup import check_up
from hub.rules.problems import RuleBookError

if TYPE_CHECKING:
    from hub.rulebooks import BookFile


def show_checkup(file: BookFile, book: str, *, strict: bool, as_json: bool) -> None:
    """Print every error and warning; ``book`` is what the user called it. Exit when there is an error.

    With ``strict`` a warning is one, too.
    """
    errors, warnings = check_up(
        file.text, file=file.file, cases_text=file.cases_text, cases_file=file.cases_file
    )
    bad = bool(errors or (strict and warnings))
    if as_json:
        print_json({
            "ok": not bad,
            "problems": [each.document() for each in errors],
            "warnings": [each.document() for each in warnings],
        })  # fmt: skip
    else:
        for each in (*errors, *warnings):
            typer.echo(each.told)
        found = [
            f"{len(listed)} {word}{'' if len(listed) == 1 else 's'}"
            for listed, word in ((errors, "problem"), (warnings, "warning")) if listed
        ]  # fmt: skip
        following = "" if bad else f". Next: hub rules test {book}"
        console().print(f"{file.file}: {', '.join(found) or 'no problems'}{following}")
    if bad:
        raise typer.Exit(RuleBookError.exit_code)
