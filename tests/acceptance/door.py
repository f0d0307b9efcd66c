"""Runs ``hub statistics serve`` in a process of its own, and listens to its stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import httpx

if TYPE_CHECKING:
    from hub.settings import Settings

PATIENCE_S: Final = 60.0


class Told(NamedTuple):
    """A server-sent event."""

    id: str
    kind: str
    data: Any


class Door:
    """The running door."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        """Ask at ``url``."""
        self.url = url
        self.process = process
        self.client = httpx.Client(base_url=url, timeout=30.0)

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Ask for a path."""
        return self.client.get(path, **more)

    def metric(self, name: str) -> float:
        """Return a metric without labels."""
        lines = self.get("/metrics").text.splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))

    def until(self, path: str, **wanted: Any) -> Any:
        """Ask until the document says what is wanted, or patience ends; return it."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            told = self.get(path).json()
            if all(told.get(name) == value for name, value in wanted.items()):
                return told
            assert time.monotonic() < deadline, f"{path} says {told}"

    @contextmanager
    def stream(self, query: str = "", **headers: str) -> Iterator[Iterator[Told]]:
        """Listen to the stream."""
        with self.client.stream("GET", f"/v1/stream{query}", headers=headers) as answer:
            assert answer.status_code == 200, answer.read()
            yield _told(answer.iter_lines())


def _told(lines: Iterator[str]) -> Iterator[Told]:
    """Parse server-sent events."""
    said: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            said[name] = value
        elif said:
            yield Told(said.get("id", ""), said["event"], json.loads(said["data"]))
            said = {}


def figures_of(stream: Iterator[Told], last: str) -> list[Told]:
    """Return the figures that are told up to one with the key ``last``, or to an event of that kind."""
    found = []
    for told in stream:
        if told.kind in {"figure", "removed"}:
            found.append(told)
        if told.kind == last or told.data.get("key") == last:
            return found
    raise AssertionError("the stream ended")


@contextmanager
def door(settings: Settings, **environment: str) -> Iterator[Door]:
    """Open a door on any free port; it is ready, and it is closed with SIGTERM, cleanly."""
    command = [sys.executable, "-m", "hub", "statistics", "serve", "--port", "0"]
    command += ["--bootstrap", settings.bootstrap_servers]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("serving on "), line
            opened = Door(line.split()[-1], process)
            opened.until("/readyz", ready=True)
            yield opened
            opened.client.close()
            process.terminate()
            assert process.wait(30) == 0
        finally:
            process.kill()
