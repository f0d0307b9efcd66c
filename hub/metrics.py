"""The metric catalogue: every metric the workers expose, declared once.

``docs/reference/metrics.md`` is generated from it. Labels are bounded: stages, topics, codes, never
anything of a person. The supervisor adds the label ``worker`` (the slot) to every sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ("CATALOGUE", "Metrics", "Spec", "reference")


class Spec(NamedTuple):
    """One metric."""

    name: str
    kind: str
    """``counter``, ``gauge`` or ``histogram``."""
    labels: tuple[str, ...]
    doc_en: str
    doc_zh: str
    buckets: tuple[float, ...] = ()


_SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_RECORDS: Final = (1.0, 10.0, 100.0, 1000.0, 2500.0, 5000.0, 10_000.0, 25_000.0, 100_000.0)

CATALOGUE: Final[tuple[Spec, ...]] = (
    Spec("hub_records_total", "counter", ("stage", "topic"),
         "records processed and committed", "已处理并提交的记录数"),
    Spec("hub_outputs_total", "counter", ("stage",),
         "records produced by stages, committed", "各阶段已提交的输出记录数"),
    Spec("hub_changelog_records_total", "counter", ("stage",),
         "state changes written to changelogs", "写入变更日志的状态变更数"),
    Spec("hub_dead_letters_total", "counter", ("stage", "code"), "dead letters written", "已写入的死信数"),
    Spec("hub_transactions_total", "counter", ("outcome",),
         "transactions: committed, aborted or unknown", "事务数(按结果)"),
    Spec("hub_transaction_seconds", "histogram", (), "from begin to commit", "事务耗时(秒)", _SECONDS),
    Spec("hub_batch_seconds", "histogram", (),
         "processing of a batch, before its transaction", "批处理耗时(秒)", _SECONDS),
    Spec("hub_batch_records", "histogram", (),
         "records per transaction", "每个事务的记录数", _RECORDS),
    Spec("hub_record_age_seconds", "gauge", (),
         "age of the oldest record in the newest batch: what a person waits",
         "最新批次中最早记录的滞留时间(秒)"),
    Spec("hub_lag_records", "gauge", ("stage", "topic"), "records not yet committed", "尚未提交的记录数"),
    Spec("hub_tasks", "gauge", ("stage", "topic", "state"), "tasks: open or restoring", "任务数(按状态)"),
    Spec("hub_restored_keys_total", "counter", (), "keys restored from changelogs", "从变更日志恢复的键数"),
    Spec("hub_sources_stopped", "gauge", ("topic",),
         "partitions that stand still until an operator acts", "已停止、待人工处理的分区数"),
    Spec("hub_broadcast_rejected_total", "counter", (),
         "broadcast records the tables refused", "被拒绝的广播记录数"),
    Spec("hub_retries_total", "counter", (), "cycles that failed and were tried again", "失败后重试的周期数"),
    Spec("hub_stalled_seconds", "gauge", (),
         "how long there has been lag without a commit", "有积压但无提交的时长(秒)"),
    Spec("hub_invitations_orphaned", "gauge", (),
         "invitations and tasks open at an organisation that is not active: must be 0",
         "指向非在册组织的有效邀请和任务数(应为 0)"),
    Spec("hub_rule_book_info", "gauge", ("edition",), "1 for the active rule book", "现行规则集(值为 1)"),
    Spec("hub_shadow_people", "gauge", ("rule", "verdict"),
         "people by what the newest trial of rules comes to; grounds without a name are left out",
         "最近一次规则试运行与现行规则集对比的人数(不具名依据除外)"),
    Spec("hub_sweeps_running", "gauge", ("stage",),
         "tasks that still evaluate people again under the active rule book", "仍在按现行规则集重评的任务数"),
    Spec("hub_sweep_part", "gauge", ("stage",),
         "part of the people known that is evaluated under the active rule book, 1 = all",
         "已按现行规则集评估的人数比例(1 为全部)"),
)  # fmt: skip
"""Every metric, in the order of the reference page. Add one here and nowhere else."""


class Metrics:
    """The catalogue's metrics in one registry, by attribute: ``hub_records_total`` is ``records``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Create every metric of the catalogue in ``registry``."""
        from prometheus_client import Counter, Gauge, Histogram

        def counter(name: str) -> Counter:
            spec = _BY_NAME[name]
            return Counter(name, spec.doc_en, spec.labels, registry=registry)

        def gauge(name: str) -> Gauge:
            spec = _BY_NAME[name]
            return Gauge(name, spec.doc_en, spec.labels, registry=registry)

        def histogram(name: str) -> Histogram:
            spec = _BY_NAME[name]
            return Histogram(name, spec.doc_en, spec.labels, registry=registry, buckets=spec.buckets)

        self.registry = registry
        self.records = counter("hub_records_total")
        self.outputs = counter("hub_outputs_total")
        self.changelog_records = counter("hub_changelog_records_total")
        self.dead_letters = counter("hub_dead_letters_total")
        self.transactions = counter("hub_transactions_total")
        self.transaction_seconds = histogram("hub_transaction_seconds")
        self.batch_seconds = histogram("hub_batch_seconds")
        self.batch_records = histogram("hub_batch_records")
        self.record_age = gauge("hub_record_age_seconds")
        self.lag = gauge("hub_lag_records")
        self.tasks = gauge("hub_tasks")
        self.restored_keys = counter("hub_restored_keys_total")
        self.sources_stopped = gauge("hub_sources_stopped")
        self.broadcast_rejected = counter("hub_broadcast_rejected_total")
        self.retries = counter("hub_retries_total")
        self.stalled = gauge("hub_stalled_seconds")
        self.invitations_orphaned = gauge("hub_invitations_orphaned")
        self.rule_book = gauge("hub_rule_book_info")
        self.shadow_people = gauge("hub_shadow_people")
        self.sweeps_running = gauge("hub_sweeps_running")
        self.sweep_part = gauge("hub_sweep_part")


_BY_NAME: Final = {spec.name: spec for spec in CATALOGUE}


def reference() -> str:
    """Return ``docs/reference/metrics.md``."""
    lines = [
        "# Metrics",
        "",
        "Declared in `hub/metrics.py`, served by `hub run` on `/metrics`; one sample per worker.",
        "",
        "| metric | type | labels | what | 含义 |",
        "|---|---|---|---|---|",
    ]
    for spec in CATALOGUE:
        labels = ", ".join(f"`{label}`" for label in (*spec.labels, "worker"))
        lines.append(f"| `{spec.name}` | {spec.kind} | {labels} | {spec.doc_en} | {spec.doc_zh} |")
    return "\n".join([*lines, *_door()]) + "\n"


def _door() -> list[str]:
    """Return the lines about the HTTP door's metrics."""
    from hub.doors.metrics import CATALOGUE as DOOR

    lines = [
        "",
        "## The HTTP door",
        "",
        "Declared in `hub/doors/metrics.py`, served by `hub statistics serve` on `/metrics`.",
        "",
        "| metric | type | labels | what | 含义 |",
        "|---|---|---|---|---|",
    ]
    for spec in DOOR:
        labels = ", ".join(f"`{label}`" for label in spec.labels)
        lines.append(f"| `{spec.name}` | {spec.kind} | {labels} | {spec.doc_en} | {spec.doc_zh} |")
    return lines
