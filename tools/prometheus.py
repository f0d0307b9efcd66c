"""The real Prometheus for checks and tests: its binaries found or unpacked, and a server for a while.

``python -m tools.prometheus`` (``make prometheus``) prints where ``promtool`` and ``prometheus`` are. On the
PATH they are taken as they are; else Debian's package is fetched by apt and unpacked into the cache
directory (HUB_CACHE_DIR), which needs no root and installs nothing. Where neither goes, it says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

__all__ = ("Alert", "MissingError", "Prometheus", "Sample", "find", "promtool")

BINARIES: Final = ("promtool", "prometheus")
_PACKAGE: Final = "prometheus"
_APT_S: Final = 120
_START_S: Final = 30.0
_LOOK_S: Final = 0.05


class MissingError(Exception):
    """Prometheus is not here and cannot be had; the text says what was tried."""


def find(cache_dir: Path) -> Path:
    """Return the directory that both binaries are in, unpacking them into ``cache_dir`` when need be."""
    there = [shutil.which(name) for name in BINARIES]
    if there[0] and there[1]:
        return Path(there[0]).parent
    home = cache_dir / "prometheus"
    unpacked = home / "usr" / "bin"
    if not all((unpacked / name).exists() for name in BINARIES):
        _unpack(home)
    return unpacked


def _unpack(home: Path) -> None:
    """Fetch Debian's package and unpack it; the directory appears whole or not at all."""
    for needed in ("apt-get", "dpkg-deb"):
        if shutil.which(needed) is None:
            raise MissingError(f"neither promtool nor {needed} is on the PATH: install Prometheus")
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as made:
        work = Path(made)
        if not _downloaded(work):
            raise MissingError("promtool is not on the PATH, and apt cannot fetch the package prometheus")
        (package,) = work.glob(f"{_PACKAGE}_*.deb")
        try:
            subprocess.run(["dpkg-deb", "-x", str(package), str(work / "x")], check=True, timeout=_APT_S)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise MissingError(f"the package prometheus cannot be unpacked: {error}") from None
        shutil.rmtree(home, ignore_errors=True)
        (work / "x").rename(home)


def _downloaded(work: Path) -> bool:
    """Return whether apt has put the package into ``work``; root may have to refresh apt's lists first."""

    def done(*words: str) -> bool:
        command = ["apt-get", "-q", *words]
        try:
            ended = subprocess.run(command, check=False, cwd=work, timeout=_APT_S, capture_output=True)
        except subprocess.TimeoutExpired:
            return False
        return ended.returncode == 0

    if done("download", _PACKAGE):
        return True
    return os.geteuid() == 0 and done("update") and done("download", _PACKAGE)


def promtool(binaries: Path, *words: str | Path) -> tuple[int, str]:
    """Run promtool; return its exit code and what it said."""
    command = [str(binaries / "promtool"), *map(str, words)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


class Sample(NamedTuple):
    """One series of an answer, and its newest value."""

    labels: dict[str, str]
    value: float


class Alert(NamedTuple):
    """One alert that is pending or firing."""

    name: str
    state: str
    labels: dict[str, str]
    annotations: dict[str, str]


class Prometheus:
    """Made by :meth:`opened`: a Prometheus of its own on a free port, its data in a temporary directory."""

    def __init__(self, binaries: Path, directory: Path, config: str) -> None:
        """Start it with the text of a configuration."""
        self.log = directory / "prometheus.log"
        self._config = directory / "prometheus.yml"
        self._config.write_text(config, encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    str(binaries / "prometheus"), f"--config.file={self._config}",
                    f"--storage.tsdb.path={directory}/data",
                    f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn",
                ],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    @classmethod
    @contextlib.contextmanager
    def opened(cls, binaries: Path, directory: Path, config: str) -> Iterator[Self]:
        """Start one, return when it is ready, and end it at the end; ``directory`` is where its files are."""
        with contextlib.closing(cls(binaries, directory, config)) as prometheus:
            prometheus.await_ready()
            yield prometheus

    def configure(self, config: str) -> None:
        """Go on with another configuration."""
        self._config.write_text(config, encoding="utf-8")
        self._process.send_signal(signal.SIGHUP)

    def await_ready(self) -> None:
        """Return when it answers; MissingError with its log when it does not in time."""
        deadline = time.monotonic() + _START_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=2):
                    return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise MissingError(f"Prometheus does not start: {self.log.read_text('utf-8')}") from None
                time.sleep(_LOOK_S)

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def query(self, expression: str) -> list[Sample]:
        """Evaluate an expression now; ValueError with what Prometheus says when it cannot be."""
        answer = self._get("query", query=expression)
        if answer["resultType"] == "scalar":
            return [Sample({}, float(answer["result"][1]))]
        return [Sample(row["metric"], float(row["value"][1])) for row in answer["result"]]

    def alerts(self) -> list[Alert]:
        """Return the alerts that are pending or firing."""
        return [
            Alert(row["labels"]["alertname"], row["state"], row["labels"], row["annotations"])
            for row in self._get("alerts")["alerts"]
        ]

    def firing(self) -> set[str]:
        """Return the names of the alerts that fire."""
        return {alert.name for alert in self.alerts() if alert.state == "firing"}

    def rules(self) -> list[dict[str, Any]]:
        """Return every rule with its health and last error."""
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def _get(self, what: str, **arguments: str) -> Any:
        url = f"http://127.0.0.1:{self.port}/api/v1/{what}?{urllib.parse.urlencode(arguments)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(json.load(error).get("error", str(error))) from None


def main() -> int:
    """Print where the binaries are."""
    from hub.settings import load

    try:
        binaries = find(load().cache_dir)
    except MissingError as error:
        print(error, file=sys.stderr)
        return 1
    for name in BINARIES:
        print(binaries / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
