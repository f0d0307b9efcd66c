"""The metric catalogues: every metric that ``hub run`` exposes, declared once.

``docs/reference/metrics.md`` is generated from them. Names are as Prometheus wants them: base units, a
counter ends in ``_total``, a moment in ``_timestamp_seconds``, a part of a whole in ``_ratio``. Labels are
bounded: stages, topics, systems, codes, never anything of a person. ``CATALOGUE`` is of the workers, and
the supervisor adds the label ``worker`` (the slot) to every sample; ``OUTSIDE`` is what the supervisor
sees of workers, broker and disk, also while no worker can speak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ("CATALOGUE", "OUTSIDE", "Metrics", "OutsideMetrics", "Spec", "catalogues", "reference")


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
    Spec("hub_retries_total", "counter", (),
         "cycles that failed and were tried again; of aborts in a row those after the second",
         "失败后重试的周期数(连续中止自第三次起计入)"),
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
    Spec("hub_sweep_ratio", "gauge", ("stage",),
         "part of the people known that is evaluated under the active rule book, 1 = all",
         "已按现行规则集评估的人数比例(1 为全部)"),
    Spec("hub_last_commit_timestamp_seconds", "gauge", (),
         "when this worker last committed a transaction; 0 = not yet",
         "最近一次提交事务的时刻(0 为尚未提交)"),
    Spec("hub_key_made_timestamp_seconds", "gauge", ("kind",),
         "when the sealing (or sensitive) key in use was made", "现用密封密钥(或敏感密钥)的生成时刻"),
)  # fmt: skip
"""Every metric of a worker, in the order of the reference page. Add one here and nowhere else.

Those of :data:`PROCESS` come beside them, from prometheus_client.
"""

OUTSIDE: Final[tuple[Spec, ...]] = (
    Spec("hub_build_info", "gauge", ("version",), "1 for the version that runs", "运行中的版本(值为 1)"),
    Spec("hub_worker_up", "gauge", ("worker",),
         "1 while the worker's process runs and speaks", "工作进程在运行并报告(1 为是)"),
    Spec("hub_worker_ready", "gauge", ("worker",),
         "1 while the worker has its lanes open and no source stands still", "工作进程就绪(1 为是)"),
    Spec("hub_worker_restarts_total", "counter", ("worker",),
         "times the worker was started again after it ended or hung", "工作进程被重新启动的次数"),
    Spec("hub_broker_up", "gauge", (),
         "1 when Kafka answered the supervisor's last question", "Kafka 应答(1 为是)"),
    Spec("hub_brokers", "gauge", (), "brokers of the cluster, as last heard", "集群中的 Kafka 节点数"),
    Spec("hub_group_lag_records", "gauge", ("topic",),
         "records not yet committed by the group, seen from outside: also while no worker runs",
         "消费组尚未提交的记录数(从外部观察，无工作进程时亦可见)"),
    Spec("hub_source_last_event_timestamp_seconds", "gauge", ("system",),
         "when the system last published anything, by the broker's records; 0 = never",
         "该系统最近一次发布事件的时刻(0 为从未)"),
    Spec("hub_source_rhythm_seconds", "gauge", ("system",),
         "after so long without an event the system counts as silent", "该系统超过此时长无事件即视为静默"),
    Spec("hub_state_bytes", "gauge", (), "size of the workers' stores on disk",
         "本地状态占用的磁盘空间(字节)"),
    Spec("hub_disk_size_bytes", "gauge", (), "size of the disk the stores are on",
         "状态所在磁盘的总容量(字节)"),
    Spec("hub_disk_free_bytes", "gauge", (),
         "what is free of it for this user", "状态所在磁盘的可用空间(字节)"),
)  # fmt: skip
"""Every metric of the supervisor. They carry no label ``worker`` but where it is named."""

PROCESS: Final[tuple[Spec, ...]] = (
    Spec("process_cpu_seconds_total", "counter", (), "processor time used", "已用处理器时间(秒)"),
    Spec("process_resident_memory_bytes", "gauge", (), "memory in use", "占用内存(字节)"),
    Spec("process_virtual_memory_bytes", "gauge", (), "address space", "虚拟内存(字节)"),
    Spec("process_start_time_seconds", "gauge", (), "when the process began", "进程启动时刻"),
    Spec("process_open_fds", "gauge", (), "open files", "打开的文件数"),
    Spec("process_max_fds", "gauge", (), "how many may be open", "打开文件数上限"),
)  # fmt: skip
"""What prometheus_client's ProcessCollector tells of every worker, on Linux."""


class _Made:
    """Makes the metrics of a catalogue in a registry."""

    def __init__(self, catalogue: tuple[Spec, ...], registry: CollectorRegistry) -> None:
        self._specs = {spec.name: spec for spec in catalogue}
        self._registry = registry

    def counter(self, name: str) -> Counter:
        from prometheus_client import Counter

        spec = self._specs[name]
        return Counter(name, spec.doc_en, spec.labels, registry=self._registry)

    def gauge(self, name: str) -> Gauge:
        from prometheus_client import Gauge

        spec = self._specs[name]
        return Gauge(name, spec.doc_en, spec.labels, registry=self._registry)

    def histogram(self, name: str) -> Histogram:
        from prometheus_client import Histogram

        spec = self._specs[name]
        return Histogram(name, spec.doc_en, spec.labels, registry=self._registry, buckets=spec.buckets)


