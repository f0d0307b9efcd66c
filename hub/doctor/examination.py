"""All checks in their order, and one examination with them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

from hub import kafka
from hub.doctor import cluster, formats, keys, machine, stores
from hub.doctor.outcome import Check, Finding, Outcome, Patient
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from confluent_kafka.admin import AdminClient

    from hub.settings import Settings

__all__ = ("CHECKS", "Examined", "examine")

CHECKS: Final[tuple[Check, ...]] = (
    Check("settings", "settings make sense", "设置合理", machine.settings),
    Check("keys", "key ring", "密钥环", keys.keys),
    Check("schemas", "schemas and registry", "模式与注册表", formats.schemas),
    Check("disk", "room on disk", "磁盘空间", machine.disk),
    Check("limits", "limits of the system", "系统限制", machine.limits),
    Check("stores", "stores on this machine", "本机状态存储", stores.stores),
    Check("port", "metrics port, workers here", "监控端口与本机工作进程", machine.port),
    Check("broker", "Kafka answers", "Kafka 可达", cluster.broker, True),
    Check("topics", "topics and their settings", "主题及其设置", cluster.topics, True),
    Check("rules", "active rule book", "现行规则集", cluster.rules, True),
    Check("group", "lag, stopped inputs", "积压与停止的来源", cluster.group, True),
    Check("clock", "clocks agree", "时钟一致", cluster.clock, True),
)
"""Every check, in the order of the report: what needs no broker first. Add one here and nowhere else."""

_ASK_S: Final = 5.0
_PATIENCE_S: Final = 10.0
_PASSING: Final = frozenset({
    "NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE", "UNKNOWN_TOPIC_OR_PART", "COORDINATOR_NOT_AVAILABLE",
    "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "NETWORK_EXCEPTION", "_TRANSPORT",
})  # fmt: skip
"""What a Kafka says that has just started, made a topic, or moved one: asked again, it mostly knows."""


class Examined(NamedTuple):
    """A check and what it came to."""

    check: Check
    outcome: Outcome

    @property
    def state(self) -> str:
        """``fine``, ``advice``, ``finding`` or ``unseen``."""
        if any(not finding.advice for finding in self.outcome.findings):
            return "finding"
        if not self.outcome.seen:
            return "unseen"
        return "advice" if self.outcome.findings else "fine"


def examine(settings: Settings, now_s: Callable[[], float] = time.time) -> Iterator[Examined]:
    """Yield every check as it is done. An unreachable broker is one finding, and what needs it is unseen."""
    admin: AdminClient | None = None
    for check in CHECKS:
        if check.needs_broker and admin is None:
            if check.look is not cluster.broker:
                yield Examined(check, Outcome("Kafka does not answer", seen=False))
                continue
            try:
                admin = kafka.admin(settings)
                kafka.require_broker(admin, settings, _ASK_S)
            except HubError as error:
                admin = None
                yield Examined(check, Outcome("no answer", (Finding(error.what, error.where, error.cure),)))
                continue
        yield Examined(check, _looked(check, Patient(settings, admin, now_s)))


def _looked(check: Check, patient: Patient) -> Outcome:
    """Return a check's outcome; what Kafka refuses it is a finding of its own."""
    from confluent_kafka import KafkaException

    until_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return check.look(patient)
        except HubError as error:
            finding = Finding(error.what, error.where, error.cure)
        except KafkaException as error:
            said = error.args[0]
            passing = said.name() in _PASSING
            if passing and time.monotonic() < until_s:
                time.sleep(0.5)
                continue
            where_to = "whether all brokers run" if passing else "whether this user may do that (ACLs)"
            cure = f"look {where_to}, and at the brokers' logs"
            finding = Finding(f"Kafka refuses ({said.name()}): {said.str()}", check.name, cure)
        return Outcome("could not be looked at", (finding,), seen=False)
