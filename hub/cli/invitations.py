"""``hub invitations``: list, show and audit what was sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    new_app,
    print_json,
    print_table,
)
from hub.cli.outputs import day_of, open_outputs, reading
from hub.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.core.audit import Report
    from hub.outputs import Outputs

app = new_app(
    "List, show and audit the invitations that were sent.\n\n"
    "Nothing here prints whom an invitation is for: a person is the beginning of a pseudonym, and the "
    "contact block stays sealed."
)

_OPEN: Final = "open"
_ENDED: Final = "ended"
_ALL: Final = "all"
_SEALED: Final = frozenset({"envelope", "contact"})
READINGS: Final = 3
"""So often an audit reads at most before it reports something."""
PAUSE_S: Final = 2.0
"""Before it reads again: a running hub acts on a change of the directory within a second."""
_DAYS: Final = ("issued_on", "valid_until", "reminded_on")
StatusOption = Annotated[
    str, typer.Option(help="open, ended, all, or one status: issued, delivered, accepted, applied, …")
]
OrganisationOption = Annotated[
    str | None, typer.Option("--organisation", metavar="ID", help="Only at this organisation.")
]


@app.command("list")
def list_invitations(
    *,
    bootstrap: BootstrapOption = None,
    status: StatusOption = _OPEN,
    organisation: OrganisationOption = None,
    overdue: Annotated[
        bool,
        typer.Option(
            "--overdue", help="Only where act_by has passed and nobody has told of a delivery or an answer."
        ),
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 200,
    as_json: JsonOption = False,
) -> None:
    """List invitations as they are now, oldest first, with their number by status.

    act_by is the time by which the organisation contacts the person: so many hours after the invitation was
    issued, or raised, as the rule book says for its priority.

    Examples: hub invitations list --organisation 330106-SOC --status issued; hub invitations list --overdue
    """
    from hub import topics

    wanted = _statuses(status)
    outputs = open_outputs(bootstrap)
    with reading(outputs, topics.INVITATIONS):
        newest = outputs.newest(topics.INVITATIONS).values()
    found = [
        record
        for record in newest
        if (wanted is None or record["status"] in wanted)
        and (organisation is None or record["organisation"] == organisation)
    ]
    if overdue:
        now = outputs.now()
        found = [record for record in found if _overdue(record, now)]
    found.sort(key=lambda record: (record["issued_on"], record["invitation_id"]))
    counts: dict[str, int] = {}
    for record in found:
        counts[record["status"]] = counts.get(record["status"], 0) + 1
    shown = [_document(record) for record in found[-limit:]]
    if as_json:
        print_json({"total": len(found), "by_status": counts, "invitations": shown})
        return
    columns = ("invitation_id", "person", "status", "priority", "rule_ids", "kind", "organisation")
    days = ("issued_on", "act_by", "valid_until", "reminded_on")
    print_table((*columns, *days), [_row(each, (*columns, *days)) for each in shown])
    console().print(
        f"{len(found)} in all: " + (", ".join(f"{c} {n}" for c, n in sorted(counts.items())) or "none")
    )


@app.command()
def show(
    invitation_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, or how it begins.")],
    *,
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one invitation as it is now, with those of its changes that Kafka still keeps.

    Example: hub invitations show 5f0c7d
    """
    from hub import topics

    outputs = open_outputs(bootstrap)
    found: dict[str, list[dict[str, Any]]] = {}
    with reading(outputs, topics.INVITATIONS):
        for number, record in outputs.records(topics.INVITATIONS):
            if number.startswith(invitation_id.lower()):
                if record is None:
                    found.pop(number, None)
                else:
                    found.setdefault(number, []).append(_document(record))
    if len(found) != 1:
        what = "there is no such invitation" if not found else f"{len(found)} invitations begin so"
        raise UsageError(what, invitation_id, "`hub invitations list --status all` lists them")
    (history,) = found.values()
    if as_json:
        print_json({**history[-1], "history": history})
        return
    print_table(
        ("", ""), [(name, _cell(value)) for name, value in history[-1].items() if value not in (None, [])]
    )
    columns = ("tick", "change", "status", "cause", "priority", "organisation", "valid_until")
    print_table(columns, [_row(each, columns) for each in history])


