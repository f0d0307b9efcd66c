"""Invitations and tasks that are open at an organisation that is not active: there must be none.

An evaluation re-routes or withdraws what it finds so; what nobody was woken for is never evaluated. So this
is counted from the organisation index and the directory alone: every day, and after changes of the
directory, when all whom they woke have been evaluated.
"""

from __future__ import annotations

from typing import Final

import msgspec

from hub.core import dates, person, statistics
from hub.core.person import PersonState
from hub.stages.contract import Context
from hub.stages.forgetting import PERSON
from hub.stages.neighbourhood import under_organisation
from hub.stages.tables import HubTables

TIMER: Final = b"x"
"""Of the day to come, or of now. It sorts after the timers of persons, who are thus evaluated first."""
_LAST: Final = b"xx"
"""Once more in the same tick: timers that were due together with the first one may have woken persons."""
_COUNTED: Final = b"x"
"""State key: county to number, as counted last."""


def soon(ctx: Context) -> None:
    """Have them counted when everybody who is woken in this tick has been evaluated."""
    ctx.schedule(ctx.now, TIMER)


def on_timer(key: bytes, ctx: Context, tables: HubTables) -> None:
    """Count, and set the timer of the next day."""
    if key == TIMER:
        ctx.schedule(ctx.now, _LAST)
        ctx.schedule(dates.midnight_ms(dates.day_of(ctx.now) + 1), TIMER)
        return
    found = _found(ctx, tables)
    stored = ctx.state.get(_COUNTED)
    before = msgspec.msgpack.decode(stored, type=dict[str, int]) if stored is not None else {}
    if found == before:
        return
    for county in sorted(found.keys() | before.keys()):
        difference = found.get(county, 0) - before.get(county, 0)
        if difference:
            ctx.count(f"invitations_orphaned|county={county}", difference)
    if found:
        ctx.state.put(_COUNTED, msgspec.msgpack.encode(found, order="deterministic"))
    else:
        ctx.state.delete(_COUNTED)


def _found(ctx: Context, tables: HubTables) -> dict[str, int]:
    """Return how many there are today, by the county in which their person counts."""
    today = dates.day_of(ctx.now)
    found: dict[str, int] = {}
    for org_id in tables.organisations.inactive(today):
        for who in under_organisation(org_id, ctx):
            stored = ctx.state.get(PERSON + who)
            if stored is None:
                continue
            state = person.decode(stored)
            number = _open_at(org_id, state)
            if number:
                county = statistics.county(state.counted)
                found[county] = found.get(county, 0) + number
    return found


def _open_at(org_id: str, state: PersonState) -> int:
    """Return how many invitations and tasks of a person are open at an organisation."""
    last = state.invitation
    invited = last is not None and last.open and last.organisation == org_id
    return int(invited) + sum(task.open and task.organisation == org_id for task in state.tasks)
