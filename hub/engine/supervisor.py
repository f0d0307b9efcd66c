"""``hub run --workers N``: N worker processes, kept running, and one port that speaks for all of them.

Workers are processes because only processes are real second cores. Each has a fixed slot, from
which its Kafka identities follow, and a pipe on which it reports twice a second. A worker that
crashes or falls silent is started again after a pause that doubles; one that ended with a StopError
is not: going on would fail everywhere, so everything stops and the reason is the exit code.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import msgspec

from hub.engine.exposition import joined
from hub.engine.http import Answer, Server
from hub.engine.lookout import Lookout
from hub.engine.status import Report
from hub.errors import BrokerError, HubError, RetryError, StopError
from hub.log import log
from hub.metrics import OutsideMetrics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.settings import Settings

__all__ = ("Supervisor", "exit_codes")

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
_STEADY_S: Final = 60.0
"""A worker that ran so long has recovered: its next crash is a first one."""
_SILENT_S: Final = 90.0
"""A worker that has not reported for so long hangs; the longest wait, for a coordinator, is 60 s."""
_QUIET_S: Final = 15.0
"""A worker reports twice a second: after so long without it is not up, for whoever watches."""
_BLIND_S: Final = 120.0
"""The lookout's longest look takes half a minute, with every question timed out; its pauses come on top."""
_DECODER: Final = msgspec.json.Decoder(Report)


def exit_codes(base: type[HubError]) -> set[int]:
    """Return the exit codes of an error and all that stand under it."""
    found = {base.exit_code}
    for sub in base.__subclasses__():
        found |= exit_codes(sub)
    return found


class _Child:
    """A worker slot: its process, its pipe, its last report."""

    def __init__(self, slot: int) -> None:
        self.slot = slot
        self.process: subprocess.Popen[bytes] | None = None
        self.pipe = -1
        self.buffer = b""
        self.report: Report | None = None
        self.heard_s = 0.0
        self.started_s = 0.0
        self.pause_s = _FIRST_PAUSE_S
        self.start_at_s = 0.0


