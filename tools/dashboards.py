"""The dashboards in deploy/grafana: declared here, written as JSON by ``make dashboards``.

Titles are Chinese, descriptions English. Every query is evaluated on a real Prometheus by
``make dashboards-check``: it must return data from a hub that has just begun. So a count that may be of
nothing ends in ``or vector(0)``: on a dashboard nothing and 0 must not look the same.
"""

# ruff: noqa: E501 - a table of queries: broken up they cannot be compared

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from tools.panels import Dashboard, dashboard, panel

__all__ = ("DASHBOARDS", "FOLDER", "main", "stale")

FOLDER: Final = Path(__file__).parent.parent / "deploy" / "grafana"
_SILENT: Final = "time() - (system:hub_source_last_event_timestamp_seconds:max > 0)"
_RHYTHM: Final = "max by (system) (hub_source_rhythm_seconds)"

OPERATIONS: Final = dashboard(
    "redcross-hub-operations", "红十字枢纽：运行 Operations",
    "Is it up, does it keep up, what has stopped. Alerts: docs/runbook.md.", "6h",
    panel("正在告警", "Alerts that fire now.", 'count(ALERTS{alertstate="firing"}) or vector(0)',
          kind="stat", width=4, height=4, bad=1),
    panel("工作进程在线比例", "Workers that run and speak, of all.", "avg(hub_worker_up)",
          kind="stat", unit="percentunit", width=4, height=4, warn=1, bad=0.5, below=True),
    panel("就绪比例", "Workers whose lanes are all open and whose sources all move.", "avg(hub_worker_ready)",
          kind="stat", unit="percentunit", width=4, height=4, warn=1, bad=0.5, below=True),
    panel("Kafka 可达", "1 = Kafka answers every supervisor.", "min(hub_broker_up)",
          kind="stat", width=4, height=4, warn=1, below=True),
    panel("已停止的来源分区", "Inputs before a prohibition that cannot be read: somebody must act.",
          "sum(hub_sources_stopped) or vector(0)", kind="stat", width=4, height=4, bad=1),
    panel("失主邀请", "Open at an organisation that is not active: must be 0.",
          "sum(hub_invitations_orphaned)", kind="stat", width=4, height=4, bad=1),
    panel("每秒处理记录(按阶段)", "Records that took effect, by stage.",
          ("stage:hub_records:rate5m", "{{stage}}"), unit="reqps"),
    panel("积压(按主题)", "Records not yet committed, seen from outside: also while no worker runs.",
          ("topic:hub_group_lag_records:max", "{{topic}}"), ("sum by (topic) (hub_lag_records)", "workers: {{topic}}"),
          warn=1000, bad=100_000),
    panel("记录滞留时间", "Age of the oldest record of the newest batch: what a person waits.",
          ("hub_record_age_seconds", "{{worker}}"), unit="s", warn=1, bad=30),
    panel("事务耗时", "From begin to commit: half of them, and 99 of 100, are faster.",
          ("histogram_quantile(0.5, sum by (le) (rate(hub_transaction_seconds_bucket[5m])))", "p50"),
          ("hub:transaction_seconds:p99", "p99"), unit="s"),
    panel("批处理耗时与批量", "Processing before the transaction (s), and records per transaction.",
          ("histogram_quantile(0.5, sum by (le) (rate(hub_batch_seconds_bucket[5m])))", "seconds p50"),
          ("sum(rate(hub_batch_records_sum[5m])) / sum(rate(hub_batch_records_count[5m]))", "records per batch")),
    panel("事务结果", "Transactions per second by outcome; aborted ones are done again.",
          ("sum by (outcome) (rate(hub_transactions_total[5m]))", "{{outcome}}"), unit="reqps"),
    panel("输出与状态变更", "Records produced, and state changes written, per second and stage.",
          ("sum by (stage) (rate(hub_outputs_total[5m]))", "outputs {{stage}}"),
          ("sum by (stage) (rate(hub_changelog_records_total[5m]))", "changelog {{stage}}"), unit="reqps"),
    panel("处理任务", "Open tasks by stage; restoring ones have no stage yet.",
          ("sum by (stage, state) (hub_tasks)", "{{stage}} {{state}}")),
    panel("无提交时长", "Since a worker's last commit, and how long it has stood with lag.",
          ("time() - (hub_last_commit_timestamp_seconds > 0)", "since commit {{worker}}"),
          ("hub_stalled_seconds", "stalled {{worker}}"), unit="s"),
    panel("重启、重试、恢复", "In an hour: restarts of workers, cycles tried again, keys restored.",
          ("sum(increase(hub_worker_restarts_total[1h]))", "restarts"),
          ("sum(increase(hub_retries_total[1h]))", "retries"),
          ("sum(increase(hub_restored_keys_total[1h]))", "restored keys")),
    panel("死信(每小时，按代码)", "Dead letters in an hour by code.",
          ("sum by (code) (increase(hub_dead_letters_total[1h]))", "{{code}}"), warn=50),
    panel("广播表拒绝", "Records of broadcast tables that were refused, in a day.",
          "sum(increase(hub_broadcast_rejected_total[1d]))", kind="stat", bad=1),
    panel("内存", "Resident memory of every worker; less than 1 GiB is meant.",
          ("process_resident_memory_bytes", "{{job}} {{worker}}"), unit="bytes", bad=1.5e9),
    panel("处理器", "Processor seconds per second.",
          ("rate(process_cpu_seconds_total[5m])", "{{job}} {{worker}}")),
    panel("打开文件比例", "Open files of those that may be open.",
          ("process_open_fds / process_max_fds", "{{job}} {{worker}}"), unit="percentunit", bad=0.8),
    panel("状态大小", "The workers' stores on disk.", ("hub_state_bytes", "{{instance}}"), unit="bytes"),
    panel("磁盘可用比例", "What is free of the disk of the stores.", ("hub:disk_free:ratio", "{{instance}}"),
          unit="percentunit", warn=0.2, bad=0.1, below=True),
    panel("Kafka 节点数", "Brokers of the cluster, as last heard.", "max(hub_brokers)", kind="stat"),
    panel("规则集", "The active rule book of every worker: one edition.",
          "count by (edition) (hub_rule_book_info)", kind="table"),
    panel("全量重评", "How far people are evaluated under the active book; tasks that are not through.",
          ("stage:hub_sweep_ratio:avg", "{{stage}}"), ("sum by (stage) (hub_sweeps_running)", "running {{stage}}")),
    panel("规则试运行", "People by what the newest trial comes to; nothing while there is none.",
          ("sum by (verdict) (hub_shadow_people) or vector(0)", "{{verdict}}")),
    panel("密钥年龄", "Since the keys in use were made.",
          "time() - max by (kind) (hub_key_made_timestamp_seconds)", kind="stat", unit="s", bad=400 * 86400),
    panel("版本", "Which version runs where.", "count by (version, instance) (hub_build_info)", kind="table"),
)  # fmt: skip

