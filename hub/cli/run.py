"""``hub run``: the workers that turn events into invitations."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.common import BootstrapOption, err_console, load_settings, new_app
from hub.errors import UsageError

app = new_app("Run the workers that turn events into invitations.")


@app.command()
def run(
    *,
    bootstrap: BootstrapOption = None,
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            "-w",
            min=1,
            max=256,
            help="Worker processes; one per core you can spare, at most one per lane (HUB_PARTITIONS).",
        ),
    ] = 1,
    first_slot: Annotated[
        int | None,
        typer.Option(
            "--first-slot",
            min=0,
            max=4095,
            help="Number of the first worker; a second machine of the group goes on at the next "
            "\\[env: HUB_FIRST_SLOT] \\[default: 0].",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the workers until SIGTERM or Ctrl-C; then they finish what they do, within 10 seconds.

    Logs are JSON lines on standard error. /metrics, /livez and /readyz are on one port for all
    workers (HUB_METRICS_PORT, default 9464). A worker that crashes is started again; one that says
    that going on makes no sense ends the command with its exit code.

    Machines of one group share the work. Each needs slots of its own: one whose workers are numbered
    like another's is refused.

    Examples: hub run --workers 2; on a second machine: hub run --workers 2 --first-slot 2
    """
    import os
    import signal

    from hub.engine import slots
    from hub.engine.supervisor import Supervisor
    from hub.log import to_stderr

    settings = load_settings(bootstrap, first_slot=first_slot)
    _require_lanes(settings.partitions, workers)
    slots.await_free(settings, range(settings.first_slot, settings.first_slot + workers))
    os.environ["HUB_BOOTSTRAP_SERVERS"] = settings.bootstrap_servers  # the workers read the environment
    to_stderr(settings.log_level, worker="supervisor")
    supervisor = Supervisor(settings, workers, lookout_s=settings.lookout_interval_s)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stop())
    err_console().print(
        f"{workers} worker{'s' if workers > 1 else ''} on {settings.bootstrap_servers}; "
        f"http://{settings.metrics_host}:{supervisor.port}/readyz says when they are ready. Ctrl-C stops."
    )
    code = supervisor.run()
    if code:
        raise typer.Exit(code)


def _require_lanes(lanes: int, workers: int) -> None:
    """Refuse more workers than could ever have something to do."""
    if workers > lanes:
        raise UsageError(
            f"there are {lanes} lanes (HUB_PARTITIONS): {workers} workers cannot all have one",
            "--workers",
            f"start at most {lanes}; more lanes take topics with more partitions, made anew",
        )
