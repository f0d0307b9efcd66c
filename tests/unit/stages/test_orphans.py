"""What is open at an organisation that is not active is counted, whoever was woken for it."""

from __future__ import annotations

from typing import Any

from hub.stages.memory import MemoryContext
from tests.unit.core.asking import CANDIDACY, AskingBook
from tests.unit.core.people import COUNTY, TODAY, organisation
from tests.unit.stages.matchmaking import (
    ANNA,
    BEN,
    FakeTables,
    announce,
    context,
    dissolved,
    everything,
    facts,
    fire,
    process,
    story,
    tell,
    until,
)

FIGURE = f"invitations_orphaned|county={COUNTY}"


def orphaned(ctx: MemoryContext) -> dict[str, int]:
    """Return the figure by its full name, as far as it is not zero."""
    return {name: n for name, n in ctx.counters.items() if name.startswith("invitations_orphaned") and n}


def test_nobody_is_evaluated_and_the_figure_is_one() -> None:
    """A dissolution that woke nobody leaves an orphan: it is counted on the next day, and only then gone."""
    tables = FakeTables()
    ctx = context(tables=tables)
    process(ctx, everything(ANNA))
    fire(ctx)
    change = announce(tables, "SOC", dissolved(TODAY), "dissolved")
    until(ctx, TODAY + 1)
    assert (orphaned(ctx), story(ctx)) == ({FIGURE: 1}, [("issued", None)])
    until(ctx, TODAY + 2)
    assert orphaned(ctx) == {FIGURE: 1}
    tell(ctx, change)
    assert (orphaned(ctx), story(ctx)[1:]) == ({}, [("withdrawn", "region")])


def test_whoever_was_woken_is_none() -> None:
    """A dissolution known to the stage is acted on first, also when its day comes with the one to count."""
    tables = FakeTables()
    ctx = context(tables=tables)
    process(ctx, everything(ANNA), everything(BEN))
    tell(ctx, announce(tables, "SOC", dissolved(TODAY + 1), "dissolved"))
    until(ctx, TODAY + 1)
    assert [change for change, _ in story(ctx)] == ["issued", "issued", "withdrawn", "withdrawn"]
    assert FIGURE not in ctx.counters, "not for a moment"


def test_a_directory_change_counts_what_an_earlier_one_missed() -> None:
    """Any change of the directory has all of them counted, not only those near it."""
    tables = FakeTables()
    ctx = context(tables=tables)
    process(ctx, everything(ANNA), everything(BEN))
    fire(ctx)
    announce(tables, "SOC", dissolved(TODAY), "dissolved")
    tell(ctx, announce(tables, "FAR", organisation("society", "330281")))
    assert orphaned(ctx) == {FIGURE: 2}


def test_a_task_is_counted_too_but_no_member() -> None:
    """What waits for an organisation that is gone counts; who merely is its member does not."""
    tables = FakeTables(AskingBook())
    ctx = context(tables=tables)
    nominated: dict[str, Any] = {"candidacy": {**CANDIDACY, "council_org": "SOC"}}
    process(ctx, facts(ANNA, party={"residence": COUNTY}, **nominated))
    process(ctx, facts(BEN, membership={"status": "member", "kind": "adult", "organisation": "SOC"}))
    fire(ctx)
    announce(tables, "SOC", dissolved(TODAY), "dissolved")
    until(ctx, TODAY + 1)
    assert orphaned(ctx) == {FIGURE: 1}
