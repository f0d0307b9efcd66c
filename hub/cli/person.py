"""``hub person``: what a data officer does for who asks what is known of them, or to be forgotten."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    err_console,
    load_settings,
    new_app,
    print_json,
    print_table,
)
from hub.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.core.document import Document
    from hub.privacy.key_ring import KeyRing
    from hub.settings import Settings

app = new_app(
    "Show, export and erase what is known of one person (PIPL art. 44-47).\n\n"
    "The document is typed at a prompt that does not show it, or comes by --stdin: kind, number and, for a "
    "passport or permit, the birth date, a line each. It is never an argument: arguments can be seen by "
    "others. Every look is written to hub.audit before anything is shown; `hub audit list` lists them."
)

_RECORDS: Final = ("facts", "decisions", "invitations", "tasks", "aliases")
_DEFAULT_KIND: Final = "resident_id"

StdinOption = Annotated[
    bool, typer.Option("--stdin", help="Read kind, number and birth date from standard input, a line each.")
]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="NAME",
        help="Who you are, for the audit \\[default: the account].",
        show_default=False,
    ),
]
ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit; no personal data in it.")
]
UnmaskOption = Annotated[
    bool, typer.Option("--unmask", help="Names and phones in clear; --reason must say why.")
]
OfficerOption = Annotated[
    bool,
    typer.Option(
        "--data-officer", help="Also what is of class s; needs the sensitive key, and --reason must say why."
    ),
]


@app.command()
def show(
    *,
    bootstrap: BootstrapOption = None,
    stdin: StdinOption = False,
    acting_as: AsOption = None,
    reason: ReasonOption = "",
    unmask: UnmaskOption = False,
    data_officer: OfficerOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what the hub knows of a person: facts, decisions with their reasons, invitations, tasks.

    Names are masked unless told otherwise. Of somebody who was erased: that, and the day.

    Example: hub person show --reason "request 17 of the person" --unmask
    """
    settings = load_settings(bootstrap)
    document, found = _looked_up(
        settings, "show", reason, acting_as, stdin=stdin, unmask=unmask, data_officer=data_officer
    )
    if as_json:
        print_json(found)
        return
    _print(document, found, unmask=unmask)


@app.command()
def export(
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="A new file, of mode 0600.")],
    *,
    bootstrap: BootstrapOption = None,
    stdin: StdinOption = False,
    acting_as: AsOption = None,
    reason: ReasonOption = "",
    unmask: UnmaskOption = False,
    data_officer: OfficerOption = False,
) -> None:
    """Write what `show` shows to a file, as JSON: the copy that a person may ask for.

    The file is readable by you alone, and an existing one is never overwritten.

    Example: hub person export --output copy.json --unmask --reason "request 17 of the person"
    """
    import json

    from hub.privacy import secret_file

    require_reason(reason, "an export")
    if output.exists():  # before anything is written to the audit
        raise UsageError(
            "there is a file already, and it is never overwritten", str(output), "choose another"
        )
    settings = load_settings(bootstrap)
    _, found = _looked_up(
        settings, "export", reason, acting_as, stdin=stdin, unmask=unmask, data_officer=data_officer
    )
    with secret_file.refusing(output):
        secret_file.write(output, json.dumps(found, ensure_ascii=True, indent=2) + "\n", overwrite=False)
    typer.echo(f"written to {output}, readable by you alone: hand it over, then delete it")


