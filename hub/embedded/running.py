"""Which broker runs in a directory: a note in ``broker.json``, checked against the process table."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from hub.embedded import jars, process

__all__ = ("HOST", "Status", "forget", "remember", "status", "stop")

HOST: Final = "127.0.0.1"
"""An embedded broker has no log-in: it listens to this machine only."""
_NOTE: Final = "broker.json"


class Status(NamedTuple):
    """A broker that runs in a directory."""

    pid: int
    mark: str
    port: int
    kafka: str
    started_at: str

    @property
    def bootstrap(self) -> str:
        """Return the address for clients."""
        return f"{HOST}:{self.port}"


def remember(directory: Path, pid: int, port: int) -> Status:
    """Note that this process is the directory's broker."""
    started = datetime.now(UTC).isoformat(timespec="seconds")
    now = Status(pid, process.mark(pid) or "", port, jars.version(), started)
    part = directory / f"{_NOTE}.{os.getpid()}"
    part.write_text(json.dumps(now._asdict()), encoding="utf-8")
    part.replace(directory / _NOTE)
    return now


def forget(directory: Path) -> None:
    """Note that no broker runs in the directory."""
    (directory / _NOTE).unlink(missing_ok=True)


def status(directory: Path | str) -> Status | None:
    """Return the broker that runs in the directory, whoever started it; None when none does."""
    try:
        found = Status(**json.loads((Path(directory).expanduser() / _NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if process.alive(found.pid, found.mark) else None


def stop(directory: Path | str, timeout_s: float = 20.0) -> Status | None:
    """Stop the broker that runs in the directory; return what it was, or None when none ran."""
    found = status(directory)
    if found is not None:
        process.end(found.pid, found.mark, timeout_s)
        forget(Path(directory).expanduser())
    return found
