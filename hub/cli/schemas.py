"""``hub schemas``: what events and outputs look like, and whether a change of one is safe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.common import JsonOption, console, new_app, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.schemas.catalogue import Schema
    from hub.schemas.compatibility import Finding
    from hub.schemas.types import Type

app = new_app(
    "List, show and check the event schemas.\n\n"
    "A schema may change freely until it is released; then every version must read what every other wrote. "
    "Edit hub/schemas/avro, run `hub schemas check`, and `hub schemas release` freezes the new version."
)


@app.command("list")
def list_schemas(*, as_json: JsonOption = False) -> None:
    """Show every event and output: topic, released version, fingerprint, whether it is a prohibition.

    Example: hub schemas list --json
    """
    from hub.contracts import catalogue

    if as_json:
        print_json([_about(schema) for schema in catalogue()])
        return
    print_table(
        ("event", "topic", "version", "fingerprint", "what"),
        [
            (
                schema.ce_type,
                schema.topic,
                _version(schema),
                schema.fingerprint.hex(),
                f"{schema.doc} {schema.doc_zh}{_mark(schema)}",
            )
            for schema in catalogue()
        ],
    )


@app.command()
def show(
    event: Annotated[str, typer.Argument(metavar="TYPE", help="Event type, such as consent.granted.v1.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Show one schema field by field; with --json the self-contained Avro schema, for other programs.

    Example: hub schemas show consent.granted.v1 --json
    """
    from hub.schemas.catalogue import personal_fields

    schema = _find(event)
    if as_json:
        print_json({**_about(schema), "personal": personal_fields(schema.type), "schema": schema.parsed})
        return
    console().print(f"[bold]{schema.ce_type}[/bold]  {schema.doc} {schema.doc_zh}")
    console().print(
        f"topic {schema.topic} · record {schema.name} · version {_version(schema)}{_mark(schema)}"
    )
    print_table(("field", "type", "class", "what"), _rows(schema.type, ""))


@app.command()
def check(*, as_json: JsonOption = False) -> None:
    """Check every schema: docs and classes, and each version readable by every other; exits with 1 if not.

    Compares with all released versions, in both directions (full-transitive). Each finding says the
    field and what to do instead.

    Example: hub schemas check
    """
    from hub.contracts import catalogue
    from hub.errors import CheckFailedError
    from hub.schemas.compatibility import check_all

    findings = check_all(catalogue())
    unreleased = [schema.ce_type for schema in catalogue() if schema.version is None]
    if as_json:
        found = [finding._asdict() for finding in findings]
        print_json({"ok": not findings, "findings": found, "unreleased": unreleased})
        raise typer.Exit(CheckFailedError.exit_code if findings else 0)
    if findings:
        print_table(("event", "against", "direction", "field", "what", "cure"), map(_finding_row, findings))
        raise typer.Exit(CheckFailedError.exit_code)
    versions = sum(len(schema.released) for schema in catalogue())
    console().print(f"{len(catalogue())} schemas agree with all {versions} released versions.")
    for ce_type in unreleased:
        console().print(f"[yellow]unreleased[/yellow]  {ce_type}: `hub schemas release` freezes it")


@app.command()
def release(
    *,
    tree: Annotated[
        Path | None,
        typer.Option(
            "--tree", metavar="DIR", help="Where released versions are \\[default: in this source tree]."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Freeze every schema that changed since its last release; refused while `check` finds anything.

    Commit the files it writes; they are never edited afterwards, for data written with them exists.

    Example: hub schemas release
    """
    from hub.contracts import RELEASED, catalogue
    from hub.errors import CheckFailedError
    from hub.schemas.compatibility import check_all

    findings = check_all(catalogue())
    if findings:
        first = findings[0]
        what = f"{len(findings)} findings, the first: {first.what}"
        where = f"{first.ce_type} {first.path}".strip()
        raise CheckFailedError(what, where, f"{first.cure}; see `hub schemas check`")
    root = tree or Path(__file__).parent.parent.joinpath(*RELEASED.split("/"))
    written = [_freeze(schema, root) for schema in catalogue() if schema.version is None]
    if as_json:
        print_json({"released": written})
        return
    for name in written:
        console().print(f"[green]released[/green]  {name}")
    console().print(f"{len(written)} released, {len(catalogue()) - len(written)} unchanged.")


def _freeze(schema: Schema, root: Path) -> str:
    """Write the schema as its event's next version; an existing file is never overwritten."""
    number = 1 + max((version.number for version in schema.released), default=0)
    name = f"{schema.ce_type}/{number}.avsc"
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(json.dumps(schema.parsed, ensure_ascii=False, indent=1) + "\n")
    return name


def _find(event: str) -> Schema:
    from hub.contracts import catalogue
    from hub.errors import DeadLetterError, UsageError

    try:
        return catalogue().by_name(event)
    except DeadLetterError as error:
        raise UsageError(error.message, event, "`hub schemas list` shows them all") from None


def _mark(schema: Schema) -> str:
    return " · [bold]prohibition 禁止类[/bold]" if schema.prohibition else ""


def _version(schema: Schema) -> str:
    return str(schema.version) if schema.version is not None else "unreleased"


def _about(schema: Schema) -> dict[str, Any]:
    return {
        "type": schema.ce_type,
        "topic": schema.topic,
        "name": schema.name,
        "version": schema.version,
        "fingerprint": schema.fingerprint.hex(),
        "prohibition": schema.prohibition,
        "doc": {"en": schema.doc, "zh": schema.doc_zh},
    }


def _finding_row(finding: Finding) -> tuple[str, ...]:
    against = "" if finding.against is None else str(finding.against)
    return (finding.ce_type, against, finding.direction, finding.path, finding.what, finding.cure)


def _rows(schema: Type, path: str) -> Iterator[tuple[str, str, str, str]]:
    """Return a row per field, those of inner records below their field."""
    for field in schema.fields:
        inner = f"{path}.{field.name}" if path else field.name
        yield inner, field.type.label, field.data_class, f"{field.doc} {field.doc_zh}"
        yield from _inner_rows(field.type, inner)


def _inner_rows(schema: Type, path: str) -> Iterator[tuple[str, str, str, str]]:
    if schema.kind == "record":
        yield from _rows(schema, path)
    for branch in schema.branches:
        yield from _inner_rows(branch, path)
    if schema.items is not None:
        yield from _inner_rows(schema.items, path + ("[]" if schema.kind == "array" else "{}"))