class Supervisor:
    """Runs worker processes until told to stop."""

    def __init__(
        self,
        settings: Settings,
        workers: int,
        command: Sequence[str] | None = None,
        *,
        lookout_s: float | None = None,
    ) -> None:
        """Run ``workers`` slots from ``settings.first_slot`` on; ``command`` starts one.

        The slot and the pipe's number are appended to it.

        ``lookout_s``: look at broker, sources and disk this often, too; None = not at all.
        """
        from prometheus_client import CollectorRegistry

        self._settings = settings
        self._outside = OutsideMetrics(CollectorRegistry())
        self._outside.build.labels(version("redcross-hub")).set(1)
        slots = range(settings.first_slot, settings.first_slot + workers)
        for slot in slots:
            self._outside.restarts.labels(slot)
        self._lookout = None if lookout_s is None else Lookout(settings, self._outside, lookout_s)
        self._command = list(command or (sys.executable, "-m", "hub.engine.main"))
        self._children = [_Child(slot) for slot in slots]
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._exit = 0
        pages: dict[str, Callable[[], Answer]] = {
            "/metrics": self._metrics,
            "/livez": self._livez,
            "/readyz": self._readyz,
        }
        self._server = Server(settings.metrics_host, settings.metrics_port, pages)
        self.port = self._server.port
        """The port of /metrics, /livez and /readyz."""

    def stop(self) -> None:
        """Ask for a graceful end; safe to call from a signal handler."""
        self._stopping = True

    def run(self) -> int:
        """Supervise until :meth:`stop` or a StopError of a worker; return the exit code."""
        if self._lookout is not None:
            self._lookout.start()
        try:
            while not self._stopping:
                now_s = time.monotonic()
                for child in self._children:
                    self._look_after(child, now_s)
                self._listen(0.1)
        finally:
            self._stop_all()
            self._server.close()
            if self._lookout is not None:
                self._lookout.close()
            self._selector.close()
        return self._exit

    # --- workers

    def _look_after(self, child: _Child, now_s: float) -> None:
        if child.process is None:
            if now_s >= child.start_at_s:
                self._start(child, now_s)
            return
        code = child.process.poll()
        if code is not None:
            self._bury(child, code, now_s)
        elif now_s - child.heard_s > _SILENT_S or (child.report is not None and not child.report.alive):
            log("worker.stalled", level="ERROR", worker=child.slot)
            child.process.kill()

    def _start(self, child: _Child, now_s: float) -> None:
        if child.started_s:
            self._outside.restarts.labels(child.slot).inc()
        reader, writer = os.pipe()
        child.process = subprocess.Popen(  # noqa: S603 - our own argument list, no shell
            [*self._command, str(child.slot), str(writer)], stdin=subprocess.DEVNULL, pass_fds=(writer,)
        )
        os.close(writer)
        os.set_blocking(reader, False)
        child.pipe, child.buffer, child.report = reader, b"", None
        child.started_s = child.heard_s = now_s
        self._selector.register(reader, selectors.EVENT_READ, child)

    def _bury(self, child: _Child, code: int, now_s: float) -> None:
        self._hang_up(child)
        child.process = None
        if code in _FINAL:
            log("worker.ended", level="ERROR", worker=child.slot, exit_code=code, restart=False)
            self._exit = code
            self._stopping = True
            return
        if now_s - child.started_s > _STEADY_S:
            child.pause_s = _FIRST_PAUSE_S
        child.start_at_s = now_s + child.pause_s
        log("worker.ended", level="WARNING", worker=child.slot, exit_code=code, restart_in_s=child.pause_s)
        child.pause_s = min(_LONGEST_PAUSE_S, 2 * child.pause_s)

    def _stop_all(self) -> None:
        """SIGTERM, and SIGKILL to whoever is still there when the time is up."""
        running = [child for child in self._children if child.process is not None]
        for child in running:
            assert child.process is not None
            child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self._settings.stop_timeout_s
        for child in running:
            assert child.process is not None
            while child.process.poll() is None and time.monotonic() < deadline:
                self._listen(0.02)
            if child.process.poll() is None:
                log("worker.killed", level="ERROR", worker=child.slot)
                child.process.kill()
                child.process.wait()
            self._hang_up(child)

    # --- reports

    def _listen(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            child: _Child = key.data
            try:
                data = os.read(child.pipe, 1 << 20)
            except BlockingIOError:
                continue
            if not data:
                self._selector.unregister(child.pipe)
                continue
            *lines, child.buffer = (child.buffer + data).split(b"\n")
            if lines:
                child.report = _DECODER.decode(lines[-1])
                child.heard_s = time.monotonic()

    def _hang_up(self, child: _Child) -> None:
        if child.pipe >= 0:
            if child.pipe in self._selector.get_map():
                self._selector.unregister(child.pipe)
            os.close(child.pipe)
            child.pipe = -1
        child.report = None

    # --- pages, called from the server's threads: they only read

    def _metrics(self) -> Answer:
        from prometheus_client import generate_latest

        now_s = time.monotonic()
        reports = {child.slot: child.report for child in self._children}
        if (
            self._lookout is not None
            and now_s - self._lookout.looked_s > _BLIND_S + self._settings.lookout_interval_s
        ):
            self._outside.broker_up.set(0)  # a question that never ends is no answer
        for child in self._children:
            heard = reports[child.slot] is not None and now_s - child.heard_s <= _QUIET_S
            self._outside.worker_up.labels(child.slot).set(heard)
        for slot, report in reports.items():
            self._outside.worker_ready.labels(slot).set(report is not None and report.ready)
        pages = {slot: report.metrics for slot, report in reports.items() if report is not None}
        return Answer(True, joined(pages) + generate_latest(self._outside.registry).decode())

    def _livez(self) -> Answer:
        """Alive as long as no worker hangs: one that is being restarted is looked after already."""
        now_s = time.monotonic()
        states = {
            str(child.slot): child.report is None
            or (child.report.alive and now_s - child.heard_s <= _SILENT_S)
            for child in self._children
        }
        return Answer.of(good=all(states.values()), document={"workers": states})

    def _readyz(self) -> Answer:
        reports = {child.slot: child.report for child in self._children}
        document = {
            str(slot): {
                "ready": r.ready,
                "reason": r.reason,
                "stopped": r.stopped,
                "lanes": r.lanes,
                "tasks": r.opened,
            }
            if r is not None
            else {"ready": False, "reason": "starting", "stopped": [], "lanes": [], "tasks": 0}
            for slot, r in reports.items()
        }
        return Answer.of(
            good=all(r is not None and r.ready for r in reports.values()), document={"workers": document}
        )


_FINAL: Final = exit_codes(StopError) - exit_codes(RetryError) - {BrokerError.exit_code, 1}
"""Exit codes after which a restart would only fail again. 1 is Python's own for an unknown exception."""
