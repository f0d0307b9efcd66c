"""The statistics worker's metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from hub.core.figure import Figure, Key
from hub.statistics.metrics import CATALOGUE, Metrics, shown_as


def page(metrics: Metrics) -> str:
    """Return the exposition."""
    return generate_latest(metrics.registry).decode()


def test_figures_of_persons_are_shown_by_province_and_city_only() -> None:
    """No county, no village, and no period but the running year: labels are bounded."""
    shown = [
        shown_as(Figure(Key("persons", "", region, level, period), "stock", "persons", 1), "2022")
        for region, level, period in (
            ("33", "province", ""), ("3301", "city", "2022"), ("330106", "county", ""),
            ("330106001", "township", ""), ("33", "province", "2021"), ("33", "province", "2022-05"),
        )
    ]  # fmt: skip
    one, other = ("persons", "", "33", "province", "now"), ("persons", "", "3301", "city", "year")
    assert shown == [one, other, None, None, None, None]


def test_a_target_is_shown_beside_its_value_and_goes_when_there_is_none() -> None:
    """Value, target, milestone and whether it is reached; what is no longer known disappears."""
    metrics = Metrics(CollectorRegistry())
    key = Key("T1", "", "33", "province")
    metrics.show(Figure(key, "target", "share", 0.01, target=0.02, milestone=0.015, on_track=False), "2022")
    labels = '{figure="T1",labels="",level="province",period="now",region="33"}'
    for name, value in (("", 0.01), ("_target", 0.02), ("_milestone", 0.015), ("_on_track", 0.0)):
        assert f"hub_figure{name}{labels} {value}\n" in page(metrics)
    metrics.show(Figure(key, "target", "share", None, target=0.02), "2022")
    assert f"hub_figure{labels}" not in page(metrics)
    assert f"hub_figure_milestone{labels}" not in page(metrics)
    assert f"hub_figure_target{labels} 0.02" in page(metrics)
    metrics.forget_figures()
    assert "hub_figure_target{" not in page(metrics)


def test_the_old_year_is_not_shown_as_the_new_one() -> None:
    """What was counted last year is gone on the first day of the next, whether that has any of it or not."""
    metrics = Metrics(CollectorRegistry())
    metrics.show(Figure(Key("T12", "", "3301", "city", "2022"), "target", "persons", 7), "2022")
    metrics.show(Figure(Key("T12", "", "33", "province", "2022"), "target", "persons", 9), "2022")
    metrics.show(Figure(Key("T12", "", "33", "province", "2023"), "target", "persons", 1), "2023")
    shown = [line for line in page(metrics).splitlines() if line.startswith("hub_figure{")]
    assert shown == ['hub_figure{figure="T12",labels="",level="province",period="year",region="33"} 1.0']


def test_every_metric_is_exposed() -> None:
    """What the catalogue says is there."""
    text = page(Metrics(CollectorRegistry()))
    assert [spec.name for spec in CATALOGUE if f"# HELP {spec.name} " not in text] == []
