"""``hub rules history | diff | rollback``: what was active, what changes, and the way back."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from hub.activation import edition_of
from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    err_console,
    load_settings,
    print_json,
    print_table,
)
from hub.errors import UsageError

if TYPE_CHECKING:
    from hub.rulehistory import Books, Standing
    from hub.rules.difference import Difference
    from hub.rules.model import RuleBook
    from hub.settings import Settings

__all__ = ("connected", "now", "preview_option", "published", "refuse_other_text", "register")

_LOOK_S: Final = 0.5
_DIGEST: Final = 12
AuthorOption = Annotated[str, typer.Option(help="Who does it: a role or an account.")]
ReasonOption = Annotated[str, typer.Option(help="Why, with the number of the impact assessment.")]
EditionArgument = Annotated[
    str, typer.Argument(help="An edition that was active (zhejiang-2022@2), a path, or a packaged book.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to ``hub rules``."""
    app.command()(history)
    app.command()(diff)
    app.command()(rollback)


def history(
    *,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Show a bar until every task has switched and evaluated everybody."),
    ] = False,
    tasks: Annotated[
        bool, typer.Option("--tasks", help="For each task at which record and time it switched.")
    ] = False,
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every activation: when, by whom, why, its preview, and where each task switched to it.

    A task is a stage and a partition. What it decided before the point at which it switched names the book
    before, all later decisions this one. The sweep then evaluates everybody known again, without haste.

    Example: hub rules history --watch
    """
    from hub import rulehistory

    settings = connected(bootstrap)
    books = rulehistory.read(settings)
    if watch:
        _watch(settings, books)
    found = rulehistory.standings(books.activations, rulehistory.points(settings))
    if as_json:
        print_json({"activations": [_standing(each) for each in found], "trial": _told(books.trial)})
        return
    print_table(
        ("activated", "edition", "digest", "by", "why", "preview", "tasks switched", "swept"),
        [_row(each) for each in found],
    )
    for standing in found if tasks else ():
        print_table(
            ("task", "from record", "at", "everybody evaluated"),
            [
                (
                    f"{point.stage}[{point.partition}]",
                    point.position,
                    _time(point.tick),
                    _time(point.swept) if point.swept else _part(point.part),
                )
                for point in standing.points
            ],
            title=edition_of(standing.book),
        )
    if books.trial is not None:
        console().print(f"{edition_of(books.trial)} is on trial: hub rules shadow --report")


def diff(
    old: EditionArgument,
    new: EditionArgument,
    *,
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changes from one book to another, rule by rule, in Chinese and English.

    Example: hub rules diff zhejiang-2022@2 draft.yaml
    """
    from hub.rules.difference import differences

    found = differences(_book(old, bootstrap), _book(new, bootstrap))
    if as_json:
        print_json([{**each._asdict(), "changes": [c._asdict() for c in each.changes]} for each in found])
        return
    for each in found:
        _show(each)
    if not found:
        console().print("they say the same")


def rollback(
    *,
    to: Annotated[
        str | None,
        typer.Option(metavar="EDITION", help="Which one \\[default: the last that is not the active one]."),
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The cases that went with it \\[default: those of a packaged book, else none].",
            show_default=False,
        ),
    ] = None,
    author: AuthorOption,
    reason: ReasonOption,
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put an earlier book to work again: its text is published anew, and everybody is evaluated by it.

    Invitations that rest only on what the book had added since are withdrawn, with that as the cause.
    The cases are run before: when one fails, this hub reads the book otherwise than it was meant.

    Example: hub rules rollback --author "rules officer" --reason "R19 invites too many, ticket 88"
    """
    from hub import activation, rulebooks, rulehistory
    from hub.cli.ruletest import require_cases

    settings = connected(bootstrap)
    books = rulehistory.read(settings)
    book = books.before(to)
    edition = edition_of(book)
    if books.activations[-1]["digest"] == book["digest"]:
        raise UsageError(f"{edition} is active", cure="see `hub rules history`")
    _, passed = require_cases(
        rulebooks.of(book["text"], edition, cases),
        "nothing was published: give the --cases of this book, or activate one that passes them",
    )
    why = f"back to {edition}, of {_time(book['activated_at'])}: {reason}"
    record = activation.record(book["text"], edition, author, why, now())
    activation.publish(record, settings)
    tried = f"{passed} cases passed" if passed else "no cases of it are at hand: see --cases"
    published(record, f"{edition} is active again, {tried}", as_json=as_json)


# --- for `hub rules activate`


def preview_option(path: Path | None, digest: str) -> dict[str, Any] | None:
    """Return the preview in a file, checked against the digest of the book; None when there is no file."""
    from hub import preview

    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the preview cannot be read: {error}", str(path)) from None
    return preview.parse(text, digest, str(path))


def refuse_other_text(record: dict[str, Any], settings: Settings) -> None:
    """Raise UsageError when the edition was active with another text: decisions name the edition alone."""
    from hub import activation, kafka, rulehistory

    kafka.require_broker(kafka.admin(settings), settings)
    edition = edition_of(record)
    before = rulehistory.read(settings).text(edition)
    if before is not None and before != record["text"]:
        raise UsageError(
            f"{edition} was active with another text, and decisions name it",
            f"digest {activation.digest(before)[:_DIGEST]}, now {record['digest'][:_DIGEST]}",
            f"raise the book's version; `hub rules diff {edition} BOOK` shows what is different",
        )


def published(record: dict[str, Any], line: str, *, as_json: bool) -> None:
    """Tell what was published."""
    if as_json:
        print_json(_told(record))
    else:
        console().print(f"{line} (digest {record['digest'][:_DIGEST]})")


# --- parts


def connected(bootstrap: str | None) -> Settings:
    """Return the settings of a broker that answers. Raise BrokerError."""
    from hub import kafka

    settings = load_settings(bootstrap)
    kafka.require_broker(kafka.admin(settings), settings)
    return settings


def now() -> int:
    """Return the time, ms since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _part(part: float) -> str:
    return f"{part:.0%}"


