"""What the commands that read the hub's outputs share: opening them, a progress bar, a date."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hub.cli.common import err_console, load_settings
from hub.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.outputs import Outputs

__all__ = ("day_of", "open_outputs", "reading")


def open_outputs(bootstrap: str | None) -> Outputs:
    """Return the outputs on a broker that answers; raise BrokerError when none does."""
    from hub import kafka
    from hub.outputs import Outputs

    settings = load_settings(bootstrap)
    kafka.require_broker(kafka.admin(settings), settings)
    return Outputs(settings)


@contextmanager
def reading(outputs: Outputs, *names: str) -> Iterator[None]:
    """Move a bar on standard error by what is read of some topics meanwhile."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err_console(), transient=True) as bar:
        row = bar.add_task("reading", total=outputs.size(*names))
        outputs.step = lambda read: bar.advance(row, read)
        yield


def day_of(text: str, option: str) -> int:
    """Return the day that an option names; raise UsageError for what is no date."""
    from hub.core import dates

    try:
        return dates.parse_day(text)
    except dates.DateError:
        raise UsageError(f"{text!r} is no date", option, "write it as 2022-06-30") from None
