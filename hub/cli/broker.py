"""``hub broker``: start, look at and stop the embedded Kafka broker."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.common import JsonOption, console, err_console, load_settings, new_app, print_json, terminable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.embedded.broker import EmbeddedBroker
    from hub.embedded.jars import Progress
    from hub.embedded.running import Status

app = new_app(
    "Start, look at and stop the embedded broker: a real Apache Kafka of one node.\n\n"
    "It needs no Java on the machine. The first start downloads Kafka (45 MB) into a cache."
)

DirOption = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        help="The broker's directory \\[env: HUB_BROKER_DIR; default: .hub/broker].",
        show_default=False,
    ),
]
_NOT_RUNNING = 3
"""Exit code of `status` when nothing runs, as LSB has it for services."""


@app.command()
def start(
    *,
    directory: DirOption = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port for clients; 0 takes a free one.")
    ] = 9092,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return when it answers, and leave it running.")
    ] = False,
    heap_mb: Annotated[int, typer.Option("--heap-mb", min=96, help="Java heap.")] = 256,
    as_json: JsonOption = False,
) -> None:
    """Start the broker; data in its directory survive.

    In the foreground it runs until Ctrl-C. With --detach an already running one is left as it is.

    Examples:

      hub broker start --detach

      hub broker start --dir /tmp/kafka --port 0 --json
    """
    from hub.embedded.broker import EmbeddedBroker
    from hub.embedded.running import status

    home = directory or load_settings().broker_dir
    running = status(home)
    if detach and running is not None and port in {0, running.port}:
        _print(running, home, as_json=as_json, fresh=False)
        return
    with terminable():
        with progress_bar() as progress:
            broker = EmbeddedBroker(home, port=port, heap_mb=heap_mb, detach=detach, progress=progress)
            broker.start()
        try:
            started = status(home)
            assert started is not None
            _print(started, home, as_json=as_json, fresh=True)
            if not detach:
                _stay(broker)
        except KeyboardInterrupt:
            if detach:
                raise
            broker.stop()
            err_console().print("stopped; the data stay.")


@app.command("status")
def show_status(*, directory: DirOption = None, as_json: JsonOption = False) -> None:
    """Tell whether the broker runs, and where; exits with 3 when it does not.

    Example: hub broker status --json
    """
    from hub.embedded.running import status

    home = directory or load_settings().broker_dir
    running = status(home)
    if running is not None:
        _print(running, home, as_json=as_json, fresh=False)
        return
    if as_json:
        print_json({"running": False, "dir": str(home.absolute())})
    else:
        console().print(f"no broker runs in {home}", soft_wrap=True)
    raise typer.Exit(_NOT_RUNNING)


@app.command("stop")
def stop_broker(*, directory: DirOption = None, as_json: JsonOption = False) -> None:
    """Stop the broker in order; its data stay. No error when none runs.

    Example: hub broker stop --dir /tmp/kafka
    """
    from hub.embedded.running import stop

    home = directory or load_settings().broker_dir
    stopped = stop(home)
    if as_json:
        print_json({"stopped": stopped is not None, "dir": str(home.absolute())})
    elif stopped is None:
        console().print(f"no broker runs in {home}", soft_wrap=True)
    else:
        console().print(f"stopped the broker on {stopped.bootstrap}; its data stay in {home}", soft_wrap=True)


def _print(status: Status, home: Path, *, as_json: bool, fresh: bool) -> None:
    if as_json:
        print_json(
            {
                "running": True,
                "bootstrap": status.bootstrap,
                "pid": status.pid,
                "kafka": status.kafka,
                "dir": str(home.absolute()),
                "started_at": status.started_at,
            }
        )
        return
    verb = "started" if fresh else "running"
    console().print(
        f"[green]{verb}[/green] Apache Kafka {status.kafka} on [bold]{status.bootstrap}[/bold]",
        soft_wrap=True,
    )
    console().print(f"data in {home}, process {status.pid}; next: hub topics ensure", soft_wrap=True)


def _stay(broker: EmbeddedBroker) -> None:
    """Stay until Kafka ends by itself, or a signal raises KeyboardInterrupt."""
    from hub.errors import EmbeddedBrokerError

    err_console().print("Ctrl-C stops it.")
    while not broker.wait(0.5):
        pass
    raise EmbeddedBrokerError("Kafka ended by itself", str(broker.directory / "broker.log"), "see the log")


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Show on standard error what a first start is busy with; nothing when nothing takes long."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=err_console(), transient=True)
    tasks: dict[str, Any] = {}

    def show(what: str, done: int, total: int) -> None:
        bar.start()  # only now: most starts have nothing to show
        if what not in tasks:
            for task in tasks.values():
                bar.update(task, visible=False)
            tasks[what] = bar.add_task(what, total=total or None)
        bar.update(tasks[what], completed=done)

    try:
        yield show
    finally:
        if tasks:
            bar.stop()