SOURCES: Final = dashboard(
    "redcross-hub-sources", "红十字枢纽：来源系统 Upstream systems",
    "For the owners of upstream systems: do your events arrive, and are they taken.", "7d",
    panel("超过常规间隔未发事件的系统", "Systems that are silent beyond their rhythm.",
          f"count({_SILENT} > on (system) {_RHYTHM}) or vector(0)", kind="stat", width=6, height=4, warn=1),
    panel("尚未接入的系统", "Systems that never published anything.",
          "count(system:hub_source_last_event_timestamp_seconds:max == 0) or vector(0)",
          kind="stat", width=6, height=4),
    panel("已停止的主题", "Topics that stand before a prohibition that cannot be read.",
          "count(sum by (topic) (hub_sources_stopped) > 0) or vector(0)", kind="stat", width=6, height=4, bad=1),
    panel("一小时内死信", "Events of all systems that could not be used, in an hour.",
          'sum(increase(hub_dead_letters_total{stage="intake"}[1h]))', kind="stat", width=6, height=4, warn=50),
    panel("距最近事件的时间", "Since each system last published.",
          (_SILENT, "{{system}}"), kind="bargauge", unit="s", width=12, height=10),
    panel("占常规间隔的比例", "The same as a part of its rhythm: from 1 on it counts as silent.",
          (f"({_SILENT}) / on (system) {_RHYTHM}", "{{system}}"), kind="bargauge", unit="percentunit",
          width=12, height=10, warn=0.7, bad=1),
    panel("每秒接收事件(按系统)", "Events taken in per second and topic.",
          ('topic:hub_records:rate5m{topic=~"redcross[.].*"}', "{{topic}}"), unit="reqps", width=12),
    panel("待处理事件(按主题)", "Events published and not yet taken in.",
          ('topic:hub_group_lag_records:max{topic=~"redcross[.].*"}', "{{topic}}"), width=12, warn=1000),
    panel("拒收(每小时，按代码)", "Events that could not be used, by code: docs/reference/codes.md has the cure.",
          ('sum by (code) (increase(hub_dead_letters_total{stage="intake"}[1h]))', "{{code}}"), width=12),
    panel("常规间隔", "After so long without an event a system counts as silent.",
          _RHYTHM, kind="table", unit="s", width=12),
    panel("拒收与留置比例(按系统)", "T13: part of a system's events that was rejected, and parked for a human.",
          ('hub_figure{figure=~"T13.rejected|T13.parked",level="source"}', "{{labels}} {{figure}}"),
          kind="bargauge", unit="percentunit", width=24, height=10, warn=0.02, bad=0.1),
)  # fmt: skip