def _told(record: dict[str, Any] | None) -> dict[str, Any] | None:
    return {n: v for n, v in record.items() if n != "text"} if record is not None else None


def _standing(standing: Standing) -> dict[str, Any]:
    tasks = [point._asdict() for point in standing.points]
    told = _told(standing.book) or {}
    edition = edition_of(standing.book)
    return {"edition": edition, **told, "waiting": standing.waiting, "part": standing.part, "tasks": tasks}


def _row(standing: Standing) -> tuple[object, ...]:
    book, preview = standing.book, standing.book["preview"]
    numbers = " ".join(f"{name} {value}" for name, value in (preview or {}).items())
    switched = f"{len(standing.points)}" + (f", {standing.waiting} not yet" if standing.waiting else "")
    return (
        _time(book["activated_at"]), edition_of(book), book["digest"][:_DIGEST], book["author"],
        book["reason"], numbers or "none", switched, _part(standing.part) if standing.points else "",
    )  # fmt: skip


def _watch(settings: Settings, books: Books) -> None:
    """Move a bar on standard error until the newest activation is everywhere, and everybody evaluated."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from hub import rulehistory

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=err_console(), transient=True) as bar:
        row = bar.add_task("", total=1.0)
        while books.activations:
            newest = rulehistory.standings(books.activations, rulehistory.points(settings))[-1]
            tasks = f"{len(newest.points)} tasks switched, {newest.waiting} not yet"
            words = f"{edition_of(newest.book)}: {tasks}"
            bar.update(row, completed=newest.part, description=words)
            if not newest.waiting and newest.part >= 1:
                return
            time.sleep(_LOOK_S)


def _book(name: str, bootstrap: str | None) -> RuleBook:
    """Return a book by edition, path or name."""
    from hub import rulebooks, rulehistory, topics
    from hub.rules.book import load

    if "@" in name and not Path(name).exists():
        text = rulehistory.read(connected(bootstrap)).text(name)
        if text is None:
            raise UsageError(f"{name} was never active", topics.RULES, "see `hub rules history`")
        return load(text, file=name)
    return rulebooks.read(name).load()


def _show(difference: Difference) -> None:
    """Print one piece that is another one."""
    from hub.rules.difference import KINDS

    mark = {"added": "+", "removed": "-", "changed": "~"}[difference.kind]
    name = f"{difference.section} {difference.id}".strip()
    word = f"{KINDS[difference.kind]} {difference.kind}"
    typer.echo(f"{mark} {name} {word}: {difference.title_zh} · {difference.title_en}")
    if difference.same_version:
        typer.echo(
            "    版本未变：判定记录无法区分两者 · its version is the same: decisions cannot tell them apart"
        )
    for change in difference.changes if difference.kind == "changed" else ():
        typer.echo(f"    {change.field}:")
        for sign, value in (("-", change.before), ("+", change.after)):
            if value is not None:
                typer.echo("\n".join(f"      {sign} {line}" for line in str(value).splitlines()))
