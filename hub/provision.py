"""Make the topics on a broker, and say exactly which existing one is not as it must be.

Nothing may subscribe before this passed: a consumer whose topic is being auto-created can wait for
ever, and a changelog that is deleted by time instead of compacted loses state without a sound.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub.errors import BrokerError, TopicsError
from hub.topics import HORIZON, MAX_RECORD_BYTES, TOPICS, Cleanup, Owner, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from confluent_kafka.admin import AdminClient

    from hub.settings import Settings

__all__ = ("Ensured", "Finding", "check", "ensure", "wanted_config", "wanted_partitions")

_TIMEOUT_S: Final = 30.0
_DAY_MS: Final = 86_400_000
_USUAL_REPLICAS: Final = 3


class Finding(NamedTuple):
    """One setting of one topic that is not what the hub needs."""

    topic: str
    setting: str
    wanted: str
    found: str
    cure: str

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"{self.topic}: {self.setting} is {self.found}, must be {self.wanted}; {self.cure}"


class Ensured(NamedTuple):
    """What :func:`ensure` did."""

    created: tuple[str, ...]
    existing: tuple[str, ...]
    corrected: tuple[str, ...]


class _Found(NamedTuple):
    """A topic as it is on the broker."""

    partitions: int
    replicas: int
    config: dict[str, str]


def wanted_partitions(topic: Topic, settings: Settings) -> int:
    """Return the partition count a topic must have."""
    return topic.partitions if topic.partitions is not None else settings.partitions


def wanted_config(topic: Topic, settings: Settings, replicas: int) -> dict[str, str]:
    """Return the topic-level settings a topic must have, given its number of replicas."""
    retention = (
        settings.recovery_horizon_days * _DAY_MS if topic.retention_ms == HORIZON else topic.retention_ms
    )
    config = {
        "cleanup.policy": topic.cleanup.value,
        "max.message.bytes": str(MAX_RECORD_BYTES),
        # An acknowledged write survives the loss of a broker, and a lost broker does not stop us.
        "min.insync.replicas": str(max(1, replicas - 1)),
    }
    if topic.cleanup is Cleanup.DELETE:
        config["retention.ms"] = str(retention)
    return config | dict(topic.config)


def ensure(admin: AdminClient, settings: Settings, *, correct: bool = False) -> Ensured:
    """Create every topic that is missing; raise TopicsError when an existing one is wrong.

    ``correct`` changes wrong topic-level settings of the hub's own topics instead of complaining;
    partition counts and replicas are never changed. Idempotent, and safe to run by several at once.
    """
    from confluent_kafka.admin import NewTopic

    brokers = _brokers(admin)
    replicas = _replicas(settings, brokers)
    found = _describe(admin, [topic.name for topic in TOPICS])
    missing = [topic for topic in TOPICS if topic.name not in found]
    if missing:
        new = [
            NewTopic(
                topic.name,
                wanted_partitions(topic, settings),
                replicas,
                config=wanted_config(topic, settings, replicas),
            )
            for topic in missing
        ]
        _await(admin.create_topics(new, operation_timeout=_TIMEOUT_S), already_there="TOPIC_ALREADY_EXISTS")
        _await_leaders(admin, missing, settings)
    corrected = _correct(admin, _findings(found, settings, brokers)) if correct else ()
    findings = check(admin, settings)
    if findings:
        raise TopicsError(
            "\n".join(map(str, findings)),
            settings.bootstrap_servers,
            "correct what each line names, then run it again",
        )
    return Ensured(tuple(t.name for t in missing), tuple(sorted(found)), corrected)


def check(admin: AdminClient, settings: Settings) -> list[Finding]:
    """Return everything about the topics that is not as the hub needs it; empty = all is well."""
    return _findings(_describe(admin, [topic.name for topic in TOPICS]), settings, _brokers(admin))


def _findings(found: dict[str, _Found], settings: Settings, brokers: int) -> list[Finding]:
    findings: list[Finding] = []
    for topic in TOPICS:
        if topic.name in found:
            findings += _compare(topic, found[topic.name], settings, _replicas(settings, brokers))
        else:
            findings.append(Finding(topic.name, "topic", "present", "missing", "run `hub topics ensure`"))
    return findings


def _compare(topic: Topic, found: _Found, settings: Settings, replicas: int) -> list[Finding]:
    """Compare one topic; an upstream topic is as its owner likes, once it is there."""
    if topic.owner is Owner.UPSTREAM:
        return []
    partitions = wanted_partitions(topic, settings)
    findings = []
    if found.partitions != partitions:
        findings.append(
            Finding(
                topic.name, "partitions", str(partitions), str(found.partitions),
                f"keys would move: set HUB_PARTITIONS={found.partitions}, or rebuild the hub's topics"
                if topic.partitions is None else "delete this topic and run `hub topics ensure`",
            )
        )  # fmt: skip
    if found.replicas < replicas:
        findings.append(
            Finding(
                topic.name, "replicas", f"at least {replicas}", str(found.replicas),
                "reassign its partitions (kafka-reassign-partitions.sh), or set HUB_REPLICATION_FACTOR",
            )
        )  # fmt: skip
    findings += [
        Finding(topic.name, name, value, found.config.get(name, "unset"), "run `hub topics ensure --correct`")
        for name, value in wanted_config(topic, settings, min(replicas, found.replicas)).items()
        if found.config.get(name) != value
    ]
    return findings


def _correct(admin: AdminClient, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Set the topic-level settings that findings name; return ``topic: setting`` of each."""
    from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

    by_topic: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.setting not in {"topic", "partitions", "replicas"}:
            by_topic.setdefault(finding.topic, []).append(finding)
    if not by_topic:
        return ()
    resources = [
        ConfigResource(
            ResourceType.TOPIC,
            name,
            incremental_configs=[
                ConfigEntry(f.setting, f.wanted, incremental_operation=AlterConfigOpType.SET) for f in wrong
            ],
        )
        for name, wrong in by_topic.items()
    ]
    _await(admin.incremental_alter_configs(resources, request_timeout=_TIMEOUT_S))
    return tuple(f"{f.topic}: {f.setting}" for wrong in by_topic.values() for f in wrong)


