"""Tasks of a person in the matching stage: what becomes of them, told and counted.

The state of a task stands with its person. Nearly nobody has any; whoever calls asks
:func:`hub.core.task.concerns` first.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from hub.core import dates, matching, task
from hub.core.book import act_by
from hub.core.person import PersonState

if TYPE_CHECKING:
    from hub.core.matching import Eligibility
    from hub.core.task import Settled
    from hub.core.verdict import Question
    from hub.stages.announcement import Announcer, Occasion


def settle(
    announce: Announcer, occasion: Occasion, state: PersonState, eligible: Eligibility, asked: Question
) -> bool:
    """Move the tasks of a person on, tell the changes; return whether one waits for an organisation."""
    world = asked.world
    today = dates.day_of(occasion.ctx.now)
    new_id = partial(announce.task_id, occasion.person + state.erased)
    limits = act_by(world.book, occasion.ctx.now)
    scene = task.Scene(eligible, world.book, world.directory, today, new_id, limits, asked.earlier)
    settled = task.settle(state.tasks, scene)
    _tell(announce, occasion, state, eligible, settled, world)
    return settled.waiting


def stop(
    announce: Announcer, occasion: Occasion, state: PersonState, eligible: Eligibility, *, blocked_by: str
) -> None:
    """Block, or without a code cancel, what runs, for a reason that no evaluation found."""
    if state.tasks:
        settled = task.block(state.tasks, blocked_by) if blocked_by else task.cancel(state.tasks)
        _tell(announce, occasion, state, eligible, settled, None)


def _tell(  # noqa: PLR0917  # what a change is told with
    announce: Announcer,
    occasion: Occasion,
    state: PersonState,
    eligible: Eligibility,
    settled: Settled,
    world: matching.Tables | None,
) -> None:
    ctx = occasion.ctx
    today = dates.day_of(ctx.now)
    for change in settled.changes:
        acting = world.directory.active(change.task.organisation, today) if world is not None else None
        announce.task(occasion, change, eligible, state.contact, acting)
        ctx.count(_flow(change.change, change.task.kind, today), 1)
    state.tasks = settled.tasks


@lru_cache(maxsize=256)
def _flow(change: str, kind: str, today: int) -> str:
    """Return the counter of a change, by the month it was made in."""
    return f"flow.tasks|change={change}|kind={kind}|month={dates.iso(today)[:7]}"
