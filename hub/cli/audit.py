"""``hub audit``: who looked at whom."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    load_settings,
    new_app,
    print_json,
    print_table,
)
from hub.errors import UsageError

app = new_app(
    "See who looked at what is known of people.\n\n"
    "Each `hub person show`, `export` and `erase` writes a record to hub.audit before it shows anything; "
    "they are kept for three years."
)


@app.command("list")
def list_looks(
    *,
    bootstrap: BootstrapOption = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="HEX", help="Only of this pseudonym, or as it begins."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="30m|2h|7d|DATE", help="Only since then.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 200,
    as_json: JsonOption = False,
) -> None:
    """List the looks, oldest first: when, who, at whom, what was shown, and why.

    Example: hub audit list --since 30d --json
    """
    from hub import kafka
    from hub.audittrail import AuditTrail
    from hub.engine.letterbox import since as parse_since

    try:
        since_ms = parse_since(since) if since else 0
    except ValueError:
        raise UsageError(f"{since!r} is no time", "--since", "write 30m, 2h, 7d or an ISO date") from None
    settings = load_settings(bootstrap)
    kafka.require_broker(kafka.admin(settings), settings)
    found = [
        _document(record)
        for record in AuditTrail(settings).read()
        if record["at"] >= since_ms and record["person"].hex().startswith((person or "").lower())
    ]
    shown = found[-limit:]
    if as_json:
        print_json({"total": len(found), "looks": shown})
        return
    columns = ("at", "os_user", "acting_as", "host", "command", "person", "shown", "reason")
    print_table(columns, [[_cell(each[name]) for name in columns] for each in shown])
    console().print(f"{len(found)} in all")


def _document(record: dict[str, Any]) -> dict[str, Any]:
    from hub.stages.announcementwriter import rfc3339

    return {**record, "at": rfc3339(record["at"]), "person": record["person"].hex()}


def _cell(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
