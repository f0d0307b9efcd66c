"""The broker's configuration: one node, small, quick to start and to come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ("render",)

_FIXED: Final = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    # Topics are made by `hub topics ensure`, with the right partitions and cleanup, or not at all.
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # Nobody else is coming: the first member of a group need not wait for more.
    "group.initial.rebalance.delay.ms": "0",
    # Kafka's minimum of 6 s is for networks; on one machine a dead member may be noticed sooner.
    "group.min.session.timeout.ms": "1000",
    # Else a restart after kill -9 takes 12 s: the controller waits for the dead broker's session.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    # A dead worker's transaction pins readers until it is aborted; the check runs every 10 s by default.
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    # Memory and disk of a small broker: 128 MB and 10 MB per partition otherwise.
    "log.cleaner.dedupe.buffer.size": "8388608",
    "log.index.size.max.bytes": "1048576",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.segment.delete.delay.ms": "1000",
}


def render(data: Path, port: int, controller_port: int, extra: Mapping[str, str]) -> str:
    """Return server.properties; ``extra`` wins over everything here."""
    properties = {
        **_FIXED,
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "log.dirs": str(data),
        **extra,
    }
    return "".join(f"{name}={_escaped(value)}\n" for name, value in properties.items())


def _escaped(value: str) -> str:
    """Return the value as Java's properties format wants it: ASCII, backslashes doubled."""
    return "".join(c if " " <= c <= "~" else f"\\u{ord(c):04x}" for c in value.replace("\\", "\\\\"))