def _brokers(admin: AdminClient) -> int:
    from confluent_kafka import KafkaException

    try:
        return len(admin.list_topics(timeout=_TIMEOUT_S).brokers)
    except KafkaException as error:
        raise _refused(error) from None


def _replicas(settings: Settings, brokers: int) -> int:
    return settings.replication_factor or min(_USUAL_REPLICAS, brokers)


def _describe(admin: AdminClient, names: Sequence[str]) -> dict[str, _Found]:
    """Return those of ``names`` that exist, as they are."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import ConfigResource, ResourceType

    try:
        listed = admin.list_topics(timeout=_TIMEOUT_S).topics
        there = [name for name in names if name in listed and listed[name].error is None]
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in there]
        # librdkafka takes an empty list for a mistake.
        futures = admin.describe_configs(resources, request_timeout=_TIMEOUT_S) if resources else {}
        configs = {resource.name: _unless_gone(future) for resource, future in futures.items()}
    except KafkaException as error:
        raise _refused(error) from None
    return {
        name: _Found(
            len(listed[name].partitions),
            min(len(partition.replicas) for partition in listed[name].partitions.values()),
            {key: entry.value for key, entry in config.items()},
        )
        for name in there
        if (config := configs[name]) is not None
    }


def _unless_gone(described: Any) -> dict[str, Any] | None:
    """Return a topic's settings, None for one that was deleted since it was listed."""
    from confluent_kafka import KafkaError, KafkaException

    try:
        found: dict[str, Any] = described.result()
    except KafkaException as error:
        if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return None
        raise
    return found


def _await(futures: dict[Any, Any], already_there: str = "") -> None:
    """Wait for admin futures; an error other than the one named is raised as BrokerError."""
    from confluent_kafka import KafkaException

    for subject, future in futures.items():
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].name() != already_there:
                raise _refused(error, str(getattr(subject, "name", subject))) from None


def _await_leaders(admin: AdminClient, topics: Iterable[Topic], settings: Settings) -> None:
    """Return when every partition of the new topics has a leader; BrokerError after half a minute."""
    waiting = {topic.name: wanted_partitions(topic, settings) for topic in topics}
    deadline = time.monotonic() + _TIMEOUT_S
    while waiting:
        listed = admin.list_topics(timeout=_TIMEOUT_S).topics
        for name, partitions in list(waiting.items()):
            metadata = listed.get(name)
            # Somebody else may have created it meanwhile with another count: check() will say so.
            led = sum(p.leader >= 0 for p in metadata.partitions.values()) if metadata else 0
            if metadata and led == len(metadata.partitions) and led >= min(1, partitions):
                del waiting[name]
        if waiting and time.monotonic() > deadline:
            raise BrokerError(
                f"no leader after {_TIMEOUT_S:.0f} s for: {', '.join(sorted(waiting))}",
                cure="look at the brokers' logs, then run it again",
            )
        if waiting:
            time.sleep(0.02)


def _refused(error: Exception, where: str = "") -> BrokerError:
    reason = error.args[0] if error.args else error
    return BrokerError(
        f"Kafka refuses: {reason.str() if hasattr(reason, 'str') else reason}",
        where,
        "check that the brokers run Kafka 3.5 or later, and that this user may create and describe topics",
    )
