"""hub.metrics: names by Prometheus' conventions, bounded labels, one page for all catalogues."""

from __future__ import annotations

import re
from typing import Final

import pytest
from prometheus_client import CollectorRegistry

from hub.core.codes import Code
from hub.metrics import CATALOGUE, OUTSIDE, Metrics, OutsideMetrics, Spec, catalogues, reference

ALL: Final = [spec for chapter in catalogues() for spec in chapter.specs]
_BOUNDED: Final = frozenset(
    {
        "stage", "topic", "code", "outcome", "state", "edition", "rule", "verdict", "kind", "worker",
        "system", "version", "figure", "labels", "region", "level", "period", "step", "route", "status",
    }
)  # fmt: skip
"""Labels whose values are few, and of the machine, the plan or a place."""


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: str(spec.name))
def test_a_metric_is_named_by_convention(spec: Spec) -> None:
    """Prefix, unit, _total for counters alone; explained in both languages; no label without bounds."""
    assert re.fullmatch(r"(hub|process)_[a-z][a-z0-9_]*", spec.name)
    assert (spec.kind == "counter") == spec.name.endswith("_total")
    assert (spec.kind == "histogram") == bool(spec.buckets)
    assert not re.search(r"_(ms|millis|minutes|hours|days|kb|mb|percent|part)$", spec.name)
    assert set(spec.labels) <= _BOUNDED
    assert spec.doc_en
    assert re.search(r"[一-鿿]", spec.doc_zh)


def test_names_are_unique_and_on_the_page() -> None:
    """No metric is in two catalogues; the reference has each."""
    names = [spec.name for spec in ALL]
    assert len(set(names)) == len(names)
    page = reference()
    assert all(f"`{name}`" in page for name in names)


def test_every_metric_of_the_supervisor_exists() -> None:
    """The registry holds exactly the catalogue's metrics."""
    registry = CollectorRegistry()
    OutsideMetrics(registry)
    assert {family.name for family in registry.collect()} == {
        spec.name.removesuffix("_total") for spec in OUTSIDE
    }


def test_counters_that_alerts_watch_begin_at_zero() -> None:
    """A burst of the first dead letters of a code is a rise from 0, not a series that appears."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.expect(["intake", "matching"], map(str, Code))
    for code in Code:
        assert (
            registry.get_sample_value("hub_dead_letters_total", {"stage": "intake", "code": str(code)}) == 0
        )
    for outcome in ("committed", "aborted", "unknown"):
        assert registry.get_sample_value("hub_transactions_total", {"outcome": outcome}) == 0


def test_no_metric_of_a_worker_knows_a_region() -> None:
    """Workers tell of the machine; places are the statistics', no finer than a county."""
    assert all("region" not in spec.labels for spec in (*CATALOGUE, *OUTSIDE))
