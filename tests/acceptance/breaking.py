"""What can be broken on a running hub: each function breaks something, sees it alerted, and mends it."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import socket
import time
import urllib.request
from contextlib import ExitStack, closing
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import pytest

from hub import kafka, packaged, topics
from hub.demo.site import BOOK
from hub.engine.counters import partition_of
from hub.engine.lookout import Eyes
from hub.engine.tail import ends, read_all
from tests.acceptance.watched import Watched
from tools.running import RunningHub, free_ports, until

__all__ = (
    "dead_broker", "environment", "everything_stopped", "full_disk", "killed_workers", "on_small_disk",
    "refused_writes", "scarce", "second_publisher", "sleeping_workers",
)  # fmt: skip

_STATE_MB: Final = 400


def environment(directory: Path) -> dict[str, str]:
    """Return what is different for ``hub run``: workers can be harmed, go in small steps, do not give up.

    Their clock is slow while there is a file ``slow`` in the directory.
    """
    return {
        "PYTHONPATH": str(Path(__file__).parent / "leaking"),
        "WATCHED_CLOCK": str(directory / "slow"),
        "HUB_SWEEP_RECORDS": "8",
        "HUB_BATCH_RECORDS": "500",
        "HUB_RETRY_LIMIT": "100",
    }


# --- the machine


def on_small_disk(state_dir: Path) -> tuple[str, ...]:
    """Return what ``hub run`` is to be started by so that its state is on a disk of :data:`_STATE_MB`.

    The disk is the process's own, in memory, and gone with it. Empty where the system forbids it.
    """
    unshare = shutil.which("unshare")
    if unshare is None or os.system(f"{unshare} -rm true 2>/dev/null") != 0:
        return ()
    state_dir.mkdir(exist_ok=True)
    mount = f'mount -t tmpfs -o size={_STATE_MB}m hub-state "$0" && exec "$@"'
    return (unshare, "-rm", "sh", "-c", mount, str(state_dir))


def full_disk(watched: Watched) -> None:
    """Something fills the disk of the stores to 94 %, and is taken away."""
    hub = watched.hub
    room = Path(f"/proc/{hub.pid('hub')}/root{hub.settings.state_dir}")
    usage = shutil.disk_usage(room)
    if usage.total != _STATE_MB << 20:
        watched.impossible |= {"HubDiskNearlyFull", "HubDiskFilling"}
        pytest.skip("the system lets nobody mount a disk of his own")
    with (room / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, usage.free - usage.total * 6 // 100)
    with watched.broken("HubDiskNearlyFull", "HubDiskFilling"):
        (room / "ballast").unlink()


def scarce(watched: Watched) -> None:
    """One worker leaks memory; the other may open hardly more files than it has; their keys are old."""
    leaking, limited = watched.hub.workers()
    there = len(list(Path(f"/proc/{limited}/fd").iterdir()))
    soft, hard = resource.prlimit(limited, resource.RLIMIT_NOFILE)
    os.kill(leaking, signal.SIGUSR1)
    resource.prlimit(limited, resource.RLIMIT_NOFILE, (there + there // 8, hard))
    with watched.broken("HubMemoryHigh", "HubFilesNearlyOut", "HubKeyOld"):
        os.kill(leaking, signal.SIGUSR2)
        resource.prlimit(limited, resource.RLIMIT_NOFILE, (soft, hard))
        watched.run("keys", "rotate")  # taken up by the workers that come


# --- the processes


def killed_workers(watched: Watched) -> None:
    """Kill the workers again and again."""
    hub = watched.hub
    for _ in range(4):
        killed = set(hub.workers())
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        until(partial(_replaced, hub, killed), "the supervisor to start them again")
    with watched.broken("HubWorkerRestarting"):
        until(hub.ready, "the workers to be ready")


def _replaced(hub: RunningHub, killed: set[int]) -> bool:
    """Return whether the supervisor has buried these workers, and started others."""
    now = set(hub.workers())
    return len(now) == 2 and not now & killed


def second_publisher(watched: Watched) -> None:
    """Let a statistics worker of another group publish the same figures."""
    (port,) = free_ports(1)
    other = {"HUB_GROUP": "others", "HUB_STATISTICS_PORT": str(port)}
    watched.hub.start("publisher", "statistics", "run", environment=other)
    until(partial(_listens, port), "the second publisher to serve its metrics")
    watched.scrape(port)
    with watched.broken("HubStatisticsPublishers"):
        watched.scrape()
        watched.hub.stop("publisher")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def everything_stopped(watched: Watched) -> None:
    """Stop ``hub run``, the statistics and their door, and start them again."""
    hub = watched.hub
    for name in ("hub", "statistics", "door"):
        hub.stop(name)
    with watched.broken("HubDown", "HubStatisticsDown", "HubDoorDown"):
        hub.run(
            environment=environment(hub.directory)
        )  # on the large disk: what was on the small one is restored
        hub.start("statistics", "statistics", "run")
        hub.start("door", "statistics", "serve")
    until(hub.ready, "the workers to be ready")
    watched.clears("HubStatisticsDown", "HubDoorDown")  # they would not start without Kafka


def sleeping_workers(watched: Watched) -> None:
    """One worker sleeps through an activation; the other falls asleep in its sweep, and events come."""
    hub = watched.hub
    first, second = hub.workers()
    os.kill(first, signal.SIGSTOP)
    text = packaged.read_text(BOOK)
    hub.activate(text.replace("\nversion: 2\n", "\nversion: 3\n", 1), "zhejiang-2022@3")
    until(partial(_sweeping, hub), "the other to sweep")
    os.kill(second, signal.SIGSTOP)
    for _ in range(4):  # lag that grows from one look to the next
        watched.produce(topics.VOLUNTEER, [b"garbage"] * 200)
        watched.produce(topics.TRAINING, [b"garbage"] * 200)
        time.sleep(1.0)  # the supervisor looks once a second, and must see each step
    watched.produce(topics.TRAINING, [b"garbage"] * 500)
    with watched.broken(
        "HubRuleBooksDiffer", "HubSweepStuck", "HubLagGrowing", "HubNoCommits", "HubWorkerDown"
    ):
        for worker in (first, second):
            os.kill(worker, signal.SIGCONT)
    until(hub.ready, "the workers to be ready")


def _sweeping(hub: RunningHub) -> bool:
    """Return whether some worker says that it has a sweep to do."""
    with urllib.request.urlopen(f"http://{hub.target}/metrics", timeout=5) as page:
        return re.search(r"^hub_sweeps_running\{.* [1-9]", page.read().decode(), re.MULTILINE) is not None


# --- Kafka


def refused_writes(watched: Watched) -> None:
    """Kafka does not hear the statistics, nor take dead letters: they stand still, then the workers do."""
    hub, garbage = watched.hub, partial(watched.produce, topics.TRAINING, [b"garbage"] * 100)
    with ExitStack() as refused:
        with watched.muffled("checks-statistics"):
            watched.fires("HubStatisticsStalled", again=garbage)  # there are parts; their totals go nowhere
            _parts_again(watched, 6_000)
            with watched.broken("HubStatisticsStalled", "HubStatisticsBehind"):
                before = ends(hub.settings, topics.PARTS)
                garbage()  # parts that wait, and become old
                until(lambda: ends(hub.settings, topics.PARTS) != before, "parts to be written")
                refused.enter_context(watched.topic_setting(topics.DEAD_LETTERS, "max.message.bytes", "100"))
            garbage()
            watched.fires("HubTransactionsFailing", "HubRetrying", "HubStalled")
        watched.fires("HubFiguresOld")
    watched.uncleared |= {"HubTransactionsFailing", "HubRetrying", "HubStalled", "HubFiguresOld"}
    garbage()
    until(hub.idle, "the hub to be idle")


def _parts_again(watched: Watched, wanted: int) -> None:
    """Publish parts that were published before, so many of them."""
    known = [pair for pair in read_all(watched.hub.settings, topics.PARTS) if pair[0] and b"@" in pair[0]]
    partitions = len(ends(watched.hub.settings, topics.PARTS))
    producer = kafka.producer(watched.hub.settings)
    for key, value in islice(cycle(known), wanted):
        assert key is not None
        counter = key.rpartition(b"@")[0].decode()
        producer.produce(topics.PARTS, value, key, partition_of(counter, partitions))
    assert producer.flush(20) == 0


def dead_broker(watched: Watched) -> None:
    """Kafka dies while the workers have much to do, and comes back."""
    hub, much = watched.hub, 20_000
    for worker in hub.workers():
        os.kill(worker, signal.SIGSTOP)
    watched.produce(topics.TRAINING, [b"garbage"] * much)
    for worker in hub.workers():
        os.kill(worker, signal.SIGCONT)
    with closing(Eyes(hub.settings)) as eyes:
        until(lambda: eyes.look().lag[topics.TRAINING] < much, "the workers to be at work")
    hub.broker.kill()
    with watched.broken("HubBrokerUnreachable", "HubDoorReaderRestarting", "HubTransactionUnknown"):
        hub.broker.start()
    until(hub.ready, "the workers to be ready")
