"""The catalogue of log actions: everything the hub may log, and which fields it says it with.

``docs/reference/logs.md`` is generated from it; a test holds every ``log(…)`` in the tree against it. A
field is one of :data:`FIELDS`, whose values are places, names of the machine, counts, durations and codes:
nothing that a record says of a person can be among them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ("ACTIONS", "FIELDS", "Action", "reference")


class Action(NamedTuple):
    """One action: ``noun.verb``, stable; alerts, runbook and log searches rely on it."""

    name: str
    levels: tuple[str, ...]
    """The levels at which it is logged."""
    fields: tuple[str, ...]
    """The fields it may carry, besides those of every line."""
    doc_en: str
    doc_zh: str


FIELDS: Final[dict[str, tuple[str, str]]] = {
    "attempt": ("which try it was", "第几次尝试"),
    "code": ("error code or code of a dead letter", "错误代码或死信代码"),
    "cure": ("what to do now", "处理办法"),
    "error": ("class of an exception, without its text", "异常类名，不含其文本"),
    "exit_code": ("how a process ended; negative = a signal", "进程退出码，负数为信号"),
    "field": ("path of a field in a schema", "模式中的字段路径"),
    "keys": ("number of keys", "键数"),
    "lanes": ("numbers of lanes", "通道编号"),
    "offset": ("place in a partition", "分区内位移"),
    "logger": ("name of a library's logger", "库的日志名称"),
    "open": ("number of open tasks", "已打开的任务数"),
    "partitions": ("number of partitions", "分区数"),
    "partition": ("number of a partition", "分区编号"),
    "path": ("a file or directory of the hub's", "枢纽的文件或目录"),
    "places": ("topics and partitions", "主题与分区"),
    "plan": ("name of the plan", "规划名称"),
    "port": ("a port of this machine", "本机端口"),
    "reason": ("name or text of an error of Kafka's, or what is waited for", "Kafka 错误名称或等待对象"),
    "restart": ("whether it is started again", "是否重新启动"),
    "restart_in_s": ("seconds until it is started again", "多少秒后重新启动"),
    "said": ("what a library says of its connections", "库关于连接的说明"),
    "seconds": ("how long it took", "耗时(秒)"),
    "slot": ("transactional id of a worker", "工作进程的事务标识"),
    "task": ("stage/topic/partition", "阶段/主题/分区"),
    "topic": ("a topic", "主题"),
    "what": ("what happened; of a defect its place in the code", "现象；缺陷则为代码位置"),
    "where": ("topic, partition, offset, file or setting", "主题、分区、位移、文件或设置"),
    "worker": ("slot number of a worker, or supervisor", "工位编号或主管进程"),
}
"""Every field a line may carry, with what it means."""

ACTIONS: Final[tuple[Action, ...]] = (
    Action("worker.waiting", ("INFO",), ("reason",),
           "it waits for topics or a rule book before it begins", "开始前等待主题或规则集"),
    Action("worker.started", ("INFO",), ("slot",), "it joins the group", "加入消费组"),
    Action("worker.stopped", ("INFO",), ("slot",), "it has closed everything in order", "已有序关闭"),
    Action("worker.failed", ("ERROR",), ("code", "what", "where", "cure"),
           "an error ends it; BUG is a defect of the hub", "因错误退出；BUG 为枢纽缺陷"),
    Action("worker.orphaned", ("ERROR",), (),
           "its supervisor is gone: it stops", "主管进程已消失，随之停止"),
    Action("worker.ended", ("WARNING", "ERROR"),
           ("worker", "exit_code", "restart", "restart_in_s"),
           "the supervisor saw it end, and starts it again or, after a final error, stops all",
           "主管进程发现其退出：重新启动，或因最终错误全部停止"),
    Action("worker.stalled", ("ERROR",), ("worker",),
           "it said that it does not advance, or said nothing: it is killed and started again",
           "无进展或无报告：被杀死并重新启动"),
    Action("worker.killed", ("ERROR",), ("worker",),
           "it did not stop in time: nothing is lost", "未及时停止而被杀死，不会丢失"),
    Action("lanes.taken", ("INFO",), ("lanes", "partitions"),
           "the group gave it lanes", "分得通道"),
    Action("lanes.given", ("INFO",), ("lanes", "partitions"),
           "lanes go to another worker", "交出通道"),
    Action("lanes.lost", ("WARNING",), ("lanes", "partitions"),
           "the group has taken lanes away, without waiting: it was silent for too long",
           "因长时间无响应被收回通道"),
    Action("partitions.new", ("INFO",), ("partitions",),
           "an upstream topic has got partitions; they are taken up", "上游主题新增分区，已接手"),
    Action("partitions.ready", ("INFO",), ("open", "keys", "seconds"),
           "all tasks are restored and open", "全部任务已恢复并打开"),
    Action("partitions.unknown", ("WARNING",), ("reason",),
           "Kafka did not say how many partitions there are; it is asked again", "分区数未知，稍后再问"),
    Action("offsets.unstable", ("WARNING",), ("reason",),
           "positions cannot be read yet: a transaction is open; it tries again", "位移暂不可读，将重试"),
    Action("changelogs.unknown", ("WARNING",), ("reason",),
           "the ends of changelogs cannot be read yet; it tries again", "变更日志末端暂不可读，将重试"),
    Action("pause.failed", ("WARNING",), ("task", "reason"),
           "a partition could not be paused: its records are dropped until it opens", "分区暂停失败"),
    Action("seek.postponed", ("DEBUG",), ("task", "reason"),
           "the client could not go back yet; the next cycle does", "回退位移推迟到下一周期"),
    Action("seek.failed", ("WARNING",), ("task", "reason"),
           "the client could not go back: the task is opened anew", "回退位移失败，任务重新打开"),
    Action("cycle.failed", ("WARNING",), ("attempt", "error", "reason"),
           "a cycle failed and is tried again", "处理周期失败，将重试"),
    Action("consumer.error", ("WARNING",), ("reason", "topic"),
           "Kafka's client reports an error it cures itself", "Kafka 客户端报告可自愈错误"),
    Action("transaction.offsets_refused", ("WARNING",), ("reason",),
           "the group's coordinator refused positions: aborted and done again", "位移被拒绝，事务中止重做"),
    Action("transaction.commit_refused", ("WARNING",), ("reason",),
           "a commit was refused: aborted and done again", "提交被拒绝，事务中止重做"),
    Action("transaction.undecided", ("ERROR",), ("reason",),
           "it is not known whether a commit took effect: the slot is taken anew, which decides it",
           "提交结果不明，重新取得工位以确定"),
    Action("transaction.failed", ("ERROR",), ("reason",),
           "a transaction failed in Kafka's client: aborted and done again", "事务失败，中止重做"),
    Action("source.stopped", ("ERROR",), ("task", "offset", "code"),
           "an input stands still before a prohibition that cannot be read: a human must act",
           "来源停在无法读取的禁止类事件前，须人工处理"),
    Action("source.released", ("INFO",), ("task", "offset"),
           "an operator has released it", "操作员已放行"),
    Action("broadcast.rejected", ("ERROR",), ("topic", "offset", "code", "field"),
           "a record of a broadcast table was refused; the table stays as it was", "广播表记录被拒绝"),
    Action("control.unreadable", ("ERROR",), ("reason",),
           "what somebody published on hub.controls cannot be read", "控制主题记录无法读取"),
    Action("store.damaged", ("WARNING", "ERROR"), ("path", "error"),
           "a store cannot be used: it is wiped and restored", "状态存储损坏，清除后恢复"),
    Action("store.not_flushed", ("WARNING",), ("path", "error"),
           "a store could not be written out at the end: the next start restores more", "状态未能写盘"),
    Action("broker.lost", ("WARNING",), ("reason",),
           "Kafka does not answer the supervisor", "Kafka 不再应答主管进程"),
    Action("broker.back", ("INFO",), (), "Kafka answers again", "Kafka 恢复应答"),
    Action("statistics.started", ("INFO",), ("plan", "port"),
           "a statistics worker joins its group", "统计进程加入消费组"),
    Action("statistics.assigned", ("INFO",), ("topic", "partitions"),
           "it was given partitions, or has none any more", "获得或交出分区"),
    Action("statistics.restored", ("INFO",), ("topic", "partitions", "seconds"),
           "it has read everything that stands before its partitions' ends", "已补读分区此前的全部内容"),
    Action("statistics.rejected", ("ERROR",), ("topic", "partition", "offset", "code", "field"),
           "a record cannot be used and was put aside: look at that place", "记录无法使用，已搁置"),
    Action("statistics.stalled", ("ERROR",), ("places", "seconds"),
           "records wait and none was taken in: it ends, to be started anew", "有积压却无进展，退出以便重启"),
    Action("statistics.failed", ("ERROR",), ("code", "what", "where", "cure"),
           "an error ends it; BUG is a defect of the hub", "因错误退出；BUG 为枢纽缺陷"),
    Action("statistics.library", ("ERROR",), ("logger", "said"),
           "an error that Faust or aiokafka tells of", "Faust 或 aiokafka 报告的错误"),
    Action("statistics.stopped", ("INFO", "WARNING"), ("exit_code", "seconds"),
           "it has ended; as a warning: without closing in order", "已退出；警告级别表示未有序关闭"),
)  # fmt: skip
"""Every action, in the order of the reference page. Add one here and nowhere else."""


def reference() -> str:
    """Return ``docs/reference/logs.md``."""
    lines = [
        "# Log actions",
        "",
        "Logs are JSON objects, one per line, on standard error: `time`, `level`, `action`, `worker` (the",
        "slot, or `supervisor`), and the action's own fields. Declared in `hub/actions.py`. Nothing that a",
        "record says of a person is ever among them. `HUB_LOG_LEVEL` is the least level that is written.",
        "",
        "| action | level | fields | what | 含义 |",
        "|---|---|---|---|---|",
    ]
    for each in ACTIONS:
        fields = ", ".join(f"`{name}`" for name in each.fields)
        lines.append(
            f"| `{each.name}` | {', '.join(each.levels)} | {fields} | {each.doc_en} | {each.doc_zh} |"
        )
    lines += ["", "## Fields 字段", "", "| field | what | 含义 |", "|---|---|---|"]
    lines += [f"| `{name}` | {en} | {zh} |" for name, (en, zh) in FIELDS.items()]
    return "\n".join(lines) + "\n"