@app.command()
def erase(
    *,
    bootstrap: BootstrapOption = None,
    stdin: StdinOption = False,
    acting_as: AsOption = None,
    reason: ReasonOption = "",
    requested_on: Annotated[
        str | None,
        typer.Option("--requested-on", metavar="DATE", help="The day the person asked \\[default: today]."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Publish a person's request for erasure: what is open is withdrawn, what is known is forgotten.

    It cannot be undone. Upstream systems are not told: they get the person's request themselves.

    Example: hub person erase --reason "request 18 of the person"
    """
    from hub.audittrail import AuditTrail
    from hub.cli.outputs import day_of
    from hub.person import Person, request_erasure

    require_reason(reason, "an erasure")
    settings = load_settings(bootstrap)
    on = day_of(requested_on, "--requested-on") if requested_on is not None else _today(settings)
    document = typed_document(stdin=stdin)
    if not (yes or typer.confirm("forget all that is known of this person?")):
        raise UsageError("nothing was done", "", "add --yes, or answer y")
    key = Person(settings, key_ring(settings), document).key
    AuditTrail(settings).write(key, "erase", reason, acting_as, ())
    event_id = request_erasure(settings, document, on)
    typer.echo(
        f"the request is published, event {event_id}; `hub person show` will tell when it was carried out"
    )


def _looked_up(
    settings: Settings,
    command: str,
    reason: str,
    acting_as: str | None,
    *,
    stdin: bool,
    unmask: bool,
    data_officer: bool,
) -> tuple[Document, dict[str, Any]]:
    """Return the document and what is known; the look is in the audit by then. Numbered as it must be."""
    from hub import kafka
    from hub.audittrail import AuditTrail
    from hub.core import dossier
    from hub.person import Person

    if unmask:
        require_reason(reason, "--unmask")
    if data_officer:
        require_reason(reason, "--data-officer")
    # 1. what is needed is there, and who is meant
    kafka.require_broker(kafka.admin(settings), settings)
    ring = key_ring(settings)
    if data_officer:
        ring.sensitive_sealer()
    document = typed_document(stdin=stdin)
    person = Person(settings, ring, document)
    # 2. the audit
    shown = (*_RECORDS, *(["contact in clear"] if unmask else []), *(["sensitive"] if data_officer else []))
    AuditTrail(settings).write(person.key, command, reason, acting_as, shown)
    # 3. the look
    found = person.dossier(secrets=data_officer)
    return document, found if unmask else dossier.masked(found)


def require_reason(reason: str, what: str) -> None:
    """Raise UsageError when no reason is given for what needs one."""
    if not reason.strip():
        raise UsageError(f"{what} needs a reason", "--reason", "say why, for the audit: --reason TEXT")


def key_ring(settings: Settings) -> KeyRing:
    """Return the key ring of the settings."""
    from hub.privacy.key_ring import KeyRing

    return KeyRing.load(settings.key_dir, settings.cipher_suite)


def _today(settings: Settings) -> int:
    from hub.outputs import Outputs

    return Outputs(settings).today()


def typed_document(*, stdin: bool) -> Document:
    """Return the document that was typed, or came by standard input. No error repeats it."""
    from hub.core.dates import DateError
    from hub.core.document import DocumentError
    from hub.person import document_of

    if stdin:
        kind, number, born, *_ = [*(line.strip() for line in sys.stdin.read().splitlines()), "", "", ""]
    else:
        kind = typer.prompt("kind of document", default=_DEFAULT_KIND, err=True)
        number = typer.prompt("number (not shown)", hide_input=True, err=True)
        born = ""
        if kind.strip() != _DEFAULT_KIND:
            born = typer.prompt("birth date, for a passport or permit", default="", err=True)
    try:
        document = document_of(kind.strip(), number, born.strip() or None)
    except DocumentError as error:
        raise UsageError(f"that is no document: {error.code}", "the document", "type it again") from None
    except DateError:
        raise UsageError("that is no birth date", "the document", "write it as 1990-03-07") from None
    if not document.sure:
        what = "a passport or permit is somebody's only together with the birth date"
        raise UsageError(what, "the document", "type the birth date too")
    return document


def _print(document: Document, found: Mapping[str, Any], *, unmask: bool) -> None:
    from hub.core import masking
    from hub.stages.announcementwriter import rfc3339

    out = console()
    number = document.number if unmask else masking.number(document.number)
    out.print(f"[bold]{document.kind} {number}[/bold] · {found['person']}")
    for day in found["erased_on"]:
        out.print(f"[yellow]asked for erasure on {day}[/yellow]")
    if found["decisions_before_erasure"]:
        out.print(f"{found['decisions_before_erasure']} decisions of before are kept, sealed without a key")
    for name in ("facts", "sensitive_facts"):
        rows = [
            (rfc3339(fact["received_at"]), fact["type"], _said(fact["asserts"]), _flat(fact["contact"] or {}))
            for fact in found.get(name, ())
        ]
        _table(name, ("received", "event", "says", "contact"), rows)
    for name, columns in _COLUMNS.items():
        cells = [[_cell(each.get(column), column) for column in columns] for each in found.get(name, ())]
        _table(name, columns, cells)
    if not any(found.get(name) for name in (*_RECORDS, "erased_on", "sensitive_facts")):
        out.print("nothing is known of this person")
    err_console().print("this look is in the audit: `hub audit list`")


_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "decisions": ("tick", "outcome", "code", "change", "rules", "organisation", "facts_used"),
    "invitations": ("tick", "invitation_id", "status", "priority", "rule_ids", "organisation", "valid_until"),
    "tasks": ("tick", "task_id", "kind", "status", "organisation", "due_on"),
    "aliases": ("kind", "index"),
    "sensitive_decisions": ("tick", "ground", "codes", "rules", "facts_used"),
}


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich.markup import escape

    if rows:  # a name may hold what would be markup
        print_table(columns, [[escape(str(cell)) for cell in row] for row in rows], title=name)


def _said(facts: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(f"{each['kind']}({_flat(each['fields'])})" for each in facts)


def _flat(fields: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {_flat(value) if isinstance(value, dict) else value}" for name, value in fields.items()
    )


def _cell(value: Any, column: str) -> str:
    from hub.stages.announcementwriter import rfc3339

    if column == "tick":
        return rfc3339(value)
    if column == "rules":
        return "; ".join(f"{rule['id']} v{rule['version']} {rule['title_zh']}" for rule in value)
    if column == "facts_used":
        return _said(value)
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
