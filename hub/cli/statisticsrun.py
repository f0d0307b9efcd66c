"""``hub statistics run`` and ``hub statistics targets check``: the worker, and the plan it holds to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    err_console,
    load_settings,
    new_app,
    print_json,
    print_table,
)

__all__ = ("run", "targets")


def run(
    *,
    bootstrap: BootstrapOption = None,
    plan: Annotated[
        Path | None,
        typer.Option("--targets", metavar="FILE", help="The plan, YAML \\[env: HUB_TARGETS_FILE]."),
    ] = None,
) -> None:
    """Add up what the workers count, and publish the figures, until SIGTERM or Ctrl-C.

    Any number may run: they share the work, and when one ends the others take over within seconds. One that
    was killed loses nothing and counts nothing twice: what was counted is read again at every start. Logs are
    JSON lines on standard error; /metrics, /livez and /readyz are on HUB_STATISTICS_PORT (default 9465).

    Example: hub statistics run --bootstrap localhost:9092
    """
    from hub import kafka, planfile, provision

    settings = load_settings(bootstrap, targets_file=plan)
    targets = planfile.read(settings.targets_file)
    admin = kafka.admin(settings)
    kafka.require_broker(admin, settings)
    provision.check(admin, settings)
    from hub.statistics.worker import run as work

    err_console().print(f"statistics on {settings.bootstrap_servers}, plan {targets.plan}. Ctrl-C stops.")
    code = work(settings, targets)
    if code:
        raise typer.Exit(code)


targets = new_app("Check the plan: targets, baselines and milestones that figures are held against.")


@targets.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="A YAML file; the packaged plan when none is named.")
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Read a plan, tell everything that is wrong with it, and show what it asks for.

    Example: hub statistics targets check my-plan.yaml
    """
    from hub import planfile
    from hub.core.dates import iso

    plan = planfile.read(file)
    rows = [
        (goal, entry.target, len(entry.baselines), sum(map(len, entry.milestones.values())))
        for goal, entry in plan.goals.items()
    ]
    if as_json:
        names = ("goal", "target", "baselines", "milestones")
        goals = [dict(zip(names, row, strict=True)) for row in rows]
        print_json({"plan": plan.plan, "starts": iso(plan.starts), "ends": iso(plan.ends), "goals": goals})
        return
    shown = [tuple("–" if cell is None else cell for cell in row) for row in rows]
    title = f"{plan.plan}: {iso(plan.starts)} to {iso(plan.ends)}"
    print_table(("goal", "target", "regions with a baseline", "given milestones"), shown, title)