_PROVINCE: Final = 'level="province"'
PLAN: Final = dashboard(
    "redcross-hub-plan", "红十字枢纽：发展规划 The plan",
    "The plan's figures for province and cities; counties are in `hub statistics show`.", "90d",
    panel("会员占人口比例 T1", "Adult members of the population; milestone and target beside it.",
          (f'hub_figure{{figure="T1",{_PROVINCE}}}', "现值"),
          (f'hub_figure_milestone{{figure="T1",{_PROVINCE}}}', "进度"),
          (f'hub_figure_target{{figure="T1",{_PROVINCE}}}', "目标"), unit="percentunit"),
    panel("会员人数 T2", "Adult members, with milestone and target.",
          (f'hub_figure{{figure="T2",{_PROVINCE}}}', "现值"),
          (f'hub_figure_milestone{{figure="T2",{_PROVINCE}}}', "进度"),
          (f'hub_figure_target{{figure="T2",{_PROVINCE}}}', "目标")),
    panel("村(社区)组织覆盖率 T3", "Villages and communities with an active organisation.",
          (f'hub_figure{{figure="T3",{_PROVINCE}}}', "现值"), unit="percentunit"),
    panel("达到进度的指标", "1 = the milestone of now is reached.",
          (f"max by (figure) (hub_figure_on_track{{{_PROVINCE}}})", "{{figure}}"), kind="bargauge", bad=1, below=True),
    panel("薄弱县数(按市) T11", "Counties where members, organised villages and growth are low together.",
          ('hub_figure{figure="T11",level="city"}', "{{region}}"), kind="bargauge", warn=1),
    panel("会员比例(按市) T1", "Adult members of the population, by city.",
          ('hub_figure{figure="T1",level="city"}', "{{region}}"), kind="bargauge", unit="percentunit"),
    panel("会员净增(本年) T12", "Admitted and transferred in, less transferred out and ended.",
          (f'hub_figure{{figure="T12",{_PROVINCE},period="year"}}', "本年")),
    panel("邀请漏斗 T8", "People with a ground now, and invitations of this year by what became of them.",
          (f'sum by (figure) (hub_figure{{figure=~"T8.(matched|invited|delivered|accepted|applied|admitted)",{_PROVINCE}}})',
           "{{figure}}"), kind="bargauge"),
    panel("邀请及时率 T8", "Invited in time by priority: within a day, three days, a week of qualifying.",
          ('hub_figure{figure="T8.in_time"}', "{{labels}}"), kind="bargauge", unit="percentunit",
          warn=0.9, bad=0.5, below=True),
    panel("重点人群邀请率 T10", "First-aiders and backbone rescuers who are not members and were invited.",
          (f'hub_figure{{figure="T10",{_PROVINCE}}}', "{{labels}}"), kind="bargauge", unit="percentunit"),
    panel("理事候选人入会 T9", "Candidates who are members, by council.",
          'hub_figure{figure="T9",level="council"}', kind="table", unit="percentunit"),
    panel("暂缓与待核实 T13", "People held, and whose identity is under review.",
          (f'hub_figure{{figure=~"T13.held|T13.review_backlog",{_PROVINCE}}}', "{{figure}}"), kind="stat"),
    panel("统计时效", "Age of the newest part when it was folded, and records that wait.",
          ("hub_statistics_part_age_seconds", "age"),
          ("sum by (topic) (hub_statistics_lag_records)", "lag {{topic}}"), width=12),
    panel("统计处理量", "Parts read, totals and figures written per second; counters folded.",
          ("sum by (outcome) (rate(hub_statistics_parts_total[5m]))", "parts {{outcome}}"),
          ("sum(rate(hub_statistics_totals_total[5m]))", "totals"),
          ("sum(rate(hub_statistics_figures_total[5m]))", "figures"),
          ("sum(hub_statistics_counters)", "counters"), width=12),
    panel("统计进程状态", "Partitions held, catching up, and seconds without progress.",
          ("sum by (topic) (hub_statistics_partitions)", "partitions {{topic}}"),
          ("sum by (topic) (hub_statistics_restoring)", "restoring {{topic}}"),
          ("hub_statistics_stalled_seconds", "stalled"), width=12),
    panel("统计步骤耗时", "One step of folding or publishing: half of them are faster.",
          ("histogram_quantile(0.5, sum by (le, step) (rate(hub_statistics_step_seconds_bucket[5m])))", "{{step}}"),
          unit="s", width=12),
    panel("HTTP 接口", "Requests per second by status, records read per second; figures held, readers begun anew.",
          ("sum by (status) (rate(hub_http_requests_total[5m]))", "{{status}}"),
          ("sum(rate(hub_http_records_total[5m]))", "records"), ("sum(hub_http_figures)", "figures"),
          ("sum(increase(hub_http_reader_restarts_total[1h]))", "restarts"),
          ("sum(increase(hub_http_unreadable_total[1h]))", "unreadable"), width=12),
    panel("HTTP 事件流", "Streams open now, and dropped in an hour because their client read too slowly.",
          ("sum(hub_http_streams)", "open"), ("sum(increase(hub_http_streams_dropped_total[1h]))", "dropped"), width=12),
    panel("系统静默天数", "Days since the newest event of each system, as the figures know it.",
          ('hub_figure{figure="source.silent_days",level="source"}', "{{labels}}"), kind="bargauge", width=24),
)  # fmt: skip

DASHBOARDS: Final[dict[str, Dashboard]] = {
    "operations.json": OPERATIONS,
    "sources.json": SOURCES,
    "plan.json": PLAN,
}
"""File → dashboard. Add one here and nowhere else."""


def stale() -> list[str]:
    """Return the files that are not what is declared here."""
    return [
        name
        for name, each in DASHBOARDS.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text("utf-8") != each.text()
    ]


def main() -> int:
    """Write the files that are stale."""
    for name in stale():
        (FOLDER / name).write_text(DASHBOARDS[name].text(), "utf-8")
        print(f"wrote deploy/grafana/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
