"""What all evaluations of one call of the matching stage have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from hub.core import dates
from hub.core.invitation import Terms
from hub.core.routing import county_of
from hub.core.verdict import Question
from hub.stages import shadowing
from hub.stages.contract import Context
from hub.stages.tables import HubTables

__all__ = ("Scene", "tables_of")


class Scene(NamedTuple):
    """What all evaluations of one call have in common."""

    ctx: Context
    tables: HubTables
    today: int
    asked: Question | None = None
    """None before the first rule book."""
    shadow: shadowing.Shadow | None = None
    """What runs beside the active book; None, and that is nearly always, when nothing does."""
    county_of: Callable[[str], str] = str
    """Returns the county of an organisation today."""

    @classmethod
    def of(cls, ctx: Context) -> Scene:
        """Return the scene of the running transaction."""
        tables = tables_of(ctx)
        today = dates.day_of(ctx.now)
        world = tables.world(today)
        if world is None:
            return cls(ctx, tables, today)
        asked = Question(world, Terms.of(world.book, ctx.now), today, tables.earlier)
        trial = tables.trial
        shadow = None if trial is None else shadowing.Shadow(trial, world._replace(book=trial.book))
        where = partial(county_of, directory=world.directory, regions=world.regions, today=today)
        return cls(ctx, tables, today, asked, shadow, where)


def tables_of(ctx: Context) -> HubTables:
    """Narrow the context's tables to the one implementation there is."""
    tables = ctx.tables
    assert isinstance(tables, HubTables)  # build_stages pairs this stage with these tables
    return tables
