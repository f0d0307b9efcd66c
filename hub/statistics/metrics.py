"""The metrics of a statistics worker, declared once; of persons, province and cities only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.core.figure import CITY, COUNCIL, NONE, PROVINCE, SOURCE, Figure
from hub.metrics import Spec

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ("CATALOGUE", "Metrics", "shown_as")

_FIGURE: Final = ("figure", "labels", "region", "level", "period")
_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LEVELS: Final = frozenset({PROVINCE, CITY, COUNCIL, SOURCE, NONE})

CATALOGUE: Final[tuple[Spec, ...]] = (
    Spec("hub_figure", "gauge", _FIGURE,
         "published figures: of now, and of the running year", "已发布的统计数(现值与本年)"),
    Spec("hub_figure_target", "gauge", _FIGURE, "what the plan asks for at its end", "规划期末目标"),
    Spec("hub_figure_milestone", "gauge", _FIGURE, "what the plan asks for as of now", "当前应达到的进度值"),
    Spec("hub_figure_on_track", "gauge", _FIGURE, "1 when the milestone is reached, else 0",
         "是否达到进度(1 为达到)"),
    Spec("hub_statistics_parts_total", "counter", ("outcome",),
         "parts of counters read: folded, or older than what was known", "已读取的计数分量数(按结果)"),
    Spec("hub_statistics_rejected_total", "counter", ("topic", "code"),
         "records that cannot be used", "无法使用的记录数"),
    Spec("hub_statistics_totals_total", "counter", (), "totals written", "已写出的汇总数"),
    Spec("hub_statistics_figures_total", "counter", (), "figures written", "已发布的统计数记录数"),
    Spec("hub_statistics_counters", "gauge", (), "counters folded here", "本进程合并的计数器数"),
    Spec("hub_statistics_lag_records", "gauge", ("topic",), "records not yet taken in", "尚未读取的记录数"),
    Spec("hub_statistics_part_age_seconds", "gauge", (),
         "age of the newest part when it was folded, from its tick", "最新分量合并时的滞后(秒)"),
    Spec("hub_statistics_partitions", "gauge", ("topic",), "partitions held", "持有的分区数"),
    Spec("hub_statistics_restoring", "gauge", ("topic",),
         "1 while it catches up after an assignment", "分区分配后补读期间为 1"),
    Spec("hub_statistics_stalled_seconds", "gauge", (),
         "how long records have waited without progress", "有积压但无进展的时长(秒)"),
    Spec("hub_statistics_step_seconds", "histogram", ("step",),
         "one step: fold or publish", "每步耗时(秒)", _SECONDS),
)  # fmt: skip
"""Every metric, in the order of the reference page. Add one here and nowhere else."""


class Metrics:
    """The catalogue's metrics in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Create every metric of the catalogue in ``registry``, and those of the process itself."""
        from prometheus_client import Counter, Gauge, Histogram, ProcessCollector

        specs = {spec.name: spec for spec in CATALOGUE}

        def gauge(name: str) -> Gauge:
            return Gauge(name, specs[name].doc_en, specs[name].labels, registry=registry)

        def counter(name: str) -> Counter:
            return Counter(name, specs[name].doc_en, specs[name].labels, registry=registry)

        def histogram(name: str) -> Histogram:
            spec = specs[name]
            return Histogram(name, spec.doc_en, spec.labels, registry=registry, buckets=spec.buckets)

        self.registry = registry
        self._year = ""
        ProcessCollector(registry=registry)
        self.figure = gauge("hub_figure")
        self.target = gauge("hub_figure_target")
        self.milestone = gauge("hub_figure_milestone")
        self.on_track = gauge("hub_figure_on_track")
        self.parts = counter("hub_statistics_parts_total")
        self.rejected = counter("hub_statistics_rejected_total")
        self.totals = counter("hub_statistics_totals_total")
        self.figures = counter("hub_statistics_figures_total")
        self.counters = gauge("hub_statistics_counters")
        self.lag = gauge("hub_statistics_lag_records")
        self.part_age = gauge("hub_statistics_part_age_seconds")
        self.partitions = gauge("hub_statistics_partitions")
        self.restoring = gauge("hub_statistics_restoring")
        self.stalled = gauge("hub_statistics_stalled_seconds")
        self.step_seconds = histogram("hub_statistics_step_seconds")

    def show(self, figure: Figure, year: str) -> None:
        """Show a figure, if it is one to be shown; what it has no longer disappears.

        On the first day of a year every figure is told anew: what was of the old year is not shown as of the
        new one, which may have none of it yet.
        """
        if year != self._year:
            self._year = year
            self.forget_figures()
        labels = shown_as(figure, year)
        if labels is None:
            return
        on_track = None if figure.on_track is None else float(figure.on_track)
        for gauge, value in (
            (self.figure, figure.value),
            (self.target, figure.target),
            (self.milestone, figure.milestone),
            (self.on_track, on_track),
        ):
            if value is not None:
                gauge.labels(*labels).set(value)
            elif labels in self._known(gauge):
                gauge.remove(*labels)

    @staticmethod
    def _known(gauge: Gauge) -> dict[tuple[str, ...], Gauge]:
        return gauge._metrics  # type: ignore[return-value]  # noqa: SLF001 - there is no way to ask

    def forget_figures(self) -> None:
        """Show no figure: another worker publishes them now."""
        for gauge in (self.figure, self.target, self.milestone, self.on_track):
            gauge.clear()


def shown_as(figure: Figure, year: str) -> tuple[str, str, str, str, str] | None:
    """Return the labels under which a figure is shown, None when it is not: it would be without bounds."""
    key = figure.key
    if key.level == COUNCIL and key.period.startswith(f"{year}-"):  # its session's day: a few a year
        return key.figure, key.labels, key.region, key.level, key.period
    if key.level not in _LEVELS or key.period not in {"", year}:
        return None
    return key.figure, key.labels, key.region, key.level, "year" if key.period else "now"
