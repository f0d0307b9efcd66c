"""Who of the matching stage is woken, and when: a person's next day, an organisation's, a region change's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hub.core import dates
from hub.core.person import PersonState
from hub.stages import neighbourhood
from hub.stages.contract import Context
from hub.stages.forgetting import PERSON
from hub.stages.scene import tables_of

__all__ = (
    "ORGANISATION_TIMER", "REGION_TIMER", "RESTATEMENT", "organisation_changed", "region_changed", "restate",
    "set_timers", "wake",
)  # fmt: skip

RESTATEMENT: Final = b"s"
"""Key of the cursor of a restatement, and of the timer of its next step."""
ORGANISATION_TIMER: Final = b"o"
REGION_TIMER: Final = b"r"


def set_timers(ctx: Context) -> None:
    """Set the timers of what was announced for the days to come before the task began."""
    tables, today = tables_of(ctx), dates.day_of(ctx.now)
    for org_id, day in tables.organisations.upcoming(today):
        ctx.schedule(dates.midnight_ms(day), ORGANISATION_TIMER + org_id.encode())
    for name, day in tables.regions.upcoming(today):
        ctx.schedule(dates.midnight_ms(day), REGION_TIMER + name.encode())


def restate(ctx: Context) -> None:
    """Begin to restate the figures of everybody, a step per cycle."""
    ctx.state.put(RESTATEMENT, b"")
    ctx.schedule(ctx.now, RESTATEMENT)


def organisation_changed(org_id: str, ctx: Context) -> None:
    """Wake those near an organisation, and set the timer of its next day."""
    tables = tables_of(ctx)
    _wake_now(neighbourhood.near_organisation(org_id, ctx, tables), ctx)
    timer = ORGANISATION_TIMER + org_id.encode()
    day = tables.organisations.next_change(org_id, dates.day_of(ctx.now))
    if day is None:
        ctx.cancel(timer)
    else:
        ctx.schedule(dates.midnight_ms(day), timer)


def region_changed(name: str, ctx: Context) -> None:
    """Wake those in the counties of a region change when its day has come, else set its timer."""
    starts = tables_of(ctx).regions.starts(name)
    if starts is not None and starts > dates.day_of(ctx.now):
        ctx.schedule(dates.midnight_ms(starts), REGION_TIMER + name.encode())
        return
    _wake_now(neighbourhood.near_region(name, ctx), ctx)
    restate(ctx)  # everybody's county may be another one


def _wake_now(persons: Iterable[bytes], ctx: Context) -> None:
    """Evaluate persons in this tick, each by an own timer: so one who raises cannot take the others along."""
    for who in persons:
        ctx.schedule(ctx.now, PERSON + who)


def wake(who: bytes, state: PersonState, due: int, ctx: Context) -> None:
    """Move the person's one timer to the next day on which anything can change; 0 takes it away."""
    if due:
        ctx.schedule(dates.midnight_ms(due), PERSON + who, first=not state.due)
    else:
        ctx.cancel(PERSON + who)
    state.due = due
