"""``hub review``: what waits for a human."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from hub.cli.common import BootstrapOption, JsonOption, console, new_app, print_json, print_table
from hub.cli.outputs import open_outputs, reading
from hub.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.core.review import Held, Parked

app = new_app(
    "See what waits for a human.\n\n"
    "An event that names nobody for sure is parked. A person whom something qualifies is held, where only a "
    "human can say who it is (review) or where they belong (region). Neither moves on by itself: the source "
    "corrects it and publishes again, or tells of the correction (party.identity.corrected.v1)."
)

_PARKED: Final = ("code", "system", "event_id", "topic", "partition", "offset", "occurred_on", "days")
_HELD: Final = ("code", "person", "since_on", "days")


@app.command("list")
def list_reviews(
    *,
    bootstrap: BootstrapOption = None,
    code: Annotated[
        list[str] | None,
        typer.Option("--code", help="Only with this reason or code; may be repeated."),
    ] = None,
    system: Annotated[
        list[str] | None,
        typer.Option("--system", help="Only events of this system, and nobody who is held; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of each, the oldest.")] = 200,
    as_json: JsonOption = False,
) -> None:
    """List parked events and people held for a human, each oldest first, with their number by code.

    An event is named by its source's id and its place, so that the source can find it; a person by the
    beginning of a pseudonym (with --json the whole). How long it waits is in days: since the event occurred,
    since the person is held with this code. What the codes mean and what to do is in
    docs/reference/errors.md. Candidates for a council who wait for a human are in `hub council blocked`.

    Examples: hub review list --code ID_REPAIRABLE --system training; hub review list --code review
    """
    from hub import topics
    from hub.core import review

    _require(code, review.CODES | _reasons(), "--code", "code")
    _require(system, {topics.system_of(topic) for topic in topics.UPSTREAM}, "--system", "system")
    outputs = open_outputs(bootstrap)
    with reading(outputs, topics.IDENTITY, topics.DECISIONS):
        parked = [
            each
            for each in review.parked(outputs.told(topics.IDENTITY, "hub.parked"))
            if (not code or each.code in code) and (not system or each.system in system)
        ]
        held = [
            each
            for each in review.held(outputs.told(topics.DECISIONS, "hub.decision", _OF_DECISION))
            if (not code or each.code in code) and not system
        ]
    _print(parked, held, outputs.today(), limit, as_json=as_json)


_OF_DECISION: Final = ("person", "tick", "outcome", "code")


def _print(parked: Sequence[Parked], held: Sequence[Held], today: int, limit: int, *, as_json: bool) -> None:
    """Print the oldest of both, and how many there are in all."""
    from hub.core import dates

    events, people = (
        [_event(each, today) for each in parked[:limit]],
        [_person(each, today) for each in held[:limit]],
    )
    total = {"parked": len(parked), "held": len(held)}
    by_code = {"parked": _by_code(parked), "held": _by_code(held)}
    if as_json:
        print_json({
            "on": dates.iso(today), "total": total, "by_code": by_code, "parked": events, "held": people,
        })  # fmt: skip
        return
    from rich.markup import escape

    from hub.core.audit import SHOWN

    rows = [[escape(str(each[name])) for name in _PARKED] for each in events]  # a source chose its ids
    print_table(_PARKED, rows, title="parked events")
    shown = [{**each, "person": each["person"][:SHOWN]} for each in people]
    print_table(_HELD, [[each[name] for name in _HELD] for each in shown], title="people held")
    for what, count in total.items():
        told = ", ".join(f"{code} {number}" for code, number in by_code[what].items())
        console().print(f"{count} {what}: {told or 'none'}")


def _event(each: Parked, today: int) -> dict[str, Any]:
    """Return a parked event as it is shown."""
    from hub.core import dates

    day = dates.day_of(each.occurred_at)
    shown = each._asdict() | {"occurred_on": dates.iso(day), "days": today - day}
    del shown["occurred_at"]
    return shown


def _person(each: Held, today: int) -> dict[str, Any]:
    """Return a person who is held as it is shown, with the whole pseudonym."""
    from hub.core import dates

    day = dates.day_of(each.since)
    return {"code": each.code, "person": each.person, "since_on": dates.iso(day), "days": today - day}


def _by_code(found: Sequence[Parked] | Sequence[Held]) -> dict[str, int]:
    return dict(sorted(Counter(each.code for each in found).items()))


def _reasons() -> frozenset[str]:
    """Return the codes with which an event may be parked."""
    from hub.core.codes import Code

    return frozenset(str(code) for code in Code)


def _require(asked: list[str] | None, known: frozenset[str] | set[str], option: str, what: str) -> None:
    """Raise UsageError for something that there is not."""
    for name in asked or ():
        if name not in known:
            raise UsageError(f"there is no {what} {name!r}", option, f"use {', '.join(sorted(known))}")
