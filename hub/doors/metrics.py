"""The metrics of the HTTP door, declared once; ``docs/reference/metrics.md`` lists them."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from hub.metrics import Spec

__all__ = ("CATALOGUE", "DoorMetrics")

CATALOGUE: Final[tuple[Spec, ...]] = (
    Spec("hub_http_requests_total", "counter", ("route", "status"),
         "requests answered by the HTTP door", "HTTP 接口已应答的请求数"),
    Spec("hub_http_figures", "gauge", (), "figures held in memory", "内存中的统计数条数"),
    Spec("hub_http_records_total", "counter", (),
         "records of hub.statistics read", "已读取的 hub.statistics 记录数"),
    Spec("hub_http_unreadable_total", "counter", (),
         "records of hub.statistics that could not be read: the figure stays as it was",
         "无法读取的 hub.statistics 记录数（统计数保持原值）"),
    Spec("hub_http_reader_restarts_total", "counter", (),
         "times the reader of hub.statistics began anew after an error or a standstill",
         "读取器因错误或停滞而重启的次数"),
    Spec("hub_http_streams", "gauge", (), "streams open now", "当前打开的事件流数"),
    Spec("hub_http_streams_dropped_total", "counter", (),
         "streams closed because the client read too slowly", "因客户端读取过慢而关闭的事件流数"),
)  # fmt: skip
"""Every metric of the door. Add one here and nowhere else."""


class DoorMetrics:
    """The metrics in a registry of their own, by attribute."""

    def __init__(self) -> None:
        """Create all of them."""
        self.registry = CollectorRegistry()
        specs = {spec.name: spec for spec in CATALOGUE}

        def counter(name: str) -> Counter:
            return Counter(name, specs[name].doc_en, specs[name].labels, registry=self.registry)

        def gauge(name: str) -> Gauge:
            return Gauge(name, specs[name].doc_en, specs[name].labels, registry=self.registry)

        self.requests = counter("hub_http_requests_total")
        self.figures = gauge("hub_http_figures")
        self.records = counter("hub_http_records_total")
        self.unreadable = counter("hub_http_unreadable_total")
        self.restarts = counter("hub_http_reader_restarts_total")
        self.streams = gauge("hub_http_streams")
        self.dropped = counter("hub_http_streams_dropped_total")
