"""The machine and the settings: whether they make sense, there is room, and the ports are free."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

from hub.doctor.outcome import Finding, Outcome
from hub.settings import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from hub.doctor.outcome import Patient
    from hub.settings import Settings

__all__ = ("disk", "limits", "port", "settings")

_NEARLY_FULL: Final = 0.1
_LITTLE_BYTES: Final = 2 << 30
"""Less than this is little on any disk: a restore of a large store writes gigabytes."""
_FILES: Final = 4096
"""Open files a worker may come to need: 256 of each store, and its connections."""
_ASK_S: Final = 2.0


def settings(patient: Patient) -> Outcome:
    """Look whether settings that are each right make sense together."""
    found = patient.settings
    findings = [
        *_time(found),
        *_places(found),
        *_connection(found),
    ]
    told = f"group {found.group}, {found.partitions} lanes, suite {found.cipher_suite}, clock {found.clock}"
    return Outcome(told, tuple(findings))


def _time(found: Settings) -> list[Finding]:
    findings = []
    if found.clock is Clock.TICKS:
        findings.append(Finding(
            "time is simulated: without ticks nothing expires and nothing is due", "HUB_CLOCK=ticks",
            "unset it where real events are processed", advice=True,
        ))  # fmt: skip
    if found.stall_after_s <= found.transaction_timeout_s:
        findings.append(Finding(
            "a worker that waits for a transaction to time out is taken for a stalled one",
            f"HUB_STALL_AFTER_S={found.stall_after_s:g}",
            f"set it above HUB_TRANSACTION_TIMEOUT_S={found.transaction_timeout_s:g}, best to 60",
        ))  # fmt: skip
    if found.dead_letter_limit > 100_000:
        findings.append(Finding(
            "a broken source would be drained into the dead letters before anything stops",
            f"HUB_DEAD_LETTER_LIMIT={found.dead_letter_limit}", "leave it at 1000", advice=True,
        ))  # fmt: skip
    return findings


def _places(found: Settings) -> list[Finding]:
    keys, state = found.key_dir.absolute(), found.state_dir.absolute()
    findings = []
    if keys == state or state in keys.parents:
        findings.append(Finding(
            "the keys are among the stores: who clears the stores, as one may, loses the keys for ever",
            f"HUB_KEY_DIR={keys}", "move them to a directory of their own, and back it up",
        ))  # fmt: skip
    relative = [
        f"HUB_{name.upper()}" for name in ("key_dir", "state_dir") if not getattr(found, name).is_absolute()
    ]
    if relative:
        findings.append(Finding(
            "the directories depend on where the hub is started", ", ".join(relative),
            "name them from / on: started elsewhere, the hub finds no keys", advice=True,
        ))  # fmt: skip
    return findings


def _connection(found: Settings) -> list[Finding]:
    kafka = {name: value.get_secret_value().upper() for name, value in found.kafka.items()}
    protocol = kafka.get("security.protocol", "PLAINTEXT")
    if "sasl.password" in kafka and not protocol.startswith("SASL"):
        return [Finding(
            "a password is set and not used: the connection does not log in", "HUB_KAFKA_SECURITY_PROTOCOL",
            "set it to SASL_SSL",
        )]  # fmt: skip
    if protocol == "SASL_PLAINTEXT" and kafka.get("sasl.mechanism", "PLAIN") == "PLAIN":
        return [Finding(
            "the password travels in the clear", "HUB_KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT",
            "use SASL_SSL", advice=True,
        )]  # fmt: skip
    return []


def limits(_: Patient) -> Outcome:
    """Look how many files a process started from here may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    told = f"{soft} open files per process, may be raised to {hard}"
    if 0 <= soft < _FILES:
        cure = f"ulimit -n {_FILES}, or LimitNOFILE={_FILES} in the service"
        return Outcome(
            told, (Finding("few files may be open: large stores need more", "ulimit -n", cure, advice=True),)
        )
    return Outcome(told)


def disk(patient: Patient) -> Outcome:
    """Look whether stores and keys have room and may be written."""
    from hub.engine.lookout import size_of

    findings, told = [], []
    state = patient.settings.state_dir
    for name, directory in (("state", state), ("broker", patient.settings.broker_dir)):
        there = _existing(directory)
        if name == "broker" and not directory.exists():
            continue  # no embedded broker here
        usage = shutil.disk_usage(there)
        told.append(
            f"{name}: {_size(size_of(directory))} used, {_size(usage.free)} of {_size(usage.total)} free"
        )
        if usage.free < _NEARLY_FULL * usage.total or usage.free < _LITTLE_BYTES:
            findings.append(Finding(
                f"the disk is nearly full: {_size(usage.free)} free", str(directory),
                "make room, or move HUB_STATE_DIR: stores are rebuilt from Kafka wherever they are",
            ))  # fmt: skip
        if not os.access(there, os.W_OK | os.X_OK):
            findings.append(Finding(
                "the directory cannot be written by this user", str(there),
                "give it to the user who runs the hub, or run the doctor as that user",
            ))  # fmt: skip
    return Outcome("; ".join(told), tuple(findings))


def _existing(directory: Path) -> Path:
    absolute = directory.absolute()
    return next(place for place in (absolute, *absolute.parents) if place.exists())


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def port(patient: Patient) -> Outcome:
    """Look whether the metrics port is free, or a hub's own."""
    host, number = patient.settings.metrics_host, patient.settings.metrics_port
    place = f"{host}:{number}"
    if number == 0:
        return Outcome("any free port is taken")
    try:
        with socket.create_server((host, number)):
            return Outcome(f"{place} is free: no hub runs here")
    except OSError as error:
        reason = error.strerror or type(error).__name__
    asked = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    workers = _workers(f"http://{asked}:{number}/readyz")
    if workers is None:
        what = f"the metrics port cannot be opened ({reason}), and it is not a hub that has it"
        return Outcome(f"{place} is taken", (Finding(what, place, "set HUB_METRICS_PORT to a free one"),))
    findings = tuple(
        Finding(
            f"worker {slot} is not ready: {state['reason']}", place,
            "see `hub sources status` when sources stopped; else its log says what it waits for",
        )
        for slot, state in sorted(workers.items()) if not state["ready"]
    )  # fmt: skip
    return Outcome(f"a hub with {len(workers)} workers answers on {place}", findings)


def _workers(url: str) -> dict[str, dict[str, object]] | None:
    """Return what /readyz says of each worker; None when it is no hub that answers."""
    try:
        with urllib.request.urlopen(url, timeout=_ASK_S) as answer:  # noqa: S310 - our own port
            body = answer.read()
    except urllib.error.HTTPError as error:
        with error:
            body = error.read()
    except OSError:
        return None
    try:
        found = json.loads(body)["workers"]
        return {slot: {"ready": state["ready"], "reason": state["reason"]} for slot, state in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