class Metrics:
    """A worker's metrics in one registry, by attribute: ``hub_records_total`` is ``records``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Create every metric of the catalogue in ``registry``."""
        made = _Made(CATALOGUE, registry)
        self.registry = registry
        self.records = made.counter("hub_records_total")
        self.outputs = made.counter("hub_outputs_total")
        self.changelog_records = made.counter("hub_changelog_records_total")
        self.dead_letters = made.counter("hub_dead_letters_total")
        self.transactions = made.counter("hub_transactions_total")
        self.transaction_seconds = made.histogram("hub_transaction_seconds")
        self.batch_seconds = made.histogram("hub_batch_seconds")
        self.batch_records = made.histogram("hub_batch_records")
        self.record_age = made.gauge("hub_record_age_seconds")
        self.lag = made.gauge("hub_lag_records")
        self.tasks = made.gauge("hub_tasks")
        self.restored_keys = made.counter("hub_restored_keys_total")
        self.sources_stopped = made.gauge("hub_sources_stopped")
        self.broadcast_rejected = made.counter("hub_broadcast_rejected_total")
        self.retries = made.counter("hub_retries_total")
        self.stalled = made.gauge("hub_stalled_seconds")
        self.invitations_orphaned = made.gauge("hub_invitations_orphaned")
        self.rule_book = made.gauge("hub_rule_book_info")
        self.shadow_people = made.gauge("hub_shadow_people")
        self.sweeps_running = made.gauge("hub_sweeps_running")
        self.sweep_ratio = made.gauge("hub_sweep_ratio")
        self.last_commit = made.gauge("hub_last_commit_timestamp_seconds")
        self.key_made = made.gauge("hub_key_made_timestamp_seconds")
        for outcome in OUTCOMES:
            self.transactions.labels(outcome)

    def expect(self, stages: Iterable[str], codes: Iterable[str]) -> None:
        """Begin the counters of dead letters at 0: for Prometheus one first seen at 50 has not risen."""
        codes = tuple(codes)
        for stage in stages:
            for code in codes:
                self.dead_letters.labels(stage, code)


class OutsideMetrics:
    """The supervisor's metrics in one registry, by attribute."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Create every metric of :data:`OUTSIDE` in ``registry``."""
        made = _Made(OUTSIDE, registry)
        self.registry = registry
        self.build = made.gauge("hub_build_info")
        self.worker_up = made.gauge("hub_worker_up")
        self.worker_ready = made.gauge("hub_worker_ready")
        self.restarts = made.counter("hub_worker_restarts_total")
        self.broker_up = made.gauge("hub_broker_up")
        self.brokers = made.gauge("hub_brokers")
        self.group_lag = made.gauge("hub_group_lag_records")
        self.last_event = made.gauge("hub_source_last_event_timestamp_seconds")
        self.rhythm = made.gauge("hub_source_rhythm_seconds")
        self.state_bytes = made.gauge("hub_state_bytes")
        self.disk_size = made.gauge("hub_disk_size_bytes")
        self.disk_free = made.gauge("hub_disk_free_bytes")


OUTCOMES: Final = ("committed", "aborted", "unknown")
"""How a transaction may end: hub.engine.transactions.End."""


class Chapter(NamedTuple):
    """One catalogue as the reference page shows it."""

    title: str
    introduction: str
    specs: tuple[Spec, ...]
    added: tuple[str, ...] = ()
    """Labels that every sample gets on its way."""


def catalogues() -> tuple[Chapter, ...]:
    """Return every catalogue of metrics of the hub, whichever process serves it."""
    from hub.doors import metrics as doors
    from hub.statistics import metrics as statistics

    return (
        Chapter("The workers 工作进程",
                "Declared in `hub/metrics.py`, served by `hub run` on `/metrics`; one sample per worker.",
                CATALOGUE, ("worker",)),
        Chapter("The workers' processes 进程", "Told by the operating system, one sample per worker.",
                PROCESS, ("worker",)),
        Chapter("Seen from outside 外部观察",
                "Served on the same page by the supervisor, also while no worker can speak.", OUTSIDE),
        Chapter("The statistics 统计",
                "Declared in `hub/statistics/metrics.py`, served by `hub statistics run`.",
                statistics.CATALOGUE),
        Chapter("The HTTP door HTTP 接口",
                "Declared in `hub/doors/metrics.py`, served by `hub statistics serve`.", doors.CATALOGUE),
    )  # fmt: skip


def reference() -> str:
    """Return ``docs/reference/metrics.md``."""
    lines = ["# Metrics", "", "Alerts and dashboards on them are in deploy/; docs/runbook.md has what to do."]
    for chapter in catalogues():
        lines += ["", f"## {chapter.title}", chapter.introduction, ""]
        lines += ["| metric | type | labels | what | 含义 |", "|---|---|---|---|---|"]
        for spec in chapter.specs:
            labels = ", ".join(f"`{label}`" for label in (*spec.labels, *chapter.added))
            lines.append(f"| `{spec.name}` | {spec.kind} | {labels} | {spec.doc_en} | {spec.doc_zh} |")
    return "\n".join(lines) + "\n"
