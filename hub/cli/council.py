"""``hub council``: candidates for a council who are not members yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from hub.cli.common import BootstrapOption, JsonOption, console, new_app, print_json, print_table
from hub.cli.outputs import day_of, open_outputs, reading

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLUMNS: Final = (
    "session_on", "days_left", "due_on", "person", "council", "term", "status", "blocked_by", "organisation",
    "escalated_to",
)  # fmt: skip

app = new_app(
    "See which candidates for a council are not members yet.\n\n"
    "Who stands for a council must be a member of the Red Cross before its session (rule R10). Every "
    "candidate who is none is an admission task: of the council's society, escalated when it is late, or "
    "blocked, with the reason, where nobody may or can act."
)


@app.command()
def blocked(
    *,
    bootstrap: BootstrapOption = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation",
            metavar="ID",
            help="Only for this society's council, what it acts on, or what was escalated to it.",
        ),
    ] = None,
    before: Annotated[
        str | None, typer.Option("--before", metavar="DATE", help="Only sessions before this day.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List everybody nominated for a session to come who is no member, by session: who, and what is missing.

    Who is the beginning of a pseudonym; the society has the name from its own nomination. Where the status is
    blocked, blocked_by says why nobody acts: review (a human must look at the person), not_citizen,
    no_organisation (the council's society is not known, nor one above it), deceased, erasure.

    Example: hub council blocked --before 2022-07-01
    """
    from hub import topics
    from hub.core import dates

    day = day_of(before, "--before") if before is not None else None
    outputs = open_outputs(bootstrap)
    with reading(outputs, topics.TASKS):
        newest = outputs.newest(topics.TASKS).values()
    today = outputs.today()
    rows = [
        _row(task, today) for task in newest if _is_meant(task, today, before=day, organisation=organisation)
    ]
    rows.sort(key=lambda row: (row["session_on"], row["council"], row["task_id"]))
    if as_json:
        print_json({"on": dates.iso(today), "total": len(rows), "blocked": rows})
        return
    shown = [["" if row[name] is None else row[name] for name in _COLUMNS] for row in rows]
    print_table(_COLUMNS, shown)
    console().print(f"{len(rows)} candidates are not members yet, on {dates.iso(today)}")


def _is_meant(task: Mapping[str, Any], today: int, *, before: int | None, organisation: str | None) -> bool:
    """Return whether a record of ``hub.tasks`` is an admission that is to be seen."""
    from hub.core.task import ADMISSION, RUNNING_STATUSES

    return (
        task["kind"] == ADMISSION
        and task["status"] in RUNNING_STATUSES
        and task["session_on"] >= today
        and (before is None or task["session_on"] < before)
        and (
            organisation is None
            or organisation in (task["council"], task["organisation"], task["escalated_to"])
        )
    )


def _row(task: Mapping[str, Any], today: int) -> dict[str, Any]:
    """Return what is shown of an admission."""
    from hub.core import dates
    from hub.core.audit import SHOWN

    return {
        "session_on": dates.iso(task["session_on"]),
        "days_left": task["session_on"] - today,
        "due_on": dates.iso(task["due_on"]),
        "person": task["person"].hex()[:SHOWN],
        "council": task["council"] or task["organisation"],  # written before the field was there
        "organisation": task["organisation"],
        "term": task["term"],
        "status": task["status"],
        "blocked_by": task["blocked_by"],
        "escalated_to": task["escalated_to"],
        "task_id": task["task_id"],
    }
