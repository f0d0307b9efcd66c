"""``hub rules``: whom we invite and why, checked, tested and put to work."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import rulecopy, rulehistory, ruletrial
from hub.cli.backtest import backtest
from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    load_settings,
    new_app,
    print_json,
    print_table,
)
from hub.cli.explain import explain

if TYPE_CHECKING:
    from hub.rules.model import Rule, RuleBook

app = new_app(
    "Check, test, explain and activate rule books.\n\n"
    "A rule book is a YAML file; docs/reference/rules.md explains it. "
    "After a change: `hub rules check BOOK`, `hub rules test BOOK`, then `hub rules activate BOOK`. "
    "BOOK is a path, or the name of a packaged book."
)

BookArgument = Annotated[
    str, typer.Argument(metavar="BOOK", help="Path of a book, or the name of a packaged one.")
]
_BOOK_OPTION = typer.Option("--book", metavar="BOOK", help="Path of a book, or the name of a packaged one.")


app.command()(rulecopy.copy)
app.command()(backtest)
app.command()(explain)


@app.command()
def check(
    book: BookArgument,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings count as problems.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a book and its cases: every problem with its place, the nearest right name and the cure.

    Warnings tell what can be used and is hardly meant: a rule that never hits, two that contradict, one
    that another covers, a rule or a line that no case tries. Exit code 78 when there are problems.
    Example: hub rules check zhejiang-2022
    """
    from hub import rulebooks
    from hub.cli.rulecheck import show_checkup

    show_checkup(rulebooks.read(book), book, strict=strict, as_json=as_json)


@app.command("test")
def run_cases(book: BookArgument, *, as_json: JsonOption = False) -> None:
    """Run the cases beside a book (BOOK.cases.yaml): what each rule did, and what differs, line by line.

    The table tells for each rule, path and guard in how many cases it hits, only just does not, and is
    stopped by a guard, and how many of its lines were both true and false. Exit code 1 when a case fails.
    Example: hub rules test zhejiang-2022
    """
    from hub import rulebooks
    from hub.cli.ruletest import show_cases

    show_cases(rulebooks.read(book), as_json=as_json)


@app.command()
def show(
    rule: Annotated[
        str | None, typer.Argument(metavar="ID", help="A rule's id, such as R01; all when left out.")
    ] = None,
    *,
    book: Annotated[str, _BOOK_OPTION] = "zhejiang-2022",
    as_json: JsonOption = False,
) -> None:
    """Show what a book says: all its rules, or one of them in full.

    Example: hub rules show R03
    """
    from hub import rulebooks
    from hub.errors import UsageError

    found = rulebooks.read(book).load()
    if rule is None:
        _show_book(found, as_json=as_json)
        return
    one = found.rule(rule.upper())
    if one is None:
        raise UsageError(
            f"{found.edition} has no rule {rule}", cure=f"it has {', '.join(each.id for each in found.rules)}"
        )
    _show_rule(one, as_json=as_json)


@app.command()
def activate(
    book: BookArgument,
    *,
    author: Annotated[str, typer.Option(help="Who activates it: a role or an account.")],
    reason: Annotated[str, typer.Option(help="Why, with the number of the impact assessment.")],
    preview: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="What `hub rules backtest BOOK --json` wrote: published with the book."
        ),
    ] = None,
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a book to work: it is checked, its cases are run, and it is published to hub.rules.

    Every worker switches at a recorded point and then looks at everybody it knows again, without haste:
    `hub rules history --watch` shows how far that is. A preview of another text is refused, and so is a text
    that differs from the one that was active under the same version before.
    Example: hub rules activate zhejiang-2022 --author "rules officer" --reason "the plan starts, PIA 2022-03"
    """
    from hub import activation, rulebooks
    from hub.cli.ruletest import require_cases

    file = rulebooks.read(book)
    edition, passed = require_cases(file, f"see `hub rules test {book}`; nothing was published")
    said = rulehistory.preview_option(preview, activation.digest(file.text))
    record = activation.record(file.text, edition, author, reason, time.time_ns() // 1_000_000, said)
    settings = load_settings(bootstrap)
    rulehistory.refuse_other_text(record, settings)
    activation.publish(record, settings)
    line = f"{edition} is active, {passed} cases passed"
    rulehistory.published(record, line, as_json=as_json)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a book, for editors that complete and check YAML.

    Example: hub rules schema > book.schema.json
    """
    from hub.rules.json_schema import book_schema

    typer.echo(book_schema(), nl=False)


rulehistory.register(app)
ruletrial.register(app)


def _show_book(book: RuleBook, *, as_json: bool) -> None:
    if as_json:
        print_json(book.model_dump(mode="json"))
        return
    rows = [
        (
            rule.id,
            f"P{rule.priority}",
            rule.status,
            rule.version,
            rule.data_class,
            rule.public or rule.id,
            rule.makes.replace("_", " "),
            f"{rule.title_zh} · {rule.title_en}",
        )
        for rule in sorted(book.rules, key=lambda rule: rule.id)
    ]
    columns = ("id", "priority", "status", "version", "class", "named", "makes", "title")
    print_table(columns, rows, title=f"{book.edition} {book.title.zh}")
    guards = [(guard.code, guard.kind, f"{guard.reason_zh} {guard.reason_en}") for guard in book.guards]
    print_table(("guard", "kind", "reason"), guards)
    console().print("One rule in full: hub rules show R01")


def _show_rule(rule: Rule, *, as_json: bool) -> None:
    from hub.rules.reference import describe, ends

    if as_json:
        print_json({**rule.model_dump(mode="json"), "holds_until": ends(rule.condition)})
        return
    typer.echo(f"{rule.id} {rule.title_zh} · {rule.title_en}")
    standing = f"P{rule.priority} · version {rule.version} · {rule.status} · class {rule.data_class}"
    named = f" · 对外名义 named outside {rule.public}" if rule.public else ""
    typer.echo(f"{standing} · makes {rule.makes}{named} · {rule.source} 「{rule.phrase}」\n")
    typer.echo(f"{rule.reason_zh}\n{rule.reason_en}\n")
    if rule.remark is not None:
        typer.echo(f"{rule.remark.zh}\n{rule.remark.en}\n")
    typer.echo("\n".join((*describe(rule.condition, "zh"), "", *describe(rule.condition, "en"), "")))
    typer.echo(f"期限 holds until: {ends(rule.condition)}")
