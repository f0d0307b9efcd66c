"""Kafka: whether it answers, the topics are right, the group keeps up, and the clocks agree."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any, Final

from hub import kafka, provision
from hub.doctor.outcome import Finding, Outcome
from hub.errors import BrokerError, HubError

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient

    from hub.doctor.outcome import Patient
    from hub.engine.lookout import Stop

__all__ = ("broker", "clock", "group", "rules", "topics")

_TIMEOUT_S: Final = 10.0
_MUCH_LAG: Final = 100_000
"""Some ten seconds of work for one worker."""
_SKEW_S: Final = 2.0
_PROBE: Final = "hub.doctor."
"""Stem of the topic that asks the broker for its time; removed at once."""


def broker(patient: Patient) -> Outcome:
    """Look whether Kafka answers, and whether it is safe against the loss of a node."""
    assert patient.admin is not None
    settings = patient.settings
    brokers = kafka.require_broker(patient.admin, settings)
    findings: tuple[Finding, ...] = ()
    if brokers > 1 and settings.replication_factor == 1:
        findings = (Finding(
            "topics are kept once, on a cluster of several nodes: the loss of one loses data",
            "HUB_REPLICATION_FACTOR=1", "unset it, and reassign existing topics (hub topics check)",
        ),)  # fmt: skip
    return Outcome(f"{brokers} node{'s' if brokers > 1 else ''} at {settings.bootstrap_servers}", findings)


def topics(patient: Patient) -> Outcome:
    """Compare every topic with what the hub needs."""
    from hub.topics import TOPICS

    assert patient.admin is not None
    found = provision.check(patient.admin, patient.settings)
    alike: dict[tuple[str, str], list[str]] = {}
    for each in found:
        what = f"{each.setting} is {each.found}, must be {each.wanted}"
        alike.setdefault((what, each.cure), []).append(each.topic)
    findings = tuple(Finding(what, ", ".join(where), cure) for (what, cure), where in alike.items())
    return Outcome(f"{len(TOPICS)} topics are needed", findings)


def rules(patient: Patient) -> Outcome:
    """Look whether a rule book is active, whole, and one that this version reads."""
    from hub import activation, rulehistory
    from hub.rules.book import load
    from hub.topics import RULES

    assert patient.admin is not None
    if RULES not in patient.admin.list_topics(timeout=_TIMEOUT_S).topics:
        return Outcome("there is no topic of rules: see topics", seen=False)
    books = rulehistory.read(patient.settings).activations
    if not books:
        cure = "hub rules activate zhejiang-2022 (--help says more); without a book the workers wait"
        return Outcome("none is active", (Finding("no rule book is active", RULES, cure),))
    active = books[-1]
    edition = activation.edition_of(active)
    told = f"{edition} is active, the {len(books)}. activation"
    if activation.digest(active["text"]) != active["digest"]:
        cure = "activate it again from its file: hub rules activate BOOK"
        return Outcome(told, (Finding("the active book's text is not what its digest says", RULES, cure),))
    try:
        load(active["text"], file=edition)
    except HubError as error:
        return Outcome(told, (Finding(error.what, f"{RULES}: {edition}", error.cure or "hub rules check"),))
    return Outcome(told)


def group(patient: Patient) -> Outcome:
    """Look at the group: members, lag, inputs that stand still."""
    assert patient.admin is not None
    from hub.engine.lookout import Eyes

    name = patient.settings.group
    eyes = Eyes(patient.settings)
    try:
        seen, stops = eyes.look(), eyes.standing_still()
    finally:
        eyes.close()
    members = _members(patient.admin, name)
    lag = sum(seen.lag.values())
    findings = [_stopped(stop) for stop in stops]
    if lag and not members:
        findings.append(Finding(
            f"{lag} records wait and no worker runs", f"group {name}", "hub run --workers 2",
        ))  # fmt: skip
    elif lag > _MUCH_LAG:
        topic = max(seen.lag, key=lambda each: seen.lag[each])
        findings.append(Finding(
            f"{lag} records wait, most of them in {topic}", f"group {name}",
            "look whether it falls (hub sources status); if not, start more workers, up to one per lane",
            advice=True,
        ))  # fmt: skip
    return Outcome(f"{members} workers in group {name}, {lag} records wait", tuple(findings))


def _stopped(stop: Stop) -> Finding:
    place = f"{stop.topic} {stop.partition} {stop.offset}"
    return Finding(
        f"the input stands still before offset {stop.offset}: {stop.code}", f"{stop.topic}[{stop.partition}]",
        f"look at that record, then: hub sources release {place} --reason …",
    )  # fmt: skip


def _members(admin: AdminClient, name: str) -> int:
    from confluent_kafka import KafkaException

    if "__consumer_offsets" not in admin.list_topics(timeout=_TIMEOUT_S).topics:
        return 0  # nobody ever was in a group: a new Kafka says that it has no coordinator
    try:
        return len(admin.describe_consumer_groups([name])[name].result(_TIMEOUT_S).members)
    except KafkaException as error:
        if error.args[0].name() == "GROUP_ID_NOT_FOUND":
            return 0
        raise


def clock(patient: Patient) -> Outcome:
    """Compare our clock with the broker's: it stamps a record of a topic made for this, and removed."""
    assert patient.admin is not None
    name = f"{_PROBE}{secrets.token_hex(4)}"
    try:
        broker_s, before_s, after_s = _stamped(patient, patient.admin, name)
    finally:
        _remove(patient.admin, name)
    # The stamp was made between our two looks at the clock: outside of them it is skew for certain.
    skew_s = max(0.0, before_s - broker_s, broker_s - after_s)
    told = f"apart by {skew_s:.1f} s at most certainly" if skew_s else "no difference to be seen"
    if skew_s <= _SKEW_S:
        return Outcome(told)
    what = f"this machine's clock and the broker's differ by {skew_s:.1f} s"
    cure = "synchronise both (chrony, timedatectl): deadlines, ages and the order of events depend on it"
    return Outcome(told, (Finding(what, patient.settings.bootstrap_servers, cure),))


def _stamped(patient: Patient, admin: AdminClient, name: str) -> tuple[float, float, float]:
    """Return the broker's time, and ours before and after."""
    from confluent_kafka.admin import NewTopic

    config = {"message.timestamp.type": "LogAppendTime", "retention.ms": "60000"}
    admin.create_topics([NewTopic(name, 1, -1, config=config)])[name].result(_TIMEOUT_S)
    producer = kafka.producer(patient.settings)
    stamps: list[tuple[float, float]] = []

    def delivered(error: Any, message: Any) -> None:
        if error is None:
            stamps.append((message.timestamp()[1] / 1000, patient.now_s()))

    before_s = patient.now_s()
    producer.produce(name, b"", on_delivery=delivered)
    if producer.flush(_TIMEOUT_S) or not stamps:
        raise BrokerError("the broker did not take a record", name, "look at its log and its disk")
    # The stamp is of whole milliseconds.
    return stamps[0][0] + 0.001, before_s, stamps[0][1] + 0.001


def _remove(admin: AdminClient, name: str) -> None:
    """Remove the probe's topic; one that never came to be is not there."""
    from confluent_kafka import KafkaException

    deadline = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            admin.delete_topics([name])[name].result(_TIMEOUT_S)
        except KafkaException as error:
            if error.args[0].retriable() and error.args[0].name() != "UNKNOWN_TOPIC_OR_PART":
                continue
        return