@app.command()
def audit(
    *,
    bootstrap: BootstrapOption = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="The day to be active on \\[default: the hub's today]."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove, from the topics alone, what must hold of everything that is open.

    At most one open invitation per person; every open invitation and every open task at an organisation
    that is active. Reads hub.invitations, hub.tasks and hub.organisations to their ends, reads again what was
    found wrong, since the hub may be putting it right, and exits with 1 and what is still wrong.

    Example: hub invitations audit --json
    """
    from hub.core import audit as auditing
    from hub.core import dates

    day = day_of(on, "--on") if on is not None else None
    outputs = open_outputs(bootstrap)
    report = auditing.confirmed(_readings(outputs, day))
    _print_report(report, dates.iso(report.day), as_json=as_json)
    if report.findings:
        raise typer.Exit(1)


def _readings(outputs: Outputs, day: int | None) -> Iterator[Report]:
    """Yield what is wrong as often as it is asked, within bounds, with time for the hub in between."""
    from hub import topics
    from hub.core import audit as auditing

    fields = ("person", "status", "organisation")
    for number in range(READINGS):
        if number:
            time.sleep(PAUSE_S)
        with reading(outputs, topics.ORGANISATIONS, topics.INVITATIONS, topics.TASKS):
            # The directory last: an organisation is announced before anything is sent to it.
            invitations = auditing.open_invitations(outputs.records(topics.INVITATIONS, fields))
            tasks = auditing.open_tasks(outputs.records(topics.TASKS, fields))
            directory = outputs.directory()
        today = outputs.today() if day is None else day
        yield auditing.audit(invitations, tasks, directory, today)


def _print_report(report: Report, today: str, *, as_json: bool) -> None:
    findings = [each._asdict() for each in report.findings]
    looked_at = {
        "open_invitations": report.invitations,
        "open_tasks": report.tasks,
        "organisations": report.organisations,
    }
    if as_json:
        print_json({"ok": not findings, "on": today, **looked_at, "findings": findings})
        return
    if findings:
        print_table(("code", "id", "person", "organisation"), [tuple(each.values()) for each in findings])
    told = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in looked_at.items())
    verdict = f"[red]{len(findings)} findings[/red]" if findings else "[green]all as it must be[/green]"
    console().print(f"{told}, on {today}: {verdict}")


def _overdue(record: Mapping[str, Any], now: int) -> bool:
    """Return whether the person should have been contacted by now, and nothing tells that it was done."""
    from hub.core.invitation import ISSUED

    return record["status"] == ISSUED and record["act_by"] is not None and record["act_by"] < now


def _statuses(status: str) -> frozenset[str] | None:
    """Return the statuses that are meant; None = all."""
    from hub.core import invitation

    ends = frozenset({invitation.ADMITTED, invitation.DECLINED, invitation.WITHDRAWN, invitation.EXPIRED})
    if status == _ALL:
        return None
    if status == _OPEN:
        return invitation.OPEN
    if status == _ENDED:
        return ends
    if status not in invitation.OPEN | ends:
        known = ", ".join((_OPEN, _ENDED, _ALL, *sorted(invitation.OPEN | ends)))
        raise UsageError(f"there is no status {status!r}", "--status", f"use {known}")
    return frozenset({status})


def _document(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be printed of a record: everything but the sealed block, the person cut short."""
    from hub.core import dates
    from hub.core.audit import SHOWN
    from hub.stages.announcementwriter import rfc3339

    told = {name: value for name, value in record.items() if name not in _SEALED}
    told["person"] = record["person"].hex()[:SHOWN]
    told["tick"] = rfc3339(record["tick"])
    told["act_by"] = rfc3339(record["act_by"]) if record["act_by"] is not None else None
    told |= {name: dates.iso(told[name]) for name in _DAYS if told[name] is not None}
    return told


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def _row(document: Mapping[str, Any], columns: tuple[str, ...]) -> list[str]:
    return [_cell(document[name]) for name in columns]
